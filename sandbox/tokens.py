"""Page tokens: what one knows of where its page ended. The contract says nothing of it, so there is one of every kind.

`offset`    how many jobs came before: what comes or goes meanwhile shifts it
`cursor`    the next job's date and number: nothing shifts it
`single`    a cursor that leads somewhere once
`time`      the second of the page's last job: other jobs of that second are passed over
`snapshot`  a place among the jobs as they were, in what they say too, when the walk began
"""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.clock import SECOND
from sandbox.order import Key, Order
from sandbox.query import BadRequest, Query
from sandbox.view import View

SNAPSHOT_LIFE = 300.0
SNAPSHOTS, SINGLES = 32, 10_000
EXPIRED = "nextPageToken has expired"


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A way through jobs: what they are, their order, and in which direction it goes."""

    view: View
    order: Order
    ascending: bool

    @property
    def step(self) -> int:
        """From one position to the next."""
        return 1 if self.ascending else -1

    @property
    def begin(self) -> int:
        """The first position."""
        return 0 if self.ascending else len(self.order) - 1

    @property
    def end(self) -> int:
        """The position behind the last one."""
        return len(self.order) if self.ascending else -1


class Kind(Protocol):
    """What a token knows, as JSON: made where a page is left, read where the walk is resumed."""

    def leave(self, walk: Walk, position: int, last: int) -> object:
        """Note that `position` is the next, after a page whose last job stands at `last`."""

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """The walk that goes on, and at which position; `ValueError` or `TypeError` where `place` is not ours."""


class Offset:
    """How many jobs came before."""

    def leave(self, walk: Walk, position: int, last: int) -> object:  # noqa: ARG002 - as every kind has it
        """Count from where the walk began."""
        return (position - walk.begin) * walk.step

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """Go as far as there are jobs."""
        return walk, walk.begin + walk.step * min(max(0, int(place)), len(walk.order))


class Cursor:
    """The key of the next job."""

    def leave(self, walk: Walk, position: int, last: int) -> object:  # noqa: ARG002 - as every kind has it
        """Keep the key."""
        return walk.order.key(position)

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """Go on at that job or, where it has moved away, at the next one in the walk's direction."""
        time, where, number = place
        return walk, _at(walk, (time, where, number))


class Single(Cursor):
    """A cursor with a name, which is forgotten when it is used; the oldest one where there are too many."""

    def __init__(self) -> None:
        self._unused: dict[str, None] = {}

    def leave(self, walk: Walk, position: int, last: int) -> object:
        """Name the cursor."""
        name = os.urandom(8).hex()
        self._unused[name] = None
        _limit(self._unused, SINGLES)
        return [name, super().leave(walk, position, last)]

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """Go on as a cursor, for the first time."""
        name, key = place
        resumed = super().resume(walk, key)
        if name not in self._unused:
            raise BadRequest("nextPageToken has been used")
        del self._unused[name]
        return resumed


class Time:
    """The second of the page's last job."""

    def leave(self, walk: Walk, position: int, last: int) -> object:  # noqa: ARG002 - as every kind has it
        """Keep the second."""
        return walk.order.key(last)[0] // 1000

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """Go on behind that second."""
        behind = int(place) + 1 if walk.ascending else int(place)
        position = walk.order.position((behind * 1000, -1, 0))
        return walk, position if walk.ascending else position - 1


@dataclass
class Snapshot:
    """The name of a walk that is kept as it began; of too many the oldest goes."""

    _walks: dict[str, Walk] = field(default_factory=dict)

    def leave(self, walk: Walk, position: int, last: int) -> object:  # noqa: ARG002 - as every kind has it
        """Keep the walk, if it has just begun."""
        name = next((name for name, kept in self._walks.items() if kept is walk), os.urandom(8).hex())
        self._walks[name] = walk
        _limit(self._walks, SNAPSHOTS)
        return [name, position]

    def resume(self, walk: Walk, place: Any) -> tuple[Walk, int]:
        """Go on with the walk that was kept."""
        name, position = place
        if name not in self._walks:
            raise BadRequest(EXPIRED)
        walk = self._walks[name]
        return walk, range(len(walk.order)).index(position)


KINDS: dict[str, Callable[[], Kind]] = {
    "offset": Offset,
    "cursor": Cursor,
    "single": Single,
    "time": Time,
    "snapshot": Snapshot,
}


class Tokens:
    """Writes and reads the tokens of one kind, which hold for `life` seconds: for ever by default, unless snapshots.

    A snapshot's tokens are as old as the walk.
    """

    def __init__(self, kind: str, life: float | None = None) -> None:
        self._make = KINDS[kind]
        self._kind = self._make()
        seconds = SNAPSHOT_LIFE if kind == "snapshot" and life is None else life
        self._life = None if seconds is None else int(seconds * SECOND)

    @property
    def past(self) -> int:
        """How much of the past walks may ask for, by the clock's ticks."""
        return (self._life or 0) if isinstance(self._kind, Snapshot) else 0

    def forget(self) -> None:
        """Forget the walks that are under way."""
        self._kind = self._make()

    def write(self, query: Query, walk: Walk, position: int, last: int) -> str:
        """Make the token of what comes after a page."""
        issued = 0 if self._life is None else walk.view.at
        text = json.dumps([query.fingerprint, issued, self._kind.leave(walk, position, last)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def start(self, query: Query, walk: Walk) -> tuple[Walk, int]:
        """The walk that a page belongs to, and where it begins; raise `BadRequest`."""
        if not query.token:
            return walk, walk.begin
        try:
            padding = "=" * (-len(query.token) % 4)
            fingerprint, issued, place = json.loads(base64.urlsafe_b64decode(query.token + padding))
            if fingerprint != query.fingerprint:
                raise BadRequest("nextPageToken belongs to another search")
            if self._life is not None and not 0 <= walk.view.at - issued <= self._life:
                raise BadRequest(EXPIRED)
            return self._kind.resume(walk, place)
        except BadRequest:
            raise
        except (ValueError, TypeError, OverflowError, RecursionError) as why:
            raise BadRequest("nextPageToken is not valid") from why


def _at(walk: Walk, key: Key) -> int:
    position = walk.order.position(key)
    if walk.ascending or (position < len(walk.order) and walk.order.key(position) == key):
        return position
    return position - 1


def _limit(kept: dict[str, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
