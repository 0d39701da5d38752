"""What each contender has to do: a task, whose time is taken, and reading the answer, whose time is not."""

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode

from benchmarks.peers.tasks import Answer, Export, Kind, Task
from benchmarks.peers.web import Web
from benchmarks.server import Server

LIMIT, CSV_LIMIT = 60, 600
csv.field_size_limit(1 << 24)


class Contender(Protocol):
    """One way to show jobs."""

    name: str
    server: Server | None
    notes: ClassVar[Mapping[Kind, str]]
    """What has to be known of a kind of task."""

    def prepare(self, task: Task) -> None:
        """Get ready, as a user who has come to the page before the one that is asked for."""

    def do(self, task: Task) -> Any:
        """Do the task; raise `Cannot`."""

    def read(self, task: Task, got: Any) -> Answer:
        """Read what `do` has given."""


class Site:
    """A contender with a web server; files go to `folder`."""

    def __init__(self, web: Web, folder: Path, server: Server | None = None) -> None:
        self.web, self.server = web, server
        self.file = folder / "peers.csv"
        self.address = ""

    def do(self, task: Task) -> bytes | Path:
        """Ask for the address that was prepared."""
        if task.kind is not Kind.CSV:
            return self.web.get(self.address)
        self.web.save(self.address, self.file, limit=CSV_LIMIT)
        return self.file


def address(path: str, parameters: Mapping[str, str | int] | list[tuple[str, str | int]]) -> str:
    """A path with its parameters."""
    return f"{path}?{urlencode(parameters)}"


def exported(file: Path, key: str) -> Export:
    """Count the jobs of a CSV file, whose ids are in the column `key`."""
    jobs, keys = 0, 0
    with file.open(newline="") as source:
        rows = csv.reader(source)
        column = next(rows).index(key)
        for row in rows:
            jobs += 1
            keys ^= int.from_bytes(hashlib.blake2b(row[column].encode(), digest_size=8).digest())
    return Export(jobs=jobs, keys=keys)
