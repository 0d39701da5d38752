"""Kills what runs the sync, one after the other, while everything is read for the first time under faults.

Afterwards the mirror must become equal, with nobody's help, and nothing may be left over.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import requests

from dashboard.services.process import is_running
from trials.deck import SWEPT, Deck, deck, until
from trials.wanted import unlike, wanted

NAMES = ("worker", "beat", "valkey", "postgres")
FAULTS = "status=500:0.1,reset:0.05"
VARIABLES = {"SYNC_PERIOD": "1", "SYNC_RECONCILE": "5", "SYNC_PAGE_SIZE": "50", "SYNC_RATE": "10"}
PATIENCE = 300
LONGEST_PAUSE = 2.0

COMPLETE = "SELECT DISTINCT lane FROM jobs_pass WHERE outcome = 'complete' AND began > %s"
NOW = "SELECT clock_timestamp()"
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
        during = [_kill(running, name, dice) for name in NAMES * rounds]
        until(lambda: set(NAMES) <= set(running.children()), seconds=PATIENCE)
        last = until(lambda: running.ask(NOW), seconds=PATIENCE)[0][0]
        running.platform.faults("")
        key = until(lambda: next(iter(_shown(running)), ""), seconds=PATIENCE)
        running.call_back(key)
        lanes = {"tail", "reconcile", "rechecks"} | ({"sweep"} if during[-1] else set())
        wrong = _wrong_at_last(running, lanes, last)
    return Outages(kills=len(during), during=sum(during), wrong=wrong)


def _kill(running: Deck, name: str, dice: Random) -> bool:
    """Kill a process when it has run for a moment; tell whether the first sweep was under way."""
    until(lambda: set(NAMES) <= set(running.children()), seconds=PATIENCE)
    time.sleep(dice.uniform(0.2, LONGEST_PAUSE))
    swept = until(lambda: running.ask(f"SELECT EXISTS ({SWEPT})"), seconds=PATIENCE)[0][0]
    os.kill(running.children()[name], signal.SIGKILL)
    return not swept


def _wrong_at_last(running: Deck, lanes: set[str], last: Any) -> list[str]:
    """What is still wrong when it has had all the time that it needs."""
    end = time.monotonic() + PATIENCE
    while (wrong := list(_wrong(running, lanes, last))) and time.monotonic() < end:
        time.sleep(1)
    return wrong


def _wrong(running: Deck, lanes: set[str], last: Any) -> Iterator[str]:
    """What is not over yet, or not equal."""
    if not running.ask(SWEPT):
        yield "the first sweep has not ended"
        return
    done = {lane for (lane,) in running.ask(COMPLETE, last)}
    yield from [f"{lane} has had no complete pass since the last kill" for lane in sorted(lanes - done)]
    for what, statement in LEFT.items():
        yield from [f"{what}: {found}" for (found,) in running.ask(statement)]
    holders = ((name, holder, int(holder.rpartition(":")[2])) for name, holder in running.ask(HELD))
    yield from [f"{name} is held by {holder}, which is dead" for name, holder, pid in holders if not is_running(pid)]
    secret = (running.folder / "secrets" / "secret-key").read_text()
    yield from [f"{key} differs" for key in unlike(wanted(running.platform.jobs(), secret), _shown(running))]


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
