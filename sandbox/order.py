"""A long sorted run with a few strays merged in, readable at any position."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

Key = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Order:
    """Jobs by time, the oldest at position 0: the first `count` of `times` and `refs`, and `strays` in between.

    Of one time the run comes before the strays, so that every job has a `key` of its own.
    """

    times: Sequence[int]
    refs: Sequence[int]
    count: int
    strays: list[tuple[int, int]]
    _ranks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.strays.sort()
        found = (bisect_right(self.times, time, 0, self.count) for time, _ in self.strays)
        self._ranks.extend(rank + number for number, rank in enumerate(found))

    def __len__(self) -> int:
        return self.count + len(self.strays)

    def ref(self, position: int) -> int:
        """The job at `position`."""
        return self.key(position)[2]

    def key(self, position: int) -> Key:
        """What the job at `position` is sorted by."""
        before = bisect_left(self._ranks, position)
        if before < len(self._ranks) and self._ranks[before] == position:
            time, ref = self.strays[before]
            return time, 1, ref
        return self.times[position - before], 0, self.refs[position - before]

    def position(self, key: Key) -> int:
        """Where `key` stands or would stand."""
        return bisect_left(range(len(self)), key, key=self.key)
