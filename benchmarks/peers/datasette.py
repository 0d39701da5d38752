"""Datasette on the same rows in SQLite, with limits wide enough for the tasks."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from benchmarks.peers.contender import LIMIT, Site, address, exported
from benchmarks.peers.sqlite import NAME
from benchmarks.peers.table import LISTED
from benchmarks.peers.tasks import Answer, Filter, Kind, Task, steps
from benchmarks.peers.web import Web
from benchmarks.server import HOST, serving

TABLE = f"/{NAME}/usual_job"
ROW = re.compile(r'<td class="col-key type-str">([^<]*)</td>')
NEWEST = ("_sort_desc", "created")
PAGE_ALONE = [("_nocount", "1"), ("_nofacet", "1")]
SETTINGS = {
    "sql_time_limit_ms": LIMIT * 1000,
    "facet_time_limit_ms": LIMIT * 1000,
    "suggest_facets": "off",
    "max_csv_mb": 0,
}
Parameters = list[tuple[str, str | int]]


class Datasette(Site):
    """Anybody's browser and scripts: it asks nobody to sign in."""

    name = "datasette"
    notes: ClassVar[Mapping[Kind, str]] = {
        Kind.LIST: "the page also has the total, and no choices; no sign-in",
        Kind.COUNT: "JSON without rows; no sign-in",
        Kind.FACETS: "JSON without rows; no sign-in",
        Kind.REST: "no total is asked for; no sign-in",
        Kind.CSV: "in the order of the ids: a stream in another order reads every page from the beginning",
    }

    def prepare(self, task: Task) -> None:
        """Walk to the page."""
        parameters: Parameters = [*task.filter.exact().items(), *_directory(task.filter)]
        if task.kind is Kind.CSV:
            self.address = address(f"{TABLE}.csv", [("_stream", "on"), *_columns()])
        elif task.kind is Kind.COUNT:
            self.address = address(f"{TABLE}.json", [*parameters, ("_size", 0), ("_nofacet", "1")])
        elif task.kind is Kind.FACETS:
            self.address = address(f"{TABLE}.json", [*parameters, ("_size", 0), ("_facet", "status")])
        else:
            self.address = self._page(task, [*parameters, NEWEST, *self._walk(task, [*parameters, NEWEST])])

    def read(self, task: Task, got: bytes | Path) -> Answer:
        """Read a page."""
        if isinstance(got, Path):
            return exported(got, "key")
        if task.kind is Kind.LIST:
            return tuple(map(html.unescape, ROW.findall(got.decode())))
        reply = json.loads(got)
        if task.kind is Kind.COUNT:
            return int(reply["filtered_table_rows_count"])
        if task.kind is Kind.FACETS:
            return {each["value"]: each["count"] for each in reply["facet_results"]["status"]["results"]}
        return tuple(job["key"] for job in reply["rows"])

    def _page(self, task: Task, parameters: Parameters) -> str:
        sized: Parameters = [*parameters, ("_size", task.rows)]
        if task.kind is Kind.LIST:
            return address(TABLE, [*sized, *_columns()])
        return address(f"{TABLE}.json", [*sized, *PAGE_ALONE, ("_shape", "objects")])

    def _walk(self, task: Task, parameters: Parameters) -> Parameters:
        place: Parameters = []
        for size in steps(task.skipped):
            asked: Parameters = [*parameters, *place, ("_size", size), ("_col", "key"), *PAGE_ALONE]
            place = [("_next", json.loads(self.web.get(address(f"{TABLE}.json", asked)))["next"])]
        return place


@contextmanager
def datasette(folder: Path, file: Path) -> Iterator[Datasette]:
    """Serve a file of SQLite."""
    settings = [word for name, value in SETTINGS.items() for word in ("--setting", name, str(value))]
    words = ["-m", "datasette", "serve", str(file), "--host", HOST, "--port", "{port}", *settings]
    with serving(words, folder / "datasette.log") as server:
        yield Datasette(Web(server.port, limit=LIMIT), folder, server)


def _columns() -> Parameters:
    """The columns of a list; the id is always there."""
    return [("_col", name) for name in LISTED if name != "id"]


def _directory(wanted: Filter) -> Parameters:
    return [("source__startswith", f"{wanted.directory}/")] if wanted.directory else []
