"""How many jobs the platform gives at once, which may be fewer than it is asked for."""

from jobs.upstream.record import Page

TIMES = 3
"""So many pages of one size, and none that is fuller, are no chance."""


class Sizes:
    """Counts the jobs of a walk's pages that were not the last."""

    def __init__(self) -> None:
        self._fullest = self._times = self._asked = 0

    def take(self, page: Page, asked: int) -> None:
        """Take a page of at most `asked` jobs."""
        size = length(page)
        if page.next_token is None or size < self._fullest:
            return
        self._times = self._times + 1 if size == self._fullest else 1
        self._fullest, self._asked = size, asked

    @property
    def cap(self) -> int | None:
        """How many jobs the platform gives at most, where these are fewer than it was asked for; None is unknown."""
        return self._fullest if self._times >= TIMES and 0 < self._fullest < self._asked else None


def length(page: Page) -> int:
    """How many jobs came."""
    return len(page.records) + len(page.refused)
