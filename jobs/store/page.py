"""Writes a page: its jobs, and what of it cannot be one."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import DatabaseError, transaction

from jobs.models import Document
from jobs.rules.versions import Doubt
from jobs.store import rechecks
from jobs.store.clock import began, database_clock
from jobs.store.faults import fault_of_a_record
from jobs.store.quarantine import quarantine, readable, unknown
from jobs.store.rows import Row, rows
from jobs.store.write import Came, Written, write
from jobs.upstream.record import Page, Record, Refused


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A page with the rows of its jobs, which took their time to be made."""

    page: Page
    rows: list[Row]


def ready(page: Page) -> Ready:
    """Make the rows of a page; it needs no database, so that another thread may do it."""
    return Ready(page=page, rows=rows(page.records))


@transaction.atomic
def keep(made: Ready, *, lane: str, since: datetime | None = None, point: bool = False) -> Written:
    """Write the jobs of a page, then its refused records; one that PostgreSQL does not take becomes one of these.

    Jobs that a walk brings as what cannot be one are read by id, once for each content: the next reply may be well.
    Jobs come first wherever a page is written, so that two writers cannot lock each other out. `lane` and `point` are
    as in `write.Came`, and so is `since`, for which None means the page's own request.
    """
    page, misfits = made.page, dict[str, str]()
    now = database_clock()()
    asked = began(page.asked, page.counted, now=now)
    came = Came(lane=lane, asked=asked, since=since or asked, now=now, point=point, dated=page.dated)
    write_some = partial(write, came=came)
    try:
        written = write_some(made.rows)
    except DatabaseError as error:
        if fault_of_a_record(error) is None:
            raise
        misfits = dict(_misfits(made.rows, write_some))
        written = write_some([row for row in made.rows if row.key not in misfits])
    records = [record for record in page.records if record.id in misfits]
    refused = [*page.refused, *(_refused(record, misfits[record.id]) for record in records)]
    if not point:
        rechecks.doubt(dict.fromkeys(readable(unknown(refused)), Doubt.REFUSED))
    quarantine(refused)
    return replace(written, refused=len(refused), misfits=tuple(misfits))


Writer = Callable[[Collection[Row]], Written]


def _misfits(rows: Sequence[Row], write_some: Writer) -> Iterator[tuple[str, str]]:
    """Give the ids of jobs that PostgreSQL does not take, and why: halves are tried for as long as one is refused."""
    reason = _tried(rows, write_some)
    if reason is not None and len(rows) == 1:
        yield rows[0].key, reason
    elif reason is not None:
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            yield from _misfits(half, write_some)


def _tried(rows: Collection[Row], write_some: Writer) -> str | None:
    """Write rows and take it back, so that they hold no lock when others are tried; give why one is refused."""
    try:
        with transaction.atomic():
            write_some(rows)
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
