"""A mock of Anthropic's interface: what it answers, always the same for the same request."""

import json
from collections.abc import Iterator
from typing import Any

from mock_openai import pieces

SNAPSHOT = "20250929"
WRITTEN = 20
CACHE_READ = 64
CACHE_WRITTEN = 16

Json = dict[str, Any]


def is_question(message: Json) -> bool:
    """Whether a user asks, and does not hand over a tool's result."""
    content = message["content"]
    return isinstance(content, str) or all(part["type"] == "text" for part in content)


def content_of(request: Json, number: int) -> list[Json]:
    """The blocks of the assistant's message."""
    last = request["messages"][-1]
    if request.get("tools") and is_question(last):
        call: Json = {"type": "tool_use", "id": f"toolu_{number:06}", "name": "search_kb"}
        return [call | {"input": {"query": last["content"], "top_k": 3}}]
    return [{"type": "text", "text": f"Returns are free – this is answer {number}, «in full…»"}]


def head(request: Json, number: int) -> Json:
    """The message, without what it says."""
    usage = {
        "input_tokens": len(json.dumps(request["messages"])) // 4,
        "cache_creation_input_tokens": CACHE_WRITTEN,
        "cache_read_input_tokens": CACHE_READ,
        "output_tokens": 1,
        "service_tier": "standard",
    }
    return {
        "id": f"msg_{number:06}",
        "type": "message",
        "role": "assistant",
        "model": f"{request['model']}-{SNAPSHOT}",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def stop_reason(content: list[Json]) -> str:
    """Why it stopped."""
    return "tool_use" if content[-1]["type"] == "tool_use" else "end_turn"


def completion(request: Json, number: int) -> Json:
    """The whole answer."""
    start, content = head(request, number), content_of(request, number)
    usage = start["usage"] | {"output_tokens": WRITTEN}
    return start | {"content": content, "stop_reason": stop_reason(content), "usage": usage}


def chunks(request: Json, number: int) -> Iterator[str]:
    """The answer as a stream of server-sent events."""
    yield event("message_start", message=head(request, number))
    content = content_of(request, number)
    for index, block in enumerate(content):
        yield from block_chunks(index, block)
    delta = {"stop_reason": stop_reason(content), "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": WRITTEN})
    yield event("message_stop")


def block_chunks(index: int, block: Json) -> Iterator[str]:
    """One block of the message, cut into pieces."""
    if block["type"] == "text":
        empty, kind, name, whole = block | {"text": ""}, "text_delta", "text", block["text"]
    else:
        whole = json.dumps(block["input"], ensure_ascii=False)
        empty, kind, name = block | {"input": {}}, "input_json_delta", "partial_json"
    yield event("content_block_start", index=index, content_block=empty)
    for piece in pieces(whole):
        yield event("content_block_delta", index=index, delta={"type": kind, name: piece})
    yield event("content_block_stop", index=index)


def event(kind: str, **body: Any) -> str:
    """One server-sent event."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | body)}\n\n"
