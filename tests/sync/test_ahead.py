"""`ahead`: each page is fetched while the one before is used, and nobody waits for a fetch that is not needed."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from jobs.sync.ahead import TURN, ahead

PATIENCE = 20


def test_every_page_comes_in_its_order() -> None:
    assert list(ahead(iter(range(9)))) == list(range(9))
    assert list(ahead(iter(()))) == []


def test_a_page_is_fetched_while_the_one_before_is_used() -> None:
    fetched = threading.Event()

    def pages() -> Iterator[int]:
        yield 1
        fetched.set()
        yield 2

    coming = ahead(pages())
    assert next(coming) == 1
    assert fetched.wait(PATIENCE)


def test_threads_take_short_turns_for_as_long_as_pages_come() -> None:
    usual = sys.getswitchinterval()
    coming = ahead(iter(range(2)))
    next(coming)
    assert sys.getswitchinterval() == pytest.approx(TURN) != usual
    assert list(coming) == [1]
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_what_stops_the_fetching_is_raised_in_its_place() -> None:
    def pages() -> Iterator[int]:
        yield 1
        raise KeyError("gone")

    coming = ahead(pages())
    assert next(coming) == 1
    with pytest.raises(KeyError, match="gone"):
        next(coming)


def test_leaving_early_waits_for_no_fetch() -> None:
    stalled, ended = threading.Event(), threading.Event()

    def pages() -> Iterator[threading.Thread]:
        yield threading.current_thread()
        stalled.set()
        ended.wait(PATIENCE)

    coming = ahead(pages())
    fetcher = next(coming)
    assert stalled.wait(PATIENCE)
    began = time.monotonic()
    coming.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < PATIENCE / 4
    assert fetcher.daemon
    ended.set()
