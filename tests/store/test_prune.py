"""`./deck manage prune`: old jobs go with all that belongs to them, and none of them comes back."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from jobs.models import UNDATED, Document, Horizon, HourRollup, Job, Lane, Posting, Recheck
from jobs.rules.versions import Doubt
from jobs.store import Written, prune, rechecks, sql
from tests.records import NOON, iso, job, record, records, write
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db

NOW = NOON + timedelta(days=100)


def run(*words: str) -> str:
    said = StringIO()
    call_command("prune", *words, stdout=said)
    return said.getvalue()


def days_ago(days: float) -> str:
    return iso(NOW - timedelta(days=days))


@pytest.fixture(autouse=True)
def _jobs() -> None:
    """One job a day, of which the last one was updated today, by a clock that is months behind ours."""
    a_minute_before = NOW - timedelta(minutes=1)
    Lane.objects.create(name=Lane.SWEEP, platform="tests", began=timezone.now(), dated=a_minute_before)
    stamps = {n: days_ago(n) for n in range(40)}
    write(records([job(n, dateCreated=days_ago(n + 2), dateUpdated=at) for n, at in stamps.items()]))


def test_jobs_that_are_old_enough_go_with_all_that_is_theirs() -> None:
    assert "10 pruned. None of them is taken in again." in run("--older-than", "29d")
    assert Job.objects.count() == Document.objects.count() == 30
    assert Posting.objects.count() == sum(len(job.terms) for job in Job.objects.all())
    assert is_consistent()


def test_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "BATCH", 4)
    said = run("--older-than", "29d")
    assert [part.split()[0] for part in said.split("\r")[1:]] == ["4", "8", "10", "10"]
    assert is_consistent()


def test_everything_may_go() -> None:
    Job.objects.filter(key=record(0).id).exists()
    run("--older-than", "1d")
    assert [each.key for each in Job.objects.all()] == [record(0).id, record(1).id]
    assert is_consistent()


def test_what_is_pruned_does_not_come_back() -> None:
    run("--older-than", "29d")
    again = records([job(n, dateCreated=days_ago(n + 2), dateUpdated=days_ago(n)) for n in range(25, 40)])
    assert write(again) == Written(unchanged=5, dropped=10)
    assert Job.objects.count() == 30
    assert is_consistent()


def test_one_that_is_kept_and_dated_back_is_no_pruned_one() -> None:
    """Its clock may have been wrong: that date is for a read by id to tell, if it is older than what is here."""
    run("--older-than", "29d")
    undated = record(50, dateUpdated=None)
    write([undated], point=True)
    assert write([record(50, dateUpdated=days_ago(39))]) == Written(updated=1)
    assert is_consistent()


def test_what_a_hook_told_of_is_still_read() -> None:
    rechecks.doubt({record(38).id: Doubt.HOOK, record(39).id: Doubt.TIE})
    run("--older-than", "29d")
    assert [each.key for each in Recheck.objects.all()] == [record(38).id]


def test_one_that_somebody_asks_for_comes() -> None:
    run("--older-than", "29d")
    old = record(39, dateCreated=days_ago(41), dateUpdated=days_ago(39))
    assert write([old], point=True) == Written(inserted=1)
    assert is_consistent()


def test_an_old_job_that_has_changed_is_new() -> None:
    run("--older-than", "29d")
    assert write([record(39, dateCreated=days_ago(41), dateUpdated=days_ago(1))]) == Written(inserted=1)


def test_a_job_without_dates_stays_and_comes() -> None:
    write(records([job(99, dateUpdated=None)]))
    run("--older-than", "29d")
    assert Job.objects.filter(key=record(99).id).exists()
    assert write(records([job(98, dateUpdated=None)])) == Written(inserted=1)


def test_everything_is_kept_again() -> None:
    run("--older-than", "29d")
    assert "comes back with the next sweep" in run("--keep-all")
    assert write([record(39, dateCreated=days_ago(41), dateUpdated=days_ago(39))]) == Written(inserted=1)


def test_a_later_horizon_stays() -> None:
    run("--older-than", "10d")
    run("--older-than", "29d")
    assert abs(Horizon.objects.get().before - (NOW - timedelta(days=10))) < timedelta(hours=1)


def test_a_dry_run_changes_nothing() -> None:
    assert "10 jobs were last updated before" in run("--older-than", "29d", "--dry-run")
    assert Job.objects.count() == 40
    assert not Horizon.objects.exists()


@pytest.mark.parametrize(("age", "reason"), [("90", "Give a number and one of"), ("12h", "Keep at least a day: 1d.")])
def test_an_age_that_makes_no_sense_is_refused(age: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("--older-than", age)
    assert not Horizon.objects.exists()


def test_a_batch_reads_what_it_deletes_and_no_more() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.CREATE}; ANALYZE; SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {prune.JOBS}", {"undated": UNDATED, "before": NOW, "batch": 5})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "using job_updated" in plan
    assert "Sort" not in plan


def test_days_and_hours_without_jobs_are_gone() -> None:
    run("--older-than", "29d")
    assert not HourRollup.objects.filter(begins__lt=NOW - timedelta(days=32)).exists()
    assert datetime(2026, 1, 1, tzinfo=UTC) < HourRollup.objects.earliest("begins").begins
