"""Notes what the platform should not do: each kind once a lane, with the last particulars and how often it was seen."""

from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from jobs.models import Anomaly as Row
from jobs.rules.anomalies import Anomaly

KEPT = timedelta(days=7)
NOTE = """
INSERT INTO jobs_anomaly AS kept (lane, kind, said, first_seen, last_seen, times)
VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp(), 1)
ON CONFLICT (lane, kind) DO UPDATE SET said = excluded.said, last_seen = excluded.last_seen, times = kept.times + 1
"""


def note(lane: str, anomaly: Anomaly) -> None:
    """Note that something was seen through `lane`."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [lane, anomaly.kind, anomaly.said])


def forget() -> None:
    """Forget what has not been seen for long."""
    Row.objects.filter(last_seen__lt=Now() - KEPT).delete()
