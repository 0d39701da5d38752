"""Planted secrets, searched for in everything that holds or says anything."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from jobs.links import job_url
from jobs.models import Job, Quarantine
from jobs.sync.lanes import run_sweep, run_tail
from tests.canaries import CANARY, planted
from tests.pages import get
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
STAMP = "2026-03-01T11:59:00Z"


def tables() -> dict[str, str]:
    """Every table of the database, whole."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = {}
        for name in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{name}\" t")
            found[name] = cursor.fetchone()[0]
    return found


@pytest.fixture
def _synced(platform: SandboxProcess, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for record in planted(STAMP):
        platform.plant(record, dateCreated=STAMP, dateUpdated=STAMP)
    run_tail()
    run_sweep(seconds=60)


def holders(texts: dict[str, Any]) -> list[str]:
    return [name for name, text in texts.items() if CANARY in text]


@pytest.mark.usefixtures("_synced")
def test_no_table_page_file_reply_or_log_holds_a_secret(
    signed_in: Client, operator: User, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = list(Job.objects.filter(group="canary-group").values_list("key", flat=True))
    refused = list(Quarantine.objects.all())
    assert len(keys) >= 4
    assert len(keys) + len(refused) >= 7
    assert holders(tables()) == []

    pages = {key: get(signed_in, job_url(key)) for key in keys}
    pages |= {f"refused {record.pk}": get(signed_in, f"/sync/refused/{record.pk}/") for record in refused}
    pages |= {path: get(signed_in, path) for path in ("/jobs/", "/sync/", "/group/canary-group", "/jobs/?status=error")}
    assert holders(pages) == []
    assert all("masked-" in pages[key] for key in keys)

    replies = {
        path: signed_in.get(path).content.decode()
        for path in ("/_api/jobs?pageSize=1000", "/_api/jobs/groups/canary-group")
    }
    replies["csv"] = b"".join(signed_in.get("/jobs/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert all("canary-group" in text for text in replies.values())
    assert holders(replies) == []

    signed_in.post("/refresh/job/", {"id": keys[0]})
    signed_in.post("/refresh/group/", {"id": "canary-group"})
    assert holders(tables()) == []
    said = capfd.readouterr()
    assert holders({"log": caplog.text, "out": said.out, "err": said.err}) == []


@pytest.mark.usefixtures("_synced")
def test_what_is_no_secret_is_kept(signed_in: Client) -> None:
    reply = signed_in.get("/_api/jobs/canary-group_canary-whole").json()["payload"]
    assert reply["specification"]["sourceUrl"].startswith("https://masked-")
    assert "@example.com/v.mp4?masked-" in reply["specification"]["sourceUrl"]
    assert reply["callback"]["attachment"] == {"kept": "yes"}
    assert reply["specification"]["destination"] == {"path": "/in/v.mp4", "acl": "private"}
    assert set(reply["specification"]["externalAuthorization"]["headers"]) == {"Authorization", "X"}
