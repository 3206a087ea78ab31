"""The cases on `pydantic-ai`, with `logfire` that sends by OTLP and not to Logfire."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import logfire
from openai import AsyncOpenAI
from opentelemetry import trace as current
from pydantic_ai import Agent, Embedder, ModelHTTPError
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

import cases
from cases_openai import EMBEDDING_MODEL, MODEL, PARAMETERS, PROMPT, QUESTION, RESULT

CONVERSATION: dict[str, Any] = {"conversation_id": "conversation-7"}


def reached(provider: str, below: str = "") -> OpenAIProvider:
    """The provider, asked once."""
    base_url = f"{provider}{below}/v1"
    client = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    return OpenAIProvider(openai_client=client)


def agent(provider: str, below: str = "", **options: Any) -> Agent:
    """The support agent."""
    model = OpenAIChatModel(MODEL, provider=reached(provider, below))
    return Agent(model, name="support-agent", instructions=PROMPT, **options)


def search_kb(query: str, top_k: int = 1) -> str:
    """Finds articles of the knowledge base."""
    return RESULT


async def chat(provider: str) -> None:
    """A question and its answer."""
    answer = await agent(provider, model_settings=PARAMETERS).run(QUESTION, **CONVERSATION)
    assert answer.output


async def tools(provider: str) -> None:
    """The model asks for a tool, the tool answers, the model answers."""
    assert (await agent(provider, tools=[search_kb]).run(QUESTION, **CONVERSATION)).output


async def streaming(provider: str) -> None:
    """An answer in pieces, read to its end."""
    asked = agent(provider, model_settings=PARAMETERS).run_stream(QUESTION, **CONVERSATION)
    async with asked as result:
        assert [piece async for piece in result.stream_text(delta=True, debounce_by=None)]


async def cancelled(provider: str) -> None:
    """An answer in pieces, abandoned half-way."""
    asked = agent(provider, model_settings=PARAMETERS).run_stream(QUESTION, **CONVERSATION)
    async with asked as result:
        async for _ in result.stream_text(delta=True, debounce_by=None):
            await result.cancel()
            break


async def error(provider: str) -> None:
    """The provider has had enough."""
    try:
        await agent(provider, "/failing").run(QUESTION, **CONVERSATION)
    except ModelHTTPError:
        return
    raise AssertionError("no error was raised")


async def embeddings(provider: str) -> None:
    """Vectors of two texts."""
    model = OpenAIEmbeddingModel(EMBEDDING_MODEL, provider=reached(provider))
    answer = await Embedder(model).embed_documents([QUESTION, PROMPT])
    assert len(answer.embeddings) == 2


def at_once(case: Callable[[str], Awaitable[None]]) -> cases.Case:
    """A case in an event loop of its own."""

    async def whole(provider: str) -> None:
        await case(provider)

    return lambda provider: asyncio.run(whole(provider))


@contextmanager
def trace(case: str) -> Iterator[str]:
    """Puts a case under a span of Logfire's."""
    with logfire.span(f"golden {case}"):
        yield f"{current.get_current_span().get_span_context().trace_id:032x}"


CASES = {
    "chat": at_once(chat),
    "tools": at_once(tools),
    "streaming": at_once(streaming),
    "error": at_once(error),
    "cancelled": at_once(cancelled),
    "embeddings": at_once(embeddings),
}

if __name__ == "__main__":
    at = cases.options()
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{at.otlp}/v1/traces"
    logfire.configure(
        send_to_logfire=False,
        console=False,
        metrics=False,
        inspect_arguments=False,
        service_name=cases.SERVICE["service.name"],
        service_version=cases.SERVICE["service.version"],
    )
    logfire.instrument_pydantic_ai()
    Embedder.instrument_all()
    played = cases.play(CASES, trace, at.provider)
    logfire.shutdown()
    cases.tell(played, {})
