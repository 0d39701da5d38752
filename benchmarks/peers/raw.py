"""Plain SQL, without a web server: what the others could reach at best."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from psycopg import sql

from benchmarks.peers.contender import LIMIT, exported
from benchmarks.peers.table import COLUMNS, LISTED
from benchmarks.peers.tasks import Answer, Cannot, Filter, Kind, Task
from benchmarks.server import Server

KEY = LISTED.index("key")
ORDER = sql.SQL("ORDER BY created DESC, id DESC")
TABLE = sql.SQL("FROM usual_job")


class Raw:
    """One connection to the table, and statements as one would write them."""

    name = "raw"
    server: Server | None = None
    notes: ClassVar[Mapping[Kind, str]] = {
        Kind.LIST: "rows as Python objects; no page is made of them, no total, no choices",
        Kind.COUNT: "counts rows; Jobdeck keeps numbers by type, state and issuer while it writes",
        Kind.FACETS: "counts rows; Jobdeck keeps numbers by type, state and issuer while it writes",
        Kind.REST: "rows as Python objects; no JSON is made of them",
    }

    def __init__(self, connection: psycopg.Connection, folder: Path) -> None:
        self._connection, self._file = connection, folder / "peers.csv"
        self._behind: tuple[Any, ...] = ()
        connection.prepare_threshold = None
        connection.execute(f"SET statement_timeout = '{LIMIT}s'")

    def prepare(self, task: Task) -> None:
        """Know the last job of the page before."""
        query = sql.SQL("SELECT created, id {} {} LIMIT 1 OFFSET {}").format(TABLE, ORDER, max(task.skipped - 1, 0))
        self._behind = tuple(self._connection.execute(query).fetchall()[0]) if task.skipped else ()

    def do(self, task: Task) -> Any:
        """Run one statement."""
        try:
            return self._save() if task.kind is Kind.CSV else self._connection.execute(self._query(task)).fetchall()
        except psycopg.errors.QueryCanceled as why:
            raise Cannot(f"no answer in {LIMIT} s") from why

    def read(self, task: Task, got: Any) -> Answer:
        """Read its rows."""
        if task.kind is Kind.CSV:
            return exported(got, "key")
        if task.kind is Kind.COUNT:
            return int(got[0][0])
        return dict(got) if task.kind is Kind.FACETS else tuple(row[KEY] for row in got)

    def _query(self, task: Task) -> sql.Composed:
        where = _where(task.filter, self._behind)
        if task.kind is Kind.COUNT:
            return sql.SQL("SELECT count(*) {} {}").format(TABLE, where)
        if task.kind is Kind.FACETS:
            return sql.SQL("SELECT status, count(*) {} {} GROUP BY 1").format(TABLE, where)
        columns = _names(COLUMNS if task.kind is Kind.REST else LISTED)
        rows = sql.SQL("{} {}").format(TABLE, where)
        if task.filter.directory:  # `OFFSET 0` keeps the planner from walking all dates to an old directory
            rows = sql.SQL("FROM (SELECT * {} OFFSET 0) j").format(rows)
        # Documents become text behind the limit, not before it.
        return sql.SQL("SELECT {} FROM (SELECT * {} {} LIMIT {}) j").format(columns, rows, ORDER, task.rows)

    def _save(self) -> Path:
        query = sql.SQL("COPY (SELECT {} {} {}) TO STDOUT (FORMAT csv, HEADER)").format(_names(LISTED), TABLE, ORDER)
        with self._file.open("wb") as target, self._connection.cursor().copy(query) as copy:
            for piece in copy:
                target.write(piece)
        return self._file


def _names(columns: tuple[str, ...]) -> sql.Composed:
    """The columns, of which documents are left as they are."""
    return sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name))
        if name in ("specification", "result")
        else sql.Identifier(name)
        for name in columns
    )


def _where(wanted: Filter, behind: tuple[Any, ...]) -> sql.Composable:
    conditions: list[sql.Composable] = [
        sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in wanted.exact().items()
    ]
    if wanted.directory:
        conditions.append(sql.SQL("source LIKE {}").format(f"{wanted.directory}/%"))
    if behind:
        conditions.append(sql.SQL("(created, id) < ({}, {})").format(*behind))
    return sql.SQL("WHERE {}").format(sql.SQL(" AND ").join(conditions)) if conditions else sql.SQL("")
