"""What the Python clients of the golden records have in common: one trace for each case.

A client has a function for each case that it can play; for the others it says why not. Printed
is, as JSON, for each case its trace or the reason, or both if it was played and nothing was told.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SERVICE = {"service.name": "support", "service.version": "1.4.2"}

Case = Callable[[str], None]
Trace = Callable[[str], AbstractContextManager[str]]


def options() -> argparse.Namespace:
    """Where the provider is, and where spans go."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--provider", required=True, help="address of the mock provider")
    parser.add_argument("--otlp", required=True, help="address that spans are sent to")
    return parser.parse_args()


def exporter(otlp: str) -> OTLPSpanExporter:
    """Sends spans by OTLP over HTTP."""
    return OTLPSpanExporter(endpoint=f"{otlp}/v1/traces")


def traces_to(otlp: str) -> TracerProvider:
    """The SDK as an application sets it up."""
    traces = TracerProvider(resource=Resource.create(SERVICE))
    traces.add_span_processor(BatchSpanProcessor(exporter(otlp)))
    return traces


def under(traces: TracerProvider, root: Mapping[str, str]) -> Trace:
    """Puts each case under a root span with these attributes."""
    tracer = traces.get_tracer("support")

    @contextmanager
    def trace(case: str) -> Iterator[str]:
        with tracer.start_as_current_span(f"golden {case}", attributes=root) as span:
            yield f"{span.get_span_context().trace_id:032x}"

    return trace


def play(cases: Mapping[str, Case], trace: Trace, provider: str) -> dict[str, dict[str, Any]]:
    """Plays the cases one after the other; gives the trace of each."""
    played = {}
    for name, case in cases.items():
        with trace(name) as trace_id:
            case(provider)
        played[name] = {"trace": trace_id}
    return played


def tell(played: dict[str, dict[str, Any]], not_instrumented: Mapping[str, str]) -> None:
    """Prints what became of each case."""
    for case, reason in not_instrumented.items():
        played.setdefault(case, {})["not_instrumented"] = reason
    print(json.dumps(played))
