"""Whatever the platform does, nothing is lost, nothing wrong is shown as right, and what is said tells what to do.

Each fault strikes a sync that is under way; afterwards the mirror becomes equal to the platform, field by field. Of
those in docs/reliability.md, 1 to 10, 27 and 29 are here.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs import tasks
from jobs.models import Anomaly, Job, Lane, Pass, Recheck, Shard, Split, Upstream
from jobs.rules import circuit
from jobs.sync import gate
from jobs.sync.lanes import run_sweep, run_tail
from jobs.upstream.client import Limits
from jobs.upstream.errors import CredentialsRefused, UpstreamError
from jobs.watch.freshness import freshness
from trials.elapsing import elapse
from trials.equality import differing, run_cycle
from trials.platform import APP_ID, SECRET, SandboxProcess, sandbox

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = ("--jobs", "240", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z", "--page-cap", "40")


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE, settings.SYNC_RATE = 40, 100_000
    settings.MEDIA_PLATFORM_APP_ID, settings.MEDIA_PLATFORM_SHARED_SECRET = APP_ID, SECRET


@pytest.fixture
def busy(settings: Settings) -> Iterator[SandboxProcess]:
    """A platform of many pages."""
    with sandbox(*JOBS) as running:
        settings.MEDIA_PLATFORM_URL = running.url
        yield running


def tick() -> None:
    """What the scheduler does, without the pauses of the circuit."""
    gate.reset()
    for task in (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks):
        task()


def mend(platform: SandboxProcess) -> None:
    """Let the platform work again, and everything be read."""
    platform.faults("")
    Recheck.objects.update(due=timezone.now())
    run_cycle()


SEVERAL = {
    "429 with seconds": "status=429/1:0.3",
    "429 with a date": "retrydate=1:0.3",
    "429 without": "status=429:0.3",
    "truncated": "truncate:0.3",
    "HTML under 200": "html:0.3",
    "a code that is not 0": "code:0.3",
    "a token that is refused": "token:0.3",
    "a connection that is reset": "reset:0.3",
    "a redirect": "redirect:0.3",
    "a 404 of a proxy": "proxy404:0.3",
    "a token twice": "repeat:0.3",
    "tokens in a circle": "cycle:0.3",
    "a run of empty pages": "blank:0.6",
}
EVERY = {
    "429 with seconds": ("status=429/1", "429"),
    "429 with a date": ("retrydate=1", "429"),
    "429 without": ("status=429", "429"),
    "500, twenty times": ("status=500:x20", "500"),
    "truncated": ("truncate", "cut short"),
    "HTML under 200": ("html", "not JSON"),
    "a code that is not 0": ("code", "no success"),
    "a token twice": ("repeat", "second time"),
    "tokens in a circle": ("cycle", "second time"),
    "tokens without end": ("endless", "nothing new"),
    "empty pages with tokens": ("blank", "nothing new"),
    "pages that come empty": ("empty", "nextPageToken"),
    "a token that is refused": ("token", "nextPageToken"),
    "a connection that is reset": ("reset", "broke off"),
    "a redirect": ("redirect", "302"),
    "a 404 of a proxy": ("proxy404", "MEDIA_PLATFORM_URL"),
    "refused credentials": ("status=401", "401"),
}


def change_some(platform: SandboxProcess) -> None:
    """Let hours pass, and in each minute of two of them a job change: so much that a tail reads back the last of it."""
    platform.advance(4 * 3600)
    for number, job in enumerate(platform.jobs()[::2]):
        stamp = f"2026-03-01T{13 + number // 60}:{number % 60:02d}:00Z"
        platform.patch(job["id"], status="success" if number % 2 else "error", dateUpdated=stamp)


def place() -> tuple[object, object]:
    """How far the tail has come."""
    return Lane.objects.values_list("watermark", "complete").get(name="tail")


@pytest.mark.parametrize("fault", SEVERAL)
def test_faults_now_and_then_cost_nothing(busy: SandboxProcess, fault: str) -> None:
    run_cycle()
    before = place()
    change_some(busy)
    busy.faults(SEVERAL[fault])
    for _ in range(3):
        tick()
    done = Pass.objects.filter(lane="tail", outcome="complete").count() > 1
    assert (place() == before) is not done, "the watermark moves with a complete pass"
    mend(busy)
    assert differing(busy) == []
    assert Lane.objects.get(name="sweep").number == 1, "the tail has brought all of it"


@pytest.mark.parametrize("fault", EVERY)
def test_a_fault_of_every_request_is_said_and_passes(
    busy: SandboxProcess, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.rules.endless.PATIENCE", 20)
    text, told = EVERY[fault]
    run_cycle()
    before = place()
    change_some(busy)
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    busy.faults(text)
    tick()
    problems = Lane.objects.exclude(problem="").values_list("problem", flat=True)
    assert any(told in problem for problem in problems), list(problems)
    assert place() == before
    mend(busy)
    assert differing(busy) == []
    assert not Lane.objects.exclude(problem="").exists()


def test_3_twenty_500s_open_the_circuit_and_every_page_says_so(busy: SandboxProcess, signed_in: Client) -> None:
    run_cycle()
    busy.patch(busy.jobs()[7]["id"], status="error")
    busy.faults("status=500:x20")
    for _ in range(20):
        tasks.tail()
    assert not gate.may_begin()
    asked = len(busy.requests())
    for path in ("/jobs/", "/sync/", "/sync/quarantine/", "/job/not-here", "/tokens/"):
        page = signed_in.get(path, follow=True).content.decode()
        assert "The sync fails since" in page, path
        assert "The platform is not ready: 500" in page, path
    for _ in range(20):
        elapse(circuit.LONGEST_PAUSE.total_seconds())
        tasks.tail()
    assert len(busy.requests()) > asked
    assert gate.may_begin()
    assert "The sync fails since" not in signed_in.get("/jobs/").content.decode()
    assert differing(busy) == []


@pytest.mark.parametrize("token", ["offset", "cursor", "single", "snapshot", "time"])
def test_every_kind_of_token_brings_everything(settings: Settings, token: str) -> None:
    with sandbox(*JOBS, "--token", token) as running:
        settings.MEDIA_PLATFORM_URL = running.url
        run_cycle()
        for job in running.jobs()[::5]:
            running.patch(job["id"], status="success", result={"code": 0, "message": "OK", "payload": None})
        run_cycle()
        if token == "time":
            for _ in range(3):
                Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
                run_cycle()
        assert differing(running) == []


def test_tokens_that_live_shortly_let_shards_be_split(settings: Settings) -> None:
    with sandbox(*JOBS, "--token-life", "30") as running:
        settings.MEDIA_PLATFORM_URL = running.url
        run_tail()
        for _ in range(200):
            with suppress(UpstreamError):
                run_sweep(seconds=0)
            running.advance(31)
            if Split.objects.exists():
                break
        assert Split.objects.exists()
        assert Anomaly.objects.filter(lane="sweep", kind="token-refused").exists()
        run_cycle()
        assert differing(running) == []
        assert Lane.objects.get(name="sweep").finished
        assert not Shard.objects.filter(lane="sweep").exists()


def test_a_change_that_searches_show_late_is_seen(settings: Settings) -> None:
    with sandbox(*JOBS, "--lag", "20") as running:
        settings.MEDIA_PLATFORM_URL = running.url
        run_cycle()
        key = running.jobs()[100]["id"]
        running.patch(key, status="error")
        run_cycle()
        running.patch(running.jobs()[90]["id"], status="success")
        running.advance(10)
        run_cycle()
        running.advance(15)
        run_cycle()
        assert differing(running) == []


def test_a_job_that_is_gone_and_comes_back(busy: SandboxProcess) -> None:
    run_cycle()
    job = busy.jobs()[50]
    busy.delete(job["id"])
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    run_cycle()
    assert Recheck.objects.get().missing
    elapse(61)
    run_cycle()
    assert Job.objects.get(key=job["id"]).cell.status == "gone"
    assert differing(busy) == []
    busy.plant(job | {"dateUpdated": "2026-03-01T13:00:00Z"})
    run_cycle()
    assert differing(busy) == []


def test_a_clock_that_runs_backwards_hides_no_change(busy: SandboxProcess) -> None:
    run_cycle()
    keys = [job["id"] for job in busy.jobs()[::9]]
    busy.patch(keys[0], status="error")
    run_cycle()
    busy.advance(-3600)
    for key in keys:
        busy.patch(key, status="working", note="after the clock was set back")
    Job.objects.update(observed=timezone.now() - timedelta(minutes=10))
    run_cycle()
    run_cycle()
    assert differing(busy) == []


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what takes a minute take a second."""
    monkeypatch.setattr("jobs.upstream.client.Limits", partial(Limits, connect=0.3, read=0.5, total=1.0))


TOO_SLOW = {
    "no answer": ("hang", "did not answer in time"),
    "a head without an end": ("head", "did not answer in time"),
    "a body that stops": ("stall", "did not answer in time"),
    "a byte every quarter of a second": ("drip", "took longer than 1 s"),
}


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("fault", TOO_SLOW)
def test_4_what_takes_too_long_is_given_up_and_said(busy: SandboxProcess, fault: str) -> None:
    text, told = TOO_SLOW[fault]
    run_cycle()
    before = place()
    change_some(busy)
    busy.faults(text)
    tick()
    assert told in Lane.objects.get(name="tail").problem
    assert place() == before
    mend(busy)
    assert differing(busy) == []


@pytest.mark.usefixtures("_impatient")
def test_4_what_takes_too_long_now_and_then_costs_nothing(busy: SandboxProcess) -> None:
    tick()
    change_some(busy)
    busy.faults(",".join(f"{fault}:0.05" for fault, _ in TOO_SLOW.values()))
    tick()
    mend(busy)
    assert differing(busy) == []


@pytest.mark.usefixtures("_impatient")
def test_4_a_platform_that_takes_no_connection_is_given_up_and_said(busy: SandboxProcess, settings: Settings) -> None:
    run_cycle()
    change_some(busy)
    with deaf() as settings.MEDIA_PLATFORM_URL:
        tick()
        assert "did not answer in time" in Lane.objects.get(name="tail").problem
    settings.MEDIA_PLATFORM_URL = busy.url
    mend(busy)
    assert differing(busy) == []


@contextmanager
def deaf() -> Iterator[str]:
    """The address of a server whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _ in range(3)]
        for line in waiting:
            line.setblocking(False)
            line.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for line in waiting:
            line.close()


ANOTHER = "another-shared-secret-of-the-tests-0123456789"


def test_27_a_key_that_is_rotated_in_the_middle_of_a_pass(busy: SandboxProcess, settings: Settings) -> None:
    run_cycle()
    change_some(busy)
    before = Lane.objects.get(name="tail")
    settings.SYNC_OVERLAP = 86_400

    def rotate(_: Pass) -> None:
        busy.rotate(ANOTHER)

    with pytest.raises(CredentialsRefused):
        run_tail(watch=rotate)
    for task in (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks):
        task()
    during = Lane.objects.get(name="tail")
    assert (during.watermark, during.complete) == (before.watermark, before.complete)
    assert [request["status"] for request in busy.requests()].count(401) == 1
    seen = freshness()
    assert seen.state == "down"
    assert "MEDIA_PLATFORM_SHARED_SECRET" in seen.problem
    assert seen.next_try is not None
    settings.MEDIA_PLATFORM_SHARED_SECRET = ANOTHER
    mend(busy)
    assert differing(busy) == []
    assert freshness().state == "fresh"


def test_27_another_secret_key_changes_the_marks_of_masked_secrets_alone(
    platform: SandboxProcess, settings: Settings
) -> None:
    """What is stored then differs from what comes, of the same second: each such job is read by its id."""
    run_cycle()
    settings.SECRET_KEY = "another-secret-key-" * 4
    assert differing(platform) != []
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    run_cycle()
    assert differing(platform) == []


def test_a_platform_that_refuses_us_says_so_once(busy: SandboxProcess) -> None:
    busy.faults("status=403")
    for _ in range(6):
        for task in (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks):
            task()
    assert len(busy.requests()) == 1
    assert "403" in Upstream.objects.get().reason
    with pytest.raises(UpstreamError):
        run_cycle()
