"""Jobs that are to be read by id, kept until they have been."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jobs.rules.rechecks import SPACING, Absence, Due, Read, absence, wait
from jobs.rules.versions import Doubt
from jobs.store.tombstones import entomb
from jobs.store.versions import stored
from jobs.upstream.record import Page

RAISE = """
INSERT INTO jobs_recheck AS kept (key, reason, raised, due, attempts)
SELECT key, reason, clock_timestamp(), clock_timestamp(), 0 FROM ({jobs}) d (key, reason) ORDER BY key COLLATE "C"
ON CONFLICT (key) DO UPDATE SET raised = excluded.raised, reason = excluded.reason
"""
DOUBTED = RAISE.format(jobs="SELECT * FROM unnest(%(keys)s::text[], %(reasons)s::text[])")

DUE = """
SELECT r.key, coalesce(j."group", ''), r.attempts FROM jobs_recheck r LEFT JOIN jobs_job j USING (key)
WHERE r.due <= clock_timestamp() ORDER BY r.due LIMIT %s
"""
DONE = "DELETE FROM jobs_recheck WHERE key = ANY (%(keys)s) AND raised < %(asked)s"
FORGET = "DELETE FROM jobs_recheck WHERE key = %(key)s"
MISSING = "SELECT missing FROM jobs_recheck WHERE key = %(key)s FOR UPDATE"
TRIED = """
UPDATE jobs_recheck SET attempts = attempts + 1, due = clock_timestamp() + %(after)s,
    missing = coalesce(missing, %(missing)s)
WHERE key = %(key)s
"""


def doubt(doubts: Mapping[str, Doubt]) -> None:
    """Let jobs be read by id, each for one reason, as soon as they have their turn."""
    if doubts:
        _do(DOUBTED, keys=list(doubts), reasons=[str(each) for each in doubts.values()])


def due(most: int) -> list[Due]:
    """The jobs whose turn it is, the longest waiting first, `most` at most."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [most])
        return [Due(key=key, group=group, attempts=attempts) for key, group, attempts in cursor.fetchall()]


def settle(read: Read, page: Page) -> None:
    """Note what a read has brought: its jobs need no other, unless that was said since it began."""
    came = {record.id for record in page.records} | {refused.job_id for refused in page.refused}
    _do(DONE, keys=[each.key for each in read.due if each.key in came], asked=page.asked)
    missed = [each for each in read.due if each.key not in came]
    for each in missed:
        _tried(each, timedelta(0) if read.group else wait(each.attempts))


def try_alone(read: Read) -> None:
    """Read the jobs of a group that the platform does not have one by one."""
    for each in read.due:
        _tried(each, timedelta(0))


def put_off(read: Read) -> None:
    """Make a read that has failed again later, and ever later."""
    for each in read.due:
        _tried(each, wait(each.attempts))


def absent(each: Due, asked: datetime, *, lane: str) -> None:
    """Note that a job was not found by a request that began at `asked`: the second time, it is gone."""
    held = stored([each.key]).get(each.key)
    with connection.cursor() as cursor:
        cursor.execute(MISSING, {"key": each.key})
        found = cursor.fetchone()
    match absence(held, found and found[0], asked):
        case Absence.WAIT:
            _tried(each, SPACING, missing=asked)
        case Absence.GONE if held is not None:
            entomb(each.key, held, lane=lane, asked=asked)
            _do(FORGET, key=each.key)
        case _:
            _do(FORGET, key=each.key)


def _tried(each: Due, after: timedelta, missing: datetime | None = None) -> None:
    _do(TRIED, key=each.key, after=after, missing=missing)


def _do(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
