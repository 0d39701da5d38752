"""The sweeps: everything once (the backfill), and everything again now and then, in shards that workers share.

A sweep's shards are there from its begin to its end, so that whoever comes knows what is left to do.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest, Now

from jobs import store
from jobs.models import CAME, Lane, Lease, Pass, Shard
from jobs.rules import shards
from jobs.rules.anomalies import Anomaly, Kind
from jobs.rules.tail import UNKNOWN, Swept, goes_on_from
from jobs.store.clock import database_clock
from jobs.sync import anomalies
from jobs.sync.gate import Gate
from jobs.sync.lease import LeaseHeld
from jobs.sync.probe import other_page
from jobs.sync.run import Run, Watcher, run_pass
from jobs.sync.upstream import jobs_client
from jobs.sync.walk import plant_sweep, walk_shard
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import UpstreamError
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk


def is_left(lane: Lane | None, tail: Lane | None) -> bool:
    """Tell whether a sweep is under way or due, and the tail looks after what changes meanwhile, or has tried to."""
    if tail is None or (tail.complete is None and not tail.problem):
        return False
    return lane is None or _shards().exists() or _is_due(lane)


def _is_due(lane: Lane) -> bool:
    """Tell whether one is wanted, or the last was long ago, or lies ahead, as from before our clock was set back."""
    if lane.wanted or lane.finished is None:
        return True
    return abs(database_clock()() - lane.finished) > timedelta(seconds=settings.SYNC_SWEEP)


def fill_gaps() -> None:
    """Let a sweep begin as soon as it can, where the last one has left jobs out and none is under way."""
    if not _shards().exists():
        Lane.objects.filter(name=Lane.SWEEP).exclude(gaps=[]).update(wanted=True)


def sweep(*, seconds: float, watch: Watcher) -> Iterator[Pass]:
    """Walk shards that nobody else walks, one after the other, for about `seconds`; begin and end sweeps.

    Gives the passes that it took; raises what stops one.
    """
    until = time.monotonic() + seconds
    if not _shards().exists():
        with closing(jobs_client(gate=Gate())) as client:
            yield run_pass(Lane.SWEEP, partial(_begin, client), watch=watch)
    while (done := _walk_one(until, watch)) is not None:
        yield done
        if time.monotonic() > until:
            break
    if not _shards(finished=False).exists():
        yield run_pass(Lane.SWEEP, _end, watch=watch)


def _shards(**wanted: bool) -> QuerySet[Shard]:
    return Shard.objects.filter(lane=Lane.SWEEP, **wanted).order_by("pk")


def _walk_one(until: float, watch: Watcher) -> Pass | None:
    """Run a pass over the first shard that nobody else walks, those that fail last; None where there is none."""
    for shard in _shards(finished=False).order_by("failures", "pk"):
        with closing(jobs_client(gate=Gate())) as client:
            try:
                walk = partial(_walk_shard, client, shard=shard, until=until)
                return run_pass(Lane.SWEEP, walk, watch=watch, lease=shard.lease, scope=shard.scope or "everything")
            except LeaseHeld:
                continue
    return None


def _walk_shard(client: JobsClient, run: Run, *, shard: Shard, until: float) -> Pass.Outcome:
    """Walk a shard as it stands now that it is ours, if nobody has come to its end meanwhile."""
    current = _shards(finished=False).filter(pk=shard.pk).first()
    return walk_shard(client, run, current, until=until) if current else Pass.Outcome.COMPLETE


def _begin(client: JobsClient, run: Run) -> Pass.Outcome:
    """Cut everything into shards, unless somebody just has, and bring the oldest jobs, if these can be had.

    So it is known from how far back jobs come, and what the platform's clock says. Page sizes that were refused are
    tried again.
    """
    first = _first_page(client, run)
    run.commit(store.ready(first), since=first.asked, save=lambda _: None)
    with run.lease.fenced():
        run.lane.refresh_from_db()
        if not _shards().exists() and _is_due(run.lane):
            plant_sweep()
            begun = {"number": F("number") + 1, "began": run.began, "dated": first.dated, "wanted": False}
            Lane.objects.filter(pk=run.lane.pk).update(**begun)
            Lane.objects.update(page_size=None)
            _bind_the_tail(run.lane)
    return Pass.Outcome.COMPLETE


def _first_page(client: JobsClient, run: Run) -> Page:
    """The page of the oldest jobs, or, where that cannot be had though others can, one of those.

    Then it is these jobs: the walks go around them, and say what they leave out.
    """
    try:
        return client.page(Ask(walk=Walk(order_by="dateCreated", ascending=True, page_size=run.page_size)))
    except UpstreamError as error:
        if run.may_ask_for_less(error) or (other := other_page(client, error, page_size=1)) is None:
            raise
        return other


def _end(run: Run) -> Pass.Outcome:
    """Note that everything has been read, or all but what was left out, unless somebody just has."""
    with run.lease.fenced():
        if _shards().exists() and not _shards(finished=False).exists():
            gaps = _gaps()
            _shards().delete()
            Lease.objects.filter(name__startswith=f"{Lane.SWEEP} ", expires__lt=Now()).delete()
            Lane.objects.filter(pk=run.lane.pk).update(finished=Now(), gaps=gaps)
            _help_the_tail(run.lane, gaps=bool(gaps))
    return Pass.Outcome.COMPLETE


def _gaps() -> list[str]:
    """What has not been read, in words."""
    rows = {shards.Shard(type=row.type, status=row.status, issuer=row.issuer): row for row in _shards()}
    left_out = shards.unread({shard: row.left_out for shard, row in rows.items()})
    return [f"{rows[shard].scope or 'jobs'} {why}" for shard, why in left_out.items()]


def _has_come(began: datetime) -> bool:
    """Whether any job has come by the sweep that began then."""
    return Pass.objects.annotate(came=CAME).filter(came__gt=0, lane=Lane.SWEEP, began__gte=began).exists()


def _bind_the_tail(sweep: Lane) -> None:
    """Let a tail that has not come to its end yet read down to here when it does: what was before, the sweep brings."""
    sweep.refresh_from_db()
    Lane.objects.filter(pk=Lane.TAIL, complete=None, watermark=None).update(watermark=_mark(sweep))


def _mark(sweep: Lane) -> datetime | None:
    """What the platform's clock said when a sweep began: by ours, a day earlier, where it does not say."""
    return sweep.dated or (sweep.began and sweep.began - UNKNOWN)


def _help_the_tail(swept: Lane, *, gaps: bool) -> None:
    """Let a tail that fails go on from where a sweep began that has just ended, if it is to (`goes_on_from`).

    Maybe more has changed than it can read before its page tokens die, and what it would have to read only grows.
    """
    tail = Lane.objects.filter(pk=Lane.TAIL).first()
    if tail is None or swept.began is None:
        return
    ended, now = Swept(began=swept.began, gaps=gaps, came=_has_come(swept.began)), database_clock()()
    if not goes_on_from(ended, fails=bool(tail.problem), complete=tail.complete, now=now):
        return
    behind = Lane.objects.filter(pk=Lane.TAIL, complete=tail.complete)
    if behind.update(complete=swept.began, watermark=Greatest("watermark", Value(_mark(swept)))):
        anomalies.note(Lane.TAIL, Anomaly(kind=Kind.OUTRUN, said="No pass came to its end while everything was read."))
