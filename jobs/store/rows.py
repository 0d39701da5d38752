"""From a record to the rows of the temporary tables."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from jobs.models import UNDATED, JobFile
from jobs.paths import LONGEST, normalised, storable
from jobs.statuses import status
from jobs.upstream.record import Record, Role

LONGEST_QUALITY = 100
LONGEST_ERROR = 1000
LONGEST_FILE_ID = 500
ROLES: dict[Role, int] = {"source": JobFile.Role.SOURCE, "destination": JobFile.Role.DESTINATION}

JobValues = tuple[str | int | datetime | bytes | None, ...]
FileValues = tuple[str, int, int, str, str]


def newest(records: Iterable[Record]) -> list[Record]:
    """Keep one of the records of one job: the newer, of two equally new ones the further along, or else the first."""
    kept: dict[str, Record] = {}
    for record in records:
        held = kept.setdefault(record.id, record)
        if _age(record) > _age(held):
            kept[record.id] = record
    return list(kept.values())


def job_row(record: Record) -> JobValues:
    """The row of one record, in the order of `arrived` in `sql.py`."""
    return (
        record.id,
        record.group,
        record.type,
        record.status,
        record.issuer,
        status(record.status).stage,
        record.created or UNDATED,
        record.updated or UNDATED,
        _first(record, "source"),
        _first(record, "destination"),
        storable(record.quality, LONGEST_QUALITY),
        record.error_code,
        _error(record),
        digest(record),
        record.head,
        record.body,
        record.result,
    )


def file_rows(records: Iterable[Record]) -> Iterator[FileValues]:
    """The rows of the files of records, each place once a job, in the order of `arrived_file` in `sql.py`."""
    for record in records:
        places = dict.fromkeys(
            (ROLES[file.role], normalised(file.path), storable(file.file_id, LONGEST_FILE_ID)) for file in record.files
        )
        for position, (role, path, file_id) in enumerate(places):
            yield record.id, role, position, path, file_id


def digest(record: Record) -> bytes:
    """What tells two contents of a job apart."""
    parts = (record.head, record.body, record.result or "")
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()


def _age(record: Record) -> tuple[datetime, int]:
    return record.updated or UNDATED, status(record.status).stage


def _error(record: Record) -> str:
    """The message of a failure; one that is cut says so."""
    kept = storable(record.error, LONGEST_ERROR)
    return kept if len(kept) == len(record.error) else f"{kept}…"


def _first(record: Record, role: Role) -> str:
    return next((storable(file.path, LONGEST) for file in record.files if file.role == role and file.path), "")
