"""Follows a walk page by page: the same for every lane, whatever its pages mean."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jobs import store
from jobs.rules.sizes import Sizes
from jobs.store import Ready
from jobs.upstream.client import JobsClient
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask

Meaning = TypeVar("Meaning", covariant=True)


class Walker(Protocol[Meaning]):
    """Says which page to `ask` for next, None at the end, and what a page means (`jobs.rules`)."""

    @property
    def ask(self) -> Ask | None:
        """The page to ask for next."""

    def take(self, page: Page) -> Meaning:
        """Take the page that was asked for."""


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Meaning]):
    """A page that is ready to be written, what it means, and whether it was the first of this walk, and the last.

    `cap` is how many jobs the platform gives at most, where these are fewer than it was asked for.
    """

    made: Ready
    meaning: Meaning
    first: bool
    last: bool
    cap: int | None


def steps(client: JobsClient, walker: Walker[Meaning], *, until: float = float("inf")) -> Iterator[Step[Meaning]]:
    """Fetch page after page, to the end or, by `time.monotonic`, `until` then; raise what `client.page` raises."""
    sizes, first = Sizes(), True
    while (ask := walker.ask) is not None:
        page = client.page(ask)
        meaning = walker.take(page)
        sizes.take(page, ask.walk.page_size)
        made = store.ready(page)
        yield Step(made=made, meaning=meaning, first=first, last=walker.ask is None, cap=sizes.cap)
        first = False
        if time.monotonic() > until:
            return
