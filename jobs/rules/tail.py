"""The tail: what has changed since the last complete pass, newest first.

It reads down to the watermark, the newest `dateUpdated` that the last complete pass began with, and further by an
overlap, since dates have a second's resolution and may become visible late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.rules.endless import Guard
from jobs.upstream.errors import Emptied
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk

STUCK = timedelta(hours=1)
"""After so long without a complete pass nobody expects one any more."""
MISSED = 4
"""After so many periods without a complete pass one has been missed."""
UNKNOWN = timedelta(days=1)
"""How far a pass reads back where our clock was set back, and nobody knows how long ago the last one was."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """A sweep that has just ended: when it `began`, whether it left jobs out (`gaps`), and whether any `came` by it."""

    began: datetime
    gaps: bool
    came: bool


def goes_on_from(swept: Swept, *, fails: bool, complete: datetime | None, now: datetime) -> bool:
    """Whether the tail goes on from where a sweep began.

    So it does where it `fails`, none of its passes is `complete` since, and anything came by the sweep: a platform that
    shows no job for a while has hidden what is new, too. Where the sweep has gaps, there must have been no complete
    pass for long: a tail that comes to its end after all brings what has changed in these, too.
    """
    unknown = complete is None or complete > now  # since then our clock has been set back
    last = swept.began if complete is None or unknown else complete
    is_behind = fails and (unknown or last < swept.began)
    return is_behind and swept.came and (not swept.gaps or last < now - STUCK)


class Tail:
    """A pass of the tail: the page to `ask` for, None when it is complete.

    It begins at `began`, and the last complete one did at `last`, or, where there was none, the backfill, with the
    `watermark` of then. None is before both: it reads the first page alone, since the backfill brings the rest.
    Where the mirror is `filled`, with jobs that are not gone, a pass without any is none.
    """

    def __init__(
        self,
        *,
        watermark: datetime | None,
        last: datetime | None,
        began: datetime,
        overlap: timedelta,
        page_size: int,
        filled: bool,
    ) -> None:
        walk = Walk(order_by="dateUpdated", ascending=False, page_size=page_size)
        self.ask: Ask | None = Ask(walk=walk)
        self.watermark = watermark
        self._since = None if last is None else began - last if began >= last else UNKNOWN
        self._overlap = overlap
        self._known: datetime | None = None
        self._begun = False
        self._lacking = filled
        self._guard = Guard(self.ask)

    def take(self, page: Page) -> datetime | None:
        """Take the page that was asked for; give the watermark that the pass will have set when it ends.

        Raises as `Guard.check` does, and `Emptied`.
        """
        dates = [record.updated for record in page.records if record.updated is not None]
        self._guard.check(page, dates)
        if dates and not self._begun:
            self._begin(page, dates)
        ended = page.next_token is None or self._reaches_down(dates)
        self._lacking &= not (page.records or page.refused)
        if ended and self._lacking:
            raise Emptied(
                "The platform's search brings no job, though jobs are here: see whether it, the address and the"
                " application ID are as they should be."
            )
        self.ask = None if ended or self.ask is None else Ask(walk=self.ask.walk, token=page.next_token)
        return self.watermark

    def _begin(self, page: Page, dates: list[datetime]) -> None:
        """Note where the pass may end, and the next watermark: it never moves back, nor ahead of the platform's clock.

        Where the clock of the platform has been set back, what has changed since the last complete pass is dated before
        the watermark: no earlier than that clock would have shown then, had it been set back by that time.
        """
        clock = page.dated or page.asked
        self._begun = True
        if self.watermark is not None and self._since is not None:
            self._known = min(self.watermark, clock - self._since)
        marks = [self.watermark, *(min(date, clock) for date in dates)]
        self.watermark = max((mark for mark in marks if mark is not None), default=None)

    def _reaches_down(self, dates: list[datetime]) -> bool:
        """Whether a whole page is older than anything that this pass looks for."""
        if self._known is None:
            return self._since is None
        return bool(dates) and max(dates) < self._known - self._overlap
