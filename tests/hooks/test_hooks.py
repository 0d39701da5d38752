"""`POST /hooks/…`: what the platform pushes is verified, noted once, and read by id."""

import base64
import json
import logging
import time
from typing import Any

import jwt
import pytest
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from dashboard.logs import WithoutSecrets
from jobs.hooks import views
from jobs.hooks.verify import TOLERANCE, jobs_named
from jobs.models import Delivery, Job, Recheck
from tests.records import job

pytestmark = pytest.mark.django_db
APP, SECRET, HOOK = "app", "the-shared-secret-of-these-tests-0123456789", "the/hook secret-0123456789"
KEY = str(job(1)["id"])


@pytest.fixture(autouse=True)
def nudged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were asked for."""
    settings.MEDIA_PLATFORM_APP_ID, settings.MEDIA_PLATFORM_SHARED_SECRET = APP, SECRET
    settings.HOOK_SECRET = HOOK
    asked: list[str] = []
    monkeypatch.setattr(views, "nudge", lambda *told: asked.append(" ".join(map(str, told)).rpartition(".")[2]))
    return asked


def token(secret: str = SECRET, **claims: Any) -> str:
    now = int(time.time())
    event = {"id": "e1", "type": "file_transcode_completed", "body": {"job": job(1)}}
    known = {"iss": f"urn:app:{APP}", "iat": now, "exp": now + 600, "jti": "0123456789ab", "event": event}
    return jwt.encode({name: value for name, value in (known | claims).items() if value is not None}, secret)


def post(client: Client, path: str, body: str | bytes, **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def raised() -> list[tuple[str, str]]:
    return list(Recheck.objects.values_list("key", "reason"))


CALLBACK = json.dumps({"job": job(1), "attachment": {"order": 1}})


def test_a_callback_lets_its_job_be_read(
    client: Client, nudged: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reply = post(client, "/hooks/callback/the/hook%20secret-0123456789", CALLBACK)
    assert (reply.status_code, reply.json()) == (200, {"code": 0, "message": "OK", "payload": None})
    assert raised() == [(KEY, "hook")]
    assert not Job.objects.exists()
    assert nudged == ["rechecks"]


def test_the_secret_may_come_in_a_header(client: Client) -> None:
    assert post(client, "/hooks/callback", CALLBACK, **{"X-Jobdeck-Secret": HOOK}).status_code == 200
    assert raised() == [(KEY, "hook")]


@pytest.mark.parametrize("path", ["/hooks/callback", "/hooks/callback/wrong-CANARY"])
def test_another_secret_is_refused_and_not_logged(
    client: Client, path: str, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    with caplog.at_level(logging.WARNING):
        assert post(client, path, CALLBACK).status_code == 401
    assert raised() == []
    for record in caplog.records:
        WithoutSecrets().filter(record)
        assert "CANARY" not in record.getMessage()
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["secrets"]


def test_a_webhook_lets_its_job_be_read(client: Client) -> None:
    assert post(client, "/hooks/webhook", token()).status_code == 200
    assert raised() == [(KEY, "hook")]


def test_a_webhook_may_say_its_time_as_a_text(client: Client) -> None:
    assert post(client, "/hooks/webhook", token(iat=str(int(time.time())))).status_code == 200
    late = post(client, "/hooks/webhook", token(iat=str(int(time.time()) - TOLERANCE - 60)))
    assert late.status_code == 401


def test_a_delivery_is_taken_once(
    client: Client, nudged: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, "/hooks/webhook", token()).status_code == 200
            assert post(client, f"/hooks/callback/{HOOK}", CALLBACK).status_code == 200
    assert Delivery.objects.count() == 2
    assert nudged == ["rechecks", "rechecks"]


def test_a_webhook_that_names_no_job_lets_the_tail_run(
    client: Client,
    nudged: list[str],
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        body = token(event={"id": "e2", "type": "file_created", "body": {"path": "/a"}})
        assert post(client, "/hooks/webhook", body).status_code == 200
    assert nudged == [f"tail {settings.SYNC_PERIOD}"], "not more often than by itself"
    assert raised() == []


NOW, DAY = int(time.time()), 86_400
WRONG: dict[str, str | bytes] = {
    "another secret": token("another-shared-secret-0123456789-0123456789"),
    "no signature": jwt.encode({"iss": f"urn:app:{APP}", "iat": NOW, "exp": NOW + 9, "jti": "a"}, "", algorithm="none"),
    "another application": token(iss="urn:app:other"),
    "too old": token(iat=NOW - TOLERANCE - 60, exp=NOW + 600),
    "from the future": token(iat=NOW + DAY, exp=NOW + 2 * DAY),
    "expired": token(iat=NOW - 200, exp=NOW - TOLERANCE - 60),
    "no time": token(iat=None),
    "no end": token(exp=None),
    "no id": token(jti=None),
    "no token": "rubbish",
    "no text": b"\xff\x00",
}


@pytest.mark.parametrize("case", WRONG)
def test_a_webhook_that_is_forged_or_out_of_time_is_refused(client: Client, case: str) -> None:
    reply = post(client, "/hooks/webhook", WRONG[case])
    assert reply.status_code == 401, reply.content
    assert reply.json()["code"] == 401
    assert (raised(), Delivery.objects.count()) == ([], 0)


@pytest.mark.parametrize("body", ["", "{", "[]", '{"job": null}', '{"job": {"id": 7}}', "[" * 100_000, "\0"])
def test_a_callback_that_makes_no_sense_is_refused(client: Client, body: str) -> None:
    reply = post(client, f"/hooks/callback/{HOOK}", body)
    assert reply.status_code == 400
    assert reply.json()["message"]
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("name", ["a\0", "\ud800", "x" * 501, 7, ["a"]], ids=repr)
def test_a_webhook_whose_id_cannot_be_kept_is_refused(client: Client, name: Any) -> None:
    reply = post(client, "/hooks/webhook", token(event={"id": name, "body": {"jobId": KEY}}))
    assert reply.status_code == 400
    assert "event.id" in reply.json()["message"]
    assert Delivery.objects.count() == 0


def test_a_delivery_that_is_too_long_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LARGEST_CALLBACK", 100)
    assert post(client, f"/hooks/callback/{HOOK}", CALLBACK).status_code == 413


def test_a_webhook_that_nobody_can_have_signed_is_not_even_read(client: Client) -> None:
    head = base64.urlsafe_b64encode(b'{"a":[' + b"{}," * 400_000 + b"{}]}").decode()
    assert post(client, "/hooks/webhook", f"{head}.e30.AA").status_code == 413


def test_a_webhook_may_hold_a_job(client: Client) -> None:
    body = token(event={"id": "large", "body": {"job": job(1, specification={"text": "x" * 500_000})}})
    assert post(client, "/hooks/webhook", body).status_code == 200


@pytest.mark.parametrize(
    "odd", ['"\\ud800"', "9" * 300_000, "[" * 50_000 + "]" * 50_000, "NaN"], ids=["surrogate", "number", "depth", "NaN"]
)
def test_a_callback_of_a_job_that_no_parser_reads_is_taken(client: Client, odd: str) -> None:
    body = f'{{"job": {{"id": "{KEY}", "specification": {odd}}}, "attachment": null}}'
    assert post(client, f"/hooks/callback/{HOOK}", body).status_code == 200
    assert raised() == [(KEY, "hook")]


def test_a_webhook_needs_no_subject(client: Client) -> None:
    for number, subject in enumerate((None, "urn:app:any")):
        body = token(sub=subject, event={"id": f"s{number}", "body": {"jobId": KEY}})
        assert post(client, "/hooks/webhook", body).status_code == 200


def test_a_large_callback_is_taken(client: Client) -> None:
    body = json.dumps({"job": job(1, specification={"text": "x" * 10_000_000})})
    assert post(client, f"/hooks/callback/{HOOK}", body).status_code == 200


@pytest.mark.parametrize("path", ["/hooks/callback", "/hooks/webhook"])
def test_nobody_reads_a_hook(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"job": {"id": "a"}}, ("a",)),
        ({"jobId": "a"}, ("a",)),
        ({"id": "a", "groupId": "g"}, ("a",)),
        ({"id": "a"}, ()),
        ('{"jobId": "a", "job": {"id": "b"}}', ("a", "b")),
        ("rubbish", ()),
        ({"job": {"id": "a\0"}}, ()),
        ({"job": {"id": "a" * 501}}, ()),
        (None, ()),
        ([{"id": "a"}], ()),
    ],
)
def test_jobs_are_found_in_bodies_of_any_shape(body: Any, named: tuple[str, ...]) -> None:
    assert jobs_named(body) == named
