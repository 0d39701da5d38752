"""Credentials and the command line of the sandbox, and what it has been asked."""

import subprocess
import sys
import time
from typing import Any

import jwt
import pytest

from tests.sandbox.api import Api
from trials.platform import ROOT, SECRET


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


def test_requests_are_logged(still: Api) -> None:
    still.sandbox.forget()
    still.ask("/jobs", pageSize=3)
    (asked,) = still.sandbox.requests()
    assert (asked["path"], asked["query"], asked["status"]) == ("/_api/jobs", {"pageSize": "3"}, 200)


@pytest.mark.parametrize(
    "options",
    [
        *(["--jobs", "0"], ["--token", "x"], ["--faults", "x"], ["--epoch", "x"], ["--port", "x"], ["--lag", "x"]),
        *(["--token-life", "-1"], ["--page-refuse", "0"], ["--hooks", "x"]),
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
