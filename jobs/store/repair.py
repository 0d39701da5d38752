"""Counts the jobs again, and mends counts and rollups where they say something else, while others write on.

What is wrong is found in one snapshot, as differences. These are added to what is there by then, as every writer adds
its own, so that nobody has to wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from jobs.store import rollups

LOCK = "hashtext('jobdeck repair')"

WRONG_CELLS = """
CREATE TEMPORARY TABLE miscounted AS
SELECT c.id, coalesce(n.jobs, 0) - c.jobs AS jobs
FROM jobs_cell c LEFT JOIN (SELECT cell_id AS id, count(*) AS jobs FROM jobs_job GROUP BY 1) n USING (id)
WHERE c.jobs <> coalesce(n.jobs, 0)
"""
CELLS = """
WITH locked AS (SELECT id FROM jobs_cell WHERE id IN (SELECT id FROM miscounted) ORDER BY id FOR NO KEY UPDATE)
UPDATE jobs_cell c SET jobs = c.jobs + m.jobs FROM miscounted m JOIN locked USING (id) WHERE c.id = m.id
"""
LEVELS = {"wrong_hours": rollups.HOURS, "wrong_days": rollups.DAYS}
MENDED = [statement for found, level in LEVELS.items() for statement in rollups.mended(level, found)]
FORGET = f"DROP TABLE IF EXISTS miscounted, {', '.join(LEVELS)}"


class Busy(Exception):
    """Somebody else repairs; two would add each difference twice."""


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """How many cells and rollups there are, and how many of them were wrong."""

    cells: int
    wrong_cells: int
    rollups: int
    wrong_rollups: int


def repair() -> Repaired:
    """Mend the counts; raise `Busy` where somebody else does."""
    with _alone():
        _find()
        with transaction.atomic():
            found = _numbers()
            _do(CELLS, *MENDED)
        _do(FORGET)
    return found


def _find() -> None:
    """Keep what is wrong at one moment in temporary tables."""
    with transaction.atomic():
        _do("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", FORGET, WRONG_CELLS)
        _do(*(rollups.differences(level, found) for found, level in LEVELS.items()))


def _numbers() -> Repaired:
    counts = ["SELECT count(*) FROM jobs_cell", "SELECT count(*) FROM miscounted"]
    counts += [f"SELECT count(*) FROM {level.table}" for level in LEVELS.values()]
    counts += [f"SELECT count(DISTINCT ({level.key})) FROM {found}" for found, level in LEVELS.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'({count})' for count in counts)}")
        cells, wrong_cells, hours, days, wrong_hours, wrong_days = cursor.fetchone()
    return Repaired(cells=cells, wrong_cells=wrong_cells, rollups=hours + days, wrong_rollups=wrong_hours + wrong_days)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({LOCK})")
        if not cursor.fetchone()[0]:
            raise Busy("Another repair is at work; wait for it.")
    try:
        yield
    finally:
        _do(f"SELECT pg_advisory_unlock({LOCK})")


def _do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
