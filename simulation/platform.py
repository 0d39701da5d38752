"""A platform whose jobs, page tokens, clock and faults are a seed's: nothing here waits, or knows the real time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from msgspec import structs

from jobs.statuses import status
from jobs.upstream.errors import BrokenReply, NotFound, TokenRefused, TryAgain
from jobs.upstream.record import Page, Record
from jobs.upstream.walk import Ask

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = ("offset", "cursor", "time", "snapshot", "single")
TYPES = ("urn:job:av.transcode", "urn:job:import.file", "urn:job:unheard.of")
STATES = ("pending", "working", "success", "error")
SNAPSHOT_LIFE = 90_000
LONGEST_LAG = 60_000


@lru_cache(maxsize=1 << 12)
def moment(ms: int) -> datetime:
    """The time so many milliseconds after the beginning of a schedule."""
    return EPOCH + timedelta(milliseconds=ms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A job as it was from `since` on; searches show it from `shown` on; no record is a job that is deleted."""

    since: int
    shown: int
    record: Record | None


@dataclass(kw_only=True)
class Platform:
    """Every version of every job, by key, and what searches do.

    `ahead` is how far its clock is ahead of ours, in milliseconds; it may change.
    """

    dice: Random
    tokens: str
    laggard: bool
    undated: bool
    faults: float
    cap: int
    ahead: int
    now: int = 0
    jobs: dict[str, list[Version]] = field(default_factory=dict)
    _snapshots: list[tuple[int, list[Record]]] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _contents: int = 0

    def clock(self) -> datetime:
        """What the platform's clock says, to the second."""
        return moment(self.now + self.ahead).replace(microsecond=0)

    # What happens to jobs.

    def create(self) -> None:
        """Let the jobs of a request come."""
        group, kind = f"g{len(self.jobs)}", self.dice.choice(TYPES)
        created = None if self.undated and self.dice.random() < 0.2 else self.clock()
        for _ in range(self.dice.choice((1, 1, 1, 3))):
            self._put(
                f"{group}_{len(self.jobs)}", group, kind, self.dice.choice(("pending", "pending", "success")), created
            )

    def change(self) -> None:
        """Let a job go on, be requeued, or say something else in the same state."""
        alive = [versions[-1].record for versions in self.jobs.values()]
        jobs = [record for record in alive if record is not None]
        if jobs:
            job = self.dice.choice(jobs[-6:] if self.dice.random() < 0.7 else jobs)
            state = self.dice.choice((*STATES, job.status))
            self._put(job.id, job.group, job.type, state, job.created)

    def edit(self) -> None:
        """Let a job say something else, or within its second once more what it said before, and keep its date."""
        jobs = list(self.truth().values())
        if jobs:
            job = self.dice.choice(jobs)
            before = self._before(job)
            if before is not None and self.dice.random() < 0.3:
                self._add(job.id, before)
                return
            self._contents += 1
            self._add(job.id, structs.replace(job, head=f"{job.status} {self._contents}"))

    def _before(self, job: Record) -> Record | None:
        """What a job was before in the second that it is dated, if that goes on."""
        former = [version.record for version in self.jobs[job.id][:-1]]
        same = [record for record in former if record and record.updated == job.updated == self.clock()]
        return self.dice.choice(same) if same else None

    def delete(self) -> None:
        """Delete a job; now and then one that was deleted comes back."""
        key = self.dice.choice(list(self.jobs)) if self.jobs else None
        if key is None:
            return
        job = self.jobs[key][-1].record
        if job is not None:
            self._add(key, None)
        elif self.dice.random() < 0.5 and (last := self.jobs[key][-2].record) is not None:
            self._put(key, last.group, last.type, "pending", last.created)

    def _put(self, key: str, group: str, kind: str, state: str, created: datetime | None) -> None:
        self._contents += 1
        updated = None if created is None and self.dice.random() < 0.7 else self.clock()
        record = Record(
            id=key,
            group=group,
            type=kind,
            status=state,
            issuer=None,
            created=created,
            updated=updated,
            files=(),
            quality="",
            error_code=None,
            error="",
            head=f"{state} {self._contents}",
            body="",
            result=None,
        )
        self._add(key, record)

    def _add(self, key: str, record: Record | None) -> None:
        versions = self.jobs.setdefault(key, [])
        lag = self.dice.randrange(LONGEST_LAG) if self.laggard and self.dice.random() < 0.3 else 0
        shown = max(self.now + lag, versions[-1].shown if versions else 0)
        versions.append(Version(since=self.now, shown=shown, record=record))

    # What it answers.

    def truth(self) -> dict[str, Record]:
        """Every job as it is."""
        newest = {key: versions[-1].record for key, versions in self.jobs.items()}
        return {key: record for key, record in newest.items() if record is not None}

    def job(self, key: str, asked: datetime) -> Page:
        """Answer `GET /jobs/{jobId}`."""
        self._stumble()
        record = self.jobs[key][-1].record if key in self.jobs else None
        if record is None:
            raise NotFound("no such job", asked=asked, counted=self.now)
        return Page(records=(record,), refused=(), asked=asked, dated=self.clock())

    def group(self, key: str, asked: datetime) -> Page:
        """Answer `GET /jobs/groups/{groupId}`."""
        self._stumble()
        records = tuple(record for record in self.truth().values() if record.group == key)
        if not records:
            raise NotFound("no such group", asked=asked, counted=self.now)
        return Page(records=records, refused=(), asked=asked, dated=self.clock())

    def search(self, ask: Ask, asked: datetime) -> Page:
        """Answer `GET /jobs`."""
        self._stumble()
        found, token = self._page(ask)
        return Page(records=tuple(found), refused=(), next_token=token, asked=asked, dated=self.clock())

    def _stumble(self) -> None:
        if self.faults and self.dice.random() < self.faults:
            raise self.dice.choice((TryAgain, BrokenReply))("a fault")

    def _page(self, ask: Ask) -> tuple[list[Record], str | None]:
        """Give the records of a page and the token of the next."""
        size = min(ask.walk.page_size, self.cap)
        if ask.token and self.faults and self.dice.random() < self.faults:
            raise TokenRefused("expired")
        start: int
        if self.tokens == "snapshot":
            return self._of_snapshot(ask, size)
        records = self._matching(ask)
        if ask.token is None:
            start = 0
        elif self.tokens == "offset":
            start = int(ask.token)
        else:
            start = self._behind(records, ask)
        page = records[start : start + size]
        if start + size >= len(records):
            return page, None
        return page, str(start + size) if self.tokens == "offset" else self._cursor(page[-1], ask)

    def _of_snapshot(self, ask: Ask, size: int) -> tuple[list[Record], str | None]:
        if ask.token is None:
            self._snapshots.append((self.now + SNAPSHOT_LIFE, self._matching(ask)))
            number, start = len(self._snapshots) - 1, 0
        else:
            number, start = (int(part) for part in ask.token.split("/"))
        until, records = self._snapshots[number]
        if self.now > until:
            raise TokenRefused("expired")
        token = f"{number}/{start + size}" if start + size < len(records) else None
        return records[start : start + size], token

    def _cursor(self, record: Record, ask: Ask) -> str:
        """A token that knows the last job of a page; a serial number makes one that is used once another each time."""
        self._contents += 1
        return f"{date(record, ask).timestamp():.0f}/{record.id}/{self._contents}"

    def _behind(self, records: list[Record], ask: Ask) -> int:
        """Where the page behind a cursor begins."""
        token = ask.token or ""
        if self.tokens == "single" and token in self._used:
            raise TokenRefused("used")
        self._used.add(token)
        seconds, key, _ = token.split("/")
        place = (float(seconds),) if self.tokens == "time" else (float(seconds), key)
        for start, record in enumerate(records):
            order = (date(record, ask).timestamp(), record.id)[: len(place)]
            if order > place if ask.walk.ascending else order < place:
                return start
        return len(records)

    def _matching(self, ask: Ask) -> list[Record]:
        """The records that a search shows now, in its order."""
        walk, found = ask.walk, []
        for versions in self.jobs.values():
            shown = versions[-1].record if versions[-1].shown <= self.now else self._shown(versions)
            if shown is not None and walk.type in ("", shown.type) and walk.status in ("", shown.status):
                found.append(shown)
        return sorted(found, key=lambda record: (date(record, ask), record.id), reverse=not walk.ascending)

    def _shown(self, versions: list[Version]) -> Record | None:
        """What searches still show of a job."""
        return next((each.record for each in reversed(versions) if each.shown <= self.now), None)


def date(record: Record, ask: Ask) -> datetime:
    """The date by which a search sorts a record; one without comes as the oldest."""
    found = record.created if ask.walk.order_by == "dateCreated" else record.updated
    return found or EPOCH - timedelta(days=9999)


def stage(record: Record) -> int:
    """How far along a record's job is."""
    return status(record.status).stage
