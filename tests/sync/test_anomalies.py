"""What the platform should not do is noted, with how often; how many jobs it gives at once is remembered."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs.models import Anomaly, Lane, Upstream
from jobs.sync import anomalies
from jobs.sync.lanes import run_sweep, run_tail
from jobs.upstream.errors import TokenRepeated
from tests.records import job
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess, sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _pages_of_50(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE, settings.SYNC_RATE = 50, 100_000


def noted() -> dict[tuple[str, str], int]:
    return {(each.lane, each.kind): each.times for each in Anomaly.objects.all()}


def test_a_date_ahead_and_a_clock_that_went_back(platform: SandboxProcess) -> None:
    platform.plant(job(1, dateUpdated="2031-12-31T23:59:59Z"))
    run_tail()
    assert noted() == {("tail", "future"): 1}
    platform.advance(-3600)
    run_tail()
    assert noted() == {("tail", "future"): 2, ("tail", "clock"): 1}
    assert "2031-12-31 23:59:59 UTC" in Anomaly.objects.get(kind="future").said


def test_a_token_that_comes_twice(platform: SandboxProcess) -> None:
    run_tail()
    platform.faults("repeat")
    with pytest.raises(TokenRepeated):
        run_sweep(seconds=60)
    assert noted() == {("sweep", "token-repeated"): 1}


def test_a_page_that_is_refused_for_its_size(platform: SandboxProcess) -> None:
    platform.faults("status=413:x2")
    run_tail()
    assert noted() == {("tail", "size-refused"): 1}
    assert Lane.objects.get().page_size == 25
    run_sweep(seconds=60)
    assert Lane.objects.get(name="tail").page_size is None


def test_pages_that_are_capped_still_end_elsewhere_with_each_sweep(settings: Settings) -> None:
    with sandbox("--jobs", "150", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z", "--page-cap", "20") as running:
        settings.MEDIA_PLATFORM_URL = running.url
        settings.MEDIA_PLATFORM_APP_ID, settings.MEDIA_PLATFORM_SHARED_SECRET = running.app_id, running.secret
        run_cycle()
        assert Upstream.objects.get().page_cap == 20
        running.forget()
        Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
        run_cycle()
        asked = {(each["query"]["orderBy"], each["query"]["pageSize"]) for each in searches(running)}
        oldest = {("dateCreated", "50")}
        assert asked == {("dateUpdated", "50"), *oldest, ("dateCreated", "18"), ("dateCreated", "16")}
        assert differing(running) == []


def searches(platform: SandboxProcess) -> list[dict[str, dict[str, str]]]:
    return [each for each in platform.requests() if "orderBy" in each["query"]]


def test_a_platform_that_gives_more_than_before_is_asked_for_more(platform: SandboxProcess) -> None:
    Upstream.objects.create(next=timezone.now(), page_cap=20)
    run_tail()
    assert Upstream.objects.get().page_cap is None


def test_what_has_not_been_seen_for_a_week_is_forgotten() -> None:
    now = timezone.now()
    for kind, days in (("clock", 8), ("future", 6)):
        seen = now - timedelta(days=days)
        Anomaly.objects.create(lane="tail", kind=kind, said="x", first_seen=seen, last_seen=seen, times=1)
    anomalies.forget()
    assert noted() == {("tail", "future"): 1}
