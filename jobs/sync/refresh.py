"""Reads one job or one group from the platform now, because an operator asks for it."""

from contextlib import closing

from jobs import store
from jobs.store import Written
from jobs.sync.upstream import IMPATIENT, jobs_client, require_same_platform
from jobs.upstream.client import Limits

LANE = "refresh"
"""How the history names what an operator asked for."""
SHORT = Limits(connect=2, read=5, total=8)


def refresh_job(key: str) -> Written:
    """Read one job; raise an `UpstreamError` where that fails, `NotFound` where it is gone."""
    require_same_platform()
    with closing(jobs_client(policy=IMPATIENT, limits=SHORT)) as client:
        return store.keep(store.ready(client.job(key)), lane=LANE, point=True)


def refresh_group(key: str) -> Written:
    """Read the jobs of one group; raise as `refresh_job` does."""
    require_same_platform()
    with closing(jobs_client(policy=IMPATIENT, limits=SHORT)) as client:
        return store.keep(store.ready(client.group(key)), lane=LANE, point=True)
