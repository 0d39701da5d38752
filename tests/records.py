"""Makes records as the Jobs API sends them."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.document import joined
from jobs.store import Written
from jobs.store.rows import rows
from jobs.store.write import Came
from jobs.store.write import write as write_rows
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Record

MASKER = Masker(b"tests")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def iso(moment: datetime) -> str:
    """Write a date as the wire does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def job(number: int = 0, **members: Any) -> dict[str, Any]:
    """One job as the wire has it, its dates `number` seconds after noon; `members` take precedence."""
    group = f"{number:032x}"
    stamp = iso(NOON + timedelta(seconds=number))
    return {
        "id": f"{group}_{number:032x}",
        "groupId": group,
        "type": "urn:job:av.package",
        "issuer": "urn:app:tests",
        "status": "pending",
        "sources": [{"path": f"/in/{number}.mp4", "fileId": f"file-{number}"}],
        "specification": {"destination": {"path": f"/out/{number}.zip", "acl": "public"}, "chunkDuration": 3},
        "result": None,
        "dateCreated": stamp,
        "dateUpdated": stamp,
    } | members


def record(number: int = 0, **members: Any) -> Record:
    """The same job, read."""
    read = wire.record(json.dumps(job(number, **members)).encode(), MASKER)
    assert isinstance(read, Record)
    return read


def given_back(read: Record) -> dict[str, Any]:
    """The job that a record holds."""
    value: dict[str, Any] = json.loads(joined(read.head, read.body, read.result))
    return value


def records(jobs: Sequence[dict[str, Any]]) -> list[Record]:
    """Read several jobs, each of which can be stored."""
    found = [wire.record(json.dumps(each).encode(), MASKER) for each in jobs]
    return [each for each in found if isinstance(each, Record)]


def write(jobs: Iterable[Record], *, asked: datetime = NOON, point: bool = False) -> Written:
    """Write records as they are, without a page around them, as if asked for long ago."""
    return write_rows(rows(jobs), came=Came(lane="tests", asked=asked, since=asked, now=asked, point=point))
