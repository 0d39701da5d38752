"""HTTP: the Jobs API under `/_api`, its control plane under `/_sandbox`."""

import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.calls import Sandbox, envelope
from sandbox.faults import Fault

JSON = "application/json; charset=utf-8"
STALL_SECONDS = 3600
DRIP_SECONDS = 0.25
HUGE = 1 << 30


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    sandbox: Sandbox
    came = 0.0

    def do_GET(self) -> None:
        """Answer a call, or a question to the control plane."""
        self.came = self._clock()
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        if url.path.startswith("/_sandbox/"):
            self._control(url.path, query)
        else:
            self._call(url.path, query)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class names them so

    def setup(self) -> None:
        """Send answers at once: they are small, and clients wait for them."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What every reply is dated: when its request came, by the sandbox's clock."""
        return super().date_time_string((self.came or self._clock()) if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet: `/_sandbox/requests` has them."""

    def _clock(self) -> float:
        return self.sandbox.api.world.clock.now() / 1000

    def _control(self, path: str, query: dict[str, str]) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(*self.sandbox.control.handle(self.command, path, query, body))

    def _call(self, path: str, query: dict[str, str]) -> None:
        fault = self.sandbox.control.faults.strike(path.removeprefix("/_api"), query)
        status, body = self.sandbox.answer(f"{self.command} {path}", query, self.headers.get("Authorization"), fault)
        self.sandbox.control.log(self.command, path, query, status)
        if fault and fault.status is not None:
            self._refuse(fault, fault.status, body)
        elif fault and status == 200:
            self._broken(fault, body)
        else:
            self._send(status, body)

    def _refuse(self, fault: Fault, status: int, body: bytes) -> None:
        """Send what is answered instead."""
        match fault.kind:
            case "hang":
                self.rfile.read()  # until the client gives up
                self.close_connection = True
            case "proxy404":
                self._send(status, b"<html><body>Not found</body></html>", type_="text/html")
            case "retrydate":
                self._send(status, body, wait=self.date_time_string(self.came + int(fault.value)))
            case _:
                self._send(status, body, wait=fault.value.partition("/")[2])

    def _broken(self, fault: Fault, body: bytes) -> None:
        """Send a successful answer that something happens to."""
        match fault.kind:
            case "truncate":
                self._head(200, len(body))
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            case "html":
                self._send(200, b"<html><body>Bad gateway</body></html>", type_="text/html")
            case "code":
                self._send(200, envelope(b"null", code=500, message="server error"))
            case "redirect":
                self._head(302, 0, Location=fault.value or "http://127.0.0.1:9/elsewhere")
            case "huge":
                self._head(200, HUGE)
                self._pour()
            case "drip" | "stall" | "head":
                self._slow(fault.kind, body)
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
            case _:
                self._send(200, body)

    def _slow(self, kind: str, body: bytes) -> None:
        if kind == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        else:
            self._head(200, len(body))
        for byte in body:
            self.wfile.write(bytes([byte]))
            time.sleep(STALL_SECONDS if kind == "stall" else DRIP_SECONDS)

    def _pour(self) -> None:
        for _ in range(HUGE >> 16):
            self.wfile.write(b" " * (1 << 16))

    def _send(self, status: int, body: bytes, *, type_: str = JSON, wait: str = "") -> None:
        self._head(status, len(body), type_, **({"Retry-After": wait} if wait else {}))
        self.wfile.write(body)

    def _head(self, status: int, length: int, type_: str = JSON, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": type_, "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Serves until it is told to stop; a client that goes away is none of its business."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about connections that clients drop."""


def serve(sandbox: Sandbox, host: str, port: int) -> Server:
    """Listen on `host` and `port`."""
    return Server((host, port), type("SandboxHandler", (Handler,), {"sandbox": sandbox}))
