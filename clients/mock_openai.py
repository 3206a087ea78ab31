"""A mock of OpenAI's interface: what it answers, always the same for the same request.

With tools on offer it answers a user's message with a call of `search_kb`; anything else, with a
text.
"""

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

SNAPSHOT = "2024-07-18"
FINGERPRINT = "fp_44709d6fcb"
WRITTEN = 20
REASONED = 8
PIECES = 4

Json = dict[str, Any]


def text_of(content: Any) -> str:
    """The text of a message, which may come in parts."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content)
    return content or ""


def message_to(request: Json, number: int) -> Json:
    """The assistant's message."""
    last = request["messages"][-1]
    said = text_of(last["content"])
    message: Json = {"role": "assistant", "content": None, "refusal": None}
    if last["role"] == "user" and request.get("tools"):
        arguments = json.dumps({"query": said, "top_k": 3}, ensure_ascii=False)
        function = {"name": "search_kb", "arguments": arguments}
        call = {"id": f"call_{number:06}", "type": "function", "function": function}
        return message | {"tool_calls": [call]}
    content = f"I found this for you – {len(said)} characters of it:\n\t«{said[:40]}…»"
    return message | {"content": content}


def usage_of(request: Json) -> Json:
    """Tokens: the totals include those from the cache and those of reasoning."""
    read = sum(len(text_of(message.get("content"))) for message in request["messages"]) // 4
    return {
        "prompt_tokens": read,
        "completion_tokens": WRITTEN,
        "total_tokens": read + WRITTEN,
        "prompt_tokens_details": {"cached_tokens": read // 4, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": REASONED, "audio_tokens": 0},
    }


def head(request: Json, number: int, kind: str) -> Json:
    """What a whole answer and each of its pieces begin with."""
    return {
        "id": f"chatcmpl-{number:06}",
        "object": kind,
        "created": 1795300000 + number,
        "model": f"{request['model']}-{SNAPSHOT}",
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def finish_reason(message: Json) -> str:
    """Why it stopped."""
    return "tool_calls" if "tool_calls" in message else "stop"


def completion(request: Json, number: int) -> Json:
    """The whole answer to a chat completion."""
    message = message_to(request, number)
    choice = {"index": 0, "message": message, "logprobs": None}
    choice["finish_reason"] = finish_reason(message)
    start = head(request, number, "chat.completion")
    return start | {"choices": [choice], "usage": usage_of(request)}


def deltas(message: Json) -> Iterator[Json]:
    """A message, cut into pieces."""
    yield {"role": "assistant", "content": "" if message["content"] else None}
    for index, call in enumerate(message.get("tool_calls", [])):
        name = {"name": call["function"]["name"], "arguments": ""}
        yield {"tool_calls": [call | {"index": index, "function": name}]}
        for piece in pieces(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
    for piece in pieces(message["content"] or ""):
        yield {"content": piece}


def pieces(text: str) -> list[str]:
    """A text, cut into a few pieces."""
    size = len(text) // PIECES + 1
    return [text[start : start + size] for start in range(0, len(text), size)]


def chunks(request: Json, number: int) -> Iterator[str]:
    """The answer to a chat completion as a stream of server-sent events."""
    message = message_to(request, number)
    start = head(request, number, "chat.completion.chunk")
    for delta in deltas(message):
        yield event(start | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    last = {"index": 0, "delta": {}, "finish_reason": finish_reason(message)}
    yield event(start | {"choices": [last]})
    if (request.get("stream_options") or {}).get("include_usage"):
        yield event(start | {"choices": [], "usage": usage_of(request)})
    yield "data: [DONE]\n\n"


def event(body: Json) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(body)}\n\n"


def embeddings(request: Json) -> Json:
    """The answer to a request for vectors: three numbers for each text."""
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    is_base64 = request.get("encoding_format") == "base64"
    data = []
    for index, text in enumerate(texts):
        vector: Any = [len(text) / 8, 0.5, -0.25]
        if is_base64:
            vector = base64.b64encode(struct.pack("<3f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    read = sum(map(len, texts)) // 4
    usage = {"prompt_tokens": read, "total_tokens": read}
    return {"object": "list", "data": data, "model": request["model"], "usage": usage}
