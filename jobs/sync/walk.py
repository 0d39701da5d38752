"""Walks a shard, from where it stands: of a sweep, or of the open jobs (`jobs.rules.sweep`)."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import Error
from django.db.models import Sum
from django.db.models.functions import Now

from jobs import store
from jobs.models import Cell, Lane, Pass, Shard, Split
from jobs.rules import circuit, shards
from jobs.rules.anomalies import Anomaly, Kind, of_absence, of_error, out_of_order
from jobs.rules.shards import Known
from jobs.rules.sweep import Place, Sweep, Walked
from jobs.statuses import GONE, KNOWN
from jobs.store import Written
from jobs.store.faults import fault_of_a_record
from jobs.sync import anomalies
from jobs.sync.ahead import ahead
from jobs.sync.pages import steps
from jobs.sync.probe import other_page
from jobs.sync.problems import said
from jobs.sync.run import Run
from jobs.sync.sizes import fullest
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import Endless, TokenRefused, TokenRepeated, UpstreamError
from jobs.upstream.walk import Walk

LATELY = timedelta(minutes=5)
"""Where everything works, no more lies between two passes over a shard."""
SPLIT_FOR = timedelta(days=7)
"""For so long what was split is not tried as a whole again."""
FRESH: dict[str, Any] = {**asdict(Place()), "edge": [], "since": None, "failures": 0}


def walk_shard(client: JobsClient, run: Run, shard: Shard, *, until: float) -> Pass.Outcome:
    """Read pages to the end of a shard, or, by `time.monotonic`, `until` then.

    A page token is good for one size. Where the platform refuses one, the walk begins again: at once, if it was kept
    from an earlier pass, or else with the next one. Whatever else stops it counts against it, where the platform
    answers others, and smaller pages do not help.
    """
    if shard.token and shard.page_size > run.page_size:
        with run.lease.fenced():
            Shard.objects.filter(pk=shard.pk).update(**FRESH)
        shard.refresh_from_db()
    walker, kept = Sweep(_way(run, shard), _place(shard)), bool(shard.token)
    try:
        for step in ahead(steps(client, walker, until=until)):
            kept = False
            since = shard.since = shard.since or step.made.page.asked
            save = partial(_save, shard, since, walker.walk, step.meaning)
            run.commit(step.made, since=since, save=save, cap=step.cap)
    except (TokenRefused, TokenRepeated, Endless) as error:
        with run.lease.fenced():
            _begin_again(shard, kept=kept)
        if not kept:
            raise
        return _walk_again(client, run, shard, error, until=until)
    except (UpstreamError, Error) as error:
        if not run.may_ask_for_less(error) and _is_its_own(client, error, page_size=walker.walk.page_size):
            with run.lease.fenced():
                _fail(shard, error)
        raise
    if not walker.ordered:
        run.note(out_of_order(shard.scope))
    return Pass.Outcome.PAUSED if walker.ask else Pass.Outcome.COMPLETE


def _walk_again(client: JobsClient, run: Run, shard: Shard, error: UpstreamError, *, until: float) -> Pass.Outcome:
    """Walk a shard from its beginning after an `error` of its token, unless others have taken its place."""
    if anomaly := of_error(error):
        run.note(anomaly)
    again = Shard.objects.filter(pk=shard.pk, finished=False).first()
    return walk_shard(client, run, again, until=until) if again else Pass.Outcome.PAUSED


def _begin_again(shard: Shard, *, kept: bool) -> None:
    """Let a walk begin again whose token was refused: that it was `kept` through an outage counts for nothing."""
    lately = Pass.objects.filter(lane=shard.lane, lease=shard.lease, pages__gt=0, ended__gt=Now() - LATELY)
    if kept and not lately.exists():
        Shard.objects.filter(pk=shard.pk).update(**FRESH)
    else:
        _restart(shard)


def _restart(shard: Shard) -> None:
    """Let a walk begin again; one of a sweep that has done so too often is cut into smaller ones, or left out."""
    if shard.restarts < shards.RESTARTS or shard.lane != Lane.SWEEP:
        Shard.objects.filter(pk=shard.pk).update(**FRESH, restarts=shard.restarts + 1)
        return
    whole = shards.Shard(type=shard.type, status=shard.status, issuer=shard.issuer)
    parts = shards.split(whole, known())
    if not parts:
        _leave_out(shard, "whose walk never came to its end")
    else:
        Split.objects.get_or_create(**asdict(whole))
        Shard.objects.filter(pk=shard.pk).delete()
        _leave_out_between(whole)
    plant(shard.lane, parts)


def _is_its_own(client: JobsClient, error: UpstreamError | Error, *, page_size: int) -> bool:
    """Whether what stopped a walk is its own trouble: of a record, or of a platform that has other pages for us."""
    if isinstance(error, Error):
        return fault_of_a_record(error) is not None
    return not circuit.is_failure(error) or other_page(client, error, page_size=page_size) is not None


def _fail(shard: Shard, error: UpstreamError | Error) -> None:
    """Count a failure of a walk; after some, begin again.

    Nothing is walked of which not even the first page can be had, or kept.
    """
    shard.refresh_from_db()  # pages may have come since it was taken
    if shard.failures + 1 < shards.FAILURES:
        Shard.objects.filter(pk=shard.pk).update(failures=shard.failures + 1)
    elif not shard.token and shard.lane == Lane.SWEEP:
        who = "platform does not list" if isinstance(error, UpstreamError) else "database does not take"
        _leave_out(shard, f"which the {who}: {said(error).removesuffix('.')}")
    else:
        _restart(shard)


def _leave_out(shard: Shard, why: str) -> None:
    """Go on without jobs of a shard; the sweep will not say that it has read everything."""
    Shard.objects.filter(pk=shard.pk).update(finished=True, left_out=why)
    anomalies.note(shard.lane, Anomaly(kind=Kind.LEFT_OUT, said=f"They are {shard.scope or 'all'}, {why}."))


def _leave_out_between(whole: shards.Shard) -> None:
    """Go on without what is in none of the parts into which a shard of a sweep has been split."""
    if rest := shards.rest(whole):
        _leave_out(Shard.objects.create(lane=Lane.SWEEP, **asdict(whole)), rest)


def plant_sweep() -> None:
    """Let the walks of a sweep begin, through the parts alone of what was split by one before it."""
    if Split.objects.filter(made__lt=Now() - SPLIT_FOR).exists():
        Split.objects.all().delete()  # all at once: a part of what is whole again is none
    before = {shards.Shard(**each) for each in Split.objects.values("type", "status", "issuer")}
    here = known()
    found = shards.parts(shards.first(here), here, before)
    plant(Lane.SWEEP, [each for each, parts in found.items() if not parts])
    for whole in (each for each, parts in found.items() if parts):
        _leave_out_between(whole)


def plant(lane: str, parts: Iterable[shards.Shard]) -> None:
    """Let walks through these shards begin: the longest first, so that no worker is left alone with it at the end.

    That through everything comes last: a worker that has nothing else to do meets another in the middle of it.
    """
    weight = shards.weights(_counts())
    rows = [Shard(lane=lane, weight=weight(part), **asdict(part)) for part in parts]
    Shard.objects.bulk_create(sorted(rows, key=lambda row: (not row.scope, -row.weight)), ignore_conflicts=True)


def known() -> Known:
    """What there may be among the jobs."""
    here = _counts()
    return Known(
        types={*shards.TYPES, *(each.type for each in here)},
        statuses={*(each.word for each in KNOWN), *(each.status for each in here)} - {GONE.word},
        issuers={each.issuer for each in here if each.issuer},
    )


def _counts() -> dict[shards.Shard, int]:
    """The jobs here, by type, state and issuer."""
    cells = Cell.objects.filter(jobs__gt=0).values_list("type", "status", "issuer").annotate(Sum("jobs"))
    return {shards.Shard(type=kind, status=state, issuer=issuer or ""): jobs for kind, state, issuer, jobs in cells}


def _way(run: Run, shard: Shard) -> Walk:
    size = shard.page_size if shard.token else shards.page_size(run.lane.number, fullest(run.page_size))
    return Walk(
        order_by="dateCreated",
        ascending=shards.ascends(run.lane.number, everything=not shard.scope),
        page_size=size,
        type=shard.type,
        status=shard.status,
        issuer=shard.issuer,
    )


def _place(shard: Shard) -> Place:
    kept = {each.name: getattr(shard, each.name) for each in fields(Place)}
    return Place(**{**kept, "edge": frozenset(shard.edge)})


def _save(shard: Shard, since: datetime, way: Walk, walked: Walked, _: Written) -> None:
    """Note how far the walk has come, and what is here and did not come."""
    come = {**asdict(walked.place), "edge": sorted(walked.place.edge), "failures": 0}
    Shard.objects.filter(pk=shard.pk).update(**come, since=since, page_size=way.page_size)
    absent = store.look_for_absent(shard, walked, since=since)
    if anomaly := of_absence(absent, shard.scope):
        anomalies.note(shard.lane, anomaly)
