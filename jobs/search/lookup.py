"""What a text stands for: the jobs whose ids begin so, the messages that contain it. Both are few, or it is refused.

A text is looked up when it is read, so that the search itself knows what to look for, and costs what its page costs.
"""

import re

from django.db import connection

from jobs import keys
from jobs.search.dates import Unreadable
from jobs.search.model import Lookup

SHORTEST_PREFIX, MOST_JOBS = 6, 400
SHORTEST_WORD, MOST_MESSAGES = 3, 20
LONGEST_ID = 500
LAST = "\U0010ffff"
WORD = re.compile(rf"[^\W_]{{{SHORTEST_WORD}}}")
WILD = re.compile(r"[\\%_]")

JOBS = f"SELECT id FROM jobs_job WHERE key BETWEEN %s AND %s ORDER BY key LIMIT {MOST_JOBS + 1}"
# Ids of messages are hashes, so that in their order a text that many have comes soon; rare ones come off trigrams.
MESSAGES = f"SELECT {keys.term_sql('id')} FROM jobs_message WHERE text ILIKE %s ORDER BY id LIMIT {MOST_MESSAGES + 1}"


def id_prefix(text: str) -> Lookup:
    """Look up the jobs whose ids begin so; raise `Unreadable` where there may be, or are, too many."""
    if len(text) < SHORTEST_PREFIX:
        raise Unreadable(f"Give at least {SHORTEST_PREFIX} characters of the id.")
    found = _fetch(JOBS, text, text + LAST * LONGEST_ID)
    if len(found) > MOST_JOBS:
        raise Unreadable(f"More than {MOST_JOBS} jobs have an id that begins so; give more of it.")
    return Lookup(text=text, found=found)


def error(text: str) -> Lookup:
    """Look up the messages that contain a text, whatever its case; raise `Unreadable` where there are too many."""
    if not WORD.search(text):
        raise Unreadable(f"Give at least {SHORTEST_WORD} letters or digits in a row: by these messages are found.")
    found = _fetch(MESSAGES, f"%{WILD.sub(_escaped, text)}%")
    if len(found) > MOST_MESSAGES:
        raise Unreadable(f"More than {MOST_MESSAGES} different messages contain that; give more of it.")
    return Lookup(text=text, found=found)


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _fetch(statement: str, *values: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(number for (number,) in cursor.fetchall())
