"""Empties a mirror, and lets time pass in it: all that it has dated by its own clock moves into the past."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.models import Lane

OURS = {
    "job": ("first_seen", "asked", "observed"),
    "transition": ("before", "after"),
    "recheck": ("since", "raised", "due", "missing"),
    "delivery": ("received",),
    "quarantine": ("first_seen", "last_seen"),
    "lease": ("expires",),
    "lane": ("complete", "began", "finished", "rests_until", "problem_since"),
    "anomaly": ("first_seen", "last_seen"),
    "shard": ("since",),
    "split": ("made",),
    "upstream": ("next", "failing_since", "rests_until"),
    "pass": ("began", "ended"),
}
"""The dates that are by the database's clock; the others are the platform's."""


def empty() -> None:
    """Let a mirror hold nothing. Rows are deleted, since few are there and a table takes long to be truncated."""
    _do(*(f"DELETE FROM {model._meta.db_table}" for model in apps.get_app_config("jobs").get_models()))


def elapse(seconds: float, *, of: Iterable[str] = OURS) -> None:
    """Let time pass, for everything but requests that are under way, or `of` some tables alone."""
    moved = ((table, ", ".join(f'"{date}" = "{date}" - %(span)s' for date in OURS[table])) for table in of)
    _do(*(f"UPDATE jobs_{table} SET {dates}" for table, dates in moved), span=timedelta(seconds=seconds))


def settle_down() -> None:
    """Leave an empty mirror as the first cycle leaves one whose platform has no jobs: the backfill is over."""
    now, platform = timezone.now(), settings.MEDIA_PLATFORM_NAME
    Lane.objects.create(name=Lane.TAIL, platform=platform, complete=now)
    Lane.objects.create(name=Lane.SWEEP, platform=platform, number=1, finished=now)


def _do(*statements: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), parameters or None)
