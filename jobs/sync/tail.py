"""The tail: what has changed since the last complete pass, newest first.

It reads down to the watermark, the newest `dateUpdated` that the last complete pass began with, and further by an
overlap, since dates have a second's resolution and may become visible late. The watermark moves with the last page.
"""

from datetime import datetime, timedelta

from django.conf import settings

from jobs.models import Pass
from jobs.sync.run import Checkpoint, Run
from jobs.upstream.client import JobsClient, Walk
from jobs.upstream.errors import BrokenReply
from jobs.upstream.record import Page

LANE = "tail"
CLOCKS_DIFFER = timedelta(minutes=5)


def tail(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read every page down to the watermark; the very first pass only the first, since the backfill brings the rest."""
    walk = Walk(order_by="dateUpdated", ascending=False, page_size=settings.SYNC_PAGE_SIZE)
    watermark = None
    for page in client.iter_pages(walk):
        watermark = watermark or _newest(page, now=run.began) or run.lane.watermark
        ended = page.next_token is None or _reaches_down(run, page)
        run.commit(page, checkpoint=_done(run, watermark) if ended else {})
        if ended:
            return Pass.Outcome.COMPLETE
    raise BrokenReply("The platform gave a page token for the second time; the tail begins again.")


def _reaches_down(run: Run, page: Page) -> bool:
    """Tell whether a whole page is older than anything that this pass looks for."""
    if run.lane.watermark is None:
        return run.lane.complete is None
    oldest = run.lane.watermark - timedelta(seconds=settings.SYNC_OVERLAP)
    dates = [record.updated for record in page.records if record.updated is not None]
    return bool(dates) and max(dates) < oldest


def _newest(page: Page, *, now: datetime) -> datetime | None:
    """The newest date of a page: one in the future only if they all are, and so the platform's clock is ahead."""
    dates = [record.updated for record in page.records if record.updated is not None]
    return max([date for date in dates if date <= now + CLOCKS_DIFFER] or dates, default=None)


def _done(run: Run, watermark: datetime | None) -> Checkpoint:
    """The checkpoint of a complete pass; a watermark never moves back."""
    known = [date for date in (watermark, run.lane.watermark) if date is not None]
    return {"watermark": max(known, default=None), "complete": run.began}
