"""What records are compared with."""

from collections.abc import Collection

from django.db import connection

from jobs.models import UNDATED
from jobs.rules.versions import Stored
from jobs.store.texts import as_json, texts_sql

STORED = f"""
SELECT j.key, j.updated, (SELECT stage FROM jobs_cell WHERE id = j.cell_id), j.digest, j.observed, j.settled,
    j.contested, EXISTS (SELECT 1 FROM jobs_recheck r WHERE r.key = j.key)
FROM jobs_job j WHERE j.key = ANY (ARRAY({texts_sql("keys")}))
"""


def stored(keys: Collection[str]) -> dict[str, Stored]:
    """What is stored of these jobs, by their keys."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, {"keys": as_json(keys)})
        return {
            key: Stored(
                updated=None if updated == UNDATED else updated,
                stage=stage,
                digest=digest,
                observed=observed,
                settled=settled,
                contested=contested,
                watched=watched,
            )
            for key, updated, stage, digest, observed, settled, contested, watched in cursor.fetchall()
        }
