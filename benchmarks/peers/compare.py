"""Compares Jobdeck with others in one run: `python -m benchmarks.peers.compare FOLDER`.

`DATABASE_URL` names a database that `benchmarks.generate` has filled; FOLDER keeps the file of SQLite. One object of
JSON goes to the standard output, the progress to the standard error.
"""

import argparse
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg

from dashboard.services import home

if TYPE_CHECKING:
    from benchmarks.peers.measure import Sheet
    from benchmarks.peers.tasks import Task


def main() -> None:
    """Compare, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="keeps the file of SQLite, logs and exports")
    folder: Path = parser.parse_args().folder.absolute()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    os.environ[home.VARIABLE] = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    django.setup()
    print(json.dumps(run(folder), indent=2))  # noqa: T201


def run(folder: Path) -> dict[str, Any]:
    """Have every contender do every task; raise `Differs` where they do not agree."""
    from benchmarks.peers import same, sqlite, table, tasks
    from dashboard import setup

    setup.collect_static()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        table.make(connection)
        file = sqlite.make(connection, folder)
        jobs, _ = table.fingerprint(connection, "usual_job")
        wanted = tasks.tasks(jobs)
        sheets = list(_sheets(connection, folder, file, wanted))
        same.check(connection, wanted, sheets)
    return _report(jobs, wanted, sheets)


def _sheets(connection: psycopg.Connection, folder: Path, file: Path, wanted: Sequence["Task"]) -> Iterator["Sheet"]:
    """One contender after another, so that none takes a processor from another."""
    from benchmarks.peers.datasette import datasette
    from benchmarks.peers.jobdeck import jobdeck
    from benchmarks.peers.measure import measure
    from benchmarks.peers.raw import Raw
    from benchmarks.peers.stack import stack

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
    from django.contrib.auth.models import User

    name, password = f"peers-{secrets.token_hex(4)}", secrets.token_urlsafe()
    user = User.objects.create_superuser(name, password=password)
    try:
        yield name, password
    finally:
        user.delete()


def _report(jobs: int, wanted: Sequence["Task"], sheets: Sequence["Sheet"]) -> dict[str, Any]:
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


if __name__ == "__main__":
    main()
