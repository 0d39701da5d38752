"""What the sandbox says by itself of jobs that have ended."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from requests import HTTPError, request

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import SandboxProcess, sandbox

EPOCH = ("--epoch", "2026-03-01T12:00:00Z")
PATIENCE = 30


@dataclass
class Receiver:
    """Takes what is posted to it, but refuses each event `refuses` times."""

    url: str = ""
    refuses: int = 0
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def callbacks(self) -> list[dict[str, Any]]:
        return [json.loads(body) for path, _, body in self.got if path == "/callback"]

    def webhooks(self, sandbox: SandboxProcess) -> list[dict[str, Any]]:
        return [
            jwt.decode(body, sandbox.secret, algorithms=["HS256"]) for path, _, body in self.got if path == "/webhook"
        ]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        claims = jwt.decode(body, options={"verify_signature": False}) if path == "/webhook" else {}
        event = claims.get("event", {}).get("id", "")
        if self.refused.count(path + event) < self.refuses:
            self.refused.append(path + event)
            return 503
        self.got.append((path, headers, body))
        return 200


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    taken = Receiver()
    with receiving(taken):
        yield taken


@contextmanager
def receiving(taken: Receiver) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(taken.take(self.path, dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        taken.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()
        thread.join()


def both(running: SandboxProcess, receiver: Receiver, **more: Any) -> None:
    running.hooks(callback=f"{receiver.url}/callback", webhook=f"{receiver.url}/webhook", **more)


def settled(running: SandboxProcess) -> dict[str, int]:
    """What the sandbox has told, as soon as nothing waits."""
    end = time.monotonic() + PATIENCE
    while (counts := running.told())["told"] > counts["delivered"] + counts["failed"]:
        assert time.monotonic() < end, counts
        time.sleep(0.05)
    return counts


def ended(running: SandboxProcess) -> dict[str, dict[str, Any]]:
    return {job["id"]: job for job in running.jobs() if job["status"] in ("success", "error")}


def test_every_job_that_ends_is_told_of_once(receiver: Receiver) -> None:
    with sandbox("--jobs", "500", "--rate", "2", *EPOCH) as running:
        before = ended(running)
        both(running, receiver)
        for seconds in (200, -100, 100, 100):
            running.advance(seconds)
        surely = ended(running).keys() - before
        running.hooks()
        counts = settled(running)
        jobs = ended(running)
    callbacks, events = receiver.callbacks(), [claims["event"] for claims in receiver.webhooks(running)]
    told = [each["job"]["id"] for each in callbacks]
    assert len(told) == len(set(told)) > 100
    assert surely <= set(told) <= jobs.keys() - before
    assert sorted(each["body"]["id"] for each in events) == sorted(told)
    assert len({each["id"] for each in events}) == len(events)
    assert all(each == {"job": jobs[each["job"]["id"]], "attachment": {}} for each in callbacks)
    assert all(each["body"] == jobs[each["body"]["id"]] for each in events)
    assert counts == {"told": 2 * len(told), "delivered": 2 * len(told), "failed": 0}


def test_jobs_are_told_of_while_nobody_asks(receiver: Receiver) -> None:
    with sandbox("--jobs", "10", "--rate", "5", "--hooks", f"{receiver.url}/both", *EPOCH) as running:
        running.advance(60)
        end = time.monotonic() + PATIENCE
        while len(receiver.got) < 10:
            assert time.monotonic() < end
            time.sleep(0.05)
        job = next(json.loads(body)["job"] for _, _, body in receiver.got if body.startswith(b"{"))
        assert {headers["Content-Type"] for _, headers, _ in receiver.got} == {"application/json", "application/jwt"}
        assert Api(running).payload(f"/jobs/{job['id']}") == job


def test_a_webhook_is_signed_as_the_platform_signs(receiver: Receiver) -> None:
    with sandbox("--jobs", "20", *STILL) as running:
        both(running, receiver, headers={"X-Secret": "CANARY-1"})
        running.plant({"id": "p_1", "groupId": "p", "status": "working"})
        running.patch("p_1", status="success")
        settled(running)
        renewed = running.rotate("another-shared-secret-of-the-tests-987654321")
        running.patch("p_1", status="error")
        settled(running)
    assert [headers.get("X-Secret") for _, headers, _ in receiver.got] == ["CANARY-1", None] * 2
    first, last = (body for path, _, body in receiver.got if path == "/webhook")
    claims = jwt.decode(first, running.secret, algorithms=["HS256"], issuer="urn:app:tests")
    assert set(claims) == {"iss", "iat", "exp", "jti", "event"}
    assert set(claims["event"]) == {"id", "type", "body"}
    assert claims["event"]["type"] == "file_transcode_completed"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(last, running.secret, algorithms=["HS256"])
    others = jwt.decode(last, renewed.secret, algorithms=["HS256"])
    assert others["jti"] != claims["jti"]
    assert others["event"]["id"] != claims["event"]["id"]


@pytest.mark.parametrize(
    ("status", "changes", "told"),
    [
        ("working", {"status": "success"}, True),
        ("working", {"status": "error"}, True),
        ("success", {"status": "error"}, True),
        ("success", {"status": "success", "more": 1}, False),
        ("success", {"status": "working"}, False),
        ("working", {"more": 1}, False),
    ],
)
def test_a_change_that_ends_a_job_is_told(receiver: Receiver, status: str, changes: dict[str, Any], told: bool) -> None:
    with sandbox("--jobs", "20", *STILL) as running:
        both(running, receiver)
        running.plant({"id": "p_1", "groupId": "p", "status": status})
        changed = running.patch("p_1", **changes)
        settled(running)
    assert [each["job"] for each in receiver.callbacks()] == ([changed] if told else [])


def test_what_is_not_taken_is_sent_again(receiver: Receiver) -> None:
    receiver.refuses = 2
    with sandbox("--jobs", "20", *STILL) as running:
        both(running, receiver)
        running.plant({"id": "p_1", "groupId": "p", "status": "working"})
        running.patch("p_1", status="success")
        assert settled(running) == {"told": 2, "delivered": 2, "failed": 0}
    assert len(receiver.refused) == 4
    assert len(receiver.got) == 2


def test_nobody_waits_for_a_receiver_that_is_down_or_never_answers() -> None:
    with sandbox("--jobs", "2000", "--rate", "0", *EPOCH) as running:
        running.faults("hang@/deaf")
        running.hooks(callback="http://127.0.0.1:9/", webhook=f"{running.url}/_api/deaf")
        running.advance(7200)
        began = time.monotonic()
        for _ in range(5):
            Api(running).payload("/jobs")
        assert time.monotonic() - began < 5
        assert running.told()["told"] > running.told()["delivered"] == 0


def test_what_nobody_takes_is_given_up() -> None:
    with sandbox("--jobs", "20", *STILL) as running:
        running.hooks(callback="http://127.0.0.1:9/")
        running.plant({"id": "p_1", "groupId": "p", "status": "working"})
        running.patch("p_1", status="success")
        assert settled(running) == {"told": 1, "delivered": 0, "failed": 1}


def test_hooks_are_taken_away(receiver: Receiver) -> None:
    with sandbox("--jobs", "2000", "--rate", "0", "--hooks", receiver.url, *EPOCH) as running:
        running.hooks()
        running.advance(7200)
        both(running, receiver)
        assert settled(running)["told"] == 0


@pytest.mark.parametrize(
    "body",
    [b"ftp://x", b'{"callback": 5}', b'{"other": "http://x"}', b'{"headers": {"a": 1}}', b'{"headers": []}', b"{"],
)
def test_hooks_that_cannot_be_read_are_refused(body: bytes) -> None:
    with sandbox("--jobs", "20", *STILL) as running:
        reply = request("PUT", f"{running.url}/_sandbox/hooks", data=body, timeout=10)
    with pytest.raises(HTTPError, match="400"):
        reply.raise_for_status()
