"""A support agent on the real `openai` client: each run is a model call, a tool, a model call.

Half-way through the runs the tool's result changes its shape, and more runs end badly. The two
`app_*.py` differ only in the library that instruments the client.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from openai import OpenAI
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)

AGENT = "support-agent"
MODEL = "gpt-4o-mini"
PROMPT = """You are the support agent of a shop — friendly, brief, and exact.

Search the knowledge base before you answer. Never promise a refund.
Sign as “Zoë”, and quote prices as in 1 299,00 €."""
QUESTIONS = [
    "Where is my parcel? It said »out for delivery« since Monday.",
    'Can I return "worn" shoes?\n\nThey\'re 2 sizes too big \U0001f45f',
    "Wie lange dauert die Rückerstattung?",
    "My invoice shows <b>two</b> items & I bought one \\ please fix",
    "返品したいのですが、送料はかかりますか。",
]
SEARCH_KB = {
    "type": "function",
    "function": {
        "name": "search_kb",
        "description": "Finds articles of the knowledge base.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string"}, "top_k": {"type": "integer"}},
            "required": ["query"],
        },
    },
}
SNIPPET = "Returns are free within 30 days; after that a label costs 4,90 €. " * 6


class Tee(SpanExporter):
    """Writes each finished span's attributes to a file, exactly as the exporter gets them."""

    def __init__(self, file: TextIO) -> None:
        self.file = file

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Writes one line of JSON a span."""
        for span in spans:
            self.file.write(json.dumps(as_record(span)) + "\n")
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Makes sure that all of it is in the file."""
        self.file.close()


def as_record(span: ReadableSpan) -> dict[str, Any]:
    """A span's identity and attributes."""
    context = span.get_span_context()
    return {
        "trace": f"{context.trace_id:032x}",
        "span": f"{context.span_id:016x}",
        "name": span.name,
        "attributes": dict(span.attributes or {}),
    }


def traces_to(otlp: str, tee: Path) -> TracerProvider:
    """Sends spans by OTLP over HTTP, compressed, and notes them in a file as well."""
    resource = Resource.create({"service.name": "support", "service.version": "1.4.2"})
    exporter = OTLPSpanExporter(endpoint=f"{otlp}/v1/traces", compression=Compression.Gzip)
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=100_000))
    traces.add_span_processor(SimpleSpanProcessor(Tee(tee.open("w", encoding="utf-8"))))
    return traces


def search_kb(number: int, is_late: bool) -> str:
    """What the tool answers: in another shape once it is late."""
    title = f"Returns & refunds №{number}"
    if is_late:
        items = [{"ref": f"kb/{number}", "headline": title}]
        return json.dumps({"items": items, "next": None}, ensure_ascii=False)
    results = [{"id": number, "title": title, "snippet": SNIPPET}]
    return json.dumps({"results": results}, ensure_ascii=False)


def is_bad(number: int, is_late: bool) -> bool:
    """Whether a run ends badly: 4 % early, 20 % late, evenly spread."""
    return number % (5 if is_late else 25) == 2


def converse(client: OpenAI, number: int, is_late: bool) -> None:
    """One run: the model asks for the tool, the tool answers, the model answers."""
    messages: list[Any] = [
        {"role": "system", "content": PROMPT},
        {"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]},
    ]
    options: dict[str, Any] = {"model": MODEL, "tools": [SEARCH_KB], "temperature": 0.2}
    asked = client.chat.completions.create(messages=messages, **options).choices[0].message
    messages.append(asked.model_dump(exclude_none=True))
    for call in asked.tool_calls or []:
        result = search_kb(number, is_late)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    answer = client.chat.completions.create(messages=messages, **options).choices[0]
    assert answer.finish_reason == "stop", answer.finish_reason


def play(traces: TracerProvider, client: OpenAI, runs: int, root: Mapping[str, str]) -> list[float]:
    """All runs; gives the Unix time at their start, half-way, and after their end."""
    tracer = traces.get_tracer("support")
    moments = [time.time()]
    for number in range(runs):
        is_late = number >= runs // 2
        if number == runs // 2:
            moments.append(time.time())
        with tracer.start_as_current_span(f"invoke_agent {AGENT}", attributes=root) as span:
            converse(client, number, is_late)
            span.set_attribute("mayday.outcome", "bad" if is_bad(number, is_late) else "good")
    return [*moments, time.time()]


def main(instrument: Callable[[TracerProvider], None], root: Mapping[str, str]) -> None:
    """Plays the runs under an instrumentation and prints the three moments as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--provider", required=True, help="address of the model provider")
    parser.add_argument("--otlp", required=True, help="address that spans are sent to")
    parser.add_argument("--tee", required=True, type=Path, help="file that spans are noted in")
    parser.add_argument("--runs", type=int, default=600)
    options = parser.parse_args()
    traces = traces_to(options.otlp, options.tee)
    instrument(traces)
    client = OpenAI(base_url=f"{options.provider}/v1", api_key="none", max_retries=0)
    start, half_way, end = play(traces, client, options.runs, root)
    assert traces.force_flush(), "spans are left over"
    traces.shutdown()
    print(json.dumps({"start": start, "half_way": half_way, "end": end}))
