"""Finds what is stored and did not come where a walk should have brought it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jobs.models import UNDATED, Shard
from jobs.rules.sweep import Stretch, Walked
from jobs.rules.versions import Doubt
from jobs.store.rechecks import raised
from jobs.store.texts import as_json, texts_sql

WITHOUT_DATE = Stretch(start=UNDATED, end=UNDATED + timedelta(seconds=1), keys=frozenset())
ABSENT = f"""
    SELECT key, '{Doubt.ABSENT}' FROM jobs_job
    WHERE {{within}} AND created >= %(start)s AND created < %(end)s AND digest <> ''
        AND (observed < %(since)s OR observed > clock_timestamp()) AND key NOT IN ({texts_sql("keys")})
"""
OF_ALL = "true"
OF_TILES = """tile = ANY (ARRAY(
    SELECT id FROM jobs_tile WHERE %(type)s IN (type, '') AND %(status)s IN (status, '')
))"""
OF_CELLS = """cell_id = ANY (ARRAY(
    SELECT id FROM jobs_cell WHERE %(type)s IN (type, '') AND (status, issuer) = (%(status)s, %(issuer)s)
))"""


def look_for_absent(shard: Shard, walked: Walked, *, since: datetime) -> int:
    """Let what is stored of a stretch that a walk has closed, and was not seen since it began, be read by id.

    Jobs without a date of creation have their turn at its end. Gives how many there were.
    """
    found = 0 if walked.stretch is None else _look(shard, walked.stretch, since)
    return found + (_look(shard, WITHOUT_DATE, since) if walked.place.finished else 0)


def _look(shard: Shard, stretch: Stretch, since: datetime) -> int:
    within = OF_CELLS if shard.issuer else OF_TILES if shard.type or shard.status else OF_ALL
    parameters: dict[str, Any] = {
        "type": shard.type,
        "status": shard.status,
        "issuer": shard.issuer,
        "start": stretch.start,
        "end": stretch.end,
        "keys": as_json(stretch.keys),
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(raised(ABSENT.format(within=within)), parameters)
        return int(cursor.rowcount)
