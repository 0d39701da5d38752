"""All jobs that there are at a moment, in a few dozen bytes each: when they came, began and ended.

What a job says is derived from its index when it is asked for (`content`). Time is in milliseconds since 1970.
"""

import math
import threading
from array import array
from bisect import bisect_right

from sandbox.clock import Clock
from sandbox.dice import Dice, Names
from sandbox.kinds import BAG, KINDS
from sandbox.order import IN_RUN, MOVING, Key, Order, Stray
from sandbox.planted import Ledger

DAY = 86_400_000
SHORTEST_PAST, LONGEST_PAST = 14 * DAY, 60 * DAY
RHYTHM = 0.12


class World:
    """Every job of one seed; `jobs` of them have come when the clock stands at `epoch`, `rate` a second come then.

    Nothing is undone: where the clock is set back, its jobs rest until it says what it had said before. `still` is as
    the clock has it.
    """

    def __init__(self, *, seed: int, jobs: int, rate: float, epoch: float, still: bool = False) -> None:
        self.seed, self._rate = seed, rate
        self.lock = threading.RLock()
        self.groups = Names(seed, "group")
        self.clock, self._epoch = Clock(epoch, still=still), int(epoch * 1000)
        self.created, self.working, self.ended = array("q"), array("q"), array("q")
        self.request, self.place = array("I"), array("B")
        self.first, self.kind = array("I"), array("B")
        self.ledger = Ledger()
        self._fill(jobs)
        by_end = sorted(range(jobs), key=self.ended.__getitem__)
        self._end_jobs, self._end_times = array("I", by_end), array("q", (self.ended[i] for i in by_end))
        self._arrival = float(self._epoch)
        self._active: list[int] = []
        self._counted = self._looked = 0

    def by_created(self, now: int, strays: list[Stray]) -> Order:
        """Every job by `dateCreated`, and `strays`."""
        count = bisect_right(self.created, now)
        return Order(times=self.created, refs=range(count), count=count, strays=strays)

    def by_updated(self, now: int, strays: list[Stray]) -> Order:
        """Every job by `dateUpdated`: those that have ended, those that still move, and `strays`."""
        moving = [(self.updated(index, now), MOVING, index, index) for index in self._moving(now)]
        ended = bisect_right(self._end_times, now)
        return Order(times=self._end_times, refs=self._end_jobs, count=ended, strays=moving + strays)

    def key(self, index: int, now: int, *, updated: bool) -> Key:
        """Where a job stands in one of these orders."""
        if updated and now < self.ended[index]:
            return self.updated(index, now), MOVING, index
        return (self.ended if updated else self.created)[index], IN_RUN, index

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

    def ended_in(self, after: int, until: int) -> list[int]:
        """The jobs whose time was up after one moment and until another."""
        first, end = (bisect_right(self._end_times, moment) for moment in (after, until))
        return list(self._end_jobs[first:end])

    def grow(self, now: int) -> None:
        """Let come what comes until `now`."""
        while self._rate > 0 and self._arrival <= now:
            before = len(self.created)
            jobs = self._request(int(self._arrival), 8)
            self._arrival += 1000 * jobs / self._rate
            for index in range(before, len(self.created)):
                at = bisect_right(self._end_times, self.ended[index])
                self._end_times.insert(at, self.ended[index])
                self._end_jobs.insert(at, index)

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

    def _moving(self, now: int) -> list[int]:
        """The jobs that have come and not ended; quick where `now` goes on from call to call."""
        if now < self._looked:
            self._counted, self._active = 0, []
        come = bisect_right(self.created, now)
        active = [*self._active, *range(self._counted, come)]
        self._active = [index for index in active if self.ended[index] > now]
        self._counted, self._looked = come, now
        return self._active
