"""The tail: what has changed since the last complete pass, newest first.

It reads down to the watermark, the newest `dateUpdated` that the last complete pass began with, and further by an
overlap, since dates have a second's resolution and may become visible late. The watermark moves with the last page,
and never beyond the moment when its page was asked for: what changes from then on is dated later, whatever dates in the
future jobs have. Where the platform's clock is ahead of ours, that costs reading some changes again.
"""

from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings

from jobs import store
from jobs.models import Pass
from jobs.sync.run import Checkpoint, Run
from jobs.upstream.client import JobsClient, Walk
from jobs.upstream.record import Page


def tail(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read every page down to the watermark; the very first pass only the first, since the backfill brings the rest."""
    pages = client.iter_pages(Walk(order_by="dateUpdated", ascending=False, page_size=run.page_size))
    first = next(pages)
    known = _not_ahead(run.lane.watermark, first)
    for page in chain([first], pages):
        ended = page.next_token is None or _reaches_down(run, page, known)
        run.commit(store.ready(page), checkpoint=_done(run, first, known) if ended else {})
        if ended:
            break
    return Pass.Outcome.COMPLETE


def _reaches_down(run: Run, page: Page, known: datetime | None) -> bool:
    """Tell whether a whole page is older than anything that this pass looks for."""
    if known is None:
        return run.lane.complete is None
    newest = _newest(page)
    return newest is not None and newest < known - timedelta(seconds=settings.SYNC_OVERLAP)


def _newest(page: Page) -> datetime | None:
    return max((record.updated for record in page.records if record.updated is not None), default=None)


def _not_ahead(date: datetime | None, page: Page) -> datetime | None:
    """A date, or if that is earlier the moment when `page` was asked for."""
    return date and min(date, page.asked)


def _done(run: Run, first: Page, known: datetime | None) -> Checkpoint:
    """The checkpoint of a complete pass; a watermark does not move back."""
    marks = [date for date in (_not_ahead(_newest(first), first), known) if date is not None]
    return {"watermark": max(marks, default=None), "complete": run.began}
