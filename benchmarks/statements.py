"""Runs the statements with which tables are compared, and says what they read."""

import json

from django.db import connection

from benchmarks.given import Json
from jobs.search.sql import Query


def run(*statements: str) -> None:
    """Run one after another."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def explained(query: Query) -> Json:
    """Run it, and give how: `Plan`, `Planning`, and the milliseconds of both."""
    explain = Query(text=f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.text}", parameters=query.parameters)
    [(found,)] = explain.fetch()
    plan: Json = (json.loads(found) if isinstance(found, str) else found)[0]
    return plan


def pages(part: Json) -> int:
    """How many pages a part of what `explained` gives has read, from memory or not."""
    return int(part.get("Shared Hit Blocks", 0) + part.get("Shared Read Blocks", 0))
