"""The mirrors with which a trial begins: kept in schemas of the database, and put in their place in milliseconds.

Beside them is a platform of some sixty jobs that has changed since they were made, in every way that the sync can tell.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from jobs.models import Lane
from jobs.rules.versions import Doubt
from jobs.store import rechecks
from trials.elapsing import elapse
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess
from trials.victim import HOOKED

EMPTY, BEHIND, SWEPT = "mirror_empty", "mirror_behind", "mirror_swept"
"""Nothing is here; the platform has changed, and a sweep is due; it has changed in what the tail and hooks tell of."""
GONE, UNNOTICED, TIED = "gone_gone", "unnoticed_unnoticed", "tied_tied"
MISFIT, REFUSED = "misfit_misfit", "refused_refused"
TYPES = ("urn:job:av.package", "urn:job:import.file")
"""All that there are at first, so that a sweep has few walks."""
USUAL = 46
SILENT = [f"usual{number // 2}_{number}" for number in range(1, USUAL, 8)]
"""Those that change and keep their dates, of which a sweep alone can tell."""
MORNING, LATELY = "2026-03-01T09:00:00Z", "2026-03-01T11:59:50Z"
UNFIT = f"ALTER TABLE jobs_job ADD CONSTRAINT fits CHECK (key <> '{MISFIT}')"
FITS = "ALTER TABLE jobs_job DROP CONSTRAINT IF EXISTS fits"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How far the lanes of a mirror had come, and what was to be read by id."""

    watermark: datetime | None
    finished: datetime | None
    rechecks: set[str]


@contextmanager
def mirrors(platform: SandboxProcess) -> Iterator[None]:
    """Make the mirrors, and let the platform change; at the end there is nothing. The database must be empty."""
    _do(UNFIT, _durable("SET synchronous_commit = off"))  # which is about crashes of PostgreSQL alone
    connection.close()
    try:
        _keep(EMPTY)
        _furnish(platform)
        run_cycle()
        assert differing(platform) == []
        _change(platform)
        _doubt(GONE)
        Lane.objects.filter(name=Lane.SWEEP).update(finished=timezone.now() - timedelta(days=2))
        _keep(BEHIND)
        _doubt(UNNOTICED, *SILENT)
        Lane.objects.filter(name=Lane.SWEEP).update(finished=timezone.now())
        _keep(SWEPT)
        yield
    finally:
        _do(*(f"DROP SCHEMA IF EXISTS {mirror} CASCADE" for mirror in (EMPTY, BEHIND, SWEPT)), _emptied(), FITS)
        _do(_durable("RESET synchronous_commit"))


def restore(mirror: str) -> None:
    """Let everything be as it was in a mirror; what was missing then was seen long ago, and not two minutes ago."""
    filled = [
        f"INSERT INTO {table} ({_columns(table)}) SELECT {_columns(table)} FROM {mirror}.{table}" for table in _tables()
    ]
    missing = "CASE WHEN key IN (%s, %s) THEN now() - interval '2 minutes' END"
    _do(_emptied(), *filled, *_counters())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE jobs_recheck SET due = now(), missing = {missing}", [GONE, UNNOTICED])
    elapse(3600, of=("job",))


def kept(mirror: str) -> Kept:
    """What is known of a mirror."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, watermark, finished FROM {mirror}.jobs_lane")
        lanes = {name: (watermark, finished) for name, watermark, finished in cursor.fetchall()}
        cursor.execute(f"SELECT key FROM {mirror}.jobs_recheck")
        keys = {key for (key,) in cursor.fetchall()}
    nothing = None, None
    return Kept(watermark=lanes.get(Lane.TAIL, nothing)[0], finished=lanes.get(Lane.SWEEP, nothing)[1], rechecks=keys)


def _furnish(platform: SandboxProcess) -> None:
    """Let there be jobs of two types, the last of them open, and some to which something will happen."""
    for number in range(USUAL):
        stamp = f"2026-03-01T10:{number:02d}:00Z"
        status = "working" if number > USUAL - 8 else "pending" if number > USUAL - 12 else "success"
        platform.plant(_job(f"usual{number // 2}_{number}", stamp, type=TYPES[number % 3 > 1], status=status))
    for key in (GONE, UNNOTICED, HOOKED):
        platform.plant(_job(key, MORNING))
    platform.plant(_job(TIED, LATELY))


def _change(platform: SandboxProcess) -> None:
    """Let two hours pass, in which jobs change, come and go, some of them without a word."""
    platform.advance(7200)
    for number in range(0, USUAL, 2):
        stamp = f"2026-03-01T13:{number:02d}:00Z"
        platform.patch(f"usual{number // 2}_{number}", **_ended(number // 2), dateUpdated=stamp)
    for key in (HOOKED, TIED, *SILENT):
        platform.patch(key, keep_dates=True, note="changed in the same second")
    for key in (GONE, UNNOTICED):
        platform.delete(key)
    for number in range(6):
        job = _job(f"new_{number}", "2026-03-01T13:30:00Z", type="urn:job:new", issuer="urn:app:new")
        platform.plant(job | _ended(number))
    platform.plant(_job("undated_undated", MORNING) | {"dateUpdated": None})
    platform.plant(_job(MISFIT, "2026-03-01T13:31:00Z"))
    platform.plant(_job(REFUSED, "2026-03-01T13:31:00Z") | {"type": None})


def _job(key: str, stamp: str, **members: Any) -> dict[str, Any]:
    """A job that has ended."""
    group = key.partition("_")[0]
    dates = {"dateCreated": stamp, "dateUpdated": stamp}
    return {"id": key, "groupId": group, "type": TYPES[0], "status": "success"} | dates | members


def _ended(number: int) -> dict[str, Any]:
    """What a job says that has failed, or has not."""
    if number % 2:
        return {"status": "error", "result": {"code": 500, "message": f"no {number}", "payload": None}}
    return {"status": "success", "result": {"code": 0, "message": "OK", "payload": {"number": number}}}


def _doubt(*keys: str) -> None:
    rechecks.doubt(dict.fromkeys(keys, Doubt.HOOK))


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_app_config("jobs").get_models()]


def _durable(change: str) -> str:
    """SQL that sets, for connections from now on, whether a commit waits for the disk."""
    return f'ALTER DATABASE "{connection.settings_dict["NAME"]}" {change}'


@cache
def _columns(table: str) -> str:
    """The columns of a table that nothing generates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND attgenerated = '' AND NOT attisdropped ORDER BY attnum",
            [table],
        )
        return ", ".join(name for (name,) in cursor.fetchall())


def _emptied() -> str:
    return f"TRUNCATE {', '.join(_tables())} RESTART IDENTITY"


def _counters() -> list[str]:
    """What lets new rows have numbers that no other has."""
    models = [model for model in apps.get_app_config("jobs").get_models() if model._meta.auto_field]
    return [
        f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), coalesce(max(id), 0) + 1, false)"
        f" FROM {model._meta.db_table}"
        for model in models
    ]


def _keep(mirror: str) -> None:
    """Keep what is here under a name."""
    _do(f"CREATE SCHEMA {mirror}", *(f"CREATE TABLE {mirror}.{table} AS TABLE {table}" for table in _tables()))


def _do(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements))
