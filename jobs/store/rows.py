"""From a record to the row of the temporary table, with what decides whether it is written."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from jobs import keys
from jobs.files import Role
from jobs.models import UNDATED
from jobs.paths import LONGEST, a_file_id, normalised, storable
from jobs.statuses import status
from jobs.upstream.record import Record

LONGEST_QUALITY = 100
LONGEST_ERROR = 1000

JobValues = tuple[str | int | datetime | bytes | None, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A record that may be written: what is compared, and its `values` in the order of `arrived` in `sql.py`."""

    key: str
    created: datetime | None
    updated: datetime | None
    stage: int
    digest: bytes
    values: JobValues


def rows(records: Iterable[Record]) -> list[Row]:
    """The rows of records."""
    return [_row(record) for record in records]


def _row(record: Record) -> Row:
    stage, content = status(record.status).stage, digest(record)
    values = _values(record, stage, content)
    return Row(
        key=record.id, created=record.created, updated=record.updated, stage=stage, digest=content, values=values
    )


def _values(record: Record, stage: int, content: bytes) -> JobValues:
    created, updated = record.created or UNDATED, record.updated or UNDATED
    return (
        record.id,
        record.group,
        record.type,
        record.status,
        record.issuer,
        keys.is_late(created, updated),
        stage,
        created,
        updated,
        _first(record, "source"),
        _first(record, "destination"),
        storable(record.quality, LONGEST_QUALITY),
        record.error_code,
        _error(record),
        f"{{{','.join(map(str, terms(record)))}}}",
        content,
        record.head,
        record.body,
        record.result,
    )


def terms(record: Record) -> list[int]:
    """What the job can be found by: its group, its sources' file ids, its paths and every directory above them.

    Where it failed, its message too, and each of these with it.
    """
    found = {keys.group_term(record.group)}
    for file in record.files:
        if file.path:
            found.update(keys.path_terms(file.role, normalised(file.path)))
        if file.file_id and file.role == "source":
            found.add(keys.file_id_term(a_file_id(file.file_id)))
    if record.error:
        message = keys.message_term(_error(record))
        found.update([message, *(keys.failed_term(term, message) for term in found)])
    return sorted(found)


def digest(record: Record) -> bytes:
    """What tells two contents of a job apart."""
    parts = (record.head, record.body, record.result or "")
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()


def _error(record: Record) -> str:
    """The message of a failure; one that is cut says so."""
    kept = storable(record.error, LONGEST_ERROR)
    return kept if len(kept) == len(record.error) else f"{kept}…"


def _first(record: Record, role: Role) -> str:
    return next((storable(file.path, LONGEST) for file in record.files if file.role == role and file.path), "")
