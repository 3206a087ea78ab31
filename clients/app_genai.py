"""The support agent, instrumented by `opentelemetry-instrumentation-genai-openai`."""

import os

from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider

import support_agent

ROOT = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": support_agent.AGENT,
}


def instrument(traces: TracerProvider) -> None:
    """Turns the instrumentation on, with content in the spans."""
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"
    OpenAIInstrumentor().instrument(tracer_provider=traces)


if __name__ == "__main__":
    support_agent.main(instrument, ROOT)
