"""Hooks from a sandbox to a server of ours, over HTTP: fault 28 of docs/reliability.md."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from jobs.hooks import views
from jobs.models import Delivery, Job, Recheck
from jobs.sync.lanes import run_rechecks
from tests.hooks.test_hooks import token
from tests.records import job
from trials.deck import until
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "a/secret-of-the-hooks-0123456789"
OPEN = job(1, status="working", dateUpdated="2026-03-01T11:59:00Z", dateCreated="2026-03-01T11:58:00Z")


@pytest.fixture
def nudged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were asked for: there is no broker."""
    settings.HOOK_SECRET, settings.ALLOWED_HOSTS = HOOK, ["*"]
    asked: list[str] = []
    monkeypatch.setattr(views, "nudge", lambda *told: asked.append(" ".join(map(str, told)).rpartition(".")[2]))
    return asked


@pytest.fixture
def told(platform: SandboxProcess, live_server: LiveServer, nudged: list[str]) -> Iterator[SandboxProcess]:
    """A platform that tells a server of ours of what ends, and that is mirrored."""
    platform.plant(OPEN)
    run_cycle()
    hooks = f"{live_server.url}/hooks"
    platform.hooks(callback=f"{hooks}/callback", webhook=f"{hooks}/webhook", headers={"X-Jobdeck-Secret": HOOK})
    yield platform
    platform.hooks()


def ends(platform: SandboxProcess, number: int = 0) -> None:
    """Let a job end, and both messages of that arrive."""
    before = platform.told()
    platform.patch(OPEN["id"], status="success" if number % 2 == 0 else "error", note=number)
    until(lambda: platform.told()["delivered"] == before["delivered"] + 2)


def state() -> str:
    return Job.objects.get(key=OPEN["id"]).cell.status


def test_28_a_job_that_ends_is_told_by_both_and_here_after_the_rechecks(
    told: SandboxProcess, nudged: list[str]
) -> None:
    ends(told)
    assert told.told() == {"told": 2, "delivered": 2, "failed": 0}
    assert sorted(name.partition(" ")[0] for name in Delivery.objects.values_list("id", flat=True)) == [
        "callback",
        "webhook",
    ]
    assert set(nudged) == {"rechecks"}
    assert (state(), Recheck.objects.get().reason) == ("working", "hook")
    told.forget()
    run_rechecks()
    assert state() == "success"
    assert [request["path"] for request in told.requests()] == [f"/_api/jobs/{OPEN['id']}"]
    assert not Recheck.objects.exists()
    assert differing(told) == []


@pytest.mark.usefixtures("nudged")
def test_28_what_was_told_before_is_taken_once(platform: SandboxProcess, live_server: LiveServer) -> None:
    """A replay says nothing new: nothing is read again, and what is here stays."""
    platform.plant(OPEN)
    run_cycle()
    signed = {"secret": platform.secret, "iss": f"urn:app:{platform.app_id}"}
    event = {"id": "e", "type": "file_transcode_completed", "body": OPEN}
    for _ in range(3):
        assert post(f"{live_server.url}/hooks/webhook", token(event=event, **signed)) == 200
    assert Delivery.objects.count() == 1
    run_rechecks()
    for _ in range(3):
        assert post(f"{live_server.url}/hooks/webhook", token(event=event, **signed)) == 200
    assert not Recheck.objects.exists()
    assert differing(platform) == []


def post(url: str, body: str, **headers: str) -> int:
    return requests.post(url, data=body.encode(), headers=headers, timeout=20).status_code


@pytest.mark.usefixtures("nudged")
def test_28_what_is_told_in_any_order_is_read_as_it_is_now(platform: SandboxProcess, live_server: LiveServer) -> None:
    """The end comes before the beginning, and what a message says is not believed: not even that a job is another's."""
    platform.plant(OPEN)
    run_cycle()
    platform.patch(OPEN["id"], status="success")
    for status in ("success", "working", "pending", "error"):
        body = json.dumps({"job": OPEN | {"status": status, "result": {"code": 9}}, "attachment": {"n": status}})
        assert post(f"{live_server.url}/hooks/callback/{HOOK}", body) == 200
    assert Delivery.objects.count() == 4
    assert state() == "working"
    run_rechecks()
    assert state() == "success"
    assert differing(platform) == []


def forged(claims: dict[str, Any]) -> str:
    """A token whose claims were changed after it had been signed."""
    head, body, signature = token().split(".")
    read = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps(read | claims).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


@pytest.mark.usefixtures("nudged")
def test_28_what_is_forged_or_of_another_time_is_refused_and_changes_nothing(
    platform: SandboxProcess, live_server: LiveServer
) -> None:
    run_cycle()
    platform.forget()
    now = int(time.time())
    signed: dict[str, Any] = {"secret": platform.secret, "iss": f"urn:app:{platform.app_id}"}
    wrong = [
        token("a-secret-that-nobody-shares-0123456789-0123456789", iss=signed["iss"]),
        forged({"event": {"id": "e", "type": "t", "body": {"jobId": "x"}}}),
        token(**signed | {"iat": now + 86_400, "exp": now + 90_000}),
        token(**signed | {"iat": now - 86_400, "exp": now - 80_000}),
    ]
    for body in wrong:
        assert post(f"{live_server.url}/hooks/webhook", body) == 401
    for header in ({}, {"X-Jobdeck-Secret": "another"}):
        assert post(f"{live_server.url}/hooks/callback", json.dumps({"job": OPEN}), **header) == 401
    assert not Delivery.objects.exists()
    assert not Recheck.objects.exists()
    assert platform.requests() == []
    assert differing(platform) == []


def test_28_a_hook_that_does_not_arrive_costs_time_and_no_change(told: SandboxProcess) -> None:
    """The next pass of the tail brings what it would have told of."""
    told.hooks(callback=f"{told.url}/nobody", webhook="http://127.0.0.1:9/")
    told.patch(OPEN["id"], status="error")
    run_cycle()
    assert state() == "error"
    assert differing(told) == []
