"""HTTP: the Jobs API under `/_api`, its control plane under `/_sandbox`."""

import json
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.auth import Denied, Guard
from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.query import BadRequest
from sandbox.search import Api, Found

JSON = "application/json; charset=utf-8"
SEARCH, GET = "urn:service:job.search", "urn:service:job.get"
STALL_SECONDS = 3600
DRIP_SECONDS = 0.25
HUGE = 1 << 30


class Refused(Exception):
    """A request that is answered with a status and a message in the envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What every request shares."""

    api: Api
    guard: Guard
    control: Control

    def answer(self, path: str, query: dict[str, str], header: str | None, fault: Fault | None) -> bytes:
        """Give the body of a successful call, or raise `Refused`."""
        parts = [unquote(part) for part in path.split("/")[2:]]
        try:
            self.guard.check(header, SEARCH if len(parts) == 1 else GET)
            return _envelope(self._payload(parts, query, fault))
        except Denied as denied:
            raise Refused(denied.status, str(denied)) from denied
        except BadRequest as bad:
            raise Refused(400, str(bad)) from bad

    def _payload(self, parts: list[str], query: dict[str, str], fault: Fault | None) -> bytes:
        found: Found | bytes | None
        match parts:
            case ["jobs"]:
                found = self._search(query, fault)
            case ["jobs", "groups", group_id]:
                found = self.api.group(group_id)
            case ["jobs", job_id]:
                found = self.api.job(job_id)
            case _:
                found = None
        if found is None:
            raise Refused(404, "not found")
        return found.payload() if isinstance(found, Found) else found

    def _search(self, query: dict[str, str], fault: Fault | None) -> Found:
        kind = fault.kind if fault else ""
        if kind == "token" and query.get("nextPageToken"):
            raise Refused(400, "nextPageToken has expired")
        if kind == "repeat":
            query = {name: value for name, value in query.items() if name != "nextPageToken"}
        found = self.api.search(query, most=1 if kind == "short" else None)
        if kind == "repeat":
            return Found(jobs=found.jobs, token="again")  # noqa: S106 - a page token
        return Found(jobs=[], token=found.token or "more") if kind == "empty" else found


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
        return super().date_time_string(timestamp or self.came or self._clock())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet: `/_sandbox/requests` has them."""

    def _clock(self) -> float:
        return self.sandbox.api.world.clock.now() / 1000

    def _control(self, path: str, query: dict[str, str]) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(*self.sandbox.control.handle(self.command, path, query, body))

    def _call(self, path: str, query: dict[str, str]) -> None:
        fault = self.sandbox.control.faults.strike()
        status, body = 200, b""
        try:
            if fault and fault.kind == "status":
                raise Refused(int(fault.value.partition("/")[0]), "a fault of the sandbox")
            if self.command != "GET" or not path.startswith("/_api/"):
                raise Refused(404, "not found")
            body = self.sandbox.answer(path, query, self.headers.get("Authorization"), fault)
        except Refused as refused:
            status, body = refused.status, _envelope(b"null", code=refused.status, message=str(refused))
        self.sandbox.control.log(self.command, path, query, status)
        self._broken(fault, body) if fault and status == 200 else self._send(status, body, fault)

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
                self._send(200, _envelope(b"null", code=500, message="server error"))
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

    def _send(self, status: int, body: bytes, fault: Fault | None = None, *, type_: str = JSON) -> None:
        wait = fault.value.partition("/")[2] if fault and fault.kind == "status" else ""
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


def _envelope(payload: bytes, *, code: int = 0, message: str = "OK") -> bytes:
    return b'{"code": %d, "message": %b, "payload": %b}' % (code, json.dumps(message).encode(), payload)
