"""What every check with real clients needs: children that say where they are, and a server."""

import json
import queue
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

START_SECS = 60
STOP_SECS = 30


class Failure(Exception):
    """Something that should hold does not."""


class Child:
    """A program that prints lines such as `http http://127.0.0.1:7070` once it is ready."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        """Passes on what the program prints; an empty line when it has closed its output."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put("")

    def addresses(self, names: set[str]) -> dict[str, str]:
        """Waits for the addresses with these names."""
        found: dict[str, str] = {}
        until = time.monotonic() + START_SECS
        while not names <= found.keys():
            try:
                line = self.lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise Failure(f"no address of {names - found.keys()} in {START_SECS} s") from None
            require(line != "", f"the program ended before it said where {names} are")
            name, _, address = line.partition(" ")
            found[name] = address
        return found

    def stop(self) -> int:
        """Asks the program to end, and gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECS)
        except subprocess.TimeoutExpired:
            raise Failure(f"it did not end within {STOP_SECS} s of SIGTERM") from None


@contextmanager
def started(command: list[str]) -> Iterator[Child]:
    """A running child that never outlives the block."""
    child = Child(command)
    try:
        yield child
    finally:
        if child.process.poll() is None:
            child.process.kill()
        child.process.wait()


def require(holds: bool, otherwise: str) -> None:
    """Fails with a reason unless something holds."""
    if not holds:
        raise Failure(otherwise)


def say(text: str) -> None:
    """Prints a line at once."""
    print(text, flush=True)


def get(url: str) -> Any:
    """The JSON at an address."""
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.load(response)


def serve(mayday: str, data: Path) -> list[str]:
    """The command that starts the server on free ports, with short waits for late spans."""
    command = [mayday, "serve", "--data-dir", str(data)]
    command += ["--otlp", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    return command + ["--settle-after-root", "0s", "--settle-after-last-span", "1s"]
