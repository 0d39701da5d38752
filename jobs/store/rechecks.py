"""Jobs that are to be read by id, kept until they have been, or need not be any more."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jobs.models import Recheck
from jobs.rules.rechecks import FIRST_WAIT, LONGEST_WAIT, SPACING, TRIES, Absence, Due, Read, absence, chosen, wait
from jobs.rules.versions import Doubt
from jobs.store.tombstones import entomb, still_gone
from jobs.store.versions import stored
from jobs.upstream.record import Page

# Clocks may be set back: what is due later than any wait dates from before that.
DUE = f"""
SELECT t.turn, r.key, coalesce(j."group", ''), r.raised, r.attempts, r.failed
FROM unnest(%(turns)s::smallint[]) t (turn) CROSS JOIN LATERAL (
    (SELECT * FROM jobs_recheck WHERE turn = t.turn AND due <= statement_timestamp() ORDER BY due LIMIT %(most)s)
    UNION ALL
    (SELECT * FROM jobs_recheck
    WHERE turn = t.turn AND due > statement_timestamp() + interval '{LONGEST_WAIT.total_seconds()} s'
    ORDER BY due LIMIT %(most)s)
) r LEFT JOIN jobs_job j USING (key)
ORDER BY t.turn, r.due
"""
DONE = """
DELETE FROM jobs_recheck WHERE key IN (
    SELECT r.key FROM jobs_recheck r JOIN unnest(%(keys)s::text[], %(raised)s::timestamptz[]) d (key, raised)
        ON r.key = d.key AND r.raised = d.raised
    ORDER BY r.key FOR UPDATE OF r
)
"""
CAME = f"""
UPDATE jobs_recheck r SET missing = NULL, attempts = 1, failed = false,
    due = CASE WHEN reason = '{Doubt.HOOK}' AND attempts = 0 THEN due ELSE clock_timestamp() + %(after)s END
FROM (SELECT key FROM jobs_recheck WHERE key = ANY (%(keys)s) ORDER BY key FOR UPDATE) n WHERE n.key = r.key
"""
RETRY = """
UPDATE jobs_recheck r SET due = clock_timestamp()
FROM (SELECT key FROM jobs_recheck WHERE turn = %(failed)s AND due > clock_timestamp() ORDER BY key FOR UPDATE) n
WHERE n.key = r.key
"""
FOUND = f"""
DELETE FROM jobs_recheck WHERE key IN (
    SELECT key FROM jobs_recheck
    WHERE key = ANY (%(keys)s) AND reason = '{Doubt.ABSENT}' AND attempts = 0 AND raised < %(asked)s
    ORDER BY key FOR UPDATE
)
"""
MISSING = "SELECT missing FROM jobs_recheck WHERE key = %(key)s"
TRIED = """
UPDATE jobs_recheck SET attempts = attempts + 1, due = clock_timestamp() + %(after)s,
    missing = coalesce(%(missing)s, missing), failed = %(failed)s
WHERE key = %(key)s
"""


def raised(jobs: str) -> str:
    """SQL that lets `jobs` be read by id, rows of a key and a `Doubt`.

    A read that was put off keeps its turn, unless a hook tells of its job. A hook stays the reason until it is made.
    """
    return f"""
        INSERT INTO jobs_recheck AS kept (key, reason, raised, due, attempts)
        SELECT key, reason, clock_timestamp(), clock_timestamp(), 0 FROM ({jobs}) d (key, reason)
        ORDER BY key COLLATE "C"
        ON CONFLICT (key) DO UPDATE SET raised = excluded.raised,
            reason = CASE WHEN '{Doubt.HOOK}' = kept.reason OR '{Doubt.ABSENT}' = excluded.reason
                THEN kept.reason ELSE excluded.reason END,
            due = CASE WHEN excluded.reason = '{Doubt.HOOK}' THEN least(kept.due, excluded.due) ELSE kept.due END,
            failed = kept.failed AND excluded.reason <> '{Doubt.HOOK}'
    """


DOUBTED = raised("SELECT * FROM unnest(%(keys)s::text[], %(reasons)s::text[])")


def doubt(doubts: Mapping[str, Doubt]) -> None:
    """Let jobs be read by id, each for one reason, as soon as they have their turn."""
    if doubts:
        _do(DOUBTED, keys=list(doubts), reasons=[str(each) for each in doubts.values()])


def due(most: int, *, failed: bool = True) -> list[Due]:
    """The jobs whose turn it is (`Recheck.Turn`), `most` at most, some of each turn (`chosen`).

    Those of which the last read `failed` are among them if these are wanted.
    """
    wanted = [turn for turn in Recheck.Turn if failed or turn != Recheck.Turn.FAILED]
    turns: dict[int, list[Due]] = {turn: [] for turn in wanted}
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"turns": wanted, "most": most})
        for turn, *values in cursor.fetchall():
            key, group, raised, attempts, has_failed = values
            turns[turn].append(Due(key=key, group=group, raised=raised, attempts=attempts, failed=has_failed))
    return chosen(turns.values(), most)


def found(keys: Collection[str], asked: datetime) -> None:
    """Note that jobs which did not come where they should have came with a search that began at `asked`.

    Where none has been tried yet, none needs to be read: else a single list that was empty would cost a read of each.
    """
    if keys:
        _do(FOUND, keys=list(keys), asked=asked)


def settle(read: Read, page: Page, misfits: Collection[str]) -> None:
    """Note what a read has brought: its jobs need no other, unless that was said since it was planned.

    That one waits a little, but for the first of a hook: a clock may have been set back, by which no read has begun
    late enough. What came as what cannot be a job, or is one of the `misfits` that cannot be written, or in whose place
    came another job, is tried again later, and ever later: where it is here as it was, until it can be kept.
    """
    came = {record.id for record in page.records} - set(misfits)
    others = set() if read.group else {each.key for each in read.due}
    refused = {record.job_id for record in page.refused}.union(misfits, others) - came
    given_up = {each.key for each in read.due if each.attempts >= TRIES} & (refused - stored(refused).keys())
    found = [each for each in read.due if each.key in came | given_up]
    _done(found)
    _do(CAME, keys=[each.key for each in found], after=FIRST_WAIT)
    missed = [each for each in read.due if each not in found]
    for each in _in_order(missed):
        _tried(each, timedelta(0) if read.group and each.key not in refused else wait(each.attempts))


def try_alone(read: Read) -> None:
    """Read the jobs of a group that the platform does not have one by one."""
    for each in _in_order(read.due):
        _tried(each, timedelta(0))


def put_off(read: Read, *, least: timedelta = FIRST_WAIT) -> None:
    """Make a read that has failed again later, `least` at first, and ever later."""
    for each in _in_order(read.due):
        _tried(each, wait(each.attempts, least=least), failed=True)


def retry() -> None:
    """Let every read that has failed be made again as soon as it has its turn."""
    _do(RETRY, failed=Recheck.Turn.FAILED)


def absent(each: Due, asked: datetime, *, now: datetime, lane: str) -> None:
    """Note `now` that a job was not found by a request that began at `asked`: the second time, it is gone.

    Nobody but the lane that reads by id writes what is read here, so that no row is locked before those of the jobs.
    """
    held = stored([each.key]).get(each.key)
    match absence(held, _missing(each.key), asked, now=now):
        case Absence.FIRST:
            _tried(each, wait(each.attempts, least=SPACING), missing=asked)
        case Absence.GONE if held is not None and entomb(each.key, held, lane=lane, asked=asked):
            _done([each])
        case Absence.FORGET:
            still_gone(each.key, asked=asked)
            _done([each])
        case _:
            _tried(each, SPACING)


def _done(read: Collection[Due]) -> None:
    """Forget what has been read, unless it has been said again meanwhile that it is to be."""
    _do(DONE, keys=[each.key for each in read], raised=[each.raised for each in read])


def _in_order(due: Iterable[Due]) -> list[Due]:
    """In the order in which whoever raises reads locks them."""
    return sorted(due, key=lambda each: each.key)


def _missing(key: str) -> datetime | None:
    """When the first request began that did not find a job."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING, {"key": key})
        found = cursor.fetchone()
    return found[0] if found else None


def _tried(each: Due, after: timedelta, *, missing: datetime | None = None, failed: bool = False) -> None:
    _do(TRIED, key=each.key, after=after, missing=missing, failed=failed)


def _do(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
