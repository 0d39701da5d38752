"""Walks a shard, from where it stands: of a sweep, or of the open jobs (`jobs.rules.sweep`)."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Sum

from jobs import store
from jobs.models import Cell, Lane, Pass, Shard
from jobs.rules import shards
from jobs.rules.anomalies import Anomaly, Kind, of_error
from jobs.rules.shards import Known
from jobs.rules.sweep import Place, Sweep, Walked
from jobs.statuses import GONE, KNOWN
from jobs.store import Written
from jobs.sync import anomalies
from jobs.sync.ahead import ahead
from jobs.sync.pages import steps
from jobs.sync.run import Run
from jobs.sync.sizes import fullest
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import Endless, TokenRefused, TokenRepeated, UpstreamError
from jobs.upstream.walk import Walk

FRESH: dict[str, Any] = {"token": "", "reached": None, "edge": [], "ordered": True, "finished": False, "since": None}


def walk_shard(client: JobsClient, run: Run, shard: Shard, *, until: float) -> Pass.Outcome:
    """Read pages to the end of a shard, or, by `time.monotonic`, `until` then.

    A page token is good for one size. Where the platform refuses one, the walk begins again: at once, if it was kept
    from an earlier pass, or else with the next one.
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
            _restart(shard)
        if not kept:
            raise
        return _walk_again(client, run, shard, error, until=until)
    return Pass.Outcome.PAUSED if walker.ask else Pass.Outcome.COMPLETE


def _walk_again(client: JobsClient, run: Run, shard: Shard, error: UpstreamError, *, until: float) -> Pass.Outcome:
    """Walk a shard from its beginning after an `error` of its token, unless others have taken its place."""
    if anomaly := of_error(error):
        run.note(anomaly)
    again = Shard.objects.filter(pk=shard.pk, finished=False).first()
    return walk_shard(client, run, again, until=until) if again else Pass.Outcome.PAUSED


def _restart(shard: Shard) -> None:
    """Let a walk begin again; one of a sweep that has done so too often is cut into smaller ones, or given up."""
    row = Shard.objects.filter(pk=shard.pk)
    if shard.restarts < shards.RESTARTS or shard.lane != Lane.SWEEP:
        row.update(**FRESH, restarts=shard.restarts + 1)
    elif parts := shards.split(shards.Shard(type=shard.type, status=shard.status, issuer=shard.issuer), known()):
        row.delete()
        plant(shard.lane, parts)
    else:
        row.update(finished=True)
        said = f"The walk through {shard.scope or 'all jobs'} never came to its end, and is left out."
        anomalies.note(shard.lane, Anomaly(kind=Kind.GIVEN_UP, said=said))


def plant(lane: str, parts: Iterable[shards.Shard]) -> None:
    """Let walks through these shards begin: the longest first, so that no worker is left alone with it at the end."""
    here = _counts()
    rows = [Shard(lane=lane, weight=shards.weight(part, here), **asdict(part)) for part in parts]
    Shard.objects.bulk_create(sorted(rows, key=lambda row: (not row.scope, -row.weight)))


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
    return Place(token=shard.token, reached=shard.reached, edge=frozenset(shard.edge), ordered=shard.ordered)


def _save(shard: Shard, since: datetime, way: Walk, walked: Walked, _: Written) -> None:
    """Note how far the walk has come, and what is here and did not come."""
    place = walked.place
    Shard.objects.filter(pk=shard.pk).update(
        token=place.token,
        reached=place.reached,
        edge=sorted(place.edge),
        ordered=place.ordered,
        finished=place.finished,
        since=since,
        page_size=way.page_size,
    )
    store.look_for_absent(shard, walked, since=since)
