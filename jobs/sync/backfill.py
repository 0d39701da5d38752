"""The backfill: everything once, oldest first, by a date that never changes; and everything again now and then.

It begins when the tail has its watermark, so that what changes while it reads is the tail's. It goes on where it
was cut off, by the page token; where the platform no longer takes that, it begins again, and what is here already
costs a comparison. Every `SYNC_SWEEP` seconds it begins again too: what the tail cannot see, such as a job without
dates, and what a walk has skipped comes then.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from jobs import store
from jobs.models import Lane, Pass
from jobs.sync.ahead import ahead
from jobs.sync.run import Checkpoint, Run
from jobs.upstream.client import JobsClient, Walk
from jobs.upstream.record import Page


def is_left(lane: Lane | None, tail: Lane | None) -> bool:
    """Tell whether a walk is under way or due, and the tail looks after what changes meanwhile."""
    if tail is None or tail.complete is None:
        return False
    if lane is None or lane.finished is None:
        return True
    return timezone.now() - lane.finished > timedelta(seconds=settings.SYNC_SWEEP)


def backfill(client: JobsClient, run: Run, *, seconds: float) -> Pass.Outcome:
    """Read pages until the last, or for `seconds`; the next pass goes on behind the last page written."""
    end = time.monotonic() + seconds
    walk = Walk(order_by="dateCreated", ascending=True, page_size=run.page_size)
    for made in ahead(map(store.ready, client.iter_pages(walk, run.lane.token or None))):
        run.commit(made, checkpoint=_behind(made.page))
        if made.page.next_token is not None and time.monotonic() > end:
            return Pass.Outcome.PAUSED
    return Pass.Outcome.COMPLETE


def _behind(page: Page) -> Checkpoint:
    """The checkpoint behind `page`."""
    created = [record.created for record in page.records if record.created is not None]
    place: Checkpoint = {"token": page.next_token or ""}
    if created:
        place["reached"] = max(created)
    if page.next_token is None:
        place["finished"] = timezone.now()
    return place
