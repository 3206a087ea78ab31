"""The cases on `langfuse.openai`, with Langfuse's export pointed at Mayday."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cases

SETTINGS = {
    "LANGFUSE_OTEL_TRACES_EXPORT_PATH": "v1/traces",
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
    "LANGFUSE_SECRET_KEY": "sk-lf-none",
    "LANGFUSE_TRACING_ENVIRONMENT": "golden",
    "LANGFUSE_RELEASE": "1.4.2",
    "OTEL_SERVICE_NAME": "support",
}

if __name__ == "__main__":
    at = cases.options()
    os.environ.update(SETTINGS, LANGFUSE_BASE_URL=at.otlp)
    import langfuse.openai  # wraps the client of `openai`, once the settings are there
    from langfuse import Langfuse

    import cases_openai

    langfuse_client = Langfuse()

    @contextmanager
    def trace(case: str) -> Iterator[str]:
        """Puts a case under an observation of an agent."""
        name = f"golden {case}"
        with langfuse_client.start_as_current_observation(name=name, as_type="agent") as span:
            yield span.trace_id

    played = cases.play(cases_openai.CASES, trace, at.provider)
    langfuse_client.flush()
    cases.tell(played, {})
