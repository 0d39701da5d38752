"""A client that adds little of its own to what it measures."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers.tasks import Cannot

HOST = "127.0.0.1"
CHUNK = 1 << 16
FORM = "application/x-www-form-urlencoded"


class Web:
    """One server at a port of this machine; requests take `limit` seconds at most."""

    def __init__(self, port: int, *, limit: float) -> None:
        self.port, self.limit = port, limit
        self.cookies: dict[str, str] = {}

    def get(self, address: str) -> bytes:
        """The body of a page."""
        return b"".join(self._pieces(self._ask("GET", address), time.monotonic() + self.limit))

    def save(self, address: str, file: Path, *, limit: float) -> None:
        """Write the body of a page to `file`, in `limit` seconds."""
        with file.open("wb") as target:
            for piece in self._pieces(self._ask("GET", address, limit=limit), time.monotonic() + limit):
                target.write(piece)

    def sign_in(self, address: str, name: str, password: str) -> None:
        """Take a session by a form of Django's."""
        self.get(address)
        self._ask("POST", address, urlencode({"username": name, "password": password}), expected=302)

    def _ask(
        self, method: str, address: str, body: str = "", *, expected: int = 200, limit: float | None = None
    ) -> HTTPResponse:
        """Send a request; raise `Cannot` where the reply is another than `expected`."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            token = next(value for name, value in self.cookies.items() if "csrf" in name)
            headers |= {"X-CSRFToken": token, "Content-Type": FORM}
        line = HTTPConnection(HOST, self.port, timeout=limit or self.limit)
        try:
            line.request(method, address, body or None, headers)
            reply = line.getresponse()
        except TimeoutError as why:
            raise Cannot(f"no answer in {limit or self.limit:.0f} s") from why
        except (OSError, HTTPException) as why:
            raise Cannot(f"the connection broke: {why!r}") from why
        for header in reply.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(header).items()}
        if reply.status != expected:
            raise Cannot(f"HTTP {reply.status}: {' '.join(reply.read(300).decode(errors='replace').split())}")
        return reply

    def _pieces(self, reply: HTTPResponse, end: float) -> Iterator[bytes]:
        """The body as it comes; raise `Cannot` where it has not ended by `end`, or breaks off."""
        try:
            while piece := reply.read(CHUNK):
                yield piece
                if time.monotonic() > end:
                    raise Cannot("the answer began, and did not end in time")
        except TimeoutError as why:
            raise Cannot("the answer began, and did not end in time") from why
        except (OSError, HTTPException) as why:
            raise Cannot(f"the answer broke off: {why!r}") from why
        finally:
            reply.close()
