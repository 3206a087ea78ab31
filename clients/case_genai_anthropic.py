"""The cases on the real `anthropic` client.

What instruments it is `opentelemetry-instrumentation-genai-anthropic`, with content in the spans.
"""

import os
from typing import Any

import anthropic
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

import cases
from app_genai import ROOT
from cases_openai import PROMPT, QUESTION, RESULT
from support_agent import SEARCH_KB

MODEL = "claude-sonnet-4-5"
REQUEST: dict[str, Any] = {"model": MODEL, "system": PROMPT, "max_tokens": 200}
PARAMETERS: dict[str, Any] = {"stop_sequences": ["— Zoë"], "service_tier": "auto"}


def client(provider: str, below: str = "") -> anthropic.Anthropic:
    """A client that tries once."""
    return anthropic.Anthropic(base_url=f"{provider}{below}", api_key="none", max_retries=0)


def messages() -> list[Any]:
    """A question."""
    return [{"role": "user", "content": QUESTION}]


def chat(provider: str) -> None:
    """A question and its answer."""
    answer = client(provider).messages.create(messages=messages(), **REQUEST, **PARAMETERS)
    assert answer.stop_reason == "end_turn"


def tools(provider: str) -> None:
    """The model asks for a tool, the tool answers, the model answers."""
    asking, said = client(provider), messages()
    tool = SEARCH_KB["function"]
    described = {"name": tool["name"], "description": tool["description"]}
    offered: Any = [described | {"input_schema": tool["parameters"]}]
    asked = asking.messages.create(messages=said, tools=offered, **REQUEST)
    said.append({"role": "assistant", "content": asked.content})
    calls = [block.id for block in asked.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call, "content": RESULT} for call in calls]
    said.append({"role": "user", "content": results})
    answer = asking.messages.create(messages=said, tools=offered, **REQUEST)
    assert answer.stop_reason == "end_turn"


def stream(provider: str) -> Any:
    """An answer in pieces."""
    return client(provider).messages.create(
        messages=messages(), stream=True, **REQUEST, **PARAMETERS
    )


def streaming(provider: str) -> None:
    """An answer in pieces, read to its end."""
    assert [piece.type for piece in stream(provider)][-1] == "message_stop"


def cancelled(provider: str) -> None:
    """An answer in pieces, abandoned half-way."""
    pieces = stream(provider)
    for _ in range(4):
        next(iter(pieces))
    pieces.close()


def error(provider: str) -> None:
    """The provider has had enough."""
    try:
        client(provider, "/failing").messages.create(messages=messages(), **REQUEST)
    except anthropic.RateLimitError:
        return
    raise AssertionError("no error was raised")


CASES = {
    "chat": chat,
    "tools": tools,
    "streaming": streaming,
    "error": error,
    "cancelled": cancelled,
}

if __name__ == "__main__":
    at = cases.options()
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"
    traces = cases.traces_to(at.otlp)
    AnthropicInstrumentor().instrument(tracer_provider=traces)
    played = cases.play(CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {"embeddings": "the provider has no embeddings"})
