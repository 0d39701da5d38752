"""The recorded replies of the platform: every job stored, given back as it came, and shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jobs.links import group_url, job_url
from jobs.upstream import wire
from jobs.upstream.record import Record
from tests.pages import get
from tests.records import MASKER, given_back, write

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "replies"


def jobs(value: Any) -> list[dict[str, Any]]:
    """Every job in a reply, wherever it stands."""
    if isinstance(value, list):
        return [job for item in value for job in jobs(item)]
    if not isinstance(value, dict):
        return []
    if {"id", "specification", "status"} <= set(value):
        return [value]
    return [job for item in value.values() for job in jobs(item)]


RECORDED = [
    pytest.param(job, id=f"{path.stem}-{number}")
    for path in sorted(FOLDER.glob("*.json"))
    for number, job in enumerate(jobs(json.loads(path.read_text())))
]


@pytest.mark.skipif(not RECORDED, reason="the folder of recorded replies is not there")
@pytest.mark.parametrize("job", RECORDED)
def test_a_recorded_job_is_stored_given_back_and_shown(signed_in: Client, job: dict[str, Any]) -> None:
    read = wire.record(json.dumps(job).encode(), MASKER)
    assert isinstance(read, Record)
    assert write([read]).inserted == 1
    reply = signed_in.get(f"/_api/jobs/{job['id']}").json()
    assert reply["payload"] == given_back(read)
    assert without_marks(reply["payload"]) == without_marks(job)
    page = get(signed_in, job_url(job["id"]))
    assert "Raw JSON" in page
    assert get(signed_in, group_url(job.get("groupId") or job["id"]))
    assert job["id"] in get(signed_in, "/jobs/")


def without_marks(value: Any, secret: bool = False) -> Any:
    """A job without the places in which secrets ride."""
    if isinstance(value, dict):
        hidden = ("externalAuthorization", "callback")
        return {
            name: None if name in hidden else without_marks(item, name == "sourceUrl") for name, item in value.items()
        }
    if isinstance(value, list):
        return [without_marks(item) for item in value]
    return str(value).partition("?")[0] if secret else value
