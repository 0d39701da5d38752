"""What goes wrong in the sandbox, on demand."""

import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from requests import HTTPError, ReadTimeout, RequestException, get

from sandbox.faults import Fault, parse
from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox


@pytest.fixture
def faulty() -> Iterator[Api]:
    with sandbox("--jobs", "50", *STILL) as running:
        yield Api(running)


def test_statuses_with_and_without_a_wait(faulty: Api) -> None:
    faulty.sandbox.faults("status=429/7:x1, status=503:x1")
    first, second, third = (faulty.ask("/jobs") for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert (second.status_code, second.headers.get("Retry-After")) == (503, None)
    assert third.status_code == 200


@pytest.mark.parametrize("fault", ["truncate", "reset"])
def test_broken_connections(faulty: Api, fault: str) -> None:
    faulty.sandbox.faults(f"{fault}:x1")
    with pytest.raises(RequestException):
        faulty.ask("/jobs")
    assert faulty.ask("/jobs").status_code == 200


def test_each_job_of_a_page_twice(faulty: Api) -> None:
    plain = faulty.payload("/jobs", pageSize=3)["jobs"]
    faulty.sandbox.faults("twice:x1")
    twice = faulty.payload("/jobs", pageSize=3)["jobs"]
    assert twice[::2] == plain
    assert twice[1::2] == [job | {"status": "error", "again": True} for job in plain]
    assert faulty.payload("/jobs", pageSize=3)["jobs"] == plain


def test_broken_answers(faulty: Api) -> None:
    faulty.sandbox.faults("html:x1,code:x1,redirect:x1,short:x1,empty:x1,repeat:x2")
    assert faulty.ask("/jobs").text.startswith("<html>")
    assert faulty.ask("/jobs").json()["code"] == 500
    assert faulty.ask("/jobs").status_code == 302
    assert len(faulty.payload("/jobs")["jobs"]) == 1
    assert faulty.payload("/jobs")["jobs"] == []
    assert faulty.payload("/jobs")["nextPageToken"] == faulty.payload("/jobs")["nextPageToken"]


def test_empty_pages_that_lead_on_hide_no_job(faulty: Api) -> None:
    whole = faulty.walk(pageSize=20)
    faulty.sandbox.faults("blank:0.5")
    pages = list(faulty.pages(pageSize=20))
    assert [] in pages
    assert [job for page in pages for job in page] == whole
    faulty.sandbox.faults("blank")
    first, second = (faulty.payload("/jobs") for _ in range(2))
    assert first["jobs"] == second["jobs"] == []
    assert first["nextPageToken"] != second["nextPageToken"]


def test_a_token_can_expire(faulty: Api) -> None:
    token = faulty.payload("/jobs")["nextPageToken"]
    faulty.sandbox.faults("token")
    assert faulty.ask("/jobs").status_code == 200
    assert faulty.ask("/jobs", nextPageToken=token).status_code == 400


def test_a_proxy_that_knows_no_job(faulty: Api) -> None:
    faulty.sandbox.faults("proxy404:x1")
    reply = faulty.ask("/jobs")
    assert (reply.status_code, reply.headers["Content-Type"]) == (404, "text/html")
    assert reply.text.startswith("<html>")
    assert faulty.ask("/jobs").status_code == 200


@pytest.mark.parametrize("seconds", [30, 0, -5])
def test_a_wait_until_a_date_by_the_clock_of_the_same_reply(faulty: Api, seconds: int) -> None:
    faulty.sandbox.faults(f"retrydate={seconds}")
    for _ in range(5):
        reply = faulty.ask("/jobs")
        said, until = (parsedate_to_datetime(reply.headers[name]) for name in ("Date", "Retry-After"))
        assert reply.status_code == 429
        assert (until - said).total_seconds() == seconds
        time.sleep(0.15)


def test_tokens_that_lead_in_a_circle_of_two_pages(faulty: Api) -> None:
    whole = faulty.walk(pageSize=20)
    faulty.sandbox.faults("cycle")
    pages = faulty.pages(pageSize=20)
    assert [next(pages) for _ in range(5)] == [whole[:20], whole[20:40], whole[:20], whole[20:40], whole[:20]]


def test_fresh_tokens_that_all_lead_to_the_first_page(faulty: Api) -> None:
    faulty.sandbox.faults("endless")
    tokens: list[str] = []
    jobs = []
    for _ in range(4):
        page = faulty.payload("/jobs", **({"nextPageToken": tokens[-1]} if tokens else {}))
        tokens.append(page["nextPageToken"])
        jobs.append(page["jobs"])
    assert len(set(tokens)) == 4
    assert all(page == jobs[0] for page in jobs)


def test_an_answer_that_never_comes(faulty: Api) -> None:
    faulty.sandbox.faults("hang:x1")
    faulty.sandbox.forget()
    with pytest.raises(ReadTimeout):
        get(f"{faulty.sandbox.url}/_api/jobs", timeout=2)
    assert faulty.sandbox.requests()[0]["status"] == 0
    assert faulty.ask("/jobs").status_code == 200


@pytest.mark.parametrize(
    ("where", "struck"),
    [
        ("", {"search", "page", "job", "group"}),
        ("@/", {"search", "page", "job", "group"}),
        ("@/jobs", {"search", "page"}),
        ("@/jobs?pageSize=7", {"search", "page"}),
        ("@/jobs?pageSize=8", set()),
        ("@/jobs?nextPageToken&pageSize=7", {"page"}),
        ("@/jobs/", {"job", "group"}),
        ("@/jobs/groups/", {"group"}),
    ],
)
def test_a_fault_of_some_requests(faulty: Api, where: str, struck: set[str]) -> None:
    found = faulty.payload("/jobs", pageSize=7)
    job, token = found["jobs"][0], found["nextPageToken"]
    faulty.sandbox.faults(f"status=500{where}")
    statuses = {
        "search": faulty.ask("/jobs", pageSize=7),
        "page": faulty.ask("/jobs", pageSize=7, nextPageToken=token),
        "job": faulty.ask(f"/jobs/{job['id']}"),
        "group": faulty.ask(f"/jobs/groups/{job['groupId']}"),
    }
    assert {name for name, reply in statuses.items() if reply.status_code == 500} == struck


def test_requests_that_cannot_have_a_fault_use_none_up(faulty: Api) -> None:
    faulty.sandbox.faults("status=500@/jobs/:x1,status=503@/jobs:x1")
    assert [faulty.ask(path).status_code for path in ("/jobs", "/jobs", "/jobs/x", "/jobs/x")] == [503, 200, 500, 404]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("truncate", Fault(kind="truncate")),
        ("status=503:0.1", Fault(kind="status", value="503", share=0.1)),
        ("status=429/7:x2", Fault(kind="status", value="429/7", left=2)),
        ("drip@/jobs/:.5", Fault(kind="drip", path="/jobs/", share=0.5)),
        ("redirect=http://a:9/b", Fault(kind="redirect", value="http://a:9/b")),
        ("redirect=http://u@a:9/b@/jobs:x1", Fault(kind="redirect", value="http://u@a:9/b", left=1, path="/jobs")),
        (
            "code@/jobs?type=urn:job:a&status",
            Fault(kind="code", path="/jobs", query={"type": "urn:job:a", "status": ""}),
        ),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert parse(f" {text} ,") == [fault]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "no fault 'nonsense'; there are status, retrydate"),
        ("=5", "'=5' is no fault; write KIND"),
        ("html@jobs", "'html@jobs' is no fault; write KIND"),
        ("html:often", "'html:often' is no fault; write KIND"),
        ("status", "status needs a number"),
        ("status=5", "status needs a number"),
        ("status=503:2x", "status needs a number"),
        ("retrydate=soon", "retrydate needs seconds"),
        ("html:2", "'html:2' ends in no share"),
        ("redirect=http://a:9", "end an address in /"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_would_be(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(text)


def test_what_is_no_fault_leaves_those_that_are_set(faulty: Api) -> None:
    faulty.sandbox.faults("status=503")
    with pytest.raises(HTTPError, match="400"):
        faulty.sandbox.faults("status=500,nonsense")
    assert faulty.ask("/jobs").status_code == 503
