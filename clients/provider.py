"""A local stand-in for model providers, over HTTP: OpenAI's interface and Anthropic's, mocked.

What it answers stands in `mock_openai.py` and `mock_anthropic.py`. Below `/failing` every request
is answered with status 429.
"""

import argparse
import itertools
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import mock_anthropic
import mock_openai

TOO_MANY = {"message": "the mock has had enough", "type": "rate_limit_error", "code": "mock_limit"}

numbers = itertools.count(1)


class Provider(BaseHTTPRequestHandler):
    """Answers requests; says nothing about them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers a request of an interface that is mocked, and nothing else."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.partition("?")[0]
        if path.startswith("/failing/"):
            self.answer(429, {"type": "error", "error": TOO_MANY})
        elif path == "/v1/chat/completions":
            self.talk(request, mock_openai)
        elif path == "/v1/embeddings":
            self.answer(200, mock_openai.embeddings(request))
        elif path == "/v1/messages":
            self.talk(request, mock_anthropic)
        else:
            self.answer(404, {"error": {"message": f"{path} is not here", "code": None}})

    def talk(self, request: dict[str, Any], mock: Any) -> None:
        """Answers as a whole, or in pieces if that is wanted."""
        number = next(numbers)
        if request.get("stream"):
            self.stream(mock.chunks(request, number))
        else:
            self.answer(200, mock.completion(request, number))

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Sends a JSON body."""
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def stream(self, chunks: Iterator[str]) -> None:
        """Sends server-sent events, until there are no more or nobody listens."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for chunk in chunks:
                self.wfile.write(chunk.encode())
        except OSError:
            self.close_connection = True

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
