"""Ends the wait for the head of a reply: the timeout of a socket begins anew with every byte."""

import socket
from contextlib import suppress
from threading import Event, Timer
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse


class DeadlineAdapter(HTTPAdapter):
    """Breaks off where `seconds` have passed since a request and its reply's headers are not all there."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools make connections with a deadline."""
        super().init_poolmanager(*args, **kwargs)
        known = {"seconds": self._seconds}
        plain, secure = type("Plain", (_Deadline,), known), type("Secure", (_SecureDeadline,), known)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


class _Deadline(HTTPConnection):
    seconds: float

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Read the head; raise `TimeoutError` where it takes too long."""
        late = Event()
        timer = Timer(self.seconds, self._break_off, args=(late,))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()
            if late.is_set():
                raise TimeoutError("The head of the reply takes too long.")

    def _break_off(self, late: Event) -> None:
        late.set()
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _SecureDeadline(_Deadline, HTTPSConnection):
    pass
