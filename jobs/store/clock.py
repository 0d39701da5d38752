"""The database's time, which counts: a worker's own clock may be wrong, and others have others."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from jobs.models import Lane
from jobs.rules import versions


def database_clock() -> Callable[[], datetime]:
    """Read the database's time once; give a clock that counts on from it, never ahead of it, in any thread."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        read: datetime = cursor.fetchone()[0]
    began = time.monotonic()
    return lambda: read + timedelta(seconds=time.monotonic() - began)


def platform_clock() -> datetime:
    """What the platform's clock says now, as far as the last sweep has told, if it is behind; or the database's.

    Where one of them is ahead, maybe by a year and by mistake, nobody may take all jobs for old.
    """
    now = database_clock()()
    sweep = Lane.objects.filter(pk=Lane.SWEEP).first()
    if sweep is None or sweep.began is None or sweep.dated is None:
        return now
    return min(now, now + (sweep.dated - sweep.began))


def began(asked: datetime, counted: float, *, now: datetime) -> datetime:
    """When a request began that was `asked` by such a clock, when `time.monotonic` said so much; it is `now`."""
    return versions.began(asked, ago=timedelta(seconds=time.monotonic() - counted), now=now)
