"""Reads by id what two records disagree about, what did not come where it should have, and what hooks tell of."""

import time
from functools import partial

from django.db.models.functions import Now

from jobs import store
from jobs.models import Lane, Pass
from jobs.rules.circuit import LONGEST_PAUSE, is_forbidden
from jobs.rules.rechecks import FIRST_WAIT, Read, Streak, plan
from jobs.store import rechecks
from jobs.store.clock import began, database_clock
from jobs.sync.run import Run
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import CredentialsRefused, NotFound, UpstreamError

AT_ONCE = 20
"""So many are planned at a time: behind them a hook waits."""
SECONDS = 60
AFTER_OTHERS = 2 * LONGEST_PAUSE
"""What may not be read is tried again when others have been that were put off because of it."""


def recheck(client: JobsClient, run: Run) -> Pass.Outcome:
    """Read the jobs that are due (`rechecks.due` says in which order), and those that become so meanwhile.

    Where it is always the same jobs that fail, all others are read before that is raised.
    """
    end, streak = time.monotonic() + SECONDS, Streak(forbidden=run.lane.rests_until is not None)
    outcome, left = Pass.Outcome.COMPLETE, None
    while due := rechecks.due(AT_ONCE, failed=left is None):
        if time.monotonic() > end:
            outcome = Pass.Outcome.PAUSED
            break
        for read in plan(due):
            if left is None or not read.failed:
                error = _try(client, run, read, streak)
                left = left or (error if streak.leaves_failed else None)
    if left is not None:
        raise left
    return outcome


def _try(client: JobsClient, run: Run, read: Read, streak: Streak) -> UpstreamError | None:
    """Make a read; give what one that fails fails of, which is put off, and raise that where it is the platform."""
    try:
        _read(client, run, read)
    except UpstreamError as error:
        with run.lease.fenced():
            rechecks.put_off(read, least=AFTER_OTHERS if is_forbidden(error) else FIRST_WAIT)
        _note(run, streak, error, again=read.failed)
        if streak.is_over or isinstance(error, CredentialsRefused):
            raise
        return error
    _note(run, streak, None, again=read.failed)
    return None


def _note(run: Run, streak: Streak, error: UpstreamError | None, *, again: bool) -> None:
    """Note how a read ended: where no job may be read, the lane rests, and tries one then, until one has been."""
    before = streak.forbidden
    streak.take(error, again=again)
    if streak.is_refused or before != streak.forbidden:
        with run.lease.fenced():
            until = Now() + LONGEST_PAUSE if streak.forbidden else None
            Lane.objects.filter(pk=run.lane.pk).update(rests_until=until)


def _read(client: JobsClient, run: Run, read: Read) -> None:
    """Read a job, or a group; keep what comes."""
    try:
        page = client.group(read.group) if read.group else client.job(read.due[0].key)
    except NotFound as absent:
        with run.lease.fenced():
            if read.group:
                rechecks.try_alone(read)
            else:
                now = database_clock()()
                asked = began(absent.asked, absent.counted, now=now)
                rechecks.absent(read.due[0], asked, now=now, lane=run.lane.name)
        return
    made, settle = store.ready(page), partial(rechecks.settle, read, page)
    run.commit(made, since=page.asked, point=True, save=lambda written: settle(written.misfits))
