"""`jobs.store.keep`: a page is written whole, and a record that PostgreSQL does not take costs itself alone."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from msgspec import structs

from jobs.models import Cell, Job, Posting, Quarantine, Recheck
from jobs.store import Written, keep, quarantine, ready, said
from jobs.store.quarantine import OF_ONE_JOB
from jobs.upstream.record import Page, Record, Refused
from tests.records import NOON, iso, job, record

pytestmark = pytest.mark.django_db

REFUSED = Refused(text="{}", field="id", reason="It is missing.", job_id="")
MISFITS: dict[str, dict[str, Any]] = {
    "A value in it does not fit the tables.": {"error_code": 2**40},
    "It breaks a rule of the tables.": {"group": None},
    "It is larger than the tables can hold.": {"id": "".join(chr(0x4E00 + n) for n in range(9000))},
}


def page(records: Sequence[Record], *refused: Refused) -> Page:
    return Page(records=tuple(records), refused=refused, asked=NOON)


def misfit(number: int, **values: Any) -> Record:
    return structs.replace(record(number), **values)


def test_a_job_with_very_many_files_is_stored() -> None:
    sources = [{"path": f"/in/{n}.mp4"} for n in range(40_000)]
    assert keep(ready(page([record(1, sources=sources)])), lane="tests") == Written(inserted=1)
    assert Posting.objects.count() == 1 + (40_000 + 2) + (1 + 2)  # its group, its sources, its destination


@pytest.mark.parametrize("reason", MISFITS)
def test_a_record_that_does_not_fit_costs_itself_alone(reason: str) -> None:
    good = [record(n) for n in range(20)]
    wrong = misfit(7, **MISFITS[reason])
    good[7] = wrong
    assert keep(ready(page(good, REFUSED)), lane="tests") == Written(inserted=19, refused=2)
    assert Job.objects.count() == 19
    assert sum(Cell.objects.values_list("jobs", flat=True)) == 19
    kept = Quarantine.objects.exclude(field="id").get()
    assert (kept.field, kept.reason) == ("", reason)
    assert kept.job_key == wrong.id[:500].encode()[:500].decode(errors="ignore")


def test_a_job_that_comes_as_what_cannot_be_one_is_read_by_id_once_for_each_content() -> None:
    """The next reply may be well, and no walk may ask for it again before it is passed."""
    refused = replace(REFUSED, field="type", job_id=record(1).id)
    keep(ready(page([], refused, REFUSED)), lane="tests")
    assert [(each.key, each.reason) for each in Recheck.objects.all()] == [(record(1).id, "refused")]
    Recheck.objects.all().delete()
    keep(ready(page([], refused)), lane="tests")
    keep(ready(page([], replace(refused, text="other"))), lane="tests", point=True)
    assert not Recheck.objects.exists()


def test_a_read_that_was_overtaken_is_not_believed_though_our_clock_was_set_back() -> None:
    """It was asked for 10 s ago, when the clock said what it will say in 5 s once more."""
    keep(ready(page([record(1, status="working")])), lane="tests")
    old = page([record(1, status="pending")])
    late = replace(old, asked=timezone.now() + timedelta(seconds=5), counted=time.monotonic() - 10)
    assert keep(ready(late), lane="tests", point=True) == Written(dropped=1)
    assert Recheck.objects.get().reason == "tie"
    assert keep(ready(replace(late, counted=time.monotonic())), lane="tests", point=True) == Written(updated=1)


def test_what_does_not_fit_is_kept_verbatim() -> None:
    keep(ready(page([misfit(1, error_code=2**40)])), lane="tests")
    kept = Quarantine.objects.get()
    assert json.loads(kept.text) == job(1)
    assert str(2**40) not in kept.reason


def test_several_that_do_not_fit_leave_the_others() -> None:
    records = [misfit(n, error_code=2**40) if n % 3 == 0 else record(n) for n in range(20)]
    assert keep(ready(page(records)), lane="tests") == Written(inserted=13, refused=7)
    assert keep(ready(page(records)), lane="tests") == Written(unchanged=13, refused=7)
    assert set(Quarantine.objects.values_list("times", flat=True)) == {2}


def test_what_has_not_come_for_long_is_forgotten() -> None:
    for days in (89, 91):
        keep(ready(page([misfit(days, error_code=2**40)])), lane="tests")
        Quarantine.objects.filter(job_key=record(days).id).update(last_seen=timezone.now() - timedelta(days=days))
    quarantine.forget()
    assert Quarantine.objects.get().job_key == record(89).id


def test_one_that_does_not_fit_any_more_stays_as_it_was() -> None:
    keep(ready(page([record(1)])), lane="tests")
    later = iso(NOON + timedelta(hours=1))
    unfit = structs.replace(record(1, dateUpdated=later), error_code=2**40)
    assert keep(ready(page([unfit])), lane="tests", point=True).refused == 1
    assert Job.objects.get().updated == NOON + timedelta(seconds=1)


def test_what_is_no_fault_of_a_record_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        with pytest.raises(OperationalError) as stopped:
            keep(ready(page([record(n) for n in range(2000)])), lane="tests")
    assert "canceling statement" in said(stopped.value)


def test_what_the_database_says_quotes_no_record() -> None:
    with pytest.raises(DatabaseError) as wrong, connection.cursor() as cursor:
        cursor.execute("SELECT 'CANARY'::int")
    assert "CANARY" not in said(wrong.value)


def test_jobs_are_locked_before_the_quarantine() -> None:
    with CaptureQueriesContext(connection) as asked:
        keep(ready(page([record(1)], REFUSED)), lane="tests")
    jobs, kept = (
        next(n for n, query in enumerate(asked.captured_queries) if f"INSERT INTO {table} " in query["sql"])
        for table in ("jobs_job", "jobs_quarantine")
    )
    assert jobs < kept


def test_of_one_job_the_last_refused_records_are_kept() -> None:
    """What is refused may be another one at each reply; those without an id are others' each."""
    for number in range(OF_ONE_JOB + 2):
        one = replace(REFUSED, text=f'{{"number": {number}}}')
        keep(ready(page([], replace(one, job_id="x"), replace(one, field="type"))), lane="tests")
    kept = list(Quarantine.objects.values_list("job_key", "text"))
    assert sorted(text[11] for key, text in kept if key) == [str(number) for number in range(2, OF_ONE_JOB + 2)]
    assert sum(not key for key, _ in kept) == OF_ONE_JOB + 2
