"""A mirror in memory: what PostgreSQL keeps in the product, and its transactions, each of which happens at once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jobs.rules import shards, versions
from jobs.rules.rechecks import FIRST_WAIT, LONGEST_WAIT, SPACING, Absence, Due, Read, absence, chosen, wait
from jobs.rules.shards import Known, Shard
from jobs.rules.sweep import Place, Stretch
from jobs.rules.tail import Swept, goes_on_from
from jobs.rules.versions import Doubt, Seen, Stored, Use, judge
from jobs.upstream.record import Page, Record
from simulation.platform import EPOCH, STATES, stage

TTL = timedelta(seconds=20)


class LeaseLost(Exception):
    """A lease has run out, or somebody else has it."""


@dataclass(kw_only=True)
class Recheck:
    """A job that is to be read by id."""

    reason: Doubt
    raised: datetime
    due: datetime
    attempts: int = 0
    missing: datetime | None = None
    failed: bool = False

    @property
    def turn(self) -> int:
        """Which turn it has: what hooks tell of is read first, what has failed last."""
        return 3 if self.failed else {Doubt.HOOK: 0, Doubt.ABSENT: 2}.get(self.reason, 1)


@dataclass(kw_only=True, eq=False)
class ShardWalk:
    """The walk through a shard of a sweep, or a list of open jobs: how far it has come, and what it has left out."""

    shard: Shard
    place: Place = field(default_factory=Place)
    since: datetime | None = None
    restarts: int = 0
    left_out: str = ""


@dataclass(kw_only=True)
class Mirror:
    """Everything that is kept, and how the lanes change it."""

    clock: Callable[[], datetime]
    records: dict[str, Record] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    rechecks: dict[str, Recheck] = field(default_factory=dict)
    watermark: datetime | None = None
    complete: datetime | None = None
    tail_fails: bool = False
    sweep: int = 0
    shards: list[ShardWalk] = field(default_factory=list)
    split: set[Shard] = field(default_factory=set)
    swept_since: datetime = EPOCH
    swept_from: datetime = EPOCH
    came: bool = False
    leases: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _raises: int = 0

    # Leases.

    def take(self, name: str) -> int | None:
        """Take a lease that nobody holds; give its epoch."""
        epoch, expires = self.leases.get(name, (0, self.clock()))
        if self.clock() < expires <= self.clock() + 2 * TTL:
            return None
        self.leases[name] = (epoch + 1, self.clock() + TTL)
        return epoch + 1

    def renew(self, name: str, epoch: int, ttl: timedelta = TTL) -> None:
        """Keep a lease alive, or give it up."""
        if self.leases[name][0] == epoch:
            self.leases[name] = (epoch, self.clock() + ttl)

    def holds(self, name: str, epoch: int) -> bool:
        """Whether a lease has neither run out nor been taken."""
        held, expires = self.leases[name]
        return held == epoch and expires > self.clock()

    def check(self, name: str, epoch: int) -> None:
        """Raise `LeaseLost` where a lease is lost; called before anything changes."""
        if not self.holds(name, epoch):
            raise LeaseLost

    # Records.

    def keep(self, page: Page, *, since: datetime, point: bool) -> None:
        """Write the records of a page, as `jobs.store` does."""
        for record in page.records:
            seen = self._seen(record, page, since, self.clock(), point=point)
            held = self._held(record.id)
            verdict = judge(held, seen)
            if verdict.use is Use.TAKE:
                self.records[record.id] = record
                self.stored[record.id] = Stored(
                    updated=seen.updated,
                    stage=seen.stage,
                    digest=seen.digest,
                    observed=self.clock(),
                    settled=seen.final,
                    contested=verdict.contested,
                )
            if held is not None and verdict.use is Use.SAME and versions.moves(held, seen):
                settled = held.settled or seen.final
                self.stored[record.id] = replace(held, observed=self.clock(), settled=settled)
            if held is not None and verdict.use is Use.DROP and verdict.contested:
                self.stored[record.id] = replace(held, contested=verdict.contested)
            if held is not None and held.watched and verdict.use is not Use.DROP and not point:
                self._found(record.id, page.asked)
            if verdict.doubt:
                self.doubt(record.id, verdict.doubt)

    def _held(self, key: str) -> Stored | None:
        """What is stored of a job."""
        held = self.stored.get(key)
        return held and replace(held, watched=key in self.rechecks)

    @staticmethod
    def _seen(record: Record, page: Page, since: datetime, now: datetime, *, point: bool) -> Seen:
        return Seen(
            created=record.created,
            updated=record.updated,
            stage=stage(record),
            digest=record.head.encode(),
            asked=page.asked,
            since=since,
            now=now,
            point=point,
            dated=page.dated,
        )

    # Reads by id.

    def doubt(self, key: str, reason: Doubt) -> None:
        """Let a job be read by id."""
        held, now, raised = self.rechecks.get(key), self.clock(), self._raised()
        if held is None:
            self.rechecks[key] = Recheck(reason=reason, raised=raised, due=now)
        else:
            stays = held.reason is Doubt.HOOK or reason is Doubt.ABSENT
            told = reason is Doubt.HOOK
            due, failed = min(held.due, now) if told else held.due, held.failed and not told
            self.rechecks[key] = replace(
                held, raised=raised, due=due, failed=failed, reason=held.reason if stays else reason
            )

    def _raised(self) -> datetime:
        """Our time, but never the same twice, as in the product, where statements take their time."""
        self._raises += 1
        return self.clock() + timedelta(microseconds=self._raises)

    def _found(self, key: str, asked: datetime) -> None:
        """Note that a job came that did not come where it should have: nobody needs to read it, if nobody has tried."""
        held = self.rechecks[key]
        if held.reason is Doubt.ABSENT and not held.attempts and held.raised < asked:
            del self.rechecks[key]

    def due(self, most: int) -> list[Due]:
        """The jobs that are to be read now."""
        now = self.clock()
        waiting = {key for key, each in self.rechecks.items() if now < each.due <= now + LONGEST_WAIT}
        found = sorted(self.rechecks.keys() - waiting, key=lambda key: (self.rechecks[key].due, key))
        turns = [[self._due(key) for key in found if self.rechecks[key].turn == turn] for turn in range(4)]
        return chosen(turns, most)

    def _due(self, key: str) -> Due:
        held, group = self.rechecks[key], self.records[key].group if key in self.records else ""
        return Due(key=key, group=group, raised=held.raised, attempts=held.attempts, failed=held.failed)

    def read(self, page: Page, read: Read) -> None:
        """Write what a read brought; its jobs need no other, unless that was said since it was planned."""
        self.keep(page, since=page.asked, point=True)
        came = {record.id for record in page.records}
        for each in read.due:
            if each.key not in came:
                self.try_alone(each.key)
            elif held := self._left(each):
                told = held.reason is Doubt.HOOK and not held.attempts
                due = held.due if told else self.clock() + FIRST_WAIT
                self.rechecks[each.key] = replace(held, missing=None, attempts=1, due=due, failed=False)

    def try_alone(self, key: str) -> None:
        """Read a job by itself next, of which its group says nothing."""
        if held := self.rechecks.get(key):
            self.rechecks[key] = replace(held, attempts=held.attempts + 1, failed=False)

    def absent(self, each: Due, asked: datetime) -> None:
        """Note that a job was not found."""
        key = each.key
        held = self.rechecks.get(key)
        if held is None:
            return
        now, held = self.clock(), replace(held, failed=False)
        match absence(self.stored.get(key), held.missing, asked, now=now):
            case Absence.WAIT:
                self.rechecks[key] = replace(held, due=now + SPACING, attempts=held.attempts + 1)
            case Absence.FIRST:
                due = now + wait(held.attempts, least=SPACING)
                self.rechecks[key] = replace(held, missing=asked, due=due, attempts=held.attempts + 1)
            case Absence.GONE:
                self.stored[key] = Stored(updated=None, stage=2, digest=b"", observed=now, settled=False)
                self._left(each)
            case Absence.FORGET:
                if key in self.stored:
                    self.stored[key] = replace(self.stored[key], settled=True, observed=now)
                self._left(each)

    def _left(self, read: Due) -> Recheck | None:
        """Forget what has been read; give it where it has been said again meanwhile that it is to be."""
        held = self.rechecks.get(read.key)
        if held is not None and held.raised == read.raised:
            del self.rechecks[read.key]
            return None
        return held

    def put_off(self, key: str) -> None:
        """Make a read that has failed again later."""
        if held := self.rechecks.get(key):
            due = self.clock() + wait(held.attempts)
            self.rechecks[key] = replace(held, due=due, attempts=held.attempts + 1, failed=True)

    # Walks.

    def close(self, walk: ShardWalk, stretch: Stretch | None) -> None:
        """Look by id for what is stored in a stretch of time and did not come; at the end for what has no date too."""
        for key, record in self.records.items():
            held = self.stored[key]
            if held.gone or not walk.since or not _within(record, walk.shard):
                continue
            if walk.since <= held.observed <= self.clock():
                continue
            if record.created is None:
                if walk.place.finished:
                    self.doubt(key, Doubt.ABSENT)
            elif stretch and stretch.start <= record.created < stretch.end and key not in stretch.keys:
                self.doubt(key, Doubt.ABSENT)

    def end_tail(self, watermark: datetime | None, began: datetime) -> None:
        """Note a complete pass of the tail, unless a sweep has helped it further meanwhile."""
        marks = [mark for mark in (self.watermark, watermark) if mark is not None]
        self.watermark = max(marks, default=None)
        helped = self.complete is not None and began < self.complete <= self.clock()
        self.complete = self.complete if helped else began
        self.tail_fails = False

    def fail_tail(self, epoch: int) -> None:
        """Note that a pass of the tail has failed, if its worker still may."""
        self.tail_fails |= self.holds("tail", epoch)

    def is_filled(self) -> bool:
        """Whether any job is here that is not gone."""
        return not all(each.gone for each in self.stored.values())

    def known(self) -> Known:
        """What has occurred among the jobs."""
        return Known(types={record.type for record in self.records.values()}, statuses=STATES)

    def begin_sweep(self, dated: datetime) -> None:
        """Cut everything into shards once more, when the platform's clock says `dated`."""
        self.swept_since, self.swept_from = self.clock(), dated
        if self.complete is None and self.watermark is None:
            self.watermark = dated
        found = shards.parts(shards.first(self.known()), self.known(), self.split)
        self.came = False
        self.shards = [ShardWalk(shard=shard) for shard, parts in found.items() if not parts]
        for shard in (shard for shard, parts in found.items() if parts):
            self._leave_out(shard, shards.rest(shard))

    def end_sweep(self) -> None:
        """If every walk of a sweep is over, let a tail that fails go on from where it began."""
        if not self.shards or not all(each.place.finished for each in self.shards):
            return
        gaps = bool(shards.unread({each.shard: each.left_out for each in self.shards}))
        swept = Swept(began=self.swept_since, gaps=gaps, came=self.came)
        self.shards = []
        if goes_on_from(swept, fails=self.tail_fails, complete=self.complete, now=self.clock()):
            self.complete = self.swept_since
            self.watermark = max(self.watermark or self.swept_from, self.swept_from)

    def begin_again(self, walk: ShardWalk) -> None:
        """Begin a walk again; split its shard where that has happened too often, or leave it out."""
        walk.place, walk.since, walk.restarts = Place(), None, walk.restarts + 1
        if walk.restarts <= shards.RESTARTS or walk not in self.shards:
            return
        self.shards.remove(walk)
        parts = shards.split(walk.shard, self.known())
        self.shards += [ShardWalk(shard=part) for part in parts]
        if parts:
            self.split.add(walk.shard)
        self._leave_out(walk.shard, shards.rest(walk.shard) if parts else "whose walk never came to its end")

    def _leave_out(self, shard: Shard, why: str) -> None:
        """Go on without what a shard has of its own, if that is anything."""
        if why:
            self.shards.append(ShardWalk(shard=shard, place=Place(finished=True), left_out=why))


def _within(record: Record, shard: Shard) -> bool:
    return shard.type in ("", record.type) and shard.status in ("", record.status)
