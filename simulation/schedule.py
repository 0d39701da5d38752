"""One schedule: what happens for one seed, and whether the mirror is equal to the platform in the end."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from jobs.rules import rechecks, shards, versions
from jobs.rules.shards import Shard
from jobs.rules.sweep import Place, Sweep
from jobs.rules.tail import Tail
from jobs.rules.versions import LAG, Doubt
from jobs.upstream.errors import Endless, NotFound, TokenRefused, TokenRepeated, UpstreamError
from jobs.upstream.record import Page
from jobs.upstream.walk import Walk
from simulation.mirror import LeaseLost, Mirror, ShardWalk
from simulation.platform import LONGEST_LAG, TOKENS, Platform, moment

STEPS = 160
PACES = ((0, 0, 1, 40, 400, 2_000, 15_000), (0, 0, 0, 1, 5, 40, 300, 9_000))
SWEEPS_AT_END = {"time": 6}
HOUR = 3_600_000
ROUNDS = 300
"""After so many passes of reads, half a minute apart, nothing may be left to read: none is put off for as long."""
CLOCK_STEPS = (-HOUR, -5_000, HOUR)
SIZES = {False: (3, 4, 7), True: (8, 9, 11)}
"""How many jobs a page has. Where a token knows nothing but a date, those of one second have to fit on one page."""
WILD = {
    "create": 8,
    "change": 14,
    "edit": 2,
    "delete": 2,
    "hook": 3,
    "clock": 0.2,
    "ours": 0.1,
    "work": 70,
    "crash": 2,
    "pause": 2,
}
EVENTS = {False: WILD, True: WILD | {"edit": 0, "delete": 0}}
"""What may happen next, and how often; in a tame schedule nothing that takes a sweep to be seen."""
Steps = Generator[None, None, None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a schedule came to: the jobs that differ, how many workers stopped, how many writers came too late."""

    seed: int
    differing: tuple[str, ...]
    crashes: int
    zombies: int


@dataclass
class Worker:
    """A worker and what it does now: the lease that it holds, unless it is `paused`, is kept alive."""

    steps: Steps | None = None
    lease: tuple[str, int] | None = None
    paused: bool = False


class Schedule:
    """A platform, a mirror, and up to three workers."""

    def __init__(self, seed: int) -> None:
        dice = self.dice = Random(seed)  # noqa: S311 - nothing here is secret
        self.seed = seed
        self.tame = dice.random() < 0.5
        tokens = dice.choice([each for each in TOKENS if not self.tame or each != "time"])
        sizes = SIZES[tokens == "time"]
        self.platform = Platform(
            dice=dice,
            tokens=tokens,
            laggard=dice.random() < 0.4,
            undated=not self.tame and tokens != "time" and dice.random() < 0.4,
            faults=dice.choice((0, 0, 0.05, 0.2)),
            cap=dice.choice((*sizes, 1000)),
            ahead=dice.choice((0, 0, 24 * HOUR, -24 * HOUR)),
        )
        self.ours = 0
        self.mirror = Mirror(clock=lambda: moment(self.platform.now + self.ours))
        self.workers = [Worker() for _ in range(dice.randint(1, 3))]
        self.open = [ShardWalk(shard=each) for each in shards.OPEN]
        self.pace = dice.choice(PACES)
        self.size = dice.choice(sizes)
        self.crashes = self.zombies = 0
        self._passed: datetime | None = None
        self._regressed = False
        self._unread = set[str]()

    def run(self) -> Outcome:
        """Let everything happen, then leave the platform alone until the mirror has had time."""
        if self.tame:
            self.platform.create()
            while not self.mirror.complete:
                self._to_end(self.workers[0], self._tail(self.workers[0]))
            self._cycle(self.workers[0])
        for _ in range(STEPS):
            self._step()
        for worker in self.workers:
            worker.paused = False
            self._finish(worker)
        self.platform.faults = 0
        self._pass(LONGEST_LAG if self.tame else 10 * HOUR)
        self._cycle(self.workers[0])
        differing = set(self._differing()) if self.tame else set()
        for _ in range(SWEEPS_AT_END.get(self.platform.tokens, 1)):
            self._next_sweep()
            self._cycle(self.workers[0])
        differing |= self._unread.union(self._differing())
        differing |= {"watermark"} if self._regressed else set()
        return Outcome(seed=self.seed, differing=tuple(sorted(differing)), crashes=self.crashes, zombies=self.zombies)

    def _step(self) -> None:
        """Let something happen, and then some time pass."""
        events = EVENTS[self.tame]
        match self.dice.choices(list(events), list(events.values()))[0]:
            case "clock":
                self._set_clock()
            case "ours":
                self.ours += self.dice.choice(CLOCK_STEPS)
            case "hook":
                self._tell()
            case "crash":
                self._crash(self.dice.choice(self.workers))
            case "pause":
                worker = self.dice.choice(self.workers)
                worker.paused = not worker.paused
            case "work":
                self._work(self.dice.choice(self.workers))
            case of_jobs:
                getattr(self.platform, of_jobs)()
        self._pass(self.dice.choice(self.pace))

    def _tell(self) -> None:
        """Let a hook tell of a job, one of those that changed last more often; maybe of one that is not here yet."""
        keys = list(self.platform.jobs)
        if keys:
            self.mirror.doubt(self.dice.choice(keys[-6:] if self.dice.random() < 0.7 else keys), Doubt.HOOK)

    def _set_clock(self) -> None:
        """Set the platform's clock: if no sweep is to be needed, back alone, and where searches show all at once."""
        if not self.tame:
            self.platform.ahead += self.dice.choice(CLOCK_STEPS)
        elif not self.platform.laggard:
            self.platform.ahead -= HOUR

    def _pass(self, ms: int) -> None:
        """Let time pass; workers that run keep their leases, where these have not run out before."""
        alive = [
            each.lease for each in self.workers if each.lease and not each.paused and self.mirror.holds(*each.lease)
        ]
        self.platform.now += ms
        for lease in alive:
            self.mirror.renew(*lease)

    def _work(self, worker: Worker) -> None:
        """Let a worker do one step of what it does, or begin something."""
        if worker.steps is None:
            worker.steps = self._something(worker)
        try:
            next(worker.steps)
        except StopIteration:
            worker.steps = None
        except LeaseLost:
            worker.steps, worker.lease, self.zombies = None, None, self.zombies + 1

    def _crash(self, worker: Worker) -> None:
        if worker.steps is not None:
            worker.steps, worker.lease, self.crashes = None, None, self.crashes + 1

    def _finish(self, worker: Worker) -> None:
        while worker.steps is not None:
            self._work(worker)

    # The lanes.

    def _something(self, worker: Worker) -> Steps:
        mirror, dice = self.mirror, self.dice
        match dice.choices(("tail", "sweep", "open", "rechecks"), (4, 3, 1, 3))[0]:
            case "tail":
                return self._tail(worker)
            case "sweep" if left := self._left():
                return self._walk(worker, dice.choice(left))
            case "open" if mirror.complete:
                walk = dice.choice(self.open)
                if walk.place.finished:
                    walk.place, walk.since = Place(), None
                return self._walk(worker, walk)
        return self._rechecks(worker)

    def _left(self) -> list[ShardWalk]:
        """The shards whose walks are not over; a tame schedule has one sweep alone, the backfill."""
        left = [each for each in self.mirror.shards if not each.place.finished]
        if not left and not (self.tame and self.mirror.sweep):
            self._next_sweep()
            return self.mirror.shards
        return left

    def _next_sweep(self) -> None:
        self.mirror.sweep += 1
        self.mirror.begin_sweep(self.platform.clock())

    @contextmanager
    def _leased(self, worker: Worker, name: str) -> Iterator[int | None]:
        epoch = self.mirror.take(name)
        worker.lease = (name, epoch) if epoch else None
        yield epoch
        if epoch:
            self.mirror.renew(name, epoch, timedelta(0))
            worker.lease = None

    def _tail(self, worker: Worker) -> Steps:
        mirror = self.mirror
        with self._leased(worker, "tail") as epoch:
            if epoch is None:
                return
            began = mirror.clock()
            tail = Tail(
                watermark=mirror.watermark,
                last=mirror.complete or (mirror.watermark and mirror.swept_since),
                began=began,
                overlap=LAG,
                page_size=self.size,
                filled=mirror.is_filled(),
            )
            while tail.ask is not None:
                asked, counted = mirror.clock(), self.platform.now
                yield
                try:
                    page = self.platform.search(tail.ask, asked)
                    yield
                    watermark = tail.take(page)
                except UpstreamError:
                    mirror.fail_tail(epoch)
                    return
                mirror.check("tail", epoch)
                mirror.keep(self._dated(page, counted), since=began, point=False)
                if tail.ask is None:
                    self._regressed |= bool(self._passed and watermark and watermark < self._passed)
                    self._passed = watermark
                    mirror.end_tail(watermark, began)
                yield

    def _walk(self, worker: Worker, walk: ShardWalk) -> Steps:
        mirror, name = self.mirror, f"walk {walk.shard}"
        with self._leased(worker, name) as epoch:
            if epoch is None or walk.place.finished:
                return
            since = walk.since or mirror.clock()
            sweep = Sweep(self._way(walk.shard), walk.place)
            while sweep.ask is not None:
                asked, counted = mirror.clock(), self.platform.now
                yield
                try:
                    page = self.platform.search(sweep.ask, asked)
                    yield
                    behind = sweep.take(page)
                except (TokenRefused, TokenRepeated, Endless):
                    mirror.check(name, epoch)
                    mirror.begin_again(walk)
                    mirror.end_sweep()
                    return
                except UpstreamError:
                    return
                mirror.check(name, epoch)
                mirror.keep(self._dated(page, counted), since=since, point=False)
                walk.place, walk.since = behind.place, since
                mirror.came |= walk in mirror.shards and bool(page.records)
                mirror.close(walk, behind.stretch)
                mirror.end_sweep()
                yield

    def _way(self, shard: Shard) -> Walk:
        number = self.mirror.sweep
        return Walk(
            order_by="dateCreated",
            ascending=shards.ascends(number, everything=shard == shards.EVERYTHING),
            page_size=shards.page_size(number, self.size),
            type=shard.type,
            status=shard.status,
        )

    def _rechecks(self, worker: Worker) -> Steps:
        mirror, platform = self.mirror, self.platform
        with self._leased(worker, "rechecks") as epoch:
            if epoch is None:
                return
            for read in rechecks.plan(mirror.due(4)):
                asked, counted = mirror.clock(), self.platform.now
                yield
                key = read.due[0].key
                try:
                    page = platform.group(read.group, asked) if read.group else platform.job(key, asked)
                except NotFound:
                    yield
                    mirror.check("rechecks", epoch)
                    for each in read.due:
                        mirror.try_alone(each.key) if read.group else mirror.absent(each, self._began(asked, counted))
                    continue
                except UpstreamError:
                    mirror.check("rechecks", epoch)
                    for each in read.due:
                        mirror.put_off(each.key)
                    continue
                yield
                mirror.check("rechecks", epoch)
                mirror.read(self._dated(page, counted), read)
                yield

    def _dated(self, page: Page, counted: int) -> Page:
        """A page that is written now, with what the mirror takes for the time when it was asked for."""
        return replace(page, asked=self._began(page.asked, counted))

    def _began(self, asked: datetime, counted: int) -> datetime:
        ago = timedelta(milliseconds=self.platform.now - counted)
        return versions.began(asked, ago=ago, now=self.mirror.clock())

    # The end.

    def _cycle(self, worker: Worker) -> None:
        """Run every lane to its end, one after the other; of a sweep what is left of it."""
        for walk in self.open:
            walk.place, walk.since = Place(), None
        if not self.mirror.sweep:
            self._next_sweep()
        lanes = [self._tail(worker), *(self._walk(worker, walk) for walk in [*self.open, *self.mirror.shards])]
        for steps in self.dice.sample(lanes, len(lanes)):
            self._to_end(worker, steps)
        for _ in range(ROUNDS):
            if not self.mirror.rechecks:
                return
            self._to_end(worker, self._rechecks(worker))
            self._pass(30_000)
        self._unread |= self.mirror.rechecks.keys()

    def _to_end(self, worker: Worker, steps: Steps) -> None:
        worker.steps = steps
        self._finish(worker)
        self._pass(1_000)

    def _differing(self) -> Iterator[str]:
        """The keys of jobs that are not as the platform has them."""
        truth = self.platform.truth()
        here = {key: record.head for key, record in self.mirror.records.items() if not self.mirror.stored[key].gone}
        for key in truth.keys() | here.keys():
            if key not in truth or here.get(key) != truth[key].head:
                yield key


def run(seed: int) -> Outcome:
    """Run the schedule of a seed."""
    return Schedule(seed).run()
