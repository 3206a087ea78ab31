"""The cases under `opentelemetry-instrumentation-genai-openai`, with content in the spans."""

import cases
import cases_openai
from app_genai import ROOT, instrument

if __name__ == "__main__":
    at = cases.options()
    traces = cases.traces_to(at.otlp)
    instrument(traces)
    played = cases.play(cases_openai.CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {})
