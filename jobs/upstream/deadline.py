"""Ends the wait for the head of a reply: the timeout of a socket begins anew with every byte."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse


class DeadlineAdapter(HTTPAdapter):
    """Breaks off where `seconds` have passed since a request and its reply's headers are not all there.

    A proxy has as long again to open the way to the platform.
    """

    def __init__(self, seconds: float) -> None:
        known = {"seconds": seconds}
        plain, secure = type("Plain", (_Deadline,), known), type("Secure", (_SecureDeadline,), known)
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools make connections with a deadline."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Do so behind a proxy; one that speaks SOCKS has connections of its own kind."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if isinstance(manager, ProxyManager):
            manager.pool_classes_by_scheme = self._pools
        return manager


class _Deadline(HTTPConnection):
    seconds: float

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """Read the head; raise `TimeoutError` where it takes too long."""
        with self._in_time():
            return super().getresponse()

    def _tunnel(self) -> None:
        """Read the head of what a proxy says, likewise."""
        with self._in_time():
            super()._tunnel()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        late = Event()
        timer = Timer(self.seconds, self._break_off, args=(late,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if late.is_set():
                raise TimeoutError("The head of the reply takes too long.")

    def _break_off(self, late: Event) -> None:
        late.set()
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _SecureDeadline(_Deadline, HTTPSConnection):
    pass
