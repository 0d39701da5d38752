"""The page of the sync, and its quarantine."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from jobs.models import Anomaly, Job, Lane, Pass, Quarantine, Shard, Upstream, UpstreamMinute
from jobs.rules.anomalies import Kind
from jobs.sync.lanes import run_sweep, run_tail
from tests.pages import get, link, links
from tests.records import job
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db
QUERIES = 22


def test_before_the_first_pass(signed_in: Client) -> None:
    page = get(signed_in, "/sync/")
    assert "No pass of the sync is under way" in page
    assert "Every record that came could be stored" in page


@pytest.mark.django_db(transaction=True)
def test_after_a_cycle(signed_in: Client, platform: SandboxProcess) -> None:
    platform.plant(
        b'{"id": 7, "type": "x", "secret": {"callback": {"headers": {"k": "hidden-word"}}}}',
        dateCreated="2026-03-01T11:00:00Z",
    )
    run_tail()
    run_sweep(seconds=60)
    page = get(signed_in, "/sync/")
    assert "Done" in page
    assert "In step" in page
    (record,) = Quarantine.objects.all()
    assert f"/sync/refused/{record.pk}/" in links(page)
    shown = get(signed_in, f"/sync/refused/{record.pk}/")
    assert record.reason in shown
    assert "hidden-word" not in shown
    assert "masked-" in shown


def test_no_lane_is_in_step_where_the_platform_is_left_alone(signed_in: Client) -> None:
    """Though another one has found that it fails."""
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now)
    assert "In step" in get(signed_in, "/sync/")
    Upstream.objects.create(next=now, failures=5, reason="401", rests_until=now + timedelta(minutes=5))
    assert "In step" not in get(signed_in, "/sync/")


def test_a_sweep_says_how_far_it_is(signed_in: Client) -> None:
    began = timezone.now() - timedelta(minutes=30)
    Lane.objects.create(name="sweep", number=1, began=began)
    Shard.objects.create(lane="sweep", type="urn:job:av.transcode", finished=True, weight=3)
    Shard.objects.create(lane="sweep", type="", weight=3)
    Pass.objects.create(lane="sweep", scope="urn:job:av.transcode", began=began, inserted=6000, outcome="complete")
    page = get(signed_in, "/sync/")
    assert "50\u00a0%" in page
    assert "about 30<" in page
    assert "200 jobs a minute" in page
    assert "1 of 2 walks over" in page
    assert "Transcode" in page


def test_a_walk_that_fails_beside_others_is_not_the_whole_sweep(signed_in: Client) -> None:
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now)
    Lane.objects.create(name="sweep", number=1, began=now, problem="It answers 500.", problem_since=now)
    Shard.objects.create(lane="sweep", type="urn:job:av.transcode", failures=1)
    other = Shard.objects.create(lane="sweep", type="")
    assert "Fails in part" in get(signed_in, "/sync/")
    assert "Some of what reads them fails: It answers 500." in get(signed_in, "/jobs/")
    other.delete()
    page = get(signed_in, "/sync/")
    assert "Fails" in page
    assert "Fails in part" not in page


def test_open_jobs_that_were_compared_long_ago_are_behind(signed_in: Client, settings: Settings) -> None:
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now)
    lane = Lane.objects.create(name="reconcile", complete=now - timedelta(seconds=2 * settings.SYNC_RECONCILE))
    assert "Compared" in get(signed_in, "/sync/")
    lane.complete = now - timedelta(seconds=5 * settings.SYNC_RECONCILE)
    lane.save()
    page = get(signed_in, "/sync/")
    assert "Compared" not in page
    assert "Behind" in page


def test_a_pass_that_has_nothing_to_tell_is_left_out(signed_in: Client) -> None:
    Pass.objects.create(
        lane="tail", began=timezone.now(), outcome="complete", pages=2, unchanged=500, dropped=3, refused=1
    )
    assert "None yet." in get(signed_in, "/sync/")


@pytest.mark.parametrize("kind", Kind)
def test_an_anomaly_is_told_with_what_it_means(signed_in: Client, kind: Kind) -> None:
    now = timezone.now()
    Anomaly.objects.create(lane="tail", kind=kind, said="It was <odd>.", first_seen=now, last_seen=now, times=1234)
    page = get(signed_in, "/sync/")
    assert "It was &lt;odd&gt;." in page
    assert "1\u202f234" in page
    assert "nothing that it should not" not in page


def test_what_was_measured_stands_with_the_tail(signed_in: Client) -> None:
    Lane.objects.create(name="tail", complete=timezone.now(), lags=[0.0] * 10 + [100.0] + [0.0] * 30)
    page = get(signed_in, "/sync/")
    assert "999 of 1,000 changes seen within 32" in page
    assert "reads back 5" in page


def test_trouble_says_since_when_and_when_it_is_tried_again(signed_in: Client) -> None:
    now = timezone.now()
    Lane.objects.create(
        name="tail",
        problem="401: the credentials are refused",
        problem_since=now,
    )
    Pass.objects.create(lane="tail", began=now, ended=now, outcome="failed", problem="401: the credentials are refused")
    assert "It goes on by itself." in get(signed_in, "/sync/")
    later = now + timedelta(minutes=5)
    Upstream.objects.create(next=now, failures=5, reason="401", failing_since=now, rests_until=later)
    page = get(signed_in, "/sync/")
    assert "the credentials are refused" in page
    assert f"It is tried again at {later:%H:%M:%S} UTC" in page


def test_it_costs_a_few_questions(signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now)
    Pass.objects.bulk_create([Pass(lane="tail", began=now - timedelta(seconds=n)) for n in range(300)])
    with django_assert_max_num_queries(QUERIES):
        page = get(signed_in, "/sync/")
    assert page.count("Running") == 30


def test_every_record_in_quarantine_can_be_reached(signed_in: Client) -> None:
    now = timezone.now()
    Quarantine.objects.bulk_create(
        Quarantine(digest=str(n).encode(), field="id", reason="It is missing.", first_seen=now, last_seen=now)
        for n in range(120)
    )
    assert "/sync/quarantine/" in links(get(signed_in, "/sync/"))
    found: list[str] = []
    following: str | None = "/sync/quarantine/"
    while following:
        page = get(signed_in, following)
        found += [href for href in links(page) if href.startswith("/sync/refused/")]
        following = link(page, 'rel="next"')
    assert sorted(found) == sorted({f"/sync/refused/{record.pk}/" for record in Quarantine.objects.all()})


def test_a_mirror_is_as_fresh_as_its_period_lets_it(signed_in: Client, settings: Settings) -> None:
    Lane.objects.create(name="sweep", finished=timezone.now())
    Lane.objects.create(name="tail", complete=timezone.now() - timedelta(seconds=300))
    assert "behind" in get(signed_in, "/fresh/")
    settings.SYNC_PERIOD = 100
    assert "in step" in get(signed_in, "/fresh/")


@pytest.mark.parametrize(("cookie", "theme"), [("dark", 'data-theme="dark"'), ('"><script>', ""), ("sepia", "")])
def test_a_theme_is_one_of_two(signed_in: Client, cookie: str, theme: str) -> None:
    signed_in.cookies["theme"] = cookie
    root = next(line for line in get(signed_in, "/sync/").splitlines() if line.startswith("<html"))
    assert theme in root
    assert ("data-theme" in root) == bool(theme)


def test_the_freshness_alone(signed_in: Client) -> None:
    page = get(signed_in, "/fresh/")
    assert page.lstrip().startswith('<a class="fresh')


def test_the_sync_runs_now_where_somebody_asks_for_it(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Upstream.objects.create(next=timezone.now(), failures=5, rests_until=timezone.now() + timedelta(minutes=5))
    sent: list[str] = []
    monkeypatch.setattr("celery.app.task.Task.apply_async", lambda task, **_: sent.append(task.name))
    page = signed_in.post("/sync/now/", follow=True).content.decode()
    assert "The workers were told to begin" in page
    assert {name.rpartition(".")[2] for name in sent} == {"tail", "sweep", "reconcile", "rechecks"}
    assert Upstream.objects.get().rests_until is None


def test_a_broker_that_does_not_answer_is_said(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("refused")

    monkeypatch.setattr("celery.app.task.Task.apply_async", fail)
    page = signed_in.post("/sync/now/", follow=True).content.decode()
    assert "The broker does not answer" in page


@pytest.mark.django_db(transaction=True)
def test_a_refused_record_is_asked_for_once_more(signed_in: Client, platform: SandboxProcess) -> None:
    odd = job(1, type="x" * 300)
    platform.plant(odd)
    run_tail()
    kept = Quarantine.objects.get()
    again = f"/sync/refused/{kept.pk}/again/"
    assert "still sends what cannot be stored" in signed_in.post(again, follow=True).content.decode()
    platform.plant(job(1))
    assert "The job is stored now" in signed_in.post(again, follow=True).content.decode()
    assert Job.objects.filter(key=job(1)["id"]).exists()
    assert not Quarantine.objects.exists()
    assert signed_in.post(again).status_code == 404


def test_a_refused_record_without_an_id_cannot_be_asked_for(signed_in: Client) -> None:
    now = timezone.now()
    kept = Quarantine.objects.create(
        digest=b"1", job_key="", field="id", reason="It is missing.", text="{}", first_seen=now, last_seen=now
    )
    page = signed_in.post(f"/sync/refused/{kept.pk}/again/", follow=True).content.decode()
    assert "It has no id by which it could be asked for" in page
    assert Quarantine.objects.exists()


def test_how_the_platform_answers_stands_on_the_page(signed_in: Client) -> None:
    now = timezone.now()
    UpstreamMinute.objects.create(begins=now, requests=4, throttled=1, unready=7, failed=2, seconds=2.0, slowest=1.5)
    UpstreamMinute.objects.create(
        begins=now - timedelta(hours=1), requests=999, throttled=0, failed=0, seconds=9, slowest=9.876
    )
    page = get(signed_in, "/sync/")
    assert "0.50 s" in page
    assert "1.50 s" in page
    assert "9.88 s" not in page
    assert "<dt>Not ready (5xx)</dt><dd>7</dd>" in page
