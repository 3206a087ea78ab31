"""What of a reconstruction is the same each time: no ids, times, ports, or versions of libraries.

Ids become `trace`, `span-1`, `span-2`, in the order of appearance; steps stand as in their tree.
Of attributes the keys remain: that texts read back byte for byte is what `loop.py` checks, and
what they mean stands in the record beside them.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

TIMES = {"started", "ended"}
SECONDS = {"first_chunk_secs"}
MACHINE = ("telemetry.sdk.", "process.", "host.", "os.")
OF_THE_PROCESS = {"otel.scope.version", "service.instance.id"}


def normal(reconstruction: Json, provider: str) -> Json:
    """The parts of a reconstruction that must not change."""
    steps = list(in_tree_order(reconstruction["steps"]))
    names = {reconstruction["trace"]: "trace", provider.removeprefix("http://"): "provider"}
    names |= {step["span"]: f"span-{number}" for number, step in enumerate(steps, 1)}
    rest = {key: reconstruction[key] for key in ("complete", "runs", "dropped", "open_intents")}
    return renamed(rest | {"steps": [normal_step(step) for step in steps]}, names)


def in_tree_order(steps: list[Json]) -> Iterator[Json]:
    """Each step before the ones below it, which come in the order in which they began."""
    below: dict[str | None, list[Json]] = defaultdict(list)
    spans = {step["span"] for step in steps}
    for step in sorted(steps, key=lambda step: (step["started"], step["name"])):
        below[step["parent"] if step["parent"] in spans else None].append(step)
    waiting = below[None][::-1]
    while waiting:
        yield (step := waiting.pop())
        waiting += below[step["span"]][::-1]


def normal_step(step: Json) -> Json:
    """A step without its times, and with only the keys of its attributes."""
    kept = {key: value for key, value in step.items() if key not in TIMES}
    kept["attributes"] = sorted(step["attributes"])
    origin = {key: step["origin"][key] for key in sorted(step["origin"]) if is_stable(key)}
    return kept | {"origin": origin, "record": without_seconds(step["record"])}


def is_stable(key: str) -> bool:
    """Whether what a sender says of itself is the same on each machine and with each version."""
    return key not in OF_THE_PROCESS and not key.startswith(MACHINE)


def without_seconds(value: Any) -> Any:
    """Says of each measured time only that it was measured."""
    if isinstance(value, dict):
        return {k: "measured" if k in SECONDS else without_seconds(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_seconds(one) for one in value]
    return value


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The same, with names for what is different each time."""
    if isinstance(value, dict):
        return {key: renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    if isinstance(value, str):
        for changing, name in names.items():
            value = value.replace(changing, name)
    return value
