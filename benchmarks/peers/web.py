"""A client that adds little of its own to what it measures."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers.tasks import Cannot
from benchmarks.server import HOST

CHUNK = 1 << 16
FORM = "application/x-www-form-urlencoded"


class Web:
    """One server at a port of this machine; requests take `limit` seconds at most."""

    def __init__(self, port: int, *, limit: float) -> None:
        self.port, self.limit = port, limit
        self.cookies: dict[str, str] = {}

    def get(self, address: str) -> bytes:
        """The body of a page."""
        end = time.monotonic() + self.limit
        return b"".join(_pieces(self._ask("GET", address, self.limit), end))

    def save(self, address: str, file: Path, *, limit: float) -> None:
        """Write the body of a page to `file`, in `limit` seconds."""
        end = time.monotonic() + limit
        with file.open("wb") as target:
            for piece in _pieces(self._ask("GET", address, limit), end):
                target.write(piece)

    def sign_in(self, address: str, name: str, password: str) -> None:
        """Take a session by a form of Django's."""
        self.get(address)
        form = urlencode({"username": name, "password": password})
        self._ask("POST", address, self.limit, form, expected=302).close()

    def _ask(self, method: str, address: str, limit: float, body: str = "", *, expected: int = 200) -> HTTPResponse:
        """Send a request; raise `Cannot` where the reply is another than `expected`."""
        line = HTTPConnection(HOST, self.port, timeout=limit)
        try:
            line.request(method, address, body or None, self._headers(body))
            reply = line.getresponse()
        except (OSError, HTTPException) as why:
            line.close()
            raise Cannot(_said(why, f"no answer in {limit:g} s")) from why
        for header in reply.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(header).items()}
        if reply.status != expected:
            with reply:
                raise Cannot(f"HTTP {reply.status}: {' '.join(reply.read(300).decode(errors='replace').split())}")
        return reply

    def _headers(self, body: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Connection": "close"}
        if not body:
            return headers
        token = next(value for name, value in self.cookies.items() if "csrf" in name)
        return {**headers, "X-CSRFToken": token, "Content-Type": FORM}


def _pieces(reply: HTTPResponse, end: float) -> Iterator[bytes]:
    """The body as it comes; raise `Cannot` where it has not ended by `end`, or breaks off."""
    late = "the answer began, and did not end in time"
    with reply:
        try:
            while piece := reply.read(CHUNK):
                yield piece
                if time.monotonic() > end:
                    raise Cannot(late)
        except (OSError, HTTPException) as why:
            raise Cannot(_said(why, late)) from why


def _said(why: Exception, late: str) -> str:
    return late if isinstance(why, TimeoutError) else f"the connection broke: {why!r}"
