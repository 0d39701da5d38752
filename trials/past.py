"""What a platform has said of its jobs, version by version, and which of it a tail can be expected to have found."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from jobs.rules.rechecks import SPACING
from jobs.rules.versions import SECOND_ENDS
from jobs.statuses import status
from jobs.store.rows import digest
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Record

OVERLAP = timedelta(seconds=120)
NEVER = datetime.min.replace(tzinfo=UTC)
Rank = tuple[bool, datetime, int]


def rank(updated: datetime | None, stage: int) -> Rank:
    """What a walk compares: one with a date is more than one without, then the newer, then the later stage."""
    return updated is not None, updated or NEVER, stage


@dataclass(frozen=True, kw_only=True)
class Version:
    """One content of a job."""

    digest: bytes
    updated: datetime | None


@dataclass
class Story:
    """A job: its members, every version that there was, and since when it is gone, and was before."""

    members: dict[str, Any]
    versions: list[Version] = field(default_factory=list)
    gone: list[float] = field(default_factory=list)
    there: bool = True

    @property
    def newest(self) -> datetime | None:
        """The newest date that it ever had."""
        return max((each.updated for each in self.versions if each.updated), default=None)

    def is_behind(self, horizon: datetime) -> bool:
        """Whether it was updated last before this."""
        last = self.versions[-1].updated
        return last is not None and last < horizon

    def places(self, content: bytes) -> list[int]:
        """Which versions have this content: several where it has come back."""
        return [number for number, each in enumerate(self.versions) if each.digest == content]


class Past:
    """Every job that there was on a platform, as `clock` stood there.

    `waited` is how long one has waited here. `hidden` are the jobs of which the next complete tail need not bring what
    they are: deleted, without a date, or dated before what has been read.
    """

    def __init__(self, clock: datetime) -> None:
        self.clock = self.latest = clock
        self.waited = 0.0
        self.jobs: dict[str, Story] = {}
        self.hidden: set[str] = set()
        self._masker = Masker(settings.SECRET_KEY.encode())

    def move(self, seconds: float) -> None:
        """Move the platform's clock."""
        self.clock += timedelta(seconds=seconds)
        self.latest = max(self.latest, self.clock)

    def there(self) -> list[str]:
        """The jobs that there are."""
        return [key for key, story in self.jobs.items() if story.there]

    def date(self, key: str, wanted: datetime, *, again: bool) -> datetime | None:
        """A date of a change: that of the last one where its second is not over and `again` says so.

        None where a job had this date before, which no clock would say.
        """
        story = self.jobs.get(key)
        if story is None:
            return wanted
        last = story.versions[-1].updated
        if again and last is not None and last == story.newest and self.latest < last + SECOND_ENDS / 2:
            return last
        return None if any(each.updated == wanted for each in story.versions) else wanted

    def put(self, members: dict[str, Any]) -> None:
        """Let a job say something."""
        record = wire.record(json.dumps(members).encode(), self._masker)
        assert isinstance(record, Record)
        story = self.jobs.setdefault(record.id, Story(members))
        newest, story.members, story.there = story.newest, members, True
        story.versions.append(Version(digest=digest(record), updated=record.updated))
        if record.updated is None or record.updated < max(self.latest - OVERLAP, newest or NEVER):
            self.hidden.add(record.id)
        else:
            self.hidden.discard(record.id)

    def delete(self, key: str) -> None:
        """Let a job be gone."""
        story = self.jobs[key]
        story.there = False
        story.gone.append(self.now())
        self.hidden.add(key)

    def now(self) -> float:
        """The seconds that have passed here."""
        return time.monotonic() + self.waited

    def may_be_gone(self, key: str) -> bool:
        """Whether a job could be looked for in vain twice, with a minute between: it is not there, nor was then."""
        story = self.jobs[key]
        return not story.there and self.now() - story.gone[0] >= SPACING.total_seconds()

    def open(self) -> Iterator[str]:
        """The jobs that are expected to change."""
        return (key for key in self.there() if status(self.jobs[key].members["status"]).stage < 2)
