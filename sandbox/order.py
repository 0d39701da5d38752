"""A long sorted run with a few strays merged in, readable at any position."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

Key = tuple[int, int, int]
Stray = tuple[int, int, int, int]
IN_RUN, MOVING, PLANTED = range(3)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Jobs by time, the oldest at position 0: the first `count` of `times` and `refs`, and `strays` in between.

    A job's `key` is its time, `IN_RUN`, `MOVING` or `PLANTED`, and a number: its ref in the run. So of one time the run
    comes first. A stray is a key and a ref; one with the key of a job of the run comes right before it.
    """

    times: Sequence[int]
    refs: Sequence[int]
    count: int
    strays: list[Stray]
    _ranks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.strays.sort()
        self._ranks.extend(self._before(stray) + number for number, stray in enumerate(self.strays))

    def __len__(self) -> int:
        return self.count + len(self.strays)

    def ref(self, position: int) -> int:
        """The job at `position`."""
        before = bisect_left(self._ranks, position)
        if before < len(self._ranks) and self._ranks[before] == position:
            return self.strays[before][3]
        return self.refs[position - before]

    def key(self, position: int) -> Key:
        """What the job at `position` is sorted by."""
        before = bisect_left(self._ranks, position)
        if before < len(self._ranks) and self._ranks[before] == position:
            return self.strays[before][:3]
        return self.times[position - before], IN_RUN, self.refs[position - before]

    def position(self, key: Key) -> int:
        """Where `key` stands or would stand."""
        return bisect_left(range(len(self)), key, key=self.key)

    def _before(self, stray: Stray) -> int:
        """How many jobs of the run come before a stray; of one time they are sorted by their refs."""
        time, where, number, _ = stray
        end = bisect_right(self.times, time, 0, self.count)
        if where != IN_RUN:
            return end
        return bisect_left(self.refs, number, bisect_left(self.times, time, 0, end), end)
