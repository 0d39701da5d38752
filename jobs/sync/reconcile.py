"""Reconciles the open jobs: what is open here and not in the platform's lists of open ones is read by id."""

import math

from django.db.models import F, Min, Q
from django.db.models.functions import Now

from jobs.models import Lane, Pass, Shard
from jobs.rules.shards import OPEN
from jobs.sync.run import Run
from jobs.sync.walk import FRESH, plant, walk_shard
from jobs.upstream.client import JobsClient


def reconcile(client: JobsClient, run: Run) -> Pass.Outcome:
    """Walk through the open jobs, state by state, from where the last pass was cut off, and what fails at last.

    All of them have been compared since the oldest of these walks began. One that began in the future did so before our
    clock was set back.
    """
    mine = Shard.objects.filter(lane=Lane.RECONCILE)
    with run.lease.fenced():
        if not mine.exists():
            plant(Lane.RECONCILE, OPEN)
        if not mine.filter(finished=False).exists():
            Lane.objects.filter(pk=run.lane.pk).update(number=F("number") + 1)
        mine.filter(Q(since__lt=run.began) | Q(since__gt=Now()), finished=True).update(**FRESH, restarts=0)
    run.lane.refresh_from_db()
    for shard in mine.filter(finished=False).order_by("restarts", "failures", "pk"):
        walk_shard(client, run, shard, until=math.inf)
    with run.lease.fenced():
        Lane.objects.filter(pk=run.lane.pk).update(complete=mine.aggregate(oldest=Min("since"))["oldest"])
    return Pass.Outcome.COMPLETE
