"""Page tokens of the sandbox, of every kind: what they lead to, and when they do not."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox

KINDS = ("offset", "cursor", "single", "time", "snapshot")


@contextmanager
def run(*options: str, jobs: int = 300) -> Iterator[Api]:
    with sandbox("--jobs", str(jobs), *STILL, *options) as running:
        yield Api(running)


def plant(api: Api, *names: str, date: str = "2026-03-02T00:00:00Z") -> None:
    for name in names:
        api.sandbox.plant({"id": name, "groupId": "new", "dateCreated": date, "dateUpdated": date})


def second_page(api: Api, token: str, **query: Any) -> int:
    return api.ask("/jobs", nextPageToken=token, **query).status_code


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_has_every_job_once(kind: str) -> None:
    with run("--token", kind) as api:
        plant(api, "new_1", "new_2")
        api.sandbox.delete(api.payload("/jobs", pageSize=9)["jobs"][8]["id"])
        for by, direction in product(("dateCreated", "dateUpdated"), ("asc", "des")):
            whole = api.payload("/jobs", pageSize=1000, orderBy=by, orderDirection=direction)["jobs"]
            # A token that knows a second only loses nothing where no page ends among jobs of one second.
            walked = api.walk(pageSize=500 if kind == "time" else 7, orderBy=by, orderDirection=direction)
            assert walked == whole
            assert len({job["id"] for job in walked}) == 301


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_while_paging_shifts_offsets_alone(kind: str) -> None:
    with run("--token", kind) as api:
        pages = api.pages(pageSize=100)
        first = next(pages)
        plant(api, *(f"new_{number}" for number in range(5)))
        again = {job["id"] for job in first} & {job["id"] for page in pages for job in page}
    assert len(again) == (5 if kind == "offset" else 0)


@pytest.mark.parametrize("direction", ["asc", "des"])
def test_a_page_may_end_with_a_job_that_has_changed(direction: str) -> None:
    with run("--token", "cursor", jobs=20) as api:
        for job in api.payload("/jobs")["jobs"]:
            api.sandbox.patch(job["id"], note="changed")
        walked = api.pages(pageSize=1, orderBy="dateCreated", orderDirection=direction)
        assert len({job["id"] for page in islice(walked, 30) for job in page}) == 20


@pytest.mark.parametrize("direction", ["asc", "des"])
def test_a_second_passes_over_its_other_jobs(direction: str) -> None:
    with run("--token", "time", jobs=1) as api:
        plant(api, "a", "b", "c", date="2026-03-02T00:00:00Z")
        plant(api, "d", "e", "f", date="2026-03-02T00:00:01Z")
        plant(api, "g", date="2026-03-02T00:00:01.999Z")
        plant(api, "h", "i", date="2026-03-02T00:00:02Z")
        pages = [[job["id"] for job in page] for page in api.pages(pageSize=2, groupId="new", orderDirection=direction)]
    assert pages == (
        [["a", "b"], ["d", "e"], ["h", "i"]] if direction == "asc" else [["i", "h"], ["g", "f"], ["c", "b"], []]
    )


def test_a_cursor_leads_somewhere_once() -> None:
    with run("--token", "single") as api:
        token = api.payload("/jobs")["nextPageToken"]
        assert second_page(api, token, pageSize=5) == 400
        assert second_page(api, token) == 200
        refused = api.ask("/jobs", nextPageToken=token)
        assert (refused.status_code, refused.json()["message"]) == (400, "nextPageToken has been used")
        assert api.payload("/jobs")["nextPageToken"] != token


def test_a_snapshot_shows_what_was_there_when_the_walk_began() -> None:
    with run("--token", "snapshot", jobs=100) as api:
        before = api.walk(pageSize=1000, orderBy="dateUpdated")
        pages = api.pages(pageSize=10, orderBy="dateUpdated")
        walked = next(pages)
        for number, job in enumerate(before):
            if number % 3 == 0:
                api.sandbox.delete(job["id"])
            else:
                api.sandbox.plant(job | {"status": "changed"})
        plant(api, "new_1", date="2026-02-01T00:00:00Z")
        api.sandbox.advance(200)
        assert walked + [job for page in pages for job in page] == before
        assert {job["status"] for job in api.walk(pageSize=10)[1:-1]} == {"changed"}


def test_a_snapshot_is_of_jobs_that_move() -> None:
    with sandbox("--token", "snapshot", "--lag", "30", "--jobs", "300", "--rate", "1") as running:
        api = Api(running)
        running.advance(600)
        pages = api.pages(pageSize=100, orderBy="dateUpdated", orderDirection="asc")
        walked = next(pages)
        began = datetime.fromtimestamp(running.now() / 1000 - 30, UTC)
        running.advance(200)
        walked += [job for page in pages for job in page]
        assert len(api.payload("/jobs", pageSize=1000)["jobs"]) > len(walked) > 800
    assert len({job["id"] for job in walked}) == len(walked)
    assert all(datetime.fromisoformat(date) <= began for job in walked if (date := job.get("dateUpdated")))
    assert any(job["status"] in ("pending", "working") and not job["result"] for job in walked)


def test_only_so_many_snapshots_are_kept() -> None:
    with run("--token", "snapshot", jobs=30) as api:
        tokens = [api.payload("/jobs")["nextPageToken"] for _ in range(33)]
        assert [second_page(api, token) for token in tokens] == [400] + [200] * 32


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_expire_by_the_clock(kind: str) -> None:
    with run("--token", kind, "--token-life", "60") as api:
        first, second = (api.payload("/jobs")["nextPageToken"] for _ in range(2))
        api.sandbox.advance(-3600)
        api.sandbox.advance(50)
        assert second_page(api, first) == 200
        api.sandbox.advance(11)
        refused = api.ask("/jobs", nextPageToken=second)
        assert (refused.status_code, refused.json()["message"]) == (400, "nextPageToken has expired")


def test_a_snapshot_is_as_old_as_its_walk() -> None:
    with run("--token", "snapshot") as api:
        page = api.payload("/jobs")
        for _ in range(2):
            api.sandbox.advance(140)
            page = api.payload("/jobs", nextPageToken=page["nextPageToken"])
        api.sandbox.advance(21)
        assert second_page(api, page["nextPageToken"]) == 400


def test_others_hold_for_ever() -> None:
    with run("--token", "cursor") as api:
        token = api.payload("/jobs")["nextPageToken"]
        api.sandbox.advance(10**9)
        assert second_page(api, token) == 200
        assert api.payload("/jobs")["nextPageToken"] == token


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_not_ours_is_a_400(kind: str) -> None:
    with run("--token", kind) as api:
        token = api.payload("/jobs", pageSize=5)["nextPageToken"]
        assert second_page(api, token, pageSize=6) == 400
        fingerprint, issued, _ = json.loads(base64.urlsafe_b64decode(token + "=="))
        places: tuple[Any, ...] = (None, "x", [], [1], ["x", "y", "z"], [[], 1], {}, 1e999)
        for place in places:
            forged = base64.urlsafe_b64encode(json.dumps([fingerprint, issued, place]).encode()).decode()
            assert second_page(api, forged, pageSize=5) == 400
