"""The databases that are measured: one a size, in a PostgreSQL of their own, made once and kept.

A database's comment says of what code it was made, and is written last: what is cut off in the making counts as
nothing.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks import part
from benchmarks.given import Given, Json, Size
from benchmarks.server import free_port
from dashboard.env import with_values
from dashboard.services import home as place
from dashboard.services import process
from dashboard.services.postgres import Postgres
from dashboard.services.process import DidNotStart, wait_for

LONGEST_RECOVERY = 1800  # seconds: what was cut off while jobs were made may have left much to be read again
GENERATING = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
}
MOST_BUFFERS = 2 << 30
MADE_BY = (
    *("jobs/migrations/*.py", "jobs/keys.py", "jobs/store/sql.py", "jobs/store/rollups.py", "jobs/histogram.py"),
    *("benchmarks/generate.py", "benchmarks/templates.py", "sandbox/content.py", "sandbox/kinds.py", "sandbox/dice.py"),
)


class Cluster:
    """The databases in one folder, `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._server = Postgres(home)

    @contextmanager
    def running(self, settings: Mapping[str, str] | None = None) -> Iterator[None]:
        """Have the server run, with the settings that users get or with others beside them."""
        self._server = Postgres(self.home, settings)
        self._server.prepare()
        with process.undisturbed():
            child = self._server.start()
        try:
            wait_for(lambda: child.poll() is not None or self._server.is_ready(), seconds=LONGEST_RECOVERY)
            if not self._server.is_ready():
                raise DidNotStart(f"PostgreSQL did not start; see {place.log(self.home, self._server.name)}.")
            yield
        finally:
            child.send_signal(self._server.stop_signal)
            child.wait()
            self._server = Postgres(self.home)

    def made(self, size: Size) -> Json | None:
        """What is known of the jobs of a size; None where there are none, or others than today's code makes."""
        with self._connected() as connection:
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (size.database,)
            ).fetchone()
        known: Json = json.loads(found[0]) if found and found[0] else {}
        return known if known.get("fingerprint") == fingerprint() else None

    def make(self, size: Size) -> None:
        """Make the jobs of a size anew."""
        self.create(size.database)
        with self._connected() as connection:
            self.migrate(size.database)
            found = self.run("making", size, last=0)
            connection.execute("CHECKPOINT")
            known = json.dumps({"fingerprint": fingerprint(), **found})
            database = sql.Identifier(size.database)
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(known)))

    def create(self, database: str, *, of: str = "template1") -> None:
        """Make a database anew, as a copy of another."""
        name, template = sql.Identifier(database), sql.Identifier(of)
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))

    def migrate(self, database: str) -> None:
        """Bring the tables of a database to what the code says."""
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, env=self.environment(database), cwd=place.ROOT, check=True)

    def run(self, name: str, size: Size, *, last: int, rounds: int = 1) -> Json:
        """Run a part at a size, of whose jobs the last one has this id."""
        given = Given(
            size=size.name,
            jobs=size.jobs,
            last=last,
            rounds=rounds,
            port=free_port(),
            folder=self.home,
            programs=self._server.binaries,
        )
        return part.run(name, given, self.environment(size.database, PORT=str(given.port)))

    def version(self) -> str:
        """The server's version."""
        with self._connected() as connection:
            return str(connection.info.parameter_status("server_version"))

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres"), autocommit=True)

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"{self._server.url.rpartition('/')[0]}/{database}"

    def environment(self, database: str, **more: str) -> dict[str, str]:
        """The environment of a process that works in a database."""
        return with_values(DATABASE_URL=self.url(database), JOBDECK_DATA_DIR=str(self.home), **more)


def generating() -> dict[str, str]:
    """The settings for making jobs on this machine: memory that others do not need, and no log for a standby."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {**GENERATING, "shared_buffers": f"{min(MOST_BUFFERS, memory // 4) >> 20}MB"}


def fingerprint() -> str:
    """Changes with the code that makes jobs."""
    found = hashlib.sha256()
    for pattern in MADE_BY:
        for path in sorted(place.ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()
