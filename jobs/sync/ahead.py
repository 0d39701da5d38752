"""Fetches the next page while this one is written."""

import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

TURN = 0.0002
"""For how many seconds one thread computes while another wants to: by default so long that fetching and writing would
hardly go on side by side, since whoever writes waits for a turn after every answer of PostgreSQL."""


def ahead(pages: Iterator[T]) -> Iterator[T]:
    """Give what `pages` gives, each fetched while the one before is used.

    Each is fetched in a thread that nobody waits for, so that leaving early costs no time, even at exit. `pages` must
    not use Django's connections, which such a thread would leave open.
    """
    with _short_turns():
        coming = _fetch(pages)
        while (page := coming.result()) is not None:
            coming = _fetch(pages)
            yield page


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _fetch(pages: Iterator[T]) -> Future[T | None]:
    """Begin to fetch a page; it is None after the last."""
    page: Future[T | None] = Future()
    Thread(target=_resolve, args=(page, pages), name="fetch", daemon=True).start()
    return page


def _resolve(page: Future[T | None], pages: Iterator[T]) -> None:
    try:
        page.set_result(next(pages, None))
    except BaseException as error:
        page.set_exception(error)
