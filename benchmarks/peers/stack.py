"""The stack that most would write, in `usual`: Django's admin, REST framework with django-filter, import-export."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from benchmarks.peers.contender import LIMIT, Site, address, exported
from benchmarks.peers.tasks import Answer, Filter, Kind, Task, steps
from benchmarks.peers.web import Web
from benchmarks.server import gunicorn, serving

ADMIN, API = "/admin/usual/job/", "/api/jobs/"
ROW = re.compile(r'<th class="field-key"><a [^>]*>([^<]*)</a></th>')
TOTAL = re.compile(r'<p class="paginator">.*?(\d+) jobs?\b', re.S)
STATES = re.compile(r'data-filter-title="status".*?</details>', re.S)
STATE = re.compile(r'<a href="\?[^"]*\bstatus=[^"]*">([^<]+?) \((\d+)\)</a>')
WAIT = {"PGOPTIONS": f"-c statement_timeout={LIMIT}s", "DJANGO_SETTINGS_MODULE": "benchmarks.peers.usual.settings"}


class Stack(Site):
    """A signed-in member of the staff."""

    name = "usual"
    notes: ClassVar[Mapping[Kind, str]] = {
        Kind.LIST: "the page also has both totals and the choices, without numbers",
        Kind.COUNT: "read off the admin's list: the API's pages by cursor have no total",
        Kind.FACETS: "the admin's list with its facets shown, which counts types, issuers and dates too",
        Kind.CSV: "newest first; all rows, then the whole text are made in memory before the first byte",
    }

    def prepare(self, task: Task) -> None:
        """Have the address: the admin's pages have numbers, the API's are walked to."""
        self.address = self._walk(task) if task.kind is Kind.REST else _admin(task)

    def read(self, task: Task, got: bytes | Path) -> Answer:
        """Read a page."""
        if isinstance(got, Path):
            return exported(got, "key")
        text = got.decode()
        if task.kind is Kind.REST:
            return tuple(job["key"] for job in json.loads(text)["results"])
        if task.kind is Kind.COUNT:
            return _total(text)
        return _states(text) if task.kind is Kind.FACETS else tuple(map(html.unescape, ROW.findall(text)))

    def _walk(self, task: Task) -> str:
        parameters = {**task.filter.exact(), **_directory(task.filter, "path")}
        cursor: dict[str, str] = {}
        for size in steps(task.skipped):
            reply = json.loads(self.web.get(address(API, {**parameters, **cursor, "page_size": size})))
            cursor = {"cursor": parse_qs(urlsplit(reply["next"]).query)["cursor"][0]}
        return address(API, {**parameters, **cursor, "page_size": task.rows})


@contextmanager
def stack(folder: Path, name: str, password: str) -> Iterator[Stack]:
    """Serve it by the same server as Jobdeck, and sign in."""
    with serving(gunicorn("benchmarks.peers.usual.wsgi"), folder / "usual.log", WAIT) as server:
        site = Stack(Web(server.port, limit=LIMIT), folder, server)
        site.web.sign_in("/admin/login/", name, password)
        yield site


def _admin(task: Task) -> str:
    if task.kind is Kind.CSV:
        return f"{ADMIN}export/"
    page = {"p": task.skipped // task.rows + 1} if task.skipped else {}
    facets = {"_facets": "True"} if task.kind is Kind.FACETS else {}
    return address(ADMIN, {**task.filter.exact(), **_directory(task.filter, "q"), **page, **facets})


def _directory(wanted: Filter, parameter: str) -> dict[str, str]:
    return {parameter: f"{wanted.directory}/"} if wanted.directory else {}


def _total(page: str) -> int:
    found = TOTAL.search(page)
    if found is None:
        raise ValueError("there is no total on the admin's page")
    return int(found[1])


def _states(page: str) -> dict[str, int]:
    found = STATES.search(page)
    if found is None:
        raise ValueError("there are no states on the admin's page")
    return {word: int(jobs) for word, jobs in STATE.findall(found[0]) if int(jobs)}
