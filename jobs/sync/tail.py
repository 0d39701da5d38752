"""The tail: what has changed since the last complete pass (`jobs.rules.tail`)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Value
from django.db.models.functions import Greatest

from jobs.models import Lane, Pass
from jobs.rules.tail import Tail
from jobs.sync.ahead import ahead
from jobs.sync.pages import steps
from jobs.sync.run import Run
from jobs.upstream.client import JobsClient


def tail(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read every page down to the watermark, which moves with the last one alone."""
    walker = Tail(
        watermark=run.lane.watermark,
        first=run.lane.complete is None,
        overlap=timedelta(seconds=settings.SYNC_OVERLAP),
        page_size=run.page_size,
    )
    for step in ahead(steps(client, walker)):
        watermark, last = step.meaning, step.last
        run.commit(step.made, since=run.began, save=lambda: _save(run, watermark) if last else None)  # noqa: B023
    return Pass.Outcome.COMPLETE


def _save(run: Run, watermark: datetime | None) -> None:
    """Note that the pass is complete; a watermark does not move back."""
    Lane.objects.filter(pk=run.lane.pk).update(complete=run.began, watermark=Greatest("watermark", Value(watermark)))
