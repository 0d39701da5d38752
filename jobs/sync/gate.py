"""The gate that every request of the sync goes through: one budget for all workers, one circuit, and a count.

The budget is the time of the next request, which each moves on; the circuit opens where the platform fails
(`jobs.rules.circuit`), and one worker at a time tries when its pause is over.
"""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from jobs.models import Upstream
from jobs.rules import circuit
from jobs.upstream.errors import CredentialsRefused, TryAgain, UpstreamError

KEPT = timedelta(days=1)
LONGEST_WAIT = timedelta(seconds=60)

# What lies further ahead than anybody has to wait dates from before our clock was set back.
ENTER = """
INSERT INTO jobs_upstream AS kept (id, next, failures, reason) VALUES (1, clock_timestamp() + %(gap)s, 0, '')
ON CONFLICT (id) DO UPDATE SET next = %(gap)s + CASE
    WHEN kept.next > clock_timestamp() + 2 * %(longest)s THEN clock_timestamp()
    ELSE greatest(kept.next, clock_timestamp()) END
RETURNING extract(epoch FROM new.next - %(gap)s - clock_timestamp())::float
"""
COUNT = """
INSERT INTO jobs_upstreamminute AS kept (begins, requests, throttled, unready, failed, seconds, slowest)
VALUES (date_trunc('minute', clock_timestamp()), 1, %(throttled)s, %(unready)s, %(failed)s, %(seconds)s, %(seconds)s)
ON CONFLICT (begins) DO UPDATE SET requests = kept.requests + 1, throttled = kept.throttled + excluded.throttled,
    unready = kept.unready + excluded.unready, failed = kept.failed + excluded.failed,
    seconds = kept.seconds + excluded.seconds, slowest = greatest(kept.slowest, excluded.slowest)
"""
WORKS = """
UPDATE jobs_upstream SET failures = 0, reason = '', failing_since = NULL, rests_until = NULL
WHERE failures > 0 OR rests_until IS NOT NULL
"""
WAITS = "UPDATE jobs_upstream SET next = greatest(next, clock_timestamp() + %(after)s)"
FAILS = """
UPDATE jobs_upstream SET failures = greatest(failures, least(failures + %(weight)s, %(most)s)), reason = %(reason)s,
    failing_since = coalesce(failing_since, clock_timestamp())
RETURNING failures
"""
OPENS = "UPDATE jobs_upstream SET rests_until = clock_timestamp() + %(pause)s"
TRIES = """
UPDATE jobs_upstream SET failures = failures + 1, rests_until = clock_timestamp() + %(pause)s
WHERE rests_until IS NULL OR rests_until < clock_timestamp() OR rests_until > clock_timestamp() + 2 * %(longest)s
RETURNING 1
"""


class Gate:
    """Lets requests through in their turn, and hears how each ended; whoever fetches may do so in any thread."""

    def enter(self) -> None:
        """Wait until a request may be made."""
        gap = timedelta(seconds=1 / settings.SYNC_RATE)
        [(wait,)] = _fetch(ENTER, gap=gap, longest=LONGEST_WAIT)
        time.sleep(max(0.0, wait))

    def left(self, seconds: float, error: UpstreamError | None, *, search: bool) -> None:
        """Note how a request ended after so many seconds, a `search` or the read of one job or group."""
        failed, status = circuit.is_failure(error), (isinstance(error, TryAgain) and error.status) or 0
        throttled, unready = status == 429, status >= 500
        counted = {"throttled": throttled, "unready": unready, "failed": failed and not (throttled or unready)}
        _do(COUNT, **{name: int(met) for name, met in counted.items()}, seconds=seconds)
        if isinstance(error, TryAgain) and error.after:
            _do(WAITS, after=min(timedelta(seconds=error.after), LONGEST_WAIT))
        if search and circuit.is_success(error):
            _do(WORKS)
        elif error is not None and (weight := circuit.weight(error, search=search)):
            _fail(error, weight)


def is_closed() -> bool:
    """Tell whether the circuit is: reads of single jobs wait until a search has closed it, which they cannot do."""
    return not Upstream.objects.filter(rests_until__isnull=False).exists()


def may_begin() -> bool:
    """Tell whether a pass may begin: the circuit is closed, or its pause is over and nobody else tries."""
    found = Upstream.objects.first()
    if found is None or found.rests_until is None:
        return True
    return bool(_fetch(TRIES, pause=circuit.pause(found.failures + 1), longest=circuit.LONGEST_PAUSE))


def reset() -> None:
    """Close the circuit: somebody has mended something, or wants to try."""
    _do(WORKS)


def forget() -> None:
    """Forget counts that nobody looks at any more."""
    _do("DELETE FROM jobs_upstreamminute WHERE begins < clock_timestamp() - %(kept)s", kept=KEPT)


def _fail(error: UpstreamError, weight: int) -> None:
    """Count a failure, and open the circuit if these are enough; then it is tries that count, not requests."""
    [(failures,)] = _fetch(FAILS, weight=weight, most=circuit.FAILURES, reason=str(error))
    if failures >= circuit.FAILURES:
        _do(OPENS, pause=circuit.pause(failures, refused=isinstance(error, CredentialsRefused)))


def _do(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _fetch(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
