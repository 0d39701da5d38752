"""Takes what hooks tell: each delivery once, and each job that one names is read by id."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from jobs.models import Delivery
from jobs.rules.versions import Doubt
from jobs.store import rechecks

KEPT = timedelta(days=1)
"""For how long deliveries are known again: far longer than a token is taken."""
TAKE = "INSERT INTO jobs_delivery (id, received) VALUES (%s, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING 1"


def accept(delivery: str, jobs: Iterable[str]) -> bool:
    """Note a delivery and let its jobs be read; give whether it is new. The caller opens the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [delivery])
        if cursor.fetchone() is None:
            return False
    rechecks.doubt(dict.fromkeys(jobs, Doubt.HOOK))
    return True


def forget() -> None:
    """Forget deliveries that nobody will make again."""
    Delivery.objects.filter(received__lt=Now() - KEPT).delete()
