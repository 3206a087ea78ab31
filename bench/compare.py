#!/usr/bin/env python3
"""Sends the same spans to Mayday, Phoenix and MLflow, and says how many a second each shows.

Usage: bench/compare.py PATH-TO-MAYDAY [--rounds 3] [--cache DIR] [--json]

Installs `arize-phoenix` and `mlflow` with pip, each into a virtual environment of its own below the
cache directory, unless they are there. `mayday bench load` writes the requests, once: OTLP spans of
3 KB, 512 in a request. In each round each server is started on an empty directory, with the store
that it uses by default (SQLite in all three), and is sent the first so many of these requests over
four connections; the slower a server, the fewer, so that a round takes a like time. Whoever answers
429 or 503 gets the request again after the time it asks for.

A span counts once it shows, not once it is acknowledged. For Phoenix and MLflow that is when the
table that their queries read holds as many spans as were sent: seen from beside, it costs them
nothing. Mayday is asked over its own API: after each request, the sender waits until a query for
the request's last trace gives all its steps, and only then goes on; that costs Mayday some of its
time. At the end Mayday must also list as many runs as traces were sent.

Linux; a release build of Mayday; everything listens on 127.0.0.1 and ends with this script.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

PHOENIX = "arize-phoenix==20.26.1"
MLFLOW = "mlflow==3.17.2"
CONNECTIONS = 4
START_PATIENCE = 180
ROUND_PATIENCE = 240
LONGEST_WAIT = 30
PROTOBUF = {"content-type": "application/x-protobuf"}


class Server:
    """A server on an empty directory. Subclasses say how to start it and what it shows."""

    name = ""
    command: list[str] = []
    health = "/health"
    headers: dict[str, str] = {}
    environment: dict[str, str] = {}

    def __init__(self, directory: Path):
        self.directory = directory
        self.port = free_port()
        self.query_port = self.port

    def start(self) -> None:
        log = (self.directory / "log").open("w")
        self.process = subprocess.Popen(
            self.arguments(), cwd=self.directory, env=os.environ | self.variables(),
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True)
        began = time.monotonic()
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() - began > START_PATIENCE:
                said = (self.directory / "log").read_text()
                raise SystemExit(f"{self.name} did not start:\n{said}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends the server and whatever it started, all of which is in one process group."""
        for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 20)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(patience)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue

    def healthy(self) -> bool:
        try:
            return get(self.query_port, self.health)[0] == 200
        except OSError:
            return False

    def arguments(self) -> list[str]:
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        return {}

    def after(self, request: dict) -> None:
        """What a sender waits for once a request is acknowledged."""

    def wait(self, spans: int, traces: int) -> None:
        """Returns once all spans show."""
        raise NotImplementedError


class InSqlite(Server):
    """A server whose queries read the table `spans` of a SQLite file."""

    def database(self) -> Path:
        raise NotImplementedError

    def wait(self, spans: int, traces: int) -> None:
        began, shown = time.monotonic(), 0
        while time.monotonic() - began < ROUND_PATIENCE:
            shown = self.shown()
            if shown >= spans:
                return
            time.sleep(0.02)
        raise SystemExit(f"{self.name} shows {shown} of {spans} spans after {ROUND_PATIENCE} s")

    def shown(self) -> int:
        try:
            connection = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True, timeout=5)
            try:
                return connection.execute("SELECT count(*) FROM spans").fetchone()[0]
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return 0


class Phoenix(InSqlite):
    name = "Phoenix"
    health = "/healthz"

    def arguments(self) -> list[str]:
        return [*self.command, "serve"]

    def variables(self) -> dict[str, str]:
        return {
            "PHOENIX_WORKING_DIR": str(self.directory), "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.port), "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_TELEMETRY_ENABLED": "false", "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }

    def database(self) -> Path:
        return self.directory / "phoenix.db"


class MLflow(InSqlite):
    name = "MLflow"
    headers = {"x-mlflow-experiment-id": "0"}

    def arguments(self) -> list[str]:
        return [*self.command, "server", "--backend-store-uri", f"sqlite:///{self.database()}",
                "--host", "127.0.0.1", "--port", str(self.port)]

    def variables(self) -> dict[str, str]:
        return {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

    def database(self) -> Path:
        return self.directory / "mlflow.db"


class Mayday(Server):
    name = "Mayday"
    health = "/healthz"

    def __init__(self, directory: Path):
        super().__init__(directory)
        self.query_port = free_port()
        self.steps = 0

    def arguments(self) -> list[str]:
        return [*self.command, "serve", "--data-dir", str(self.directory / "data"),
                "--otlp", f"127.0.0.1:{self.port}", "--http", f"127.0.0.1:{self.query_port}"]

    def after(self, request: dict) -> None:
        trace, began = request["traces"][-1], time.monotonic()
        while time.monotonic() - began < ROUND_PATIENCE:
            status, body = get(self.query_port, f"/api/v1/traces/{trace}")
            if status == 200 and len(json.loads(body)["steps"]) == self.steps:
                return
        raise SystemExit(f"Mayday does not show the trace {trace}")

    def wait(self, spans: int, traces: int) -> None:
        """Nothing is left to wait for: every sender has seen what it sent."""

    def check(self, traces: int) -> None:
        """All traces must become runs; this is no part of the time."""
        began, runs = time.monotonic(), 0
        while time.monotonic() - began < ROUND_PATIENCE:
            features = json.loads(get(self.query_port, "/api/v1/features")[1])
            runs = sum(feature["runs"] for feature in features)
            if runs == traces:
                return
            time.sleep(0.5)
        raise SystemExit(f"Mayday lists {runs} runs of {traces}")


class Senders:
    """Connections that send one request after the other, each once."""

    def __init__(self, server: Server, requests: list[dict]):
        self.server, self.requests = server, requests
        self.lock, self.next = threading.Lock(), 0
        self.retries, self.failures = 0, []

    def run(self) -> None:
        threads = [threading.Thread(target=self.lane, daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(ROUND_PATIENCE)
        if self.failures or any(thread.is_alive() for thread in threads):
            raise SystemExit(f"{self.server.name}: {self.failures or 'sending took too long'}")

    def lane(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        try:
            while not self.failures:
                with self.lock:
                    number, self.next = self.next, self.next + 1
                if number >= len(self.requests):
                    return
                self.post(connection, self.requests[number]["body"])
                self.server.after(self.requests[number])
        except (Exception, SystemExit) as error:  # told by the thread that waits for this one
            self.failures.append(repr(error))
        finally:
            connection.close()

    def post(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        began = time.monotonic()
        while time.monotonic() - began < ROUND_PATIENCE:
            connection.request("POST", "/v1/traces", body, PROTOBUF | self.server.headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                return
            if answer.status not in (429, 503):
                raise RuntimeError(f"{answer.status} {text[:300]!r}")
            self.retries += 1
            time.sleep(min(float(answer.getheader("retry-after") or 1), LONGEST_WAIT))
        raise RuntimeError("was told to wait for too long")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mayday", type=Path, help="a release build of mayday")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 21), metavar="N")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/mayday/peers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mayday-spans", type=int, default=150_000)
    parser.add_argument("--phoenix-spans", type=int, default=2_500)
    parser.add_argument("--mlflow-spans", type=int, default=15_000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    Mayday.command = [str(given.mayday.resolve())]
    Phoenix.command = [installed(given.cache, PHOENIX, "phoenix")]
    MLflow.command = [installed(given.cache, MLFLOW, "mlflow")]
    spans = {Mayday: given.mayday_spans, Phoenix: given.phoenix_spans, MLflow: given.mlflow_spans}
    with tempfile.TemporaryDirectory(prefix="mayday-compare-") as directory:
        load = write_load(Path(directory) / "load", max(spans.values()), given.seed)
        rounds = {kind: [] for kind in spans}
        for number in range(given.rounds):
            for kind, most in spans.items():
                rounds[kind].append(measure(kind, load, most, Path(directory)))
                say(f"round {number + 1} of {given.rounds}: {kind.name} {rounds[kind][-1]}")
    report(rounds, given)
    return 0


def installed(cache: Path, package: str, program: str) -> str:
    """The path of a program from a Python package, installed at this version."""
    name, version = package.split("==")
    home = cache / f"{name}-{version}"
    if not (home / "installed").exists():
        say(f"installing {package} into {home}")
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([home / "bin/pip", "install", "--quiet", package], check=True)
        (home / "installed").touch()
    return str(home / "bin" / program)


def write_load(directory: Path, spans: int, seed: int) -> dict:
    """Makes the requests, and reads them into memory: neither is part of any time."""
    subprocess.run([*Mayday.command, "bench", "load", "--out", directory, "--load", "3k",
                    "--spans", str(spans), "--seed", str(seed)], check=True)
    load = json.loads((directory / "manifest.json").read_text())
    for request in load["requests"]:
        request["body"] = (directory / request["file"]).read_bytes()
    return load


def measure(kind: type[Server], load: dict, most: int, directory: Path) -> dict:
    """One round of one server: the time from the first byte sent until all of it shows."""
    requests, spans = [], 0
    for request in load["requests"]:
        if spans < most:
            requests.append(request)
            spans += request["spans"]
    traces = sum(len(request["traces"]) for request in requests)
    with tempfile.TemporaryDirectory(dir=directory) as home:
        server = kind(Path(home))
        server.steps = load["steps_per_trace"]
        try:
            server.start()
            senders, began = Senders(server, requests), time.monotonic()
            senders.run()
            sent = time.monotonic() - began
            server.wait(spans, traces)
            shown = time.monotonic() - began
            if isinstance(server, Mayday):
                server.check(traces)
        finally:
            if hasattr(server, "process"):
                server.stop()
    return {"spans": spans, "seconds_to_send": round(sent, 2), "seconds_to_show": round(shown, 2),
            "spans_per_second": round(spans / shown, 1), "asked_to_wait": senders.retries}


def report(rounds: dict, given: argparse.Namespace) -> None:
    """The two ratios first, then what they are made of."""
    rate = {kind: statistics.median(figure["spans_per_second"] for figure in figures)
            for kind, figures in rounds.items()}
    ratios = {peer.name: round(rate[Mayday] / rate[peer], 1) for peer in (Phoenix, MLflow)}
    if given.json:
        print(json.dumps({
            "ratio": ratios, "packages": [PHOENIX, MLFLOW], "cores": os.cpu_count(),
            "rounds": {kind.name: figures for kind, figures in rounds.items()}}, indent=2))
        return
    for name, ratio in ratios.items():
        print(f"Mayday shows {ratio:g} times as many spans a second as {name}")
    for kind, figures in rounds.items():
        each = ", ".join(f"{figure['spans_per_second']:g}" for figure in figures)
        print(f"  {kind.name:8} {rate[kind]:g} spans/s, median of {each}; n {figures[0]['spans']} "
              f"spans of 3 KB a round; asked to wait "
              f"{sum(figure['asked_to_wait'] for figure in figures)} times")
    print(f"  {PHOENIX}, {MLFLOW}; {os.cpu_count()} cores; each with its default store")


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
