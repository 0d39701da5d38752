"""Writes a page: its jobs, and what of it cannot be one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import DatabaseError, transaction

from jobs.models import Document
from jobs.store.faults import fault_of_a_record
from jobs.store.quarantine import quarantine
from jobs.store.write import Written, write
from jobs.upstream.record import Page, Record, Refused


@transaction.atomic
def keep(page: Page, *, point: bool = False) -> Written:
    """Write the jobs of `page`, then its refused records; a record that PostgreSQL does not take becomes one of these.

    Jobs come first wherever a page is written, so that two writers cannot lock each other out. `point` is as in
    `write`.
    """
    misfits: dict[Record, str] = {}
    write_some = partial(write, observed=page.asked, point=point)
    try:
        written = write_some(page.records)
    except DatabaseError as error:
        if fault_of_a_record(error) is None:
            raise
        misfits = dict(_misfits(page.records, observed=page.asked, point=point))
        written = write_some([record for record in page.records if record not in misfits])
    refused = [*page.refused, *(_refused(record, reason) for record, reason in misfits.items())]
    quarantine(refused)
    return replace(written, refused=len(refused))


def _misfits(records: Sequence[Record], *, observed: datetime, point: bool) -> Iterator[tuple[Record, str]]:
    """Give the records that PostgreSQL does not take, and why: halves are tried for as long as one is refused."""
    reason = _tried(records, observed=observed, point=point)
    if reason is not None and len(records) == 1:
        yield records[0], reason
    elif reason is not None:
        middle = len(records) // 2
        for half in (records[:middle], records[middle:]):
            yield from _misfits(half, observed=observed, point=point)


def _tried(records: Sequence[Record], *, observed: datetime, point: bool) -> str | None:
    """Write records and take it back, so that they hold no lock when others are tried; give why one is refused."""
    try:
        with transaction.atomic():
            write(records, observed=observed, point=point)
            transaction.set_rollback(True)
    except DatabaseError as error:
        reason = fault_of_a_record(error)
        if reason is None:
            raise
        return reason
    return None


def _refused(record: Record, reason: str) -> Refused:
    text = Document(head=record.head, body=record.body, result=record.result).text
    return Refused(text=text, field="", reason=reason, job_id=record.id)
