"""The tail: what has changed since the last complete pass (`jobs.rules.tail`)."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Case, Value, When
from django.db.models.functions import Greatest, Now

from jobs.models import Cell, Lane, Pass
from jobs.rules import circuit, lag
from jobs.rules.anomalies import of_dates
from jobs.rules.tail import MISSED, Tail
from jobs.statuses import GONE
from jobs.store import Written
from jobs.sync import anomalies
from jobs.sync.ahead import ahead
from jobs.sync.pages import Step, steps
from jobs.sync.probe import other_page
from jobs.sync.run import Run
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import UpstreamError
from jobs.upstream.record import Page


def tail(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read every page down to the watermark, which moves with the last one alone."""
    walker = Tail(
        watermark=run.lane.watermark,
        last=run.lane.complete or _bound(run.lane),
        began=run.began,
        overlap=overlap(run.lane),
        page_size=run.page_size,
        filled=_is_filled(),
    )
    lags, telling = list[timedelta](), _tells_of_lags(run)
    try:
        for step in ahead(steps(client, walker)):
            save = partial(_save, run, step, lags, telling=telling)
            run.commit(step.made, since=run.began, save=save, cap=step.cap)
    except UpstreamError as error:
        if circuit.is_failure(error):
            other_page(client, error, page_size=run.page_size)  # lest one page keeps all lanes from the platform
        raise
    return Pass.Outcome.COMPLETE


def _bound(lane: Lane) -> datetime | None:
    """Since when a tail looks for changes that has not come to its end yet: the first sweep began then."""
    if lane.watermark is None:
        return None
    return Lane.objects.filter(pk=Lane.SWEEP).values_list("began", flat=True).first()


def _is_filled() -> bool:
    """Whether any job is here that is not gone."""
    return Cell.objects.filter(jobs__gt=0).exclude(status=GONE.word).exists()


def overlap(lane: Lane) -> timedelta:
    """How much further than the last complete pass the tail reads back."""
    return lag.overlap(timedelta(seconds=settings.SYNC_OVERLAP), lane.lags)


def _save(run: Run, step: Step[datetime | None], lags: list[timedelta], written: Written, *, telling: bool) -> None:
    """Note how late changes came, and at the end that the pass is complete; a watermark does not move back."""
    now = min(_now(step.made.page), run.began)  # how long the pass itself takes makes no change late
    if step.first:
        for anomaly in of_dates(step.made.page, run.lane.watermark):
            anomalies.note(run.lane.name, anomaly)
    if run.lane.watermark is not None and telling:
        oldest = run.lane.watermark - overlap(run.lane)
        lags.extend(now - date for date in written.dates if date > oldest)
    if step.last:
        watermark = Greatest("watermark", Value(step.meaning))
        helped = When(complete__gt=run.began, complete__lte=Now(), then="complete")  # by a sweep, meanwhile
        complete = Case(helped, default=Value(run.began))
        Lane.objects.filter(pk=run.lane.pk).update(
            complete=complete, watermark=watermark, lags=lag.counted(run.lane.lags, lags)
        )


def _now(page: Page) -> datetime:
    """What time it was when a page was asked for: by the earlier clock of both, since a later one calls all late."""
    return page.asked if page.dated is None else min(page.asked, page.dated)


def _tells_of_lags(run: Run) -> bool:
    """Whether what comes late was shown late: the last pass was as long ago as it should be, and all has come once."""
    last = run.lane.complete
    if last is None or run.began - last >= MISSED * timedelta(seconds=settings.SYNC_PERIOD):
        return False
    return Lane.objects.filter(pk=Lane.SWEEP, finished__isnull=False).exists()
