"""What must hold among the jobs' tables, which no constraint says."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Count

from jobs import keys
from jobs.histogram import counted
from jobs.models import (
    UNDATED,
    Cell,
    DayRollup,
    Document,
    HourRollup,
    Job,
    Message,
    Posting,
    Tile,
    Value,
    Week,
    WeekCell,
)


def is_consistent() -> bool:
    """Whether counts, documents, postings, messages, weeks and rollups are those of the jobs here; raise where not."""
    counted = dict(Job.objects.values_list("cell").annotate(n=Count("id")))
    assert counted == dict(Cell.objects.exclude(jobs=0).values_list("id", "jobs"))
    jobs = list(Job.objects.select_related("cell"))
    assert set(Document.objects.values_list("job_id", flat=True)) == {job.id for job in jobs}
    columns = ("created_under", "updated_under", "cell_id", "created", "updated", "job_id")
    assert Counter(Posting.objects.values_list(*columns)) == Counter(row for job in jobs for row in postings(job))
    weeks = {keys.week(date) for job in jobs for date in (job.created, job.updated)}
    assert weeks <= set(Week.objects.values_list("number", flat=True))
    week_cells = {(keys.week(date), job.cell_id) for job in jobs for date in (job.created, job.updated)}
    assert week_cells <= set(WeekCell.objects.values_list("week", "cell"))
    messages = {message.text: message.id for message in Message.objects.all()}
    assert {job.error for job in jobs if job.error} <= set(messages)
    assert all(keys.message_term(text) == id_ >> 14 & (1 << 50) - 1 for text, id_ in messages.items())
    assert all(has_its_message(job) for job in jobs if job.error)
    numbers = {(value.kind, value.text): value.id for value in Value.objects.all()}
    for cell in Cell.objects.all():
        issuer = numbers[Value.Kind.ISSUER, cell.issuer] if cell.issuer is not None else keys.NO_ISSUER
        status, kind = numbers[Value.Kind.STATUS, cell.status], numbers[Value.Kind.TYPE, cell.type]
        assert cell.id == keys.cell(keys.tile(status=status, late=cell.late, kind=kind), issuer)
    tiles = {(cell.id >> keys.VALUE_BITS, cell.type, cell.status, cell.late) for cell in Cell.objects.all()}
    assert tiles == set(Tile.objects.values_list("id", "type", "status", "late"))
    assert all(job.cell.late == keys.is_late(job.created, job.updated) for job in jobs)
    assert Counter(kept()) == Counter(event for job in jobs for event in happened(job))
    return True


def postings(job: Job) -> list[tuple[object, ...]]:
    """The rows that there must be of a job."""
    created, updated = (keys.week(date) << keys.TERM_BITS for date in (job.created, job.updated))
    dates = (job.cell_id, job.created, job.updated, job.id)
    return [(created | term, None if created == updated else updated | term, *dates) for term in job.terms]


def has_its_message(job: Job) -> bool:
    """Whether a job has the term of its message, and each other one with it too."""
    message = keys.message_term(job.error)
    others = set(job.terms) - {message}
    return message in job.terms and others == {keys.failed_term(term, message) for term in others}


Event = tuple[str, datetime, int, str, int | None]
"""Hour or day, when it begins, its cell or tile, what happened, and the bucket of how long it took."""


def kept() -> Iterator[Event]:
    """What the rollups say has happened, none of which is empty."""
    rows = [("hour", row, row.cell_id) for row in HourRollup.objects.all()]
    for unit, row, of in [*rows, *(("day", row, row.tile_id) for row in DayRollup.objects.all())]:
        measures: dict[str, Mapping[int | None, int]] = {
            "created": {None: row.created},
            "finished": {None: row.finished},
            "duration": dict(counted(row.durations).items()),
            "wait": dict(counted(row.waits).items()),
        }
        assert any(number for measure in measures.values() for number in measure.values())
        for name, measure in measures.items():
            for bucket, number in measure.items():
                assert number >= 0
                yield from [(unit, row.begins, of, name, bucket)] * number


def happened(job: Job) -> Iterable[Event]:
    """What happened to a job."""
    created = None if job.created == UNDATED else job.created
    events: list[tuple[datetime | None, str, int | None]] = [(created, "created", None)]
    if job.cell.status in ("success", "error", "gone") and job.updated != UNDATED:
        events += [
            (job.updated, "finished", None),
            (job.updated if created else None, "duration", length(created, job.updated)),
        ]
    events.append((job.started if created else None, "wait", length(created, job.started)))
    for at, name, bucket in events:
        if at is not None:
            hour = at.replace(minute=0, second=0, microsecond=0)
            yield "hour", hour, job.cell_id, name, bucket
            yield "day", hour.replace(hour=0), job.cell_id >> keys.VALUE_BITS, name, bucket


def length(start: datetime | None, end: datetime | None) -> int | None:
    """The bucket of a length of time."""
    if start is None or end is None:
        return None
    seconds = (end - start) / timedelta(seconds=1)
    return 0 if seconds < 1 else 1 + math.floor(8 * math.log(seconds) / math.log(2))
