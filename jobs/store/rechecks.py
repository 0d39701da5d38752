"""Jobs that are to be read by id, kept until they have been."""

from collections.abc import Mapping

from django.db import connection

from jobs.rules.versions import Doubt

RAISE = """
INSERT INTO jobs_recheck AS kept (key, reason, raised, due, attempts)
SELECT key, reason, clock_timestamp(), clock_timestamp(), 0
FROM unnest(%(keys)s::text[], %(reasons)s::text[]) d (key, reason) ORDER BY key COLLATE "C"
ON CONFLICT (key) DO UPDATE SET raised = excluded.raised, reason = excluded.reason
"""


def doubt(doubts: Mapping[str, Doubt | None]) -> None:
    """Let jobs be read by id, each for one reason, as soon as they have their turn."""
    if doubts:
        with connection.cursor() as cursor:
            cursor.execute(RAISE, {"keys": list(doubts), "reasons": [str(each) for each in doubts.values()]})
