"""The lanes against the sandbox: everything comes, nothing is lost, and every pass says how it went."""

from functools import partial

import pytest
from pytest_django.fixtures import Settings

from jobs.models import Job, Lane, Pass, Quarantine
from jobs.sync.lanes import backfill_is_due, run_backfill, run_tail, tail_is_due
from jobs.sync.refresh import refresh_group, refresh_job
from jobs.sync.upstream import OtherPlatform
from jobs.upstream.errors import BrokenReply, CredentialsRefused, TokenRefused, TryAgain
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _pages_of_50(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 50


def pages_asked(platform: SandboxProcess) -> int:
    return len(platform.requests())


def test_a_cycle_brings_everything(platform: SandboxProcess) -> None:
    assert not backfill_is_due()
    first = run_tail()
    assert (first.outcome, first.pages, first.inserted) == ("complete", 1, 50)
    assert backfill_is_due()
    rest = run_backfill(seconds=60)
    assert (rest.outcome, rest.inserted, rest.unchanged) == ("complete", 70, 50)
    assert Job.objects.count() == 120
    assert not backfill_is_due()


def test_the_tail_reads_down_to_the_watermark(platform: SandboxProcess) -> None:
    run_tail()
    watermark = Lane.objects.get(name="tail").watermark
    platform.forget()
    run_tail()
    assert pages_asked(platform) <= 3
    platform.plant({"id": "n_1", "groupId": "n", "type": "t", "status": "s", "dateUpdated": "2026-03-01T13:00:00Z"})
    assert run_tail().inserted == 1
    lane = Lane.objects.get(name="tail")
    assert watermark is not None
    assert lane.watermark is not None
    assert lane.watermark > watermark


def test_the_watermark_stays_where_a_pass_is_cut_off(platform: SandboxProcess, settings: Settings) -> None:
    run_tail()
    settings.SYNC_OVERLAP = 86_400 * 30
    before = Lane.objects.get(name="tail")
    platform.plant({"id": "n_1", "groupId": "n", "type": "t", "status": "s", "dateUpdated": "2026-03-01T13:00:00Z"})
    platform.faults("token")
    with pytest.raises(TokenRefused):
        run_tail()
    after = Lane.objects.get(name="tail")
    assert Job.objects.filter(key="n_1").exists()
    assert (after.watermark, after.complete) == (before.watermark, before.complete)
    assert Pass.objects.latest("began").outcome == "failed"
    assert "refuses" in after.problem
    platform.faults("")
    run_tail()
    assert Lane.objects.get(name="tail").problem == ""


def test_a_date_in_the_future_does_not_move_the_watermark(platform: SandboxProcess) -> None:
    platform.plant({"id": "f_1", "groupId": "f", "type": "t", "status": "s", "dateUpdated": "2090-01-01T00:00:00Z"})
    run_tail()
    watermark = Lane.objects.get(name="tail").watermark
    assert watermark is not None
    assert watermark.year == 2026


def test_a_repeated_token_is_no_complete_pass(platform: SandboxProcess, settings: Settings) -> None:
    run_tail()
    settings.SYNC_OVERLAP = 86_400 * 30
    platform.faults("repeat")
    with pytest.raises(BrokenReply, match="second time"):
        run_tail()
    with pytest.raises(BrokenReply, match="second time"):
        run_backfill(seconds=60)
    assert Lane.objects.get(name="backfill").finished is None


def test_the_backfill_goes_on_where_it_was_cut_off(platform: SandboxProcess) -> None:
    run_tail()
    assert run_backfill(seconds=0).outcome == "paused"
    platform.forget()
    assert run_backfill(seconds=60).outcome == "complete"
    assert pages_asked(platform) == 2
    assert Job.objects.count() == 120


def test_the_backfill_begins_again_where_its_token_is_refused(platform: SandboxProcess) -> None:
    run_tail()
    run_backfill(seconds=0)
    Lane.objects.filter(name="backfill").update(token="stale")
    with pytest.raises(TokenRefused):
        run_backfill(seconds=60)
    assert run_backfill(seconds=60).outcome == "complete"
    assert Job.objects.count() == 120


def test_a_bad_record_does_not_break_its_page(platform: SandboxProcess) -> None:
    platform.plant(b'{"id": NaN, "callback": {"url": "https://h/?CANARY"}}')
    done = run_tail()
    assert (done.inserted, done.refused) == (49, 1)
    run_tail()
    kept = Quarantine.objects.get()
    assert kept.times == 2
    assert "NaN" in kept.text
    assert "CANARY" not in kept.text


def test_refused_credentials_rest(platform: SandboxProcess) -> None:
    platform.faults("status=401")
    with pytest.raises(CredentialsRefused):
        run_tail()
    assert not tail_is_due()
    platform.faults("")
    run_tail()
    assert tail_is_due()


def test_trouble_says_since_when(platform: SandboxProcess, settings: Settings) -> None:
    settings.MEDIA_PLATFORM_URL = "http://127.0.0.1:9"
    for _ in range(2):
        with pytest.raises(TryAgain):
            run_tail()
    lane = Lane.objects.get(name="tail")
    assert "cannot be reached" in lane.problem
    assert lane.problem_since is not None
    assert lane.problem_since < Pass.objects.latest("began").began


def test_an_empty_platform_is_read_whole_later_on(platform: SandboxProcess) -> None:
    platform.faults("empty:x1")
    assert run_tail().pages == 1
    assert run_tail().inserted == 120


def test_no_secret_is_stored(platform: SandboxProcess) -> None:
    from io import StringIO

    from django.core.management import call_command

    run_tail()
    run_backfill(seconds=60)
    dump = StringIO()
    call_command("dumpdata", "jobs", stdout=dump)
    assert "masked-" in dump.getvalue()
    assert "CANARY" not in dump.getvalue()


def test_a_mirror_of_another_platform_is_left_as_it_is(platform: SandboxProcess, settings: Settings) -> None:
    run_tail()
    platform.forget()
    settings.MEDIA_PLATFORM_NAME = "project.wixmp.com"
    for run in (run_tail, partial(run_backfill, seconds=60), partial(refresh_job, "a"), partial(refresh_group, "a")):
        with pytest.raises(OtherPlatform, match="mirrors sandbox, and MEDIA_PLATFORM_URL now names project"):
            run()
    assert platform.requests() == []
    assert Lane.objects.get(name="tail").problem.startswith("This database mirrors sandbox")
