"""The cases under `openinference-instrumentation-openai`, which captures content by default."""

from openinference.instrumentation.openai import OpenAIInstrumentor

import cases
import cases_openai

ROOT = {"openinference.span.kind": "AGENT", "agent.name": "support-agent"}

if __name__ == "__main__":
    at = cases.options()
    traces = cases.traces_to(at.otlp)
    OpenAIInstrumentor().instrument(tracer_provider=traces)
    played = cases.play(cases_openai.CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {})
