"""Jobdeck beside raw SQL, the stack that most would write, and Datasette, on the same jobs."""

from benchmarks.given import Given, Json
from benchmarks.peers.compare import compare


def measure(given: Given) -> Json:
    """Have each of them do the same tasks."""
    return compare(given.folder)
