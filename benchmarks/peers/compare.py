"""Compares Jobdeck with others in one run, on the same jobs."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.models import User

from benchmarks.peers import same, sqlite, table, tasks
from benchmarks.peers.datasette import datasette
from benchmarks.peers.jobdeck import jobdeck
from benchmarks.peers.measure import Sheet, measure
from benchmarks.peers.raw import Raw
from benchmarks.peers.stack import stack
from benchmarks.peers.tasks import Task


def compare(folder: Path) -> dict[str, Any]:
    """Have every contender do every task; raise `Differs` where they do not agree. `folder` keeps SQLite's file."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        table.make(connection)
        file = sqlite.make(connection, folder)
        jobs, _ = table.fingerprint(connection, "usual_job")
        wanted = tasks.tasks(jobs)
        sheets = list(_sheets(connection, folder, file, wanted))
        same.check(connection, wanted, sheets)
    return _report(jobs, wanted, sheets)


def _sheets(connection: psycopg.Connection, folder: Path, file: Path, wanted: Sequence[Task]) -> Iterator[Sheet]:
    """One contender after another, so that none takes a processor from another."""
    yield measure(Raw(connection, folder), wanted)
    with _operator() as (name, password):
        for serve in (jobdeck, stack):
            with serve(folder, name, password) as site:
                yield measure(site, wanted)
    with datasette(folder, file) as site:
        yield measure(site, wanted)


@contextmanager
def _operator() -> Iterator[tuple[str, str]]:
    """Have somebody who may sign in everywhere: the name and the password."""
    name, password = f"peers-{secrets.token_hex(4)}", secrets.token_urlsafe()
    user = User.objects.create_superuser(name, password=password)
    try:
        yield name, password
    finally:
        user.delete()


def _report(jobs: int, wanted: Sequence[Task], sheets: Sequence[Sheet]) -> dict[str, Any]:
    tasks = [
        {
            "task": task.name,
            **{sheet.name: sheet.results[number].milliseconds for sheet in sheets},
            "notes": {sheet.name: note for sheet in sheets if (note := sheet.results[number].note)},
        }
        for number, task in enumerate(wanted)
    ]
    memory = {sheet.name: asdict(sheet.memory) for sheet in sheets if sheet.memory}
    return {"jobs": jobs, "tasks": tasks, "memory": memory}
