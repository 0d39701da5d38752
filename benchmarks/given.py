"""What is measured at: a size, and what each part is told."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

Json = dict[str, Any]
SIZE = re.compile(r"([1-9][0-9]{0,8})([km]?)")
UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, kw_only=True)
class Size:
    """A number of jobs and what it is called: `100k`, `10m`, `2500`."""

    name: str
    jobs: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a size; raise `ValueError` for what is none."""
        found = SIZE.fullmatch(text.strip().lower())
        if found is None:
            raise ValueError(text)
        jobs = int(found[1]) * UNITS[found[2]]
        unit = next(unit for unit in ("m", "k", "") if jobs % UNITS[unit] == 0)
        return cls(name=f"{jobs // UNITS[unit]}{unit}", jobs=jobs)

    @property
    def database(self) -> str:
        """The name of its database."""
        return f"bench_{self.name}"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a part is told: how many jobs there are, how often to measure, where to write files, PostgreSQL's programs.

    `last` is the highest id of the jobs that were made, `port` is free for a web server, and `DATABASE_URL` names the
    database.
    """

    size: str
    jobs: int
    last: int
    rounds: int
    port: int
    folder: Path
    programs: Path

    def written(self) -> str:
        """It as a word of a command line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read such a word."""
        told = json.loads(text)
        return cls(**{**told, "folder": Path(told["folder"]), "programs": Path(told["programs"])})
