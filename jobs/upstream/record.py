"""The values that come out of the Jobs API: a page, its records, and what of it had to be refused."""

import time
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from jobs.files import FileRef


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One job.

    The first block is read out of it, to be filtered and sorted by; dates are in UTC, None where the job has none
    that make sense. `head`, `body` and `result` are the job itself, secrets masked: JSON objects whose members,
    taken together, are its members (`result` is the value of that one member, None where it is missing).
    """

    id: str
    group: str
    type: str
    status: str
    issuer: str | None
    created: datetime | None
    updated: datetime | None
    files: tuple[FileRef, ...]
    quality: str
    error_code: int | None
    error: str

    head: str
    body: str
    result: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A record that cannot be a job: its text, secrets masked, which field is at fault and why."""

    text: str
    field: str
    reason: str
    job_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One reply: its records, and when the request for it began; `next_token` is None on the last page.

    `counted` is what `time.monotonic` said when it began, and `dated` the platform's clock (the header `Date`), None
    where it said nothing.
    """

    records: tuple[Record, ...]
    refused: tuple[Refused, ...]
    next_token: str | None = None
    asked: datetime
    counted: float = field(default_factory=time.monotonic, compare=False)
    dated: datetime | None = None
