"""Makes the jobs of a database that has its tables; no part of what is measured, but it says how long it took."""

import time

from django.db import connection

from benchmarks.generate import generate
from benchmarks.given import Given, Json
from jobs.models import Job


def measure(given: Given) -> Json:
    """Fill the tables; `last` is the highest id, beyond which lies what was written since."""
    began = time.monotonic()
    generate(connection.get_connection_params(), given.jobs)
    seconds = time.monotonic() - began
    newest = Job.objects.order_by("-id").values_list("id", flat=True).first()
    return {"jobs": Job.objects.count(), "last": newest or 0, "seconds": round(seconds, 1)}
