"""The lanes against the sandbox: everything comes, nothing is lost, and every pass says how it went."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs.models import Job, Lane, Lease, Pass, Quarantine
from jobs.store import keep, ready
from jobs.sync.cycle import cycle
from jobs.sync.lanes import backfill_is_due, backfill_is_left, end_rests, run_backfill, run_tail, tail_is_due
from jobs.sync.lease import LeaseLost
from jobs.sync.refresh import refresh_group, refresh_job
from jobs.sync.run import Run, nobody, run_pass
from jobs.sync.upstream import OtherPlatform
from jobs.upstream.errors import BrokenReply, CredentialsRefused, TokenRefused, TryAgain
from jobs.upstream.record import Page
from tests.records import job, record
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


def test_a_repeated_token_is_no_complete_pass(platform: SandboxProcess, settings: Settings) -> None:
    run_tail()
    settings.SYNC_OVERLAP = 86_400 * 30
    platform.faults("repeat")
    with pytest.raises(BrokenReply, match="second time"):
        run_tail()
    with pytest.raises(BrokenReply, match="second time"):
        run_backfill(seconds=60)
    lane = Lane.objects.get(name="backfill")
    assert (lane.finished, lane.token, lane.reached) == (None, "", None)
    platform.faults("")
    assert run_backfill(seconds=60).outcome == "complete"


def test_the_backfill_goes_on_where_it_was_cut_off(platform: SandboxProcess) -> None:
    run_tail()
    assert run_backfill(seconds=0).outcome == "paused"
    reached = Lane.objects.get(name="backfill").reached
    assert Job.objects.filter(created__lte=reached).count() == 50
    rest = run_backfill(seconds=60)
    assert (rest.outcome, rest.pages) == ("complete", 2)
    assert Job.objects.count() == 120


def test_the_backfill_begins_again_where_its_token_is_refused(platform: SandboxProcess) -> None:
    run_tail()
    run_backfill(seconds=0)
    Lane.objects.filter(name="backfill").update(token="stale")
    with pytest.raises(TokenRefused):
        run_backfill(seconds=60)
    assert run_backfill(seconds=60).outcome == "complete"
    assert Job.objects.count() == 120


def test_what_becomes_visible_late_is_within_the_overlap(platform: SandboxProcess, settings: Settings) -> None:
    """Between it and the watermark lies more than the one page that is read anyway."""
    settings.SYNC_PAGE_SIZE = 2

    def plant(number: int, second: int) -> None:
        stamp = f"2026-03-01T13:00:{second:02d}Z"
        platform.plant({"id": f"n_{number}", "groupId": "n", "type": "t", "status": "s", "dateUpdated": stamp})

    for number in range(8):
        plant(number, 50 - 5 * (number // 2))
    run_tail()
    run_tail()
    plant(8, 30)
    run_tail()
    assert Job.objects.filter(key="n_8").exists()


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
    assert Lane.objects.get().problem.startswith("This database mirrors sandbox")
    settings.MEDIA_PLATFORM_NAME = "sandbox"
    run_tail()
    assert run_backfill(seconds=60).outcome == "complete"
    assert Job.objects.count() == 120


def test_a_cycle_ends_the_backfill_also_while_refused_credentials_rest(platform: SandboxProcess) -> None:
    run_tail()
    Lane.objects.create(name="backfill", platform="sandbox", not_before=timezone.now() + timedelta(minutes=5))
    Lane.objects.update(platform=Lane.objects.get(name="tail").platform)
    assert not backfill_is_due()
    cycle(watch=nobody, waiting=lambda _: None)
    assert Job.objects.count() == 120
    assert Lane.objects.get(name="backfill").finished


def test_new_credentials_are_tried_at_once(platform: SandboxProcess) -> None:
    Lane.objects.create(name="tail", platform="x", not_before=timezone.now() + timedelta(minutes=5))
    assert not tail_is_due()
    end_rests()
    assert tail_is_due()


def test_everything_is_read_again_when_a_day_has_passed(platform: SandboxProcess) -> None:
    """Jobs without dates that come after the backfill are seen by no other lane."""
    cycle(watch=nobody, waiting=lambda _: None)
    assert not backfill_is_left()
    platform.plant(job(7, dateCreated=None, dateUpdated=None), dateCreated="2020-01-01T00:00:00Z")
    Lane.objects.filter(name="backfill").update(finished=timezone.now() - timedelta(days=2))
    assert backfill_is_left()
    cycle(watch=nobody, waiting=lambda _: None)
    assert Job.objects.filter(key=str(job(7)["id"])).exists()
    assert not backfill_is_left()


def test_dates_in_the_future_hide_no_change(platform: SandboxProcess) -> None:
    """The watermark never lies ahead of the moment when its page was asked for; one that does heals."""
    platform.plant(job(1, dateUpdated="2090-01-01T00:00:00Z"), dateUpdated="2090-01-01T00:00:00Z")
    before = timezone.now()
    run_tail()
    watermark = Lane.objects.get(name="tail").watermark
    assert watermark is not None
    assert watermark <= timezone.now()
    Lane.objects.update(watermark="2090-01-01T00:00:00Z")
    run_tail()
    healed = Lane.objects.get(name="tail").watermark
    assert healed is not None
    assert before - timedelta(minutes=1) < healed <= timezone.now()


def test_a_job_of_more_files_than_a_small_number_counts_is_kept(platform: SandboxProcess) -> None:
    many = [{"path": f"/in/{n}.jpg"} for n in range(33_000)]
    platform.plant(job(1, sources=many), dateUpdated="2026-03-01T12:00:00Z")
    run_tail()
    assert len(Job.objects.get(key=str(job(1)["id"])).terms) > 32_768


def test_a_record_that_the_tables_do_not_take_is_put_aside_alone() -> None:
    """A type longer than an index takes is refused by PostgreSQL itself, after every check of ours."""
    noise = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(4000))
    bad = replace(record(2), type=noise)
    page = Page(records=(record(1), bad, record(3)), refused=(), next_token=None, asked=timezone.now())
    written = keep(ready(page), lane="tests")
    assert (written.inserted, written.refused) == (2, 1)
    assert Quarantine.objects.get().job_key == bad.id


def test_a_late_holder_leaves_nothing(platform: SandboxProcess) -> None:
    """Its page and its failure are taken back; the lane is the next holder's."""

    def overtaken(run: Run) -> Pass.Outcome:
        Lease.objects.update(epoch=F("epoch") + 1)
        page = Page(records=(record(1),), refused=(), next_token=None, asked=timezone.now())
        run.commit(ready(page), checkpoint={})
        return Pass.Outcome.COMPLETE

    with pytest.raises(LeaseLost):
        run_pass("tail", overtaken, watch=nobody)
    assert not Job.objects.exists()
    assert Lane.objects.get(name="tail").problem == ""


def test_an_address_that_brought_nothing_pins_nothing(platform: SandboxProcess, settings: Settings) -> None:
    Lane.objects.create(name="tail", platform="mistyped.example", complete=timezone.now())
    Lane.objects.create(name="backfill", platform="mistyped.example", finished=timezone.now())
    cycle(watch=nobody, waiting=lambda _: None)
    assert Job.objects.count() == 120
    assert {lane.platform for lane in Lane.objects.all()} == {settings.MEDIA_PLATFORM_NAME}
