"""What must hold among the jobs' tables, which no constraint says."""

from collections import Counter

from django.db.models import Count

from jobs import keys
from jobs.models import Cell, Document, Job, Posting, Tile, Value, Week


def is_consistent() -> bool:
    """Whether counts, documents, postings and weeks are those of the jobs that there are; raise where not."""
    counted = dict(Job.objects.values_list("cell").annotate(n=Count("id")))
    assert counted == dict(Cell.objects.exclude(jobs=0).values_list("id", "jobs"))
    jobs = list(Job.objects.select_related("cell"))
    assert set(Document.objects.values_list("job_id", flat=True)) == {job.id for job in jobs}
    columns = ("created_under", "updated_under", "cell_id", "created", "updated", "job_id")
    assert Counter(Posting.objects.values_list(*columns)) == Counter(row for job in jobs for row in postings(job))
    weeks = {keys.week(date) for job in jobs for date in (job.created, job.updated)}
    assert weeks <= set(Week.objects.values_list("number", flat=True))
    numbers = {(value.kind, value.text): value.id for value in Value.objects.all()}
    for cell in Cell.objects.all():
        issuer = numbers[Value.Kind.ISSUER, cell.issuer] if cell.issuer is not None else keys.NO_ISSUER
        status, kind = numbers[Value.Kind.STATUS, cell.status], numbers[Value.Kind.TYPE, cell.type]
        assert cell.id == keys.cell(keys.tile(status=status, late=cell.late, kind=kind), issuer)
    tiles = {(cell.id >> keys.VALUE_BITS, cell.type, cell.status, cell.late) for cell in Cell.objects.all()}
    assert tiles == set(Tile.objects.values_list("id", "type", "status", "late"))
    assert all(job.cell.late == keys.is_late(job.created, job.updated) for job in jobs)
    return True


def postings(job: Job) -> list[tuple[object, ...]]:
    """The rows that there must be of a job."""
    created, updated = (keys.week(date) << keys.TERM_BITS for date in (job.created, job.updated))
    dates = (job.cell_id, job.created, job.updated, job.id)
    return [(created | term, None if created == updated else updated | term, *dates) for term in job.terms]
