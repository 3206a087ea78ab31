"""The cases of the golden records on the real `openai` client, whatever instruments it."""

import json
from typing import Any

import openai

from support_agent import MODEL, SEARCH_KB

EMBEDDING_MODEL = "text-embedding-3-small"
PROMPT = "You are the support agent of a shop — friendly, brief, and exact. Sign as “Zoë”."
QUESTION = 'Can I return "worn" shoes?\n\nThey\'re 2 sizes too big \U0001f45f'
PARAMETERS: dict[str, Any] = {"temperature": 0.2, "top_p": 0.9, "max_tokens": 200, "seed": 7}
RESULT = json.dumps({"results": [{"id": 12, "title": "Returns & refunds №12"}]})


def client(provider: str, below: str = "") -> openai.OpenAI:
    """A client that tries once."""
    return openai.OpenAI(base_url=f"{provider}{below}/v1", api_key="none", max_retries=0)


def messages() -> list[Any]:
    """A prompt and a question."""
    return [{"role": "system", "content": PROMPT}, {"role": "user", "content": QUESTION}]


def chat(provider: str) -> None:
    """A question and its answer."""
    answer = client(provider).chat.completions.create(
        model=MODEL, messages=messages(), **PARAMETERS
    )
    assert answer.choices[0].finish_reason == "stop"


def tools(provider: str) -> None:
    """The model asks for a tool, the tool answers, the model answers."""
    asking, said = client(provider), messages()
    offered: Any = [SEARCH_KB]
    asked = asking.chat.completions.create(model=MODEL, messages=said, tools=offered)
    said.append(asked.choices[0].message.model_dump(exclude_none=True))
    for call in asked.choices[0].message.tool_calls or []:
        said.append({"role": "tool", "tool_call_id": call.id, "content": RESULT})
    answer = asking.chat.completions.create(model=MODEL, messages=said, tools=offered)
    assert answer.choices[0].finish_reason == "stop"


def stream(provider: str) -> Any:
    """An answer in pieces, with usage at its end."""
    options = {"stream": True, "stream_options": {"include_usage": True}}
    return client(provider).chat.completions.create(
        model=MODEL, messages=messages(), **PARAMETERS, **options
    )


def streaming(provider: str) -> None:
    """An answer in pieces, read to its end."""
    reasons = [choice.finish_reason for chunk in stream(provider) for choice in chunk.choices]
    assert reasons[-1] == "stop"


def cancelled(provider: str) -> None:
    """An answer in pieces, abandoned half-way."""
    pieces = stream(provider)
    for _ in range(3):
        next(iter(pieces))
    pieces.close()


def error(provider: str) -> None:
    """The provider has had enough."""
    try:
        client(provider, "/failing").chat.completions.create(model=MODEL, messages=messages())
    except openai.RateLimitError:
        return
    raise AssertionError("no error was raised")


def embeddings(provider: str) -> None:
    """Vectors of two texts."""
    answer = client(provider).embeddings.create(
        model=EMBEDDING_MODEL, input=[QUESTION, PROMPT], dimensions=3
    )
    assert len(answer.data) == 2


CASES = {
    "chat": chat,
    "tools": tools,
    "streaming": streaming,
    "error": error,
    "cancelled": cancelled,
    "embeddings": embeddings,
}
