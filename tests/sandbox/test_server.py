"""Credentials, faults, the control plane and the command line of the sandbox."""

import subprocess
import sys
import time
from typing import Any

import jwt
import pytest
from requests import RequestException

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from tests.sandbox_process import ROOT, SECRET, sandbox


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"aud": []}, 200),
        ({"aud": None}, 200),
        ({"aud": ["urn:service:job.search"]}, 200),
        ({"aud": ["urn:service:job.get"]}, 403),
        ({"iss": "urn:app:another"}, 401),
        ({"exp": int(time.time()) - 1}, 401),
    ],
)
def test_claims(still: Api, claims: dict[str, Any], status: int) -> None:
    assert still.ask("/jobs", still.token(**claims)).status_code == status


@pytest.mark.parametrize("make", ["", "rubbish", "Bearer {}", "none", "other"])
def test_tokens_that_are_not_valid(still: Api, make: str) -> None:
    claims = {"iss": "urn:app:tests", "exp": int(time.time()) + 60}
    token = {"none": jwt.encode(claims, None, algorithm="none"), "other": jwt.encode(claims, "x" * 40)}
    assert still.ask("/jobs", token.get(make, make.format(still.token()))).status_code == 401


@pytest.fixture
def faulty() -> Any:
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


def test_broken_answers(faulty: Api) -> None:
    faulty.sandbox.faults("html:x1,code:x1,redirect:x1,short:x1,empty:x1,repeat:x2")
    assert faulty.ask("/jobs").text.startswith("<html>")
    assert faulty.ask("/jobs").json()["code"] == 500
    assert faulty.ask("/jobs").status_code == 302
    assert len(faulty.payload("/jobs")["jobs"]) == 1
    assert faulty.payload("/jobs")["jobs"] == []
    assert faulty.payload("/jobs")["nextPageToken"] == faulty.payload("/jobs")["nextPageToken"]


def test_a_token_can_expire(faulty: Api) -> None:
    token = faulty.payload("/jobs")["nextPageToken"]
    faulty.sandbox.faults("token")
    assert faulty.ask("/jobs").status_code == 200
    assert faulty.ask("/jobs", nextPageToken=token).status_code == 400


def test_records_are_planted_byte_for_byte_and_deleted(faulty: Api) -> None:
    raw = b'{"id":"a_b","groupId":"a","note":"\\ud800","type":"t","dateUpdated":"2030-01-01T00:00:00Z"}'
    faulty.sandbox.plant(raw)
    faulty.sandbox.plant(b'{"no": NaN}')
    page = faulty.ask("/jobs", orderBy="dateUpdated").content
    assert raw in page
    assert b'{"no": NaN}' in page
    assert faulty.payload("/jobs/a_b")["type"] == "t"
    faulty.sandbox.delete("a_b")
    assert faulty.ask("/jobs/a_b").status_code == 404
    assert raw not in faulty.ask("/jobs", orderBy="dateUpdated").content


def test_a_planted_record_stands_for_the_generated_one(faulty: Api) -> None:
    job = faulty.payload("/jobs")["jobs"][3]
    faulty.sandbox.plant(job | {"status": "changed"})
    assert faulty.payload(f"/jobs/{job['id']}")["status"] == "changed"
    assert [each["id"] for each in faulty.walk(pageSize=7)].count(job["id"]) == 1


def test_requests_are_logged(faulty: Api) -> None:
    faulty.sandbox.forget()
    faulty.ask("/jobs", pageSize=3)
    (asked,) = faulty.sandbox.requests()
    assert (asked["path"], asked["query"], asked["status"]) == ("/_api/jobs", {"pageSize": "3"}, 200)


@pytest.mark.parametrize(
    "options",
    [
        *(["--jobs", "0"], ["--token", "x"], ["--faults", "x"], ["--epoch", "x"], ["--port", "x"], ["--lag", "x"]),
        *(["--token-life", "-1"], ["--page-refuse", "0"]),
    ],
)
def test_a_bad_option_is_named(options: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sandbox", *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"MEDIA_PLATFORM_SHARED_SECRET": SECRET},
    )
    assert ran.returncode == 2
    assert options[0] in ran.stderr
