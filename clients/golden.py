"""Golden records: what Mayday makes of what real clients send, compared with what it should be.

Each client plays the same cases against the mock provider and exports to one started server. Of
each case the reconstruction is compared with `golden/CLIENT.json`; `--bless` writes it anew. Exit
status 0 if all are equal.
"""

import argparse
import difflib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import HERE, Failure, get, require, say, serve, started
from normal import normal

CASES = ["chat", "tools", "streaming", "error", "cancelled", "embeddings"]
CLIENTS = {
    "genai-openai": ["case_genai_openai.py"],
    "genai-anthropic": ["case_genai_anthropic.py"],
    "openllmetry": ["case_openllmetry.py"],
    "openinference": ["case_openinference.py"],
    "langfuse": ["case_langfuse.py"],
    "pydantic-ai": ["case_pydantic_ai.py"],
    "vercel-ai": ["case_vercel.mjs"],
    "vercel-ai-legacy": ["case_vercel.mjs", "--legacy"],
}
FOLDER = HERE / "golden"

CLIENT_SECS = 60
MOST_DIFFERENCES = 80
MOST_SAID = 2_000
AT_A_TIME = 2
WIDTH = 98


@dataclass
class Around:
    """What is there for every client."""

    otlp: str
    http: str
    modules: Path


def program(client: str, modules: Path) -> list[str]:
    """The command that plays a client's cases. A module of Node.js must lie beside its packages."""
    name, *options = CLIENTS[client]
    if name.endswith(".py"):
        return [sys.executable, str(HERE / name), *options]
    module = shutil.copy(HERE / "node" / name, modules)
    pinned = next(modules.glob("node_modules/node-*/bin/node"), "node")
    return [str(pinned), module, *options]


def play(client: str, around: Around) -> tuple[str, dict[str, Any]]:
    """Plays a client's cases; gives the provider's address, and what the client says of each."""
    with started([sys.executable, str(HERE / "provider.py")]) as provider:
        address = provider.addresses({"provider"})["provider"]
        command = [*program(client, around.modules), "--provider", address, "--otlp", around.otlp]
        done = subprocess.run(command, capture_output=True, timeout=CLIENT_SECS, check=False)
    last = done.stderr.decode(errors="replace")[-MOST_SAID:]
    require(done.returncode == 0, f"it ended with status {done.returncode}\n{last}")
    return address, json.loads(done.stdout)


def records(client: str, around: Around) -> dict[str, Any]:
    """What is on record of each case, or why nothing is."""
    provider, played = play(client, around)
    require(set(played) == set(CASES), f"the cases played are {sorted(played)}, not {CASES}")
    return {case: record(case, played[case], around.http, provider) for case in CASES}


def record(case: str, played: dict[str, str], server: str, provider: str) -> Any:
    """What is on record of a case; or why nothing is, if the client told nothing of it."""
    reason = played.get("not_instrumented")
    steps = []
    if "trace" in played:
        found = get(f"{server}/api/v1/reconstruct?of={played['trace']}")
        require(len(found) == 1, f"{case}: {len(found)} traces have this id")
        steps = found[0]["steps"]
    else:
        require(reason is not None, f"{case}: there is neither a trace nor a reason")
    if reason is not None:
        require(len(steps) < 2, f"{case}: said to be not instrumented, has {len(steps)} steps")
        return f"not instrumented: {reason}"
    require(len(steps) > 1, f"{case}: the client sent nothing")
    return normal(found[0], provider)


def written(value: Any, indent: str = "") -> str:
    """As it stands in the file: what fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) < WIDTH or not isinstance(value, (dict, list)):
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        inner, ends = [written(one, deeper) for one in value], "[]"
    else:
        pairs = ((json.dumps(key) + ": ", one) for key, one in value.items())
        inner, ends = [key + written(one, deeper) for key, one in pairs], "{}"
    lines = f",\n{deeper}".join(inner)
    return f"{ends[0]}\n{deeper}{lines}\n{indent}{ends[1]}"


def compare(client: str, now: str) -> None:
    """Fails, and says how they differ, unless the records are the golden ones."""
    path = FOLDER / f"{client}.json"
    require(path.exists(), f"{path.name} is not there: look at the records, then run --bless")
    golden = path.read_text(encoding="utf-8")
    lines = (golden.splitlines(), now.splitlines())
    difference = list(difflib.unified_diff(*lines, f"golden/{path.name}", "now", n=6, lineterm=""))
    more = len(difference) - MOST_DIFFERENCES
    shown = difference[:MOST_DIFFERENCES] + ([f"… and {more} lines more"] if more > 0 else [])
    advice = "the records are not the golden ones: mend it, or look and run --bless"
    require(golden == now, "\n    ".join([advice, *shown]))


def check_client(client: str, around: Around, is_blessing: bool) -> bool:
    """Whether what is on record of a client is golden, or could be taken as such."""
    try:
        say(f"{client}: {check_records(client, around, is_blessing)}")
        return True
    except (Failure, OSError, KeyError, ValueError, subprocess.SubprocessError) as failure:
        say(f"{client}: {type(failure).__name__}: {failure}")
        return False


def check_records(client: str, around: Around, is_blessing: bool) -> str:
    """Plays a client's cases and compares what is on record, or takes it as golden; says what."""
    found = records(client, around)
    text = written(found) + "\n"
    if is_blessing:
        (FOLDER / f"{client}.json").write_text(text, encoding="utf-8")
    else:
        compare(client, text)
    told = [case for case in CASES if isinstance(found[case], dict)]
    steps = sum(len(found[case]["steps"]) for case in told)
    state = "blessed" if is_blessing else "equal"
    return f"{len(told)} of {len(CASES)} cases told, {steps} steps, {state}"


def check(options: argparse.Namespace, data: Path) -> list[str]:
    """Checks the clients against one server; gives those that fail."""
    with started(serve(options.mayday, data)) as server:
        at = server.addresses({"otlp", "http"})
        around = Around(at["otlp"], at["http"], options.modules)

        def holds(client: str) -> bool:
            return check_client(client, around, options.bless)

        clients = list(options.only or CLIENTS)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            good = list(pool.map(holds, clients))
        require(server.stop() == 0, "the server did not end well")
    return [client for client, is_good in zip(clients, good, strict=True) if not is_good]


def main() -> int:
    """Checks every client; says which fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mayday", required=True, help="the program to test")
    parser.add_argument("--modules", required=True, type=Path, help="folder of node_modules")
    parser.add_argument("--only", nargs="+", choices=CLIENTS, help="check only these clients")
    parser.add_argument("--bless", action="store_true", help="take the records as golden")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder:
        failed = check(options, Path(folder) / "data")
    say(f"golden records: {'these fail: ' + ', '.join(failed) if failed else 'all hold'}")
    return min(len(failed), 1)


if __name__ == "__main__":
    sys.exit(main())
