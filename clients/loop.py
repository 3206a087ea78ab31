"""The loop on real input: real clients export to a started server, which must find the cause.

For each application: what moved is the shape of the tool's result, and every text that was sent
reads back byte for byte. Exit status 0 if all of it holds.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import HERE, Failure, get, require, say, serve, started

APPS = ["app_genai.py", "app_openinference.py"]
FEATURE = "support-agent"
CAUSE = "tool_shape:search_kb"

APP_SECS = 300
SETTLE_TRIES = 240
SETTLE_PAUSE_SECS = 0.25


def run_app(app: str, otlp: str, tee: Path, runs: int) -> dict[str, float]:
    """Plays the application against the provider; gives the moments it prints."""
    with started([sys.executable, str(HERE / "provider.py")]) as provider:
        address = provider.addresses({"provider"})["provider"]
        command = [sys.executable, str(HERE / app), "--provider", address, "--otlp", otlp]
        command += ["--tee", str(tee), "--runs", str(runs)]
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=APP_SECS, check=False)
    require(done.returncode == 0, f"{app} ended with status {done.returncode}")
    return json.loads(done.stdout)


def await_settled(server: str, runs: int) -> None:
    """Waits until all runs of the feature have settled."""
    settled = 0
    for _ in range(SETTLE_TRIES):
        features = {feature["feature"]: feature for feature in get(f"{server}/api/v1/features")}
        settled = features.get(FEATURE, {"runs": 0})["runs"]
        if settled >= runs:
            break
        time.sleep(SETTLE_PAUSE_SECS)
    require(settled == runs, f"{settled} of {runs} runs of {FEATURE} have settled: {features}")
    require(features.keys() == {FEATURE}, f"there are features nobody sent: {features}")
    say(f"    {settled} runs of {FEATURE} settled")


def check_moved(mayday: str, server: str, moments: dict[str, float]) -> None:
    """Asks what moved between the two halves: it must be the tool's shape, and it first."""
    edges = [f"{moments[name]:.6f}" for name in ("start", "half_way", "end")]
    command = [mayday, "moved", "--server", server, "--feature", FEATURE, "--json"]
    command += ["--baseline", f"{edges[0]}..{edges[1]}", "--incident", f"{edges[1]}..{edges[2]}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=False)
    require(done.returncode == 0, f"`moved` ended with status {done.returncode}")
    report = json.loads(done.stdout)
    movers = [mover["factor"] for mover in report["movers"]]
    require(report["verdict"] == "moved", f"the verdict is {report['verdict']}, movers {movers}")
    require(movers[0] == CAUSE, f"the first mover is {movers[0]}, not {CAUSE}")
    halves = [report["outcome"][half] for half in ("before", "during")]
    rates = " → ".join(f"{half['k']} of {half['n']} bad" for half in halves)
    say(f"    moved: {movers[0]} first of {len(movers)}; {rates}")


def check_content(server: str, tee: Path) -> None:
    """Compares every text of every span with what the server gives back."""
    sent: dict[str, list[dict[str, Any]]] = {}
    for line in tee.read_text(encoding="utf-8").splitlines():
        span = json.loads(line)
        sent.setdefault(span["trace"], []).append(span)
    texts = size = 0
    for trace, spans in sent.items():
        steps = {step["span"]: step for step in get(f"{server}/api/v1/traces/{trace}")["steps"]}
        require(len(steps) == len(spans), f"trace {trace}: {len(steps)} of {len(spans)} spans")
        for span in spans:
            for text in compare(span, steps.get(span["span"])):
                texts, size = texts + 1, size + len(text)
    require(texts > 0, "no text was sent")
    spans_sent = sum(map(len, sent.values()))
    say(f"    content: {texts} texts of {spans_sent} spans equal, {size} bytes")


def compare(span: dict[str, Any], step: dict[str, Any] | None) -> Iterator[bytes]:
    """The texts of a span, each found equal in the step."""
    require(step is not None, f"span {span['span']} is not on record")
    assert step
    require(step["name"] == span["name"], f"span {span['span']} has another name: {step['name']}")
    for key, value in span["attributes"].items():
        if isinstance(value, str):
            read = step["attributes"].get(key)
            where = f"span {span['span']}, {key}"
            require(isinstance(read, str), f"{where}: read back as {read!r}")
            require(read.encode() == value.encode(), f"{where}: sent {value!r}, read {read!r}")
            yield value.encode()


def check_app(mayday: str, app: str, runs: int) -> None:
    """The whole loop for one application, on an empty store."""
    say(f"{app}: {runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        data, tee = Path(folder) / "data", Path(folder) / "spans.jsonl"
        with started(serve(mayday, data)) as server:
            at = server.addresses({"otlp", "http"})
            moments = run_app(app, at["otlp"], tee, runs)
            await_settled(at["http"], runs)
            check_moved(mayday, at["http"], moments)
            check_content(at["http"], tee)
            status = server.stop()
            require(status == 0, f"the server ended with status {status}")
            say("    the server stopped when asked")


def main() -> int:
    """Checks every application; says what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mayday", required=True, help="the program to test")
    parser.add_argument("--runs", type=int, default=600, help="runs of each application")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failures = 0
    for app in APPS:
        try:
            check_app(options.mayday, app, options.runs)
        except (Failure, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
            print(f"{app}: {type(failure).__name__}: {failure}", file=sys.stderr, flush=True)
            failures += 1
    say("all hold" if failures == 0 else f"{failures} of {len(APPS)} fail")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
