"""A platform whose replies are ready: what another one has answered once, it answers at once ever after.

So a first sync is measured, and not how long the sandbox takes to make up its jobs.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests

from sandbox.server import Server

LOCAL = "127.0.0.1"


class Handler(BaseHTTPRequestHandler):
    """One connection: its replies are kept in `replies`, by the path and the query."""

    protocol_version = "HTTP/1.1"
    origin: str
    replies: dict[str, requests.Response]

    def setup(self) -> None:
        """Send replies at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def do_GET(self) -> None:
        """Answer as the other platform has, or does."""
        reply = self.replies.get(self.path)
        if reply is None:
            signed = {"Authorization": self.headers["Authorization"]}
            reply = requests.get(self.origin + self.path, headers=signed, timeout=60)
            if reply.status_code == 200:
                self.replies[self.path] = reply
        self.send_response(reply.status_code)
        self.send_header("Content-Type", reply.headers["Content-Type"])
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""


@contextmanager
def recorded(origin: str) -> Iterator[str]:
    """The address of a platform that answers as the one at `origin` did."""
    handler = type("Recorded", (Handler,), {"origin": origin, "replies": {}})
    with Server((LOCAL, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{LOCAL}:{server.server_port}"
        finally:
            server.shutdown()
