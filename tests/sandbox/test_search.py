"""`GET /jobs`, `/jobs/{id}`, `/jobs/groups/{id}` of the sandbox."""

from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox


@pytest.mark.parametrize("by", ["dateCreated", "dateUpdated", "date"])
@pytest.mark.parametrize("direction", ["asc", "acs", "des", "desc"])
def test_every_job_comes_once_in_order(still: Api, by: str, direction: str) -> None:
    jobs = still.walk(pageSize=300, orderBy=by, orderDirection=direction)
    assert len(jobs) == len({job["id"] for job in jobs}) == 2000
    member = "dateUpdated" if by == "dateUpdated" else "dateCreated"
    dates = [job[member][:19] for job in jobs if job.get(member)]
    assert all((a <= b) if direction.startswith("a") else (a >= b) for a, b in pairwise(dates))


def test_the_same_seed_gives_the_same_jobs(still: Api) -> None:
    with sandbox("--jobs", "2000", *STILL) as running:
        assert Api(running).walk(pageSize=1000) == still.walk(pageSize=1000)
    with sandbox("--jobs", "2000", "--seed", "2", *STILL) as running:
        assert Api(running).walk(pageSize=1000) != still.walk(pageSize=1000)


@pytest.mark.parametrize("name", ["type", "status", "issuer", "groupId"])
def test_a_filter_gives_what_is_equal(still: Api, name: str) -> None:
    jobs = still.walk(pageSize=1000)
    value = jobs[7][name]
    found = still.walk(pageSize=1000, **{name: value})
    assert {job["id"] for job in found} == {job["id"] for job in jobs if job[name] == value}


def test_files_and_directories_are_found(still: Api) -> None:
    jobs = [job for job in still.walk(pageSize=1000) if job.get("sources") and job["sources"][0].get("path")]
    source = jobs[0]["sources"][0]
    directory = source["path"].rpartition("/")[0]
    assert jobs[0]["id"] in {job["id"] for job in still.walk(path=source["path"])}
    assert jobs[0]["id"] in {job["id"] for job in still.walk(fileId=source["fileId"])}
    under = still.walk(pageSize=1000, path=directory + "/")
    assert {job["id"] for job in jobs if job["sources"][0]["path"].startswith(directory + "/")} <= {
        j["id"] for j in under
    }


def test_one_job_and_its_group(still: Api) -> None:
    job = next(job for job in still.walk(pageSize=1000) if job["type"] == "urn:job:av.transcode")
    assert still.payload(f"/jobs/{job['id']}") == job
    group = still.payload(f"/jobs/groups/{job['groupId']}")
    assert job in group
    assert len({each["specification"]["quality"] for each in group}) == len(group) > 1


@pytest.mark.parametrize("path", ["/jobs/none_none", "/jobs/groups/none", "/nothing", f"/jobs/{'f' * 32}_{'f' * 32}"])
def test_what_is_not_there_is_a_404_in_the_envelope(still: Api, path: str) -> None:
    reply = still.ask(path)
    assert (reply.status_code, reply.json()["code"]) == (404, 404)


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": 0},
        {"pageSize": -1},
        {"pageSize": "many"},
        {"pageSize": "9" * 5000},
        {"orderBy": "size"},
        {"orderDirection": "up"},
        {"nextPageToken": "rubbish"},
        {"nextPageToken": "WzEsMl0"},
    ],
)
def test_a_bad_query_is_a_400(still: Api, query: dict[str, Any]) -> None:
    reply = still.ask("/jobs", **query)
    assert (reply.status_code, reply.json()["code"]) == (400, 400)


def test_a_page_may_be_refused() -> None:
    with sandbox("--jobs", "50", "--page-refuse", "30", "--page-cap", "20", *STILL) as running:
        api = Api(running)
        assert api.ask("/jobs", pageSize=31).json()["message"] == "pageSize must be 30 at most"
        assert api.ask("/jobs", pageSize=31).status_code == 400
        assert len(api.payload("/jobs", pageSize=30)["jobs"]) == 20


def test_pages_are_capped(still: Api) -> None:
    assert len(still.payload("/jobs", pageSize=5000)["jobs"]) == 1000
    assert len(still.payload("/jobs")["jobs"]) == 20
