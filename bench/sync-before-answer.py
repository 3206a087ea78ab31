#!/usr/bin/env python3
"""Shows, from a trace of system calls, that an export request is answered only after its sync.

Usage: bench/sync-before-answer.py PATH-TO-MAYDAY     (needs strace)

Starts a server under strace, sends a simulated load over OTLP, one request after the other, and reads
the trace: when a 200 is written to a socket, every write to the day file's log before it must have
been followed by a completed sync of that file. Settling is put off, so that the log is written for
requests alone. Exits with 1 if any answer came first.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    mayday = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory:
        trace = Path(directory) / "trace"
        server = subprocess.Popen(
            ["strace", "-f", "-y", "-o", str(trace), "-e",
             "trace=pwrite64,fdatasync,fsync,write,writev,sendto", mayday, "serve",
             "--data-dir", f"{directory}/data", "--otlp", "127.0.0.1:0",
             "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0",
             "--settle-after-root", "100h", "--settle-after-last-span", "100h"],
            stdout=subprocess.PIPE, text=True)
        try:
            otlp = server.stdout.readline().split()[1]
            server.stdout.readline()
            subprocess.run([mayday, "sim", "--scenario", "quiet",
                            "--start", str(int(time.time()) - 22_000),
                            "--send", otlp], check=True, stdout=subprocess.DEVNULL)
        finally:
            children = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True)
            for child in children.stdout.split():
                subprocess.run(["kill", "-TERM", child], check=False)
            server.send_signal(signal.SIGTERM)
            server.wait(30)
        return judge(trace.read_text(errors="replace").splitlines())


def judge(lines: list[str]) -> int:
    """Counts the answers that came after, and before, the sync of what they answer for."""
    log_write = re.compile(r"pwrite64\(\d+<[^>]*flights/[^>]*-wal>")
    sync_started = re.compile(r"^(\d+) .*f(?:data)?sync\(\d+<[^>]*flights/[^>]*-wal>(.*)$")
    sync_resumed = re.compile(r"^(\d+) .*<\.\.\. f(?:data)?sync resumed>.*= 0")
    answer = re.compile(r'(?:write|writev|sendto)\(\d+<(?:TCP|socket)[^>]*>.*HTTP/1\.1 200')
    unsynced, syncing, good, bad, syncs = 0, set(), 0, 0, 0
    for line in lines:
        started = sync_started.match(line)
        if log_write.search(line):
            unsynced += 1
        elif started and "= 0" in started.group(2):
            unsynced, syncs = 0, syncs + 1
        elif started:
            syncing.add(started.group(1))
        elif (resumed := sync_resumed.match(line)) and resumed.group(1) in syncing:
            syncing.discard(resumed.group(1))
            unsynced, syncs = 0, syncs + 1
        elif answer.search(line):
            good, bad = (good + 1, bad) if unsynced == 0 else (good, bad + 1)
    print(f"{good} answers after their sync, {bad} before it; {syncs} syncs of the log")
    return 0 if good > 0 and bad == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
