"""Walks by `dateCreated`, which never changes: the backfill, the sweeps after it, and the lists of open jobs.

What is stored in a stretch of time that a walk has read, and did not come, is not there any more, or has been skipped,
or has changed its state meanwhile: it is read by id.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from jobs.rules.endless import TWICE, Guard
from jobs.rules.versions import second
from jobs.upstream.errors import Endless, TokenRepeated
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk

SECOND = timedelta(seconds=1)
BEGIN, END = datetime(1971, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
LARGEST_EDGE = 10_000
MOST_IDLE = 5_000
"""How many pages may be of one second, or of none: more are a walk without an end."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a walk has come.

    `token` leads to the next page, empty at the beginning. The last one ended in the second `reached`; `edge` are the
    jobs of that second that have come. `ordered` says that this page was in the order that was asked for, and that
    these are all. `pages` is how many there were, `idle` of them since one led further, and `mark` the token behind one
    of them.
    """

    token: str = ""
    reached: datetime | None = None
    edge: frozenset[str] = frozenset()
    ordered: bool = True
    finished: bool = False
    pages: int = 0
    idle: int = 0
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of time, from `start` on and before `end`, of which every job that there is is among `keys`."""

    start: datetime
    end: datetime
    keys: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What a page leads to: the place behind it, and the stretch of time that it closes, if any."""

    place: Place
    stretch: Stretch | None


class Sweep:
    """A walk from `place` on: the page to `ask` for, None at its end, how far it has come, if all was `ordered`."""

    def __init__(self, walk: Walk, place: Place) -> None:
        self.walk, self.place = walk, place
        self.ask: Ask | None = Ask(walk=walk, token=place.token or None)
        self.ordered = True
        self._guard = Guard(self.ask)

    def take(self, page: Page) -> Walked:
        """Take the page that was asked for; raise as `Guard.check` does.

        That knows the pages since `place` alone; a circle that is longer comes by `mark` again, since that is the token
        behind the first, the second, the fourth page and so on (Brent's way to find one).
        """
        dated = [(record.id, second(record.created)) for record in page.records if record.created is not None]
        self._guard.check(page, [date for _, date in dated])
        if page.next_token is not None and page.next_token == self.place.mark:
            raise TokenRepeated(TWICE)
        if self.place.idle > MOST_IDLE:
            raise Endless(f"{MOST_IDLE} pages in a row led no further, and more are to come; the walk begins again.")
        before, self.place = self.place, self._behind(page, dated)
        self.ordered &= self.place.ordered
        self.ask = None if self.ask is None or self.place.finished else replace(self.ask, token=page.next_token)
        keys = before.edge.union(key for key, _ in dated)
        is_known = before.ordered and self.place.ordered
        return Walked(place=self.place, stretch=self._closed(before, keys) if is_known else None)

    def _behind(self, page: Page, dated: list[tuple[str, datetime]]) -> Place:
        """The place behind a page whose jobs have these dates.

        A second with more jobs than are kept in mind is none of which all are known.
        """
        reached = dated[-1][1] if dated else self.place.reached
        edge = {key for key, date in dated if date == reached} | (
            self.place.edge if reached == self.place.reached else set()
        )
        known = len(edge) <= LARGEST_EDGE and (self.place.ordered or reached != self.place.reached)
        token, pages = page.next_token or "", self.place.pages + 1
        return Place(
            token=token,
            reached=reached,
            edge=frozenset(edge if known else ()),
            ordered=known and self._is_ordered([date for _, date in dated]),
            finished=page.next_token is None,
            pages=pages,
            idle=self.place.idle + 1 if reached == self.place.reached else 0,
            mark=self.place.mark if pages & (pages - 1) else token,
        )

    def _is_ordered(self, dates: list[datetime]) -> bool:
        """Whether dates, from where the last page ended, are in the order of the walk."""
        walked = [*([] if self.place.reached is None else [self.place.reached]), *dates]
        return walked == sorted(walked, reverse=not self.walk.ascending)

    def _closed(self, before: Place, keys: frozenset[str]) -> Stretch | None:
        """The seconds that are over between `before` and here, and the jobs that came of them."""
        near, far = before.reached, None if self.place.finished else self.place.reached
        if far is None and not self.place.finished:
            return None
        if self.walk.ascending:
            start, end = near or BEGIN, far or END
        else:
            start, end = BEGIN if far is None else far + SECOND, END if near is None else near + SECOND
        return Stretch(start=start, end=end, keys=keys) if start < end else None
