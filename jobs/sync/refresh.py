"""Reads one job or one group from the platform now, because an operator asks for it."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from django.db import transaction

from jobs import store
from jobs.rules.versions import Doubt
from jobs.store import Written, rechecks
from jobs.store.clock import database_clock
from jobs.store.quarantine import readable
from jobs.sync.upstream import IMPATIENT, jobs_client, require_same_platform
from jobs.upstream.client import JobsClient, Limits
from jobs.upstream.errors import BrokenReply, TryAgain
from jobs.upstream.record import Page

LANE = "refresh"
"""How the history names what an operator asked for."""
SHORT = Limits(connect=2, read=5, total=8)
LATE = timedelta(minutes=1)
"""An answer that is so old is not written: nothing tells what others have written meanwhile."""


def refresh_job(key: str) -> Written:
    """Read one job; raise an `UpstreamError` where that fails or brings another job, `NotFound` where it is gone."""
    return _kept(lambda client: _of(key, client.job(key)))


def refresh_group(key: str) -> Written:
    """Read the jobs of one group; raise as `refresh_job` does."""
    return _kept(lambda client: client.group(key))


def _of(key: str, page: Page) -> Page:
    """The page of a job, if it is of this one."""
    if others := [record.id for record in page.records if record.id != key]:
        raise BrokenReply(f"The platform answers with another job: {others[0]}.")
    return page


def _kept(read: Callable[[JobsClient], Page]) -> Written:
    """Keep what the platform answers; nobody else is fenced off by that, so that it must not come late."""
    require_same_platform()
    with closing(jobs_client(policy=IMPATIENT, limits=SHORT)) as client:
        page = read(client)
    with transaction.atomic():
        written = store.keep(store.ready(page), lane=LANE, point=True)
        refused = readable(page.refused).union(written.misfits)
        rechecks.doubt(dict.fromkeys(refused, Doubt.REFUSED))  # until it can be kept, the job is shown as it was
        if database_clock()() > page.asked + LATE:
            raise TryAgain("The answer is too old by now. Try again.")
        return written
