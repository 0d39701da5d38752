"""Kills what runs the sync, one after the other, while everything is read for the first time under faults.

Shortly before each of them dies, a hook tells of a job. Afterwards the mirror must become equal, with nobody's help,
while the platform goes on failing; every one of these jobs must have been read, and nothing may be left over.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import requests

from dashboard.services.process import is_running
from jobs.upstream.fields import moment
from trials.deck import SWEPT, Deck, deck, until
from trials.wanted import unlike, wanted

NAMES = ("worker", "beat", "valkey", "postgres")
FAULTS = "status=500:0.1,reset:0.05"
VARIABLES = {"SYNC_PERIOD": "1", "SYNC_RECONCILE": "5", "SYNC_PAGE_SIZE": "50", "SYNC_RATE": "5"}
PATIENCE = 300
LONGEST_PAUSE = 2.0

COMPLETE = "SELECT DISTINCT lane FROM jobs_pass WHERE outcome = 'complete' AND began > %s"
NOW = "SELECT clock_timestamp()"
READ = "SELECT 1 FROM jobs_job WHERE key = %s AND settled"
HELD = "SELECT name, holder FROM jobs_lease WHERE expires > clock_timestamp()"
LEFT = {
    "a walk of the sweep": "SELECT type FROM jobs_shard WHERE lane = 'sweep'",
    "a read that is overdue": "SELECT key FROM jobs_recheck WHERE due < clock_timestamp() - interval '10 s'",
    "a pass that nobody ends": """
        SELECT p.lane FROM jobs_pass p JOIN jobs_lease l ON l.name = p.lease
        WHERE p.outcome = 'running' AND l.expires < clock_timestamp() - interval '10 s'
    """,
}


@dataclass(frozen=True, kw_only=True)
class Outages:
    """How many processes were killed, how many of them while the first sweep was under way, and what is wrong now."""

    kills: int
    during: int
    wrong: list[str]


def outages(folder: Path, *, jobs: int, rounds: int, dice: Random) -> Outages:
    """Run Jobdeck in a folder of its own, kill each process so often, and look at what comes of it."""
    options = f"--jobs {jobs} --rate 0 --page-cap 50 --faults {FAULTS}"
    with deck(folder, **VARIABLES, JOBDECK_SANDBOX=options) as running:
        told = dice.sample(sorted(_dated(running)), len(NAMES) * rounds)
        during = [_kill(running, name, key, dice) for name, key in zip(NAMES * rounds, told, strict=True)]
        until(lambda: set(NAMES) <= set(running.children()), seconds=PATIENCE)
        last = until(lambda: running.ask(NOW), seconds=PATIENCE)[0][0]
        lanes = {"tail", "reconcile"} | ({"sweep"} if during[-1] else set())
        wrong = _wrong_at_last(running, lanes, told, last)
    return Outages(kills=len(during), during=sum(during), wrong=wrong)


def _kill(running: Deck, name: str, key: str, dice: Random) -> bool:
    """Kill a process when it has run for a moment and a hook has told of a job.

    Tells whether the first sweep was under way.
    """
    until(lambda: set(NAMES) <= set(running.children()), seconds=PATIENCE)
    time.sleep(dice.uniform(0.2, LONGEST_PAUSE))
    until(lambda: _is_taken(running, key), seconds=PATIENCE)
    swept = until(lambda: running.ask(f"SELECT EXISTS ({SWEPT})"), seconds=PATIENCE)[0][0]
    os.kill(running.children()[name], signal.SIGKILL)
    return not swept


def _is_taken(running: Deck, key: str) -> bool:
    """Whether a hook that tells of a job is taken; the platform tells again where it is not."""
    try:
        running.call_back(key)
    except requests.RequestException:
        return False
    return True


def _wrong_at_last(running: Deck, lanes: set[str], told: list[str], last: Any) -> list[str]:
    """What is still wrong when it has had all the time that it needs."""
    end = time.monotonic() + PATIENCE
    while (wrong := list(_wrong(running, lanes, told, last))) and time.monotonic() < end:
        time.sleep(1)
    return wrong


def _wrong(running: Deck, lanes: set[str], told: list[str], last: Any) -> Iterator[str]:
    """What is not over yet, or not equal."""
    if not running.ask(SWEPT):
        yield "the first sweep has not ended"
        return
    done = {lane for (lane,) in running.ask(COMPLETE, last)}
    yield from [f"{lane} has had no complete pass since the last kill" for lane in sorted(lanes - done)]
    yield from [f"{key} was told of, and has not been read" for key in told if not running.ask(READ, key)]
    for what, statement in LEFT.items():
        yield from [f"{what}: {found}" for (found,) in running.ask(statement)]
    holders = ((name, holder, int(holder.rpartition(":")[2])) for name, holder in running.ask(HELD))
    yield from [f"{name} is held by {holder}, which is dead" for name, holder, pid in holders if not is_running(pid)]
    yield from [f"{key} differs" for key in unlike(_wanted(running), _shown(running))]


def _wanted(running: Deck) -> dict[str, Any]:
    """Every job as it is to be here."""
    return wanted(running.platform.jobs(), (running.folder / "secrets" / "secret-key").read_text())


def _dated(running: Deck) -> Iterator[str]:
    """The jobs of which it is noted for good that they have been read by id: those whose last change is over."""
    now = datetime.fromtimestamp(running.platform.now() / 1000, UTC)
    for key, job in _wanted(running).items():
        updated = moment(job.get("dateUpdated"))
        if updated is not None and updated < now:
            yield key


def _shown(running: Deck) -> dict[str, Any]:
    """Every job as the REST API shows it; as far as it answers."""
    found, token = dict[str, Any](), ""
    while token is not None:
        try:
            page = running.api("/jobs", pageSize=1000, nextPageToken=token)
        except requests.RequestException:
            return found
        found |= {job["id"]: job for job in page["jobs"]}
        token = page["nextPageToken"]
    return found
