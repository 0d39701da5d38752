"""All jobs that there are at a moment, in a few dozen bytes each: when they came, began and ended.

What a job says is derived from its index when it is asked for (`content`). Time is in milliseconds since 1970.
"""

import math
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.dice import Dice, Names
from sandbox.kinds import BAG, KINDS
from sandbox.order import Order

DAY = 86_400_000
SHORTEST_PAST, LONGEST_PAST = 14 * DAY, 60 * DAY
RHYTHM = 0.12


@dataclass
class Planted:
    """A record that somebody put in, byte for byte, and where it stands in both orders."""

    raw: bytes
    id: str
    group: str
    created: int
    updated: int


class World:
    """Every job of one seed; `jobs` of them have come when the clock stands at `epoch`, `rate` a second come then.

    Nothing is undone: where the clock is set back, its jobs rest until it says what it had said before.
    """

    def __init__(self, *, seed: int, jobs: int, rate: float, epoch: float) -> None:
        self.seed, self._rate = seed, rate
        self.lock = threading.RLock()
        self.groups = Names(seed, "group")
        self.clock, self._epoch = Clock(epoch), int(epoch * 1000)
        self.created, self.working, self.ended = array("q"), array("q"), array("q")
        self.request, self.place = array("I"), array("B")
        self.first, self.kind = array("I"), array("B")
        self.planted: list[Planted] = []
        self.gone: set[int] = set()
        self._fill(jobs)
        by_end = sorted(range(jobs), key=self.ended.__getitem__)
        self._end_jobs, self._end_times = array("I", by_end), array("q", (self.ended[i] for i in by_end))
        self._arrival = float(self._epoch)
        self._counted = bisect_right(self.created, self._epoch)
        self._active = [index for index in range(self._counted) if self.ended[index] > self._epoch]

    def now(self) -> int:
        """The moment at which its jobs stand, which never goes back."""
        return self.clock.latest(self.clock.tick())

    def by_created(self, now: int) -> Order:
        """Every job by `dateCreated`."""
        count = self._grow(now)
        strays = [(planted.created, self._ref(n)) for n, planted in enumerate(self.planted)]
        return Order(times=self.created, refs=range(count), count=count, strays=strays)

    def by_updated(self, now: int) -> Order:
        """Every job by `dateUpdated`: those that have ended, and those that still move."""
        self._grow(now)
        strays = [(self.updated(i, now), i) for i in self._active]
        strays += [(planted.updated, self._ref(n)) for n, planted in enumerate(self.planted)]
        ended = bisect_right(self._end_times, now)
        return Order(times=self._end_times, refs=self._end_jobs, count=ended, strays=strays)

    def updated(self, index: int, now: int) -> int:
        """When the job last changed."""
        return max(t for t in (self.created[index], self.working[index], self.ended[index]) if t <= now)

    def group_of(self, group: str) -> range:
        """The jobs of a group of ours; none for any other name."""
        number = self.groups.read(group)
        if not 0 <= number < len(self.first) or self.groups.of(number) != group:
            return range(0)
        end = self.first[number + 1] if number + 1 < len(self.first) else len(self.created)
        return range(self.first[number], end)

    def few(self, refs: Iterable[int], now: int, *, updated: bool) -> Order:
        """These jobs by one of their dates."""
        return Order(times=(), refs=(), count=0, strays=[(self._time(ref, now, updated), ref) for ref in refs])

    def _time(self, ref: int, now: int, updated: bool) -> int:
        if ref < 0:
            return self.planted[-1 - ref].updated if updated else self.planted[-1 - ref].created
        return self.updated(ref, now) if updated else self.created[ref]

    def plant(self, planted: Planted) -> None:
        """Put a record in, in the place of a planted one with its id."""
        for held in self.planted:
            if held.id and held.id == planted.id:
                held.__dict__.update(planted.__dict__)
                return
        self.planted.append(planted)

    @staticmethod
    def _ref(number: int) -> int:
        return -1 - number

    def _fill(self, jobs: int) -> None:
        """Make the past: denser lately, with a daily rhythm."""
        past = SHORTEST_PAST + (LONGEST_PAST - SHORTEST_PAST) * min(1.0, jobs / 1_000_000)
        while len(self.created) < jobs:
            left = 1 - len(self.created) / jobs
            at = self._epoch - past * left**1.5
            wave = RHYTHM * DAY * math.sin(2 * math.pi * at / DAY) * min(1.0, left * 4)
            self._request(min(int(at + wave), self._epoch - 1000), jobs - len(self.created))

    def _request(self, at: int, most: int) -> int:
        """Add the jobs of one request, `most` at most; give how many."""
        number = len(self.first)
        dice = Dice(self.seed, "request", number)
        kind = KINDS[dice.of(BAG)]
        jobs = min(most, kind.renditions if kind.renditions == 1 else 3 + dice.below(kind.renditions))
        self.first.append(len(self.created))
        self.kind.append(KINDS.index(kind))
        at = max(at, self.created[-1]) if self.created else at
        for place in range(jobs):
            began = at + int(1000 * kind.queue * math.exp(3 * dice.unit() - 1.5))
            self.created.append(at + place * 40)
            self.working.append(began)
            self.ended.append(began + int(1000 * kind.work * math.exp(3 * dice.unit() - 1.5)))
            self.request.append(number)
            self.place.append(place)
        return jobs

    def _grow(self, now: int) -> int:
        """Let come what comes until `now`; give how many jobs have come."""
        while self._rate > 0 and self._arrival <= now:
            before = len(self.created)
            jobs = self._request(int(self._arrival), 8)
            self._arrival += 1000 * jobs / self._rate
            for index in range(before, len(self.created)):
                at = bisect_right(self._end_times, self.ended[index])
                self._end_times.insert(at, self.ended[index])
                self._end_jobs.insert(at, index)
        come = bisect_right(self.created, now)
        active = [*self._active, *range(self._counted, come)]
        self._active = [index for index in active if self.ended[index] > now]
        self._counted = max(come, self._counted)
        return come
