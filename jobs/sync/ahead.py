"""Fetches the next page while this one is written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")

TURN = 0.0002
"""For how many seconds one thread computes while another wants to: by default so long that fetching and writing would
hardly go on side by side, since whoever writes waits for a turn after every answer of PostgreSQL."""


def ahead(pages: Iterator[T]) -> Iterator[T]:
    """Give what `pages` gives, each fetched while the one before is used, in one thread with connections of its own.

    Nobody waits for that thread, so that leaving early costs no time, even at exit.
    """
    fetcher = _Fetcher(pages)
    with _short_turns(), fetcher.running():
        while (page := fetcher.next()) is not None:
            fetcher.go_on()
            yield page[0]


class _Fetcher(Generic[T]):
    """Fetches a page whenever it is told to go on; what stops it is raised where the page was expected."""

    def __init__(self, pages: Iterator[T]) -> None:
        self._pages = pages
        self._wanted = Semaphore(1)
        self._left = False
        self._fetched = SimpleQueue[tuple[T] | None | BaseException]()

    @contextmanager
    def running(self) -> Iterator[None]:
        Thread(target=self._run, name="fetch", daemon=True).start()
        try:
            yield
        finally:
            self._left = True
            self._wanted.release()

    def next(self) -> tuple[T] | None:
        fetched = self._fetched.get()
        if isinstance(fetched, BaseException):
            raise fetched
        return fetched

    def go_on(self) -> None:
        self._wanted.release()

    def _run(self) -> None:
        try:
            for page in self._in_turn():
                self._fetched.put((page,))
            self._fetched.put(None)
        except BaseException as error:
            self._fetched.put(error)
        finally:
            connections.close_all()

    def _in_turn(self) -> Iterator[T]:
        """Give page after page, each when it is wanted."""
        while self._wanted.acquire() and not self._left:
            try:
                yield next(self._pages)
            except StopIteration:
                return


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
