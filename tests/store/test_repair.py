"""`./deck manage repair`: counts that are wrong are mended, those that are right are left alone, while others write."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from jobs.models import Cell, DayRollup, HourRollup
from jobs.store import repair
from tests.records import NOON, iso, job, records, write
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db(transaction=True)

STATES = ("pending", "working", "success", "error")


@pytest.fixture(autouse=True)
def _jobs() -> None:
    jobs = [
        job(
            n,
            status=STATES[n % 4],
            dateCreated=iso(NOON + timedelta(minutes=7 * n)),
            dateUpdated=iso(NOON + timedelta(hours=n)),
        )
        for n in range(60)
    ]
    write(records(jobs))


def run() -> str:
    said = StringIO()
    call_command("repair", stdout=said)
    return said.getvalue()


def too_many() -> None:
    Cell.objects.filter(status="error").update(jobs=F("jobs") + 3)


def too_few() -> None:
    Cell.objects.filter(status="success").update(jobs=0)


def no_days() -> None:
    DayRollup.objects.all().delete()


def one_too_many() -> None:
    row = HourRollup.objects.exclude(durations=[])[0]
    HourRollup.objects.filter(pk=row.pk).update(created=F("created") + 5, durations=[*row.durations, (99 << 32) + 7])


def of_nothing() -> None:
    row = HourRollup.objects.all()[0]
    row.begins -= timedelta(days=9)
    HourRollup.objects.create(
        begins=row.begins, cell_id=row.cell_id, created=1, finished=0, durations=[], waits=[(3 << 32) + 1]
    )


@pytest.mark.parametrize("harm", [too_many, too_few, no_days, one_too_many, of_nothing])
def test_what_is_wrong_is_mended_and_then_nothing_is(harm: Callable[[], None]) -> None:
    assert "There was nothing to mend." in run()
    harm()
    assert "Mended." in run()
    assert is_consistent()
    assert "There was nothing to mend." in run()


def test_it_says_how_many_were_wrong() -> None:
    too_many()
    said = run()
    assert "counts:  8, of which 2 were wrong" in said
    assert ", of which 0 were wrong or missing" in said


def test_others_write_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between finding and mending, somebody else's page is counted, in cells and hours that are wrong."""
    too_few()
    no_days()
    found = repair._find

    def find_then_write() -> None:
        found()
        stamp = iso(NOON + timedelta(days=3))
        write(records([job(n, status="success", dateUpdated=stamp) for n in range(50, 70)]))

    monkeypatch.setattr(repair, "_find", find_then_write)
    assert "Mended." in run()
    assert is_consistent()


def test_a_second_repair_is_refused() -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(f"SELECT pg_advisory_lock({repair.LOCK})")
        with pytest.raises(CommandError, match="Another repair is at work"):
            run()
        other.execute("SELECT pg_advisory_unlock_all()")
        assert "There was nothing to mend." in run()
