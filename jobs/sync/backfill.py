"""The backfill: everything once, oldest first, by a date that never changes.

It begins when the tail has its watermark, so that what changes while it reads is the tail's. It goes on where it
was cut off, by the page token; where the platform no longer takes that, it begins again, and what is here already
costs a comparison.
"""

import time

from django.conf import settings
from django.utils import timezone

from jobs.models import Lane, Pass
from jobs.sync.ahead import ahead
from jobs.sync.run import Checkpoint, Run
from jobs.upstream.client import JobsClient, Walk
from jobs.upstream.errors import BrokenReply, TokenRefused
from jobs.upstream.record import Page

LANE = "backfill"


def is_left(lane: Lane | None, tail: Lane | None) -> bool:
    """Tell whether there is something left to read, and the tail looks after what changes meanwhile."""
    return bool(tail and tail.complete) and not (lane and lane.finished)


def backfill(client: JobsClient, run: Run, *, seconds: float) -> Pass.Outcome:
    """Read pages until the last, or for `seconds`; the next pass goes on behind the last page written."""
    end = time.monotonic() + seconds
    walk = Walk(order_by="dateCreated", ascending=True, page_size=settings.SYNC_PAGE_SIZE)
    try:
        for page in ahead(client.iter_pages(walk, run.lane.token or None)):
            run.commit(page, checkpoint=_behind(page))
            if page.next_token is None:
                return Pass.Outcome.COMPLETE
            if time.monotonic() > end:
                return Pass.Outcome.PAUSED
    except TokenRefused:
        Lane.objects.filter(pk=run.lane.pk).update(token="", reached=None)
        raise
    raise BrokenReply("The platform gave a page token for the second time; the backfill cannot go on.")


def _behind(page: Page) -> Checkpoint:
    """The checkpoint behind `page`."""
    created = [record.created for record in page.records if record.created is not None]
    reached = {"reached": max(created)} if created else {}
    finished = timezone.now() if page.next_token is None else None
    return {"token": page.next_token or "", "finished": finished, **reached}
