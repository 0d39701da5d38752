"""Keeps what cannot be a job."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from jobs.models import Quarantine
from jobs.paths import storable
from jobs.upstream.record import Refused

LONGEST_KEY, LONGEST_FIELD = 500, 200
KEPT = timedelta(days=90)
OF_ONE_JOB = 5
"""So many records of one job are kept: what is refused may be another one at each reply."""

KEEP = """
INSERT INTO jobs_quarantine AS kept (digest, job_key, field, reason, text, first_seen, last_seen, times)
VALUES (%s, %s, %s, %s, %s, clock_timestamp(), clock_timestamp(), 1)
ON CONFLICT (digest) DO UPDATE SET last_seen = clock_timestamp(), times = kept.times + 1
"""
OLDER = """
DELETE FROM jobs_quarantine WHERE id IN (
    SELECT id FROM jobs_quarantine q WHERE job_key = ANY (%(keys)s) AND job_key <> '' AND id NOT IN (
        SELECT id FROM jobs_quarantine WHERE job_key = q.job_key ORDER BY last_seen DESC, id DESC LIMIT %(most)s
    )
    ORDER BY digest FOR UPDATE SKIP LOCKED
)
"""


def forget() -> None:
    """Forget what has not come for long."""
    Quarantine.objects.filter(last_seen__lt=Now() - KEPT).delete()


def unknown(refused: Iterable[Refused]) -> list[Refused]:
    """Those of refused records that are not here yet."""
    by_digest = {_row(record)[0]: record for record in refused}
    rows = Quarantine.objects.filter(digest__in=by_digest).values_list("digest", flat=True)
    here = {bytes(digest) for digest in rows}
    return [record for digest, record in by_digest.items() if digest not in here]


def readable(refused: Iterable[Refused]) -> set[str]:
    """The ids in refused records by which their jobs can be read."""
    return {each.job_id for each in refused if each.job_id and each.job_id == storable(each.job_id, LONGEST_KEY)}


def quarantine(refused: Iterable[Refused]) -> None:
    """Keep refused records, each content once, and of one job the last few."""
    rows = sorted(_row(record) for record in refused)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(KEEP, rows)
        cursor.execute(OLDER, {"keys": [key for _, key, *_ in rows], "most": OF_ONE_JOB})


def _row(record: Refused) -> tuple[bytes, str, str, str, str]:
    content = "\0".join((record.field, record.job_id, record.text))
    digest = hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).digest()
    text = storable(record.text, len(record.text) * 4)
    key, field = storable(record.job_id, LONGEST_KEY), storable(record.field, LONGEST_FIELD)
    return digest, key, field, storable(record.reason, 1000), text
