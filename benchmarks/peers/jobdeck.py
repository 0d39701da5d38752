"""Jobdeck: its pages, its API and its export, served as `./deck up` serves them."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from benchmarks.peers.contender import LIMIT, Site, address, exported
from benchmarks.peers.tasks import Answer, AtLeast, Filter, Kind, Task, steps
from benchmarks.peers.web import Web
from benchmarks.server import JOBDECK, gunicorn, serving
from dashboard.commands.up import SESSION

ROW = re.compile(r'<td class="m a-id idc"><span class="id" title="([^"]+)">')
TOTAL = re.compile(r"<title>\s*(≥)?\s*([\d\s]+) jobs?\b")
TAB = re.compile(r'<a class="[^"]*"\s+href="\?[^"]*\bstatus=([^&"]+)[^"]*".*?<span class="n">([\d\s]+)</span>', re.S)


class Jobdeck(Site):
    """A signed-in operator's browser and scripts."""

    name = "jobdeck"
    notes: ClassVar[Mapping[Kind, str]] = {
        Kind.LIST: "the page also has the total and the numbers of all choices",
        Kind.COUNT: "read off a page of one job: no address gives the number alone",
        Kind.FACETS: "read off a page of one job, which has the types' and issuers' numbers too",
        Kind.CSV: "newest first",
    }

    def prepare(self, task: Task) -> None:
        """Walk to the page by the API; its tokens are the list's."""
        asked: dict[str, str | int] = {**_parameters(task.filter)}
        for size in steps(task.skipped):
            reply = json.loads(self.web.get(address("/api/jobs", {**asked, "pageSize": size})))
            asked["nextPageToken"] = reply["payload"]["nextPageToken"]
        if task.kind is Kind.CSV:
            self.address = "/jobs/export.csv"
        else:
            one = task.kind in (Kind.COUNT, Kind.FACETS)
            path = "/api/jobs" if task.kind is Kind.REST else "/jobs/"
            self.address = address(path, {**asked, "pageSize": 1 if one else task.rows})

    def read(self, task: Task, got: bytes | Path) -> Answer:
        """Read a page."""
        if isinstance(got, Path):
            return exported(got, "id")
        text = got.decode()
        if task.kind is Kind.REST:
            return tuple(job["id"] for job in json.loads(text)["payload"]["jobs"])
        if task.kind is Kind.COUNT:
            return total(text)
        return states(text) if task.kind is Kind.FACETS else keys(text)


def keys(page: str) -> tuple[str, ...]:
    """The ids of a list's jobs."""
    return tuple(map(html.unescape, ROW.findall(page)))


def total(page: str) -> int | AtLeast:
    """How many jobs a list says that there are."""
    found = TOTAL.search(page)
    if found is None:
        raise ValueError("there is no total on Jobdeck's page")
    jobs = _number(found[2])
    return AtLeast(jobs=jobs) if found[1] else jobs


def states(page: str) -> dict[str, int]:
    """The numbers of a list's tabs, but for states without jobs."""
    found = {word: _number(jobs) for word, jobs in TAB.findall(page)}
    return {word: jobs for word, jobs in found.items() if jobs}


@contextmanager
def jobdeck(folder: Path, name: str, password: str) -> Iterator[Jobdeck]:
    """Serve it, with its static files collected already, and sign in."""
    with serving(gunicorn(JOBDECK), folder / "jobdeck.log", SESSION) as server:
        site = Jobdeck(Web(server.port, limit=LIMIT), folder, server)
        site.web.sign_in("/sign-in/", name, password)
        yield site


def _parameters(wanted: Filter) -> dict[str, str]:
    return {**wanted.exact(), **({"path": wanted.directory} if wanted.directory else {})}


def _number(text: str) -> int:
    return int("".join(text.split()))
