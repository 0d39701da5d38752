"""The control plane of the sandbox: jobs are planted, changed, deleted and told all at once; the secret is renewed."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from requests import HTTPError, request

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox

LATER = 86_400


@pytest.fixture
def api() -> Iterator[Api]:
    """Few jobs that do not move."""
    with sandbox("--jobs", "100", *STILL) as running:
        yield Api(running)


def ids(jobs: list[dict[str, Any]]) -> list[str]:
    return [job["id"] for job in jobs]


def called(api: Api, method: str, path: str, body: bytes = b"") -> int:
    return request(method, f"{api.sandbox.url}/_sandbox/{path}", data=body, timeout=10).status_code


def test_records_are_planted_byte_for_byte_and_deleted(api: Api) -> None:
    raw = b'{"id":"a_b","groupId":"a","note":"\\ud800","type":"t","dateUpdated":"2030-01-01T00:00:00Z"}'
    api.sandbox.plant(raw)
    api.sandbox.plant(b'{"no": NaN}')
    page = api.ask("/jobs", orderBy="dateUpdated").content
    assert raw in page
    assert b'{"no": NaN}' in page
    assert api.payload("/jobs/a_b")["type"] == "t"
    api.sandbox.delete("a_b")
    assert api.ask("/jobs/a_b").status_code == 404
    assert raw not in api.ask("/jobs", orderBy="dateUpdated").content


def test_a_planted_record_stands_for_the_generated_one(api: Api) -> None:
    job = api.payload("/jobs")["jobs"][3]
    api.sandbox.plant(job | {"status": "changed"})
    assert api.payload(f"/jobs/{job['id']}")["status"] == "changed"
    assert [each["id"] for each in api.walk(pageSize=7)].count(job["id"]) == 1


def test_a_job_is_changed_in_place(api: Api) -> None:
    created, updated = (ids(api.walk(orderBy=by)) for by in ("dateCreated", "dateUpdated"))
    job = api.payload("/jobs")["jobs"][7]
    api.sandbox.advance(LATER)
    changed = api.sandbox.patch(job["id"], status="error", result=None, more=[1])
    now = datetime.fromtimestamp(api.sandbox.now() / 1000, UTC)
    assert changed == job | {"status": "error", "result": None, "more": [1], "dateUpdated": changed["dateUpdated"]}
    assert len(changed["dateUpdated"]) == len("2026-03-01T12:00:00Z")
    assert 0 <= (now - datetime.fromisoformat(changed["dateUpdated"])).total_seconds() < 10
    assert api.payload(f"/jobs/{job['id']}") == changed
    assert changed in api.payload(f"/jobs/groups/{job['groupId']}")
    assert ids(api.walk(orderBy="dateCreated")) == created
    assert ids(api.walk(orderBy="dateUpdated")) == [job["id"], *(each for each in updated if each != job["id"])]


def test_dates_are_kept_or_given(api: Api) -> None:
    orders = {by: ids(api.walk(orderBy=by)) for by in ("dateCreated", "dateUpdated")}
    api.sandbox.advance(LATER)
    for job in api.walk()[::3]:
        kept = api.sandbox.patch(job["id"], keep_dates=True, note="x")
        assert kept == job | {"note": "x"}
    assert {by: ids(api.walk(pageSize=7, orderBy=by)) for by in orders} == orders
    first = orders["dateCreated"][50]
    given = api.sandbox.patch(first, dateCreated="2027-01-01T00:00:00Z", dateUpdated="2020-01-01T00:00:00Z")
    assert given["dateUpdated"] == "2020-01-01T00:00:00Z"
    assert ids(api.walk(orderBy="dateCreated"))[0] == ids(api.walk(orderBy="dateUpdated"))[-1] == first


def test_a_walk_loses_no_job_that_is_changed_meanwhile() -> None:
    with sandbox("--jobs", "300", "--rate", "100", "--epoch", "2026-03-01T12:00:00Z") as running:
        api = Api(running)
        running.advance(30)
        before = {job["id"] for job in running.jobs()}
        for direction in ("asc", "des"):
            walked = []
            for page in api.pages(pageSize=200, orderDirection=direction):
                walked += ids(page)
                for job_id in walked[-5:]:
                    running.patch(job_id, keep_dates=True, direction=direction)
            assert before <= set(walked)
            assert len(walked) == len(set(walked))


def test_planted_jobs_are_changed_too(api: Api) -> None:
    api.sandbox.plant({"id": "p/1", "groupId": "p", "status": "working"})
    assert api.sandbox.patch("p/1", status="success", groupId="q")["groupId"] == "q"
    assert api.payload("/jobs/groups/q") == [api.payload("/jobs/p%2F1")]
    assert api.ask("/jobs/groups/p").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}", 404), (b"[]", 400), (b"rubbish", 400), (b'{"id": "other"}', 400), (b"[" * 99999, 400)]
)
def test_what_cannot_be_changed_is_refused(api: Api, body: bytes, status: int) -> None:
    assert called(api, "PATCH", "jobs/none_none", body) == status
    assert called(api, "PATCH", "jobs/", body) == (status if status == 400 else 404)


def test_all_jobs_at_one_moment(api: Api) -> None:
    api.sandbox.plant({"id": "p_1", "groupId": "p", "dateCreated": "2020-01-01T00:00:00Z"})
    api.sandbox.delete(api.payload("/jobs")["jobs"][0]["id"])
    api.sandbox.patch(api.payload("/jobs")["jobs"][3]["id"], status="changed")
    walked = api.walk(orderDirection="asc")
    api.sandbox.plant(b"\xff no JSON")
    assert api.sandbox.jobs() == walked
    assert walked[0]["id"] == "p_1"
    assert len(walked) == 100


def test_all_jobs_are_those_that_are_there_whatever_a_search_shows() -> None:
    with sandbox("--jobs", "50", "--lag", "60", *STILL) as running:
        running.plant({"id": "p_1"})
        assert len(running.jobs()) == 51


def test_others_are_answered_while_all_jobs_are_written() -> None:
    with sandbox("--jobs", "20000", *STILL) as running:
        told: list[int] = []
        asking = Thread(target=lambda: told.append(len(running.jobs())))
        asking.start()
        time.sleep(0.5)
        Api(running).payload("/jobs")
        assert not told
        asking.join()
        assert told == [20_000]


def test_the_secret_is_renewed(api: Api) -> None:
    renewed = Api(api.sandbox.rotate("another-shared-secret-of-the-tests-987654321"))
    assert api.ask("/jobs").status_code == 401
    assert renewed.ask("/jobs").status_code == 200
    with pytest.raises(HTTPError, match="400"):
        api.sandbox.rotate(" ")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "nothing"), ("PUT", "jobs"), ("PATCH", "jobs"), ("GET", "jobs/1")]
)
def test_calls_that_there_are_not(api: Api, method: str, path: str) -> None:
    assert called(api, method, path) == 404


@pytest.mark.parametrize("token", ["cursor", "snapshot"])
def test_everything_is_emptied_as_if_it_had_never_been(token: str) -> None:
    with sandbox("--jobs", "100", "--lag", "60", "--token", token, *STILL) as running:
        api = Api(running)
        job = running.jobs()[0]
        running.patch(job["id"], status="changed")
        running.plant({"id": "p_1", "groupId": "p"})
        running.advance(LATER)
        left = api.payload("/jobs", pageSize=7)["nextPageToken"]
        running.empty()
        assert running.jobs() == api.walk() == []
        assert api.ask(f"/jobs/{job['id']}").status_code == api.ask("/jobs/groups/p").status_code == 404
        assert api.ask("/jobs", pageSize=7, nextPageToken=left).status_code == (400 if token == "snapshot" else 200)
        running.plant({"id": "p_1", "groupId": "p"})
        assert [each["id"] for each in running.jobs()] == ["p_1"]
