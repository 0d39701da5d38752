"""The tail's watermark where jobs have dates in the future: nothing is lost, and a mirror led astray heals."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from jobs.models import Job, Lane
from jobs.sync.lanes import run_sweep, run_tail
from jobs.sync.tail import overlap
from tests.records import iso
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = 5
FAR = datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_pages(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = PAGE


def plant(platform: SandboxProcess, name: str, updated: datetime) -> None:
    platform.plant({"id": name, "groupId": "n", "type": "t", "status": "s", "dateUpdated": iso(updated)})


def change(platform: SandboxProcess) -> None:
    """Let more change now than the pages that are read anyway hold."""
    for number in range(4 * PAGE):
        plant(platform, f"n_{number}", datetime.now(UTC))


def everything_came() -> bool:
    return Job.objects.filter(key__startswith="n_").count() == 4 * PAGE


@pytest.mark.parametrize("ahead", [timedelta(seconds=280), timedelta(days=9000)], ids=str)
@pytest.mark.parametrize("jobs", [1, PAGE, 2 * PAGE])
def test_dates_in_the_future_cost_no_change(platform: SandboxProcess, ahead: timedelta, jobs: int) -> None:
    for number in range(jobs):
        plant(platform, f"f_{number}", datetime.now(UTC) + ahead)
    run_tail()
    run_sweep(seconds=60)
    watermark = Lane.objects.get(name="tail").watermark
    assert watermark is not None
    assert watermark <= datetime.now(UTC)
    change(platform)
    run_tail()
    assert everything_came()


def test_a_mirror_that_was_led_astray_heals(platform: SandboxProcess) -> None:
    run_tail()
    run_sweep(seconds=60)
    Lane.objects.filter(name="tail").update(watermark=FAR)
    change(platform)
    run_tail()
    assert everything_came()


def test_a_watermark_does_not_move_back(platform: SandboxProcess) -> None:
    plant(platform, "n_1", datetime(2026, 3, 1, 13, tzinfo=UTC))
    run_tail()
    before = Lane.objects.get(name="tail").watermark
    platform.delete("n_1")
    run_tail()
    assert Lane.objects.get(name="tail").watermark == before


def test_the_overlap_follows_how_late_changes_come(platform: SandboxProcess) -> None:
    """The clock of the platform stands at noon: what is dated a minute before has come a minute late."""
    run_tail()
    run_sweep(seconds=60)
    lane = Lane.objects.get(name="tail")
    assert overlap(lane) == timedelta(seconds=120)
    for number in range(3):
        plant(platform, f"n_{number}", datetime.fromtimestamp(platform.now() / 1000 - 60, UTC))
    run_tail()
    lane.refresh_from_db()
    assert timedelta(seconds=600) <= overlap(lane) < timedelta(seconds=900)


def test_a_clock_of_the_platform_that_is_ahead_for_a_while_makes_nothing_late(platform: SandboxProcess) -> None:
    platform.advance((datetime.now(UTC) - datetime.fromtimestamp(platform.now() / 1000, UTC)).total_seconds())
    run_tail()
    run_sweep(seconds=60)
    right = datetime.fromtimestamp(platform.now() / 1000, UTC)
    platform.advance(5 * 3_600)
    for number in range(3):
        plant(platform, f"n_{number}", right)
    run_tail()
    assert overlap(Lane.objects.get(name="tail")) == timedelta(seconds=120)


def test_what_has_not_been_brought_yet_says_nothing_of_how_late_changes_come(platform: SandboxProcess) -> None:
    """Before the first sweep is over, whatever the tail comes upon for the first time seems to come late."""
    run_tail()
    plant(platform, "n_1", datetime.fromtimestamp(platform.now() / 1000 - 60, UTC))
    run_tail()
    assert overlap(Lane.objects.get(name="tail")) == timedelta(seconds=120)


def test_what_comes_after_an_outage_says_nothing_of_how_late_changes_come(platform: SandboxProcess) -> None:
    run_tail()
    run_sweep(seconds=60)
    Lane.objects.update(complete=datetime.now(UTC) - timedelta(hours=1))
    plant(platform, "n_1", datetime.fromtimestamp(platform.now() / 1000 - 60, UTC))
    run_tail()
    assert overlap(Lane.objects.get(name="tail")) == timedelta(seconds=120)
