"""The database's time, which counts: a worker's own clock may be wrong, and others have others."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection


def database_clock() -> Callable[[], datetime]:
    """Read the database's time once; give a clock that counts on from it, never ahead of it, in any thread."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        read: datetime = cursor.fetchone()[0]
    began = time.monotonic()
    return lambda: read + timedelta(seconds=time.monotonic() - began)
