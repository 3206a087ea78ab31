"""The cases under OpenLLMetry's `opentelemetry-instrumentation-openai`, content by default."""

from opentelemetry.instrumentation.openai import OpenAIInstrumentor

import cases
import cases_openai

ROOT = {"traceloop.span.kind": "workflow", "traceloop.entity.name": "support-agent"}

if __name__ == "__main__":
    at = cases.options()
    traces = cases.traces_to(at.otlp)
    OpenAIInstrumentor().instrument(tracer_provider=traces)
    played = cases.play(cases_openai.CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {})
