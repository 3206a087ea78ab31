"""A local stand-in for a model provider: /v1/chat/completions, always the same kind of answer.

To a message of the user it answers with a call of `search_kb`; to a tool's result, with a text.
"""

import argparse
import itertools
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SNAPSHOT = "2024-07-18"
FINGERPRINT = "fp_44709d6fcb"

numbers = itertools.count(1)


def tool_call(question: str, number: int) -> dict[str, Any]:
    """The assistant's message that asks for a search."""
    arguments = json.dumps({"query": question, "top_k": 3}, ensure_ascii=False)
    function = {"name": "search_kb", "arguments": arguments}
    call = {"id": f"call_{number:06}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}


def final_answer(result: str) -> dict[str, Any]:
    """The assistant's message that ends the conversation."""
    content = f"I found this for you – {len(result)} characters of it:\n\t«{result[:40]}…»"
    return {"role": "assistant", "content": content, "refusal": None}


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """The whole response to a request."""
    number = next(numbers)
    last = request["messages"][-1]
    if last["role"] == "user":
        message, finish_reason = tool_call(last["content"], number), "tool_calls"
    else:
        message, finish_reason = final_answer(last["content"]), "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    read = sum(len(message.get("content") or "") for message in request["messages"]) // 4
    return {
        "id": f"chatcmpl-{number:06}",
        "object": "chat.completion",
        "created": 1795300000 + number,
        "model": f"{request['model']}-{SNAPSHOT}",
        "choices": [choice],
        "usage": {"prompt_tokens": read, "completion_tokens": 20, "total_tokens": read + 20},
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


class Provider(BaseHTTPRequestHandler):
    """Answers requests; says nothing about them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers a chat completion, and nothing else."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/chat/completions":
            self.answer(200, completion(json.loads(body)))
        else:
            self.answer(404, {"error": {"message": f"{self.path} is not here", "code": None}})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Sends a JSON body."""
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps quiet."""


def main() -> None:
    """Serves on a port of the system's choice and prints the address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Provider)
    server.daemon_threads = True
    print(f"provider http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
