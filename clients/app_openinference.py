"""The support agent, instrumented by `openinference-instrumentation-openai`."""

from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider

import support_agent

ROOT = {
    "openinference.span.kind": "AGENT",
    "agent.name": support_agent.AGENT,
}


def instrument(traces: TracerProvider) -> None:
    """Turns the instrumentation on; it captures content by default."""
    OpenAIInstrumentor().instrument(tracer_provider=traces)


if __name__ == "__main__":
    support_agent.main(instrument, ROOT)
