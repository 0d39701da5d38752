"""The lanes against the sandbox: everything comes, nothing is lost, and every pass says how it went."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, OperationalError
from django.db.models import F, Sum
from django.utils import timezone
from msgspec import structs
from pytest_django.fixtures import Settings

from jobs import store
from jobs.models import UNDATED, Anomaly, Cell, Job, Lane, Lease, Pass, Quarantine, Recheck, Shard, Transition
from jobs.rules import shards
from jobs.rules.circuit import LONGEST_PAUSE
from jobs.rules.rechecks import FAILURES, FORBIDDEN
from jobs.rules.sweep import BEGIN, END, Place, Stretch, Walked
from jobs.rules.versions import Doubt
from jobs.store import Written, keep, ready, rechecks
from jobs.sync import gate, refresh, sweep, walk
from jobs.sync.cycle import cycle
from jobs.sync.lanes import (
    rechecks_are_left,
    run_rechecks,
    run_reconcile,
    run_sweep,
    run_tail,
    sweep_is_left,
    try_again,
)
from jobs.sync.lease import LeaseLost
from jobs.sync.refresh import refresh_group, refresh_job
from jobs.sync.run import Run, nobody, run_pass
from jobs.sync.upstream import OtherPlatform
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import (
    BrokenReply,
    CredentialsRefused,
    Emptied,
    RequestRefused,
    TokenRefused,
    TryAgain,
    UpstreamError,
)
from jobs.upstream.record import Page
from jobs.watch.freshness import freshness
from tests.records import job, record
from trials.consistency import is_consistent
from trials.elapsing import elapse
from trials.equality import differing
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR, DAY = 61, 3_601, 86_401


@pytest.fixture(autouse=True)
def _pages_of_50(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 50


def pages_asked(platform: SandboxProcess) -> int:
    return len(platform.requests())


def test_a_cycle_brings_everything(platform: SandboxProcess) -> None:
    assert not sweep_is_left()
    first = run_tail()
    assert (first.outcome, first.pages, first.inserted) == ("complete", 1, 50)
    assert sweep_is_left()
    rest = run_sweep(seconds=60)
    assert {each.outcome for each in rest} == {"complete"}
    assert sum(each.inserted for each in rest) == 70
    assert Job.objects.count() == 120
    assert not sweep_is_left()
    assert not Shard.objects.filter(lane="sweep").exists()


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
        run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").finished is None
    shard = Shard.objects.get(restarts=1)
    assert (shard.token, shard.reached, shard.finished) == ("", None, False)
    platform.faults("")
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").finished


def swept_by(*, type: str = "", status: str = "", issuer: str = "", **values: Any) -> Shard:  # noqa: A002 - its name
    """A sweep of one walk, through everything or some jobs, that somebody has left lately."""
    Lane.objects.create(name="sweep", platform="sandbox", number=2)
    shard = Shard.objects.create(lane="sweep", type=type, status=status, issuer=issuer, **values)
    now = timezone.now()
    Pass.objects.create(lane="sweep", lease=shard.lease, began=now, ended=now, outcome="paused", pages=1)
    return shard


def test_a_sweep_goes_on_where_it_was_cut_off(platform: SandboxProcess, settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 60
    run_tail()
    shard = swept_by()
    assert [each.outcome for each in run_sweep(seconds=0.001)] == ["paused"]
    shard.refresh_from_db()
    assert shard.reached
    assert shard.page_size == 48
    assert Job.objects.filter(created__gte=shard.reached).count() >= 48
    rest = run_sweep(seconds=60)
    assert [(each.outcome, each.pages) for each in rest] == [("complete", 2), ("complete", 0)]
    assert Job.objects.count() == 120


def test_a_sweep_leaves_no_leases_of_its_walks(platform: SandboxProcess) -> None:
    run_tail()
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").finished
    assert set(Lease.objects.values_list("name", flat=True)) == {"tail", "sweep"}


def test_a_walk_begins_again_where_its_token_is_refused(platform: SandboxProcess) -> None:
    run_tail()
    swept_by(token="stale", page_size=50)
    assert [each.outcome for each in run_sweep(seconds=60)] == ["complete", "complete"]
    assert Anomaly.objects.get().kind == "token-refused"
    assert Lane.objects.get(name="sweep").finished
    assert Job.objects.count() == 120


def test_a_shard_whose_walk_outlives_its_tokens_is_split(platform: SandboxProcess) -> None:
    run_tail()
    swept_by(type="urn:job:av.transcode", token="stale", page_size=50, restarts=2)
    assert [each.outcome for each in run_sweep(seconds=0)] == ["paused"]
    parts = Shard.objects.filter(lane="sweep")
    assert {"pending", "working", "success", "error"} <= set(parts.values_list("status", flat=True))
    assert set(parts.values_list("type", flat=True)) == {"urn:job:av.transcode"}
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").finished


def test_a_walk_through_everything_is_split_and_what_that_leaves_out_is_said(platform: SandboxProcess) -> None:
    platform.plant(job(1, type="urn:job:unheard.of"))
    run_tail()
    swept_by(token="stale", page_size=50, restarts=2)
    run_sweep(seconds=60)
    lane = Lane.objects.get(name="sweep")
    assert lane.finished
    assert lane.gaps == ["jobs in a state that is not known here"]
    here = set(Job.objects.values_list("key", flat=True))
    assert {each["status"] for each in platform.jobs() if each["id"] not in here} == {"paused"}
    assert Job.objects.filter(cell__type="urn:job:unheard.of").exists()
    assert Anomaly.objects.get(kind="left-out").said.endswith("in a state that is not known here.")


def test_what_was_split_is_so_in_the_next_sweep_until_that_is_forgotten(platform: SandboxProcess) -> None:
    """And what that leaves out is said each time."""
    run_tail()
    swept_by(token="stale", page_size=50, restarts=2)
    run_sweep(seconds=60)
    for split in (True, False):
        elapse(DAY)
        run_sweep(seconds=0)
        states = set(Shard.objects.filter(type="", finished=False).values_list("status", flat=True))
        assert ("success" in states, "" in states) == (split, not split)
        run_sweep(seconds=60)
        assert Lane.objects.get(name="sweep").gaps == ["jobs in a state that is not known here"] * split
        elapse(walk.SPLIT_FOR.total_seconds())


def test_jobs_that_no_walk_brings_are_left_out_and_that_is_said(platform: SandboxProcess) -> None:
    run_tail()
    swept_by(type="t", status="s", issuer="i", token="stale", page_size=50, restarts=shards.RESTARTS)
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").gaps == ["t s i whose walk never came to its end"]


def tick() -> None:
    """Let some time pass, and the tail and a sweeper have their turn."""
    elapse(60)
    run_tail()
    with suppress(UpstreamError):
        run_sweep(seconds=60)


def sweep_to_the_end() -> None:
    """Let ticks pass until a sweep is over."""
    for _ in range(60):
        tick()
        if Lane.objects.get(name="sweep").finished:
            return


@pytest.mark.parametrize("fault", ["status=400", "status=403", "status=500", "html"])
def test_a_type_that_cannot_be_listed_holds_nothing_else_up(platform: SandboxProcess, fault: str) -> None:
    """It comes by the walk through everything all the same, so that there is no gap."""
    refused = shards.TYPES[0]
    run_tail()
    platform.faults(f"{fault}@/jobs?type={refused}")
    sweep_to_the_end()
    assert Lane.objects.get(name="sweep").gaps == []
    assert refused in Anomaly.objects.get(kind="left-out").said
    assert not Anomaly.objects.filter(kind="size-refused").exists(), "no smaller one was taken"
    assert Job.objects.count() == 120


def test_a_type_that_is_brought_by_nothing_is_a_gap(platform: SandboxProcess) -> None:
    refused = shards.TYPES[0]
    run_tail()
    swept_by(token="stale", page_size=50, restarts=shards.RESTARTS)
    Shard.objects.create(lane="sweep", type=refused, status="", issuer="")
    platform.faults(f"status=403@/jobs?type={refused}")
    sweep_to_the_end()
    gaps = Lane.objects.get(name="sweep").gaps
    assert [gap for gap in gaps if gap.startswith(refused)]
    assert not sweep_is_left()
    platform.faults("")
    try_again()
    assert sweep_is_left(), "whoever wants everything to be tried again need not wait for a day"
    cycle(watch=nobody, waiting=lambda _: None)
    assert not [gap for gap in Lane.objects.get(name="sweep").gaps if gap.startswith(refused)]
    assert not sweep_is_left()


def test_pages_that_are_too_long_count_against_no_walk(platform: SandboxProcess) -> None:
    """Where smaller ones help, however often the platform answers the tail meanwhile."""
    run_tail()
    shard = swept_by()
    Pass.objects.update(began=F("began") + timedelta(hours=1))
    platform.faults(",".join(f"status=413@/jobs?pageSize={size}" for size in (40, 21, 10)))
    run_sweep(seconds=0)
    shard.refresh_from_db()
    assert (shard.failures, shard.left_out, shard.page_size, shard.pages) == (0, "", 4, 1)
    assert Anomaly.objects.get().kind == "size-refused"


@pytest.mark.parametrize(("away", "counted"), [(60, 1), (3 * HOUR, 0)])
def test_a_token_that_was_kept_through_an_outage_counts_against_no_walk(
    platform: SandboxProcess, away: float, counted: int
) -> None:
    run_tail()
    shard = swept_by()
    run_sweep(seconds=0)
    elapse(away)
    platform.faults("token@/jobs?nextPageToken:x1")
    run_sweep(seconds=0)
    shard.refresh_from_db()
    assert (shard.restarts, shard.pages) == (counted, 1)


def test_a_walk_whose_pages_the_database_does_not_take_holds_nothing_else_up(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, look = shards.TYPES[0], store.look_for_absent

    def broken(shard: Shard, walked: Walked, *, since: datetime) -> int:
        if shard.type == refused:
            raise DataError("It is out of range.")
        return look(shard, walked, since=since)

    run_tail()
    monkeypatch.setattr(store, "look_for_absent", broken)
    for _ in range(20):
        elapse(60)
        run_tail()
        with suppress(DataError):
            run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").finished
    assert f"{refused}, which the database does not take" in Anomaly.objects.get(kind="left-out").said


def test_a_database_that_takes_nothing_counts_against_no_walk(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where its disk is full: it is the database, and a first sweep that leaves everything out would be over."""

    def full(*_: Any, **__: Any) -> int:
        raise OperationalError("could not extend file: No space left on device")

    run_tail()
    monkeypatch.setattr(store, "look_for_absent", full)
    for _ in range(2 * shards.FAILURES):
        elapse(60)
        with pytest.raises(OperationalError):
            run_sweep(seconds=60)
    assert not Shard.objects.exclude(failures=0, restarts=0, left_out="").exists()


def test_pages_out_of_order_are_told(platform: SandboxProcess) -> None:
    """Nothing is missed for them, but what is absent there is not looked for."""
    run_tail()
    swept_by(reached=END if shards.ascends(2, everything=True) else BEGIN)
    run_sweep(seconds=60)
    assert Anomaly.objects.get().kind == "order"


def test_a_sweep_begins_though_the_oldest_jobs_cannot_be_had(platform: SandboxProcess) -> None:
    """Walks go around them, and what these leave out is said."""
    run_tail()
    platform.faults("status=500@/jobs?orderBy=dateCreated&orderDirection=asc")
    sweep_to_the_end()
    here = set(Job.objects.values_list("key", flat=True))
    assert not {each["type"] for each in platform.jobs() if each["id"] not in here}.intersection(shards.TYPES)
    [gap] = Lane.objects.get(name="sweep").gaps
    assert gap.startswith("jobs which the platform does not list: ")


@pytest.mark.parametrize("orders", ["dateCreated&orderDirection=asc", "dateUpdated"])
def test_a_page_that_nobody_can_have_stops_no_sweep(platform: SandboxProcess, orders: str) -> None:
    """Be it the tail's first one too: that others have theirs is enough."""
    platform.faults(f"status=500@/jobs?type={shards.TYPES[0]},status=500@/jobs?orderBy={orders}")
    for _ in range(20):
        elapse(60)
        for run in (run_tail, partial(run_sweep, seconds=60)):
            with suppress(UpstreamError):
                run()
    assert Lane.objects.get(name="sweep").finished
    assert Lane.objects.get(name="tail").complete


def test_a_walk_that_had_pages_in_the_pass_that_fails_goes_on(platform: SandboxProcess, settings: Settings) -> None:
    """What failed before these is over."""
    settings.SYNC_PAGE_SIZE = 10
    run_tail()
    shard = swept_by(failures=shards.FAILURES - 1)
    platform.faults("status=500@/jobs?orderBy=dateCreated&nextPageToken:x9")
    with pytest.raises(TryAgain):
        run_sweep(seconds=60)
    shard.refresh_from_db()
    assert (shard.pages, shard.failures, shard.restarts, shard.left_out) == (1, 1, 0, "")


def test_an_outage_counts_against_no_walk(platform: SandboxProcess) -> None:
    run_tail()
    run_sweep(seconds=0)
    platform.faults("status=500")
    for _ in range(2 * shards.FAILURES):
        elapse(60)
        with suppress(UpstreamError):
            run_sweep(seconds=60)
    assert not Shard.objects.exclude(failures=0, restarts=0, left_out="").exists()
    platform.faults("")
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").gaps == []


def test_a_cycle_leaves_a_platform_alone_that_refuses_our_credentials(platform: SandboxProcess) -> None:
    platform.faults("status=401")
    with pytest.raises(CredentialsRefused):
        cycle(watch=nobody, waiting=lambda _: None)
    assert pages_asked(platform) == 1


def test_a_platform_that_shows_no_job_for_a_while_is_not_in_step(platform: SandboxProcess) -> None:
    """Nor is what it hides passed over, though a sweep comes to its end meanwhile."""
    cycle(watch=nobody, waiting=lambda _: None)
    jobs, before = platform.jobs(), Lane.objects.get(name="tail")
    platform.empty()
    elapse(DAY)
    before.refresh_from_db()
    with pytest.raises(Emptied):
        cycle(watch=nobody, waiting=lambda _: None)
    after = Lane.objects.get(name="tail")
    assert (after.watermark, after.complete) == (before.watermark, before.complete)
    assert Lane.objects.get(name="sweep").number == 2
    assert Recheck.objects.filter(missing__isnull=False).count() == len(jobs), "the other lanes have run"
    assert freshness().state == "down"
    assert "brings no job" in freshness().problem
    assert Anomaly.objects.filter(lane="tail", kind="emptied").exists()
    for each in jobs:
        platform.plant(each)
    assert run_tail().outcome == "complete"
    assert not differing(platform)
    assert freshness().state == "fresh"


def test_a_platform_whose_jobs_are_all_gone_is_in_step(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    platform.empty()
    elapse(DAY)
    for _ in range(2):
        with pytest.raises(Emptied):
            cycle(watch=nobody, waiting=lambda _: None)
        elapse(MINUTE)
    run_rechecks()
    cycle(watch=nobody, waiting=lambda _: None)
    assert Cell.objects.exclude(status="gone").aggregate(jobs=Sum("jobs")) == {"jobs": 0}
    assert freshness().state == "fresh"


def test_a_tail_that_outlives_its_tokens_goes_on_from_where_a_sweep_began(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    for each in platform.jobs():
        platform.patch(each["id"], note="changed")
    platform.advance(HOUR)
    platform.faults("token@/jobs?orderBy=dateUpdated&nextPageToken")
    with pytest.raises(TokenRefused):
        run_tail()
    elapse(DAY)
    began = timezone.now()
    run_sweep(seconds=60)
    tail = Lane.objects.get(name="tail")
    assert tail.complete
    assert tail.complete >= began
    assert Anomaly.objects.filter(lane="tail", kind="outrun").exists()
    assert run_tail().outcome == "complete"
    assert not differing(platform)


def test_a_tail_is_helped_though_the_walk_through_everything_outlives_its_tokens_too(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    for each in platform.jobs():
        platform.patch(each["id"], note="changed")
    platform.advance(HOUR)
    elapse(DAY)
    platform.faults("token@/jobs?nextPageToken")
    for _ in range(60):
        elapse(60)
        with suppress(UpstreamError):
            run_tail()
        with suppress(UpstreamError):
            run_sweep(seconds=60)
    swept = Lane.objects.get(name="sweep")
    assert swept.number == 2
    assert "jobs in a state that is not known here" in swept.gaps
    assert freshness().state == "fresh"
    assert differing(platform) == []


@pytest.mark.parametrize("later", [60, -7200], ids=["later", "and the platform's clock is set back"])
def test_a_first_sweep_does_not_wait_for_a_tail_that_fails(
    platform: SandboxProcess, settings: Settings, later: float
) -> None:
    """Whatever changes after its beginning is brought when the tail works again."""
    settings.SYNC_PAGE_SIZE = 10
    platform.faults("status=500@/jobs?orderBy=dateUpdated")
    with pytest.raises(UpstreamError):
        run_tail()
    assert sweep_is_left()
    run_sweep(seconds=60)
    assert Job.objects.count() == 120
    assert Lane.objects.get(name="sweep").finished
    platform.advance(later)
    for each in platform.jobs():
        platform.patch(each["id"], note="changed")
    platform.faults("")
    run_tail()
    run_rechecks()
    assert not differing(platform)


def reconciled_in_vain(platform: SandboxProcess, fault: str, error: type[UpstreamError]) -> list[str]:
    """Let two passes over the open jobs fail; give the states that the second one asked for."""
    platform.faults(fault)
    for _ in range(2):
        platform.forget()
        with pytest.raises(error):
            run_reconcile()
    asked = [request["query"] for request in platform.requests()]
    return [query["status"] for query in asked if "status" in query]


@pytest.mark.parametrize("refused", ["pending", "working"])
def test_a_list_of_open_jobs_whose_tokens_are_refused_holds_the_other_not_up(
    platform: SandboxProcess, settings: Settings, refused: str
) -> None:
    settings.SYNC_PAGE_SIZE = 2
    for each in platform.jobs()[:5]:
        platform.patch(each["id"], status=refused)
    cycle(watch=nobody, waiting=lambda _: None)
    asked = reconciled_in_vain(platform, f"token@/jobs?status={refused}&nextPageToken", TokenRefused)
    assert asked[0] != refused
    assert asked[-1] == refused


@pytest.mark.parametrize("refused", ["pending", "working"])
def test_a_list_of_open_jobs_that_fails_holds_the_other_not_up(platform: SandboxProcess, refused: str) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    complete = Lane.objects.get(name="reconcile").complete
    asked = reconciled_in_vain(platform, f"status=400@/jobs?status={refused}", RequestRefused)
    assert asked[0] != refused
    assert asked.count(asked[0]) == 1, "not again for each size of the other's pages"
    assert Lane.objects.get(name="reconcile").complete == complete
    platform.faults("")
    began = timezone.now()
    run_reconcile()
    latest = Lane.objects.get(name="reconcile").complete
    assert latest
    assert latest >= began


@pytest.mark.parametrize(("gaps", "failing"), [(False, False), (False, True), (True, True)])
def test_a_sweep_does_not_help_a_tail_that_is_complete_or_where_it_has_left_something_out(
    platform: SandboxProcess, gaps: bool, failing: bool
) -> None:
    """Nor one that does not fail, but has its next turn later."""
    cycle(watch=nobody, waiting=lambda _: None)
    before = Lane.objects.get(name="tail")
    elapse(DAY)
    run_sweep(seconds=0)
    if gaps:
        Shard.objects.filter(lane="sweep", type="").update(finished=True, left_out="for a reason")
        half_an_hour_ago = timezone.now() - timedelta(minutes=30)
        Lane.objects.filter(name="tail").update(complete=half_an_hour_ago, problem="It fails.")
    elif failing:
        run_tail()
        Lane.objects.filter(name="tail").update(problem="It fails.")
    known = Lane.objects.get(name="tail")
    run_sweep(seconds=60)
    after = Lane.objects.get(name="tail")
    assert Lane.objects.get(name="sweep").finished
    assert (after.watermark, after.complete) == (before.watermark, known.complete)
    assert not Anomaly.objects.filter(kind="outrun").exists()


def test_a_sweep_that_others_have_just_ended_is_not_begun_again(platform: SandboxProcess) -> None:
    run_tail()
    run_sweep(seconds=60)
    number = Lane.objects.get(name="sweep").number
    run_sweep(seconds=60)
    assert Lane.objects.get(name="sweep").number == number


def test_a_walk_that_others_have_just_ended_is_not_walked_again(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between being found and being leased."""
    run_tail()
    swept_by()
    begin = run_pass

    def late(*given: Any, **named: Any) -> Pass:
        Shard.objects.update(finished=True)
        return begin(*given, **named)

    monkeypatch.setattr(sweep, "run_pass", late)
    platform.forget()
    run_sweep(seconds=60)
    assert pages_asked(platform) == 0


def test_what_is_stored_and_does_not_come_is_read_by_id(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    gone = Job.objects.exclude(created=UNDATED).order_by("created")[40]
    platform.delete(gone.key)
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    run_sweep(seconds=60)
    assert [(each.key, each.reason) for each in Recheck.objects.all()] == [(gone.key, "absent")]
    run_rechecks()
    assert Recheck.objects.get().missing
    assert Job.objects.get(key=gone.key).cell.status != "gone"
    elapse(61)
    run_rechecks()
    assert Job.objects.get(key=gone.key).cell.status == "gone"
    assert not Recheck.objects.exists()
    assert Transition.objects.get(job__key=gone.key).new == "gone"
    assert is_consistent()


def test_a_search_that_brings_nothing_is_told_and_a_healthy_one_takes_that_back(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    nothing = Walked(place=Place(finished=True), stretch=Stretch(start=BEGIN, end=END, keys=frozenset()))
    whole = Shard(lane="sweep", type="", status="", issuer="")
    assert store.look_for_absent(whole, nothing, since=timezone.now()) == Recheck.objects.count() == 120
    elapse(DAY)
    run_sweep(seconds=60)
    assert not Recheck.objects.exists()
    platform.empty()
    elapse(DAY)
    run_sweep(seconds=60)
    assert Recheck.objects.count() == 120
    assert Anomaly.objects.get(kind="absent").said.endswith("jobs that are here did not come at once among all.")
    assert not Job.objects.filter(cell__status="gone").exists()


def test_an_open_job_that_is_open_no_more_is_found(platform: SandboxProcess) -> None:
    platform.plant(job(1, status="working"))
    cycle(watch=nobody, waiting=lambda _: None)
    platform.plant(job(1, status="success"))
    run_reconcile()
    assert Recheck.objects.get().key == job(1)["id"]
    run_rechecks()
    assert Job.objects.get(key=job(1)["id"]).cell.status == "success"


def test_the_lists_of_open_jobs_are_not_split(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    lists = Shard.objects.filter(lane="reconcile")
    lists.update(token="stale", page_size=50, restarts=9, finished=False)
    run_reconcile()
    assert set(lists.values_list("type", "status", "issuer", "finished")) == {
        ("", "pending", "", True),
        ("", "working", "", True),
    }


def test_a_404_of_a_proxy_is_no_404(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    key = Job.objects.first().key  # type: ignore[union-attr]
    Recheck.objects.create(key=key, reason="tie", raised=timezone.now(), due=timezone.now())
    platform.faults("proxy404")
    run_rechecks()
    put_off = Recheck.objects.get()
    assert (put_off.missing, put_off.attempts) == (None, 1)
    assert put_off.due > timezone.now()


def test_a_job_that_may_not_be_read_after_another_failure_holds_up_no_other(platform: SandboxProcess) -> None:
    """That a pass has failed before, for whatever reason, says nothing of what may be read."""
    run_tail()
    keys = [job["id"] for job in platform.jobs()[:4]]
    Lane.objects.create(name="rechecks", platform=settings.MEDIA_PLATFORM_NAME, problem="It was not ready.")
    rechecks.doubt(dict.fromkeys(keys, Doubt.TIE))
    platform.faults(f"status=403@/jobs/{keys[0]}")
    run_rechecks()
    assert list(Recheck.objects.values_list("key", flat=True)) == [keys[0]]
    assert Lane.objects.get(name="rechecks").rests_until is None


def test_jobs_that_fail_again_and_again_hold_up_no_others(platform: SandboxProcess) -> None:
    """However many are overdue; two of them are tried in a pass, after the others, and that they fail is said."""
    run_tail()
    keys = [job["id"] for job in platform.jobs()[:60]]
    rechecks.doubt(dict.fromkeys(keys[:30], Doubt.TIE))
    Recheck.objects.update(failed=True, attempts=9, due=timezone.now() - timedelta(hours=2))
    rechecks.doubt(dict.fromkeys(keys[30:], Doubt.TIE))
    platform.faults(",".join(f"status=500@/jobs/{key}" for key in keys[:30]))
    with pytest.raises(TryAgain):
        run_rechecks()
    left = set(Recheck.objects.values_list("key", flat=True))
    assert left == set(keys[:30])
    assert Recheck.objects.filter(attempts=10).count() == FAILURES
    assert "500" in Lane.objects.get(name="rechecks").problem
    platform.faults("")
    assert rechecks.due(60, failed=False) == []
    Recheck.objects.update(due=timezone.now() + timedelta(minutes=30))
    try_again()
    run_rechecks()
    assert not Recheck.objects.exists(), "who wants all to be tried again need not wait for half an hour"


def test_where_no_job_may_be_read_that_is_said_and_none_is_asked_for(platform: SandboxProcess) -> None:
    """Not even by hooks, but for one job now and then; one that no address can name is no answer."""
    run_tail()
    keys = [job["id"] for job in platform.jobs()[:9]]
    rechecks.doubt(dict.fromkeys(["..", *keys], Doubt.TIE))
    platform.faults("status=403@/jobs/")
    platform.forget()
    with pytest.raises(RequestRefused):
        run_rechecks()
    assert len(platform.requests()) == FORBIDDEN
    assert "403" in Lane.objects.get(name="rechecks").problem
    rechecks.doubt({keys[8]: Doubt.HOOK})
    assert not rechecks_are_left()
    elapse(LONGEST_PAUSE.total_seconds())
    with pytest.raises(RequestRefused):
        run_rechecks()
    assert len(platform.requests()) == FORBIDDEN + 1
    assert not rechecks_are_left()
    run_tail()
    assert freshness().state == "fresh", "other lanes go on"
    platform.faults("")
    try_again()
    assert rechecks_are_left()
    run_rechecks()
    assert Lane.objects.get(name="rechecks").rests_until is None
    elapse(HOUR)
    Recheck.objects.filter(key="..").delete()
    run_rechecks()
    assert not Recheck.objects.exists()
    assert Lane.objects.get(name="rechecks").problem == ""


def test_jobs_of_one_group_are_read_at_once(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    group = Job.objects.filter(cell__type="urn:job:av.transcode").first()
    assert group is not None
    for each in Job.objects.filter(group=group.group):
        Recheck.objects.create(key=each.key, reason="tie", raised=timezone.now(), due=timezone.now())
    platform.forget()
    run_rechecks()
    assert [request["path"] for request in platform.requests()] == [f"/_api/jobs/groups/{group.group}"]
    assert not Recheck.objects.exists()


def test_what_becomes_visible_late_is_within_the_overlap(platform: SandboxProcess, settings: Settings) -> None:
    """Between it and the watermark lies more than the one page that is read anyway."""
    settings.SYNC_PAGE_SIZE = 2
    platform.advance(2 * HOUR)  # so that none of these dates lies ahead of it

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


def test_what_a_sweep_has_done_for_the_tail_meanwhile_stays(platform: SandboxProcess, settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE, settings.SYNC_OVERLAP = 20, DAY
    run_tail()
    helped = list[datetime]()

    def help_it(_: Pass) -> None:
        """Behind the first of several pages."""
        if not helped:
            helped.append(timezone.now())
            Lane.objects.filter(name="tail").update(watermark=helped[0], complete=helped[0])

    assert run_tail(watch=help_it).pages > 1
    tail = Lane.objects.get(name="tail")
    assert (tail.watermark, tail.complete) == (helped[0], helped[0])


def test_a_bad_record_does_not_break_its_page(platform: SandboxProcess) -> None:
    platform.plant(b'{"id": NaN, "callback": {"url": "https://h/?CANARY"}}')
    done = run_tail()
    assert (done.inserted, done.refused) == (49, 1)
    run_tail()
    kept = Quarantine.objects.get()
    assert kept.times == 2
    assert "NaN" in kept.text
    assert "CANARY" not in kept.text


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
    run_sweep(seconds=60)
    dump = StringIO()
    call_command("dumpdata", "jobs", stdout=dump)
    assert "masked-" in dump.getvalue()
    assert "CANARY" not in dump.getvalue()


def test_a_mirror_of_another_platform_is_left_as_it_is(platform: SandboxProcess, settings: Settings) -> None:
    run_tail()
    platform.forget()
    settings.MEDIA_PLATFORM_NAME = "project.wixmp.com"
    for run in (run_tail, partial(run_sweep, seconds=60), partial(refresh_job, "a"), partial(refresh_group, "a")):
        with pytest.raises(OtherPlatform, match="mirrors sandbox, and MEDIA_PLATFORM_URL now names project"):
            run()
    assert platform.requests() == []
    assert Lane.objects.get().problem.startswith("This database mirrors sandbox")
    settings.MEDIA_PLATFORM_NAME = "sandbox"
    run_tail()
    run_sweep(seconds=60)
    assert Job.objects.count() == 120


def test_an_answer_to_an_operator_that_is_of_another_job_is_not_kept(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked for this one must not be told that it is stored now."""
    run_tail()
    other = Page(records=(record(7),), refused=(), asked=timezone.now())
    monkeypatch.setattr(JobsClient, "job", lambda *_: other)
    with pytest.raises(BrokenReply, match=f"another job: {record(7).id}"):
        refresh_job(record(1).id)
    assert not Job.objects.filter(key=record(7).id).exists()


def test_an_answer_to_an_operator_that_comes_late_is_not_kept(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is fenced off by it: what others have kept meanwhile may be newer."""
    run_tail()
    key = Job.objects.values_list("key", flat=True)[0]
    platform.patch(key, note="changed")
    monkeypatch.setattr(refresh, "database_clock", lambda: lambda: timezone.now() + refresh.LATE)
    before = Job.objects.get(key=key).digest
    with pytest.raises(TryAgain, match="too old"):
        refresh_job(key)
    assert Job.objects.get(key=key).digest == before


def test_everything_is_read_again_when_a_day_has_passed(platform: SandboxProcess) -> None:
    """Jobs without dates that come after the backfill are seen by no other lane."""
    cycle(watch=nobody, waiting=lambda _: None)
    assert not sweep_is_left()
    platform.plant(job(7, dateCreated=None, dateUpdated=None), dateCreated="2020-01-01T00:00:00Z")
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    assert sweep_is_left()
    cycle(watch=nobody, waiting=lambda _: None)
    assert Job.objects.filter(key=str(job(7)["id"])).exists()
    assert not sweep_is_left()


def test_a_job_of_more_files_than_a_small_number_counts_is_kept(platform: SandboxProcess) -> None:
    many = [{"path": f"/in/{n}.jpg"} for n in range(33_000)]
    platform.plant(job(1, sources=many), dateUpdated="2026-03-01T12:00:00Z")
    run_tail()
    assert len(Job.objects.get(key=str(job(1)["id"])).terms) > 32_768


def test_a_record_that_the_tables_do_not_take_is_put_aside_alone() -> None:
    """A type longer than an index takes is refused by PostgreSQL itself, after every check of ours."""
    noise = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(4000))
    bad = structs.replace(record(2), type=noise)
    page = Page(records=(record(1), bad, record(3)), refused=(), next_token=None, asked=timezone.now())
    written = keep(ready(page), lane="tests")
    assert (written.inserted, written.refused) == (2, 1)
    assert Quarantine.objects.get().job_key == bad.id


def test_a_late_holder_leaves_nothing(platform: SandboxProcess) -> None:
    """Its page and its failure are taken back; the lane is the next holder's."""

    def overtaken(run: Run) -> Pass.Outcome:
        Lease.objects.update(epoch=F("epoch") + 1)
        page = Page(records=(record(1),), refused=(), next_token=None, asked=timezone.now())
        run.commit(ready(page), since=timezone.now(), save=lambda _: None)
        return Pass.Outcome.COMPLETE

    with pytest.raises(LeaseLost):
        run_pass("tail", overtaken, watch=nobody)
    assert not Job.objects.exists()
    assert Lane.objects.get(name="tail").problem == ""


def test_a_page_stays_with_its_checkpoint_alone(platform: SandboxProcess) -> None:
    def stopped(run: Run) -> Pass.Outcome:
        page = Page(records=(record(1),), refused=(), next_token=None, asked=timezone.now())

        def save(_: Written) -> None:
            raise TryAgain("It stops here.")

        run.commit(ready(page), since=timezone.now(), save=save)
        return Pass.Outcome.COMPLETE

    with pytest.raises(TryAgain):
        run_pass("tail", stopped, watch=nobody)
    assert not Job.objects.exists()


def test_an_address_that_brought_nothing_pins_nothing(platform: SandboxProcess, settings: Settings) -> None:
    Lane.objects.create(name="tail", platform="mistyped.example", complete=timezone.now())
    Lane.objects.create(name="sweep", platform="mistyped.example", finished=timezone.now())
    for kind in ("", *shards.TYPES):
        Shard.objects.create(lane="sweep", type=kind, status="", issuer="", finished=True)
    cycle(watch=nobody, waiting=lambda _: None)
    assert Job.objects.count() == 120
    assert {lane.platform for lane in Lane.objects.all()} == {settings.MEDIA_PLATFORM_NAME}


@pytest.mark.parametrize(("fault", "asked"), [("proxy404", 4), ("status=500", 4), ("status=403", 3)])
def test_jobs_that_cannot_be_read_stop_no_other_lane(platform: SandboxProcess, fault: str, asked: int) -> None:
    """What is wrong with single jobs opens no circuit: where two in a row fail, the others have their turn later."""
    run_tail()
    keys = [job["id"] for job in platform.jobs()[:3]]
    rechecks.doubt(dict.fromkeys(keys, Doubt.TIE))
    platform.faults(f"{fault}@/jobs/")
    platform.forget()
    with suppress(UpstreamError):
        run_rechecks()
    assert len(platform.requests()) == asked
    assert gate.may_begin()
    assert Recheck.objects.count() == 3
    platform.faults("")
    run_tail()
    elapse(1200)
    run_rechecks()
    assert not Recheck.objects.exists()
