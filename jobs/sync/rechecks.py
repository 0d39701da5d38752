"""Reads by id what two records disagree about, what did not come where it should have, and what hooks tell of."""

import time
from collections.abc import Iterable
from functools import partial

from jobs import store
from jobs.models import Lane, Pass
from jobs.rules import circuit
from jobs.rules.rechecks import Read, plan
from jobs.store import rechecks
from jobs.store.clock import began
from jobs.sync.run import Run
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import CredentialsRefused, NotFound, UpstreamError

AT_ONCE = 20
"""So many are planned at a time: behind them a hook waits."""
SECONDS = 60
FAILURES = 2
"""So many in a row end a pass: what is left has its turn with the next one."""
FORBIDDEN = 5
"""So many jobs in a row that may not be read: it is not the jobs, but we may not read any."""


def recheck(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read the jobs that are due, the longest waiting first, and those that become so meanwhile."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and (due := rechecks.due(AT_ONCE)):
        _read_each(client, run, plan(due))
    with run.lease.fenced():
        Lane.objects.filter(pk=run.lane.pk).update(complete=run.began)
    return Pass.Outcome.COMPLETE


def _read_each(client: JobsClient, run: Run, reads: Iterable[Read]) -> None:
    """Make reads; one that fails is put off, and ends the pass where it is not the job, but the platform.

    Where no job may be read, all are put off, and the lane says so until one has been read.
    """
    failed = forbidden = 0
    for read in reads:
        try:
            _read(client, run, read)
            failed = forbidden = 0
        except UpstreamError as error:
            with run.lease.fenced():
                rechecks.put_off(read)
            failed = failed + 1 if circuit.is_failure(error) else 0
            forbidden = forbidden + 1 if circuit.is_forbidden(error) else 0
            if forbidden == FORBIDDEN or (forbidden and run.lane.problem):
                with run.lease.fenced():
                    rechecks.put_all_off(circuit.LONGEST_PAUSE)
                raise
            if failed == FAILURES or isinstance(error, CredentialsRefused):
                raise


def _read(client: JobsClient, run: Run, read: Read) -> None:
    """Read a job, or a group; keep what comes."""
    try:
        page = client.group(read.group) if read.group else client.job(read.due[0].key)
    except NotFound as absent:
        with run.lease.fenced():
            if read.group:
                rechecks.try_alone(read)
            else:
                rechecks.absent(read.due[0], began(absent.asked, absent.counted), lane=run.lane.name)
        return
    made, settle = store.ready(page), partial(rechecks.settle, read, page)
    run.commit(made, since=page.asked, point=True, save=lambda written: settle(written.misfits))
