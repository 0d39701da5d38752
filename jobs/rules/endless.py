"""Ends walks that the platform would let go on for ever."""

from datetime import datetime

from jobs.upstream.errors import Endless, TokenRepeated
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask

PATIENCE = 500
"""How many pages in a row may bring nothing: a filter that matches little gives empty ones."""
TWICE = "The platform gave a page token for the second time; the walk begins again."


class Guard:
    """Knows the tokens of a walk, how far it has come, and which jobs have come since it last came further."""

    def __init__(self, ask: Ask) -> None:
        self._ascending = ask.walk.ascending
        self._tokens = {ask.token}
        self._reached: datetime | None = None
        self._keys: set[str] = set()
        self._idle = 0

    def check(self, page: Page, dates: list[datetime]) -> None:
        """Let a page pass whose jobs have these dates; raise `TokenRepeated` or `Endless`."""
        if page.next_token is not None and page.next_token in self._tokens:
            raise TokenRepeated(TWICE)
        self._tokens.add(page.next_token)
        self._idle = 0 if self._leads_on(page, dates) else self._idle + 1
        if self._idle > PATIENCE:
            raise Endless(
                f"{PATIENCE} pages in a row brought nothing new, and more are to come; the walk begins again."
            )

    def _leads_on(self, page: Page, dates: list[datetime]) -> bool:
        """Whether a page leads further, or, as long as the date stays, brings a job that has not come."""
        keys = {record.id for record in page.records}
        if dates and self._is_further(end := max(dates) if self._ascending else min(dates)):
            self._reached, self._keys = end, keys
            return True
        new = bool(keys - self._keys)
        self._keys |= keys
        return new

    def _is_further(self, date: datetime) -> bool:
        return self._reached is None or (date > self._reached if self._ascending else date < self._reached)
