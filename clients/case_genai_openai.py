"""The cases under `opentelemetry-instrumentation-genai-openai`, with content in the spans."""

import os

from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

import cases
import cases_openai

ROOT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support-agent"}

if __name__ == "__main__":
    at = cases.options()
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"
    traces = cases.traces_to(at.otlp)
    OpenAIInstrumentor().instrument(tracer_provider=traces)
    played = cases.play(cases_openai.CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {})
