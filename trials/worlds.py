"""The platforms of the stateful test: a sandbox for each kind of page token, small pages, and no waits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar
from unittest import mock

import stamina
from django.test import override_settings
from stamina import instrumentation

from jobs.upstream.errors import UpstreamError
from trials.platform import APP_ID, SECRET, SandboxProcess, sandbox

T = TypeVar("T")

EPOCH = "2026-03-01T12:00:00Z"
TYPES = ("urn:job:av.transcode", "urn:job:import.file")


@dataclass(frozen=True, kw_only=True)
class World:
    """A sandbox's `options`, and how many jobs a page is asked for.

    `sure` says that its walks by last change skip nothing; `shifts` that what is deleted moves the pages behind it;
    `lags` that searches show what there was some time ago.
    """

    options: tuple[str, ...]
    page_size: int = 3
    sure: bool = True
    shifts: bool = False
    lags: bool = False


WORLDS = {
    "cursor": World(options=("--token", "cursor")),
    "offset": World(options=("--token", "offset"), shifts=True),
    "single": World(options=("--token", "single", "--token-life", "60")),
    "snapshot": World(options=("--token", "snapshot")),
    "time": World(options=("--token", "time"), page_size=9, sure=False),
    "lag": World(options=("--token", "cursor", "--lag", "20"), page_size=2, lags=True),
}


@contextmanager
def running(world: World) -> Iterator[SandboxProcess]:
    """Have a world's sandbox run, and everything here speak to it: few types, short patience, no waits, one thread.

    The tail's overlap stays at its least, so that what lies at its end is tried often.
    """
    options = ("--jobs", "1", "--rate", "0", "--epoch", EPOCH, "--still", *world.options)
    with ExitStack() as stack:
        platform = stack.enter_context(sandbox(*options))
        stack.enter_context(stamina.set_testing(True, attempts=100, cap=True))
        stack.enter_context(_unheard())
        stack.enter_context(
            override_settings(
                MEDIA_PLATFORM_URL=platform.url,
                MEDIA_PLATFORM_APP_ID=APP_ID,
                MEDIA_PLATFORM_SHARED_SECRET=SECRET,
                SYNC_PAGE_SIZE=world.page_size,
                SYNC_RATE=1_000_000,
            )
        )
        stack.enter_context(mock.patch("jobs.rules.shards.TYPES", TYPES))
        stack.enter_context(mock.patch("jobs.rules.endless.PATIENCE", 14))
        stack.enter_context(mock.patch("jobs.rules.lag.FACTOR", 0))
        for lane in ("tail", "walk"):
            stack.enter_context(mock.patch(f"jobs.sync.{lane}.ahead", in_turn))
        yield platform


@contextmanager
def _unheard() -> Iterator[None]:
    """Let nothing be logged of requests that are made again: there are thousands."""
    hooks = instrumentation.get_on_retry_hooks()
    instrumentation.set_on_retry_hooks([])
    try:
        yield
    finally:
        instrumentation.set_on_retry_hooks(hooks)


def in_turn(pages: Iterator[T]) -> Iterator[T]:
    """Fetch each page before the one before it is used, as `jobs.sync.ahead` does, but in one thread.

    So what a page shows does not depend on which of two threads was faster.
    """
    coming = _fetched(pages)
    while coming is not None:
        if isinstance(coming, UpstreamError):
            raise coming
        (page,), coming = coming, _fetched(pages)
        yield page


def _fetched(pages: Iterator[T]) -> tuple[T] | UpstreamError | None:
    """The next page, None where there is no more, or what stopped it."""
    try:
        return (next(pages),)
    except StopIteration:
        return None
    except UpstreamError as error:
        return error
