"""`jobs.store.rechecks`: who has its turn, what a 404 leads to, and that nothing is forgotten that was asked since."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from jobs.models import Job, Recheck
from jobs.rules.rechecks import FIRST_WAIT, LONGEST_WAIT, SPACING, TRIES, Due, Read
from jobs.rules.versions import Doubt
from jobs.store import keep, ready, rechecks
from jobs.upstream.record import Page, Record, Refused
from tests.records import record, write

pytestmark = pytest.mark.django_db
KEY = record(1).id


def planned() -> Due:
    """The read of the job as it stands now."""
    held = Recheck.objects.get(key=KEY)
    return Due(key=KEY, group="", raised=held.raised, attempts=held.attempts)


def not_found() -> None:
    """Let a read that is made now find no job."""
    now = timezone.now()
    rechecks.absent(planned(), now, now=now, lane="rechecks")


def later(by: timedelta) -> None:
    """Let time pass."""
    Recheck.objects.update(raised=F("raised") - by, due=F("due") - by, missing=F("missing") - by)
    Job.objects.update(observed=F("observed") - by)


def become_gone() -> None:
    """Let the job be here, and then be looked for in vain twice."""
    write([record(1)])
    rechecks.doubt({KEY: Doubt.ABSENT})
    not_found()
    later(SPACING)
    not_found()
    assert Job.objects.get().cell.status == "gone"


def test_hooks_come_first_and_what_did_not_come_last() -> None:
    for key, reason in (("1", Doubt.ABSENT), ("2", Doubt.TIE), ("3", Doubt.HOOK)):
        rechecks.doubt({key: reason})
    assert [each.key for each in rechecks.due(9)] == ["3", "2", "1"]


def test_since_when_a_job_is_in_doubt_is_no_later_for_being_said_again() -> None:
    rechecks.doubt({KEY: Doubt.TIE})
    before = Recheck.objects.get()
    rechecks.doubt({KEY: Doubt.ABSENT})
    after = Recheck.objects.get()
    assert (after.since, after.raised > before.raised) == (before.since, True)


def test_a_hook_does_not_wait_for_a_read_that_was_put_off() -> None:
    rechecks.doubt({KEY: Doubt.TIE})
    Recheck.objects.update(due=timezone.now() + LONGEST_WAIT / 2)
    rechecks.doubt({KEY: Doubt.ABSENT})
    assert rechecks.due(1) == []
    rechecks.doubt({KEY: Doubt.HOOK})
    rechecks.doubt({KEY: Doubt.ABSENT})
    assert [each.key for each in rechecks.due(1)] == [KEY]
    assert Recheck.objects.get().reason == Doubt.HOOK


def test_the_second_404_makes_a_job_gone_and_needs_no_other() -> None:
    become_gone()
    assert not Recheck.objects.exists()


@pytest.mark.parametrize("state", ["pending", "success"])
def test_404s_count_anew_when_a_list_shows_the_job(state: str) -> None:
    write([record(1, status=state)])
    rechecks.doubt({KEY: Doubt.HOOK})
    not_found()
    later(SPACING)
    write([record(1, status=state)])
    not_found()
    assert Job.objects.get().cell.status == state
    later(SPACING)
    not_found()
    assert Job.objects.get().cell.status == "gone"


def test_what_a_hook_tells_while_a_404_is_on_its_way_is_read() -> None:
    write([record(1)])
    rechecks.doubt({KEY: Doubt.ABSENT})
    not_found()
    later(SPACING)
    read, asked = planned(), timezone.now()
    rechecks.doubt({KEY: Doubt.HOOK})
    rechecks.absent(read, asked, now=asked, lane="rechecks")
    assert [each.key for each in rechecks.due(1)] == [KEY]


def test_a_job_that_changes_while_it_is_called_gone_stays_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    write([record(1)])
    rechecks.doubt({KEY: Doubt.ABSENT})
    not_found()
    later(SPACING)
    monkeypatch.setattr(rechecks, "entomb", lambda *_, **__: False)
    not_found()
    assert Recheck.objects.get().missing is not None
    assert Job.objects.get().cell.status == "pending"


def came(page: Page, read: Due | None = None) -> None:
    """Let a read of one job bring this."""
    rechecks.settle(Read(due=(read or planned(),)), page, ())


@pytest.mark.parametrize(("reason", "times"), [(Doubt.TIE, 1), (Doubt.HOOK, 2)])
def test_what_is_in_doubt_again_waits_a_little_but_for_the_first_of_a_hook(reason: Doubt, times: int) -> None:
    """Where our clock has been set back, one read after the other would be overtaken until it has come back."""
    rechecks.doubt({KEY: reason})
    for _ in range(times):
        [read] = rechecks.due(1)
        rechecks.doubt({KEY: Doubt.OLDER})
        came(Page(records=(record(1),), refused=(), asked=timezone.now()), read)
    assert rechecks.due(1) == []
    later(FIRST_WAIT)
    assert [each.key for each in rechecks.due(1)] == [KEY]


@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=5)])
def test_what_is_in_doubt_while_it_is_read_is_read_again_though_a_clock_is_set_back(by: timedelta) -> None:
    """It was raised, by that clock, before the read that was on its way then."""
    rechecks.doubt({KEY: Doubt.TIE})
    [read], asked = rechecks.due(1), timezone.now()
    rechecks.doubt({KEY: Doubt.TIE})
    Recheck.objects.update(raised=F("raised") - by)
    came(Page(records=(record(1),), refused=(), asked=asked), read)
    assert Recheck.objects.get().attempts == 1
    came(Page(records=(record(1),), refused=(), asked=asked))
    assert not Recheck.objects.exists()


def test_a_list_that_shows_what_is_gone_as_it_was_costs_one_read() -> None:
    become_gone()
    write([record(1)], asked=timezone.now())
    not_found()
    write([record(1)], asked=timezone.now())
    assert not Recheck.objects.exists()
    write([record(1, note="other")], asked=timezone.now())
    assert Recheck.objects.get().reason == Doubt.RETURNED


NO_JOB = Refused(text="{", field="", reason="It is no JSON.", job_id=KEY)


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("comes", [NO_JOB, record(2)])
def test_a_job_of_which_a_record_comes_that_cannot_be_read_is_read_again_later(
    here: bool, comes: Refused | Record
) -> None:
    """Or in whose place another comes: where it is not here, after some tries nobody waits for it."""
    if here:
        write([record(1)])
    rechecks.doubt({KEY: Doubt.ABSENT})
    page = Page(
        records=tuple(each for each in [comes] if isinstance(each, Record)),
        refused=tuple(each for each in [comes] if isinstance(each, Refused)),
        asked=timezone.now(),
    )
    came(page)
    assert rechecks.due(1) == []
    later(FIRST_WAIT)
    assert [each.key for each in rechecks.due(1)] == [KEY]
    Recheck.objects.update(attempts=TRIES)
    came(page)
    assert Recheck.objects.exists() is here


def test_a_job_that_cannot_be_written_is_read_again_later() -> None:
    write([record(1)])
    rechecks.doubt({KEY: Doubt.TIE})
    rechecks.settle(Read(due=(planned(),)), Page(records=(record(1),), refused=(), asked=timezone.now()), [KEY])
    assert rechecks.due(1) == []
    later(FIRST_WAIT)
    assert [each.key for each in rechecks.due(1)] == [KEY]


@pytest.mark.parametrize(
    ("reason", "tried", "older", "left"),
    [
        (Doubt.ABSENT, False, False, False),
        (Doubt.ABSENT, True, False, True),
        (Doubt.ABSENT, False, True, True),
        (Doubt.HOOK, False, False, True),
        (Doubt.TIE, False, False, True),
    ],
)
def test_a_job_that_comes_after_all_need_not_be_read(reason: Doubt, tried: bool, older: bool, left: bool) -> None:
    """Unless that has been tried, it comes as it was, or there is another reason."""
    write([record(1, dateUpdated="2026-03-01T12:00:10Z")])
    rechecks.doubt({KEY: reason})
    if tried:
        not_found()
    comes = record(1, dateUpdated=f"2026-03-01T12:00:{'09' if older else '10'}Z")
    keep(ready(Page(records=(comes,), refused=(), asked=timezone.now())), lane="tests")
    assert Recheck.objects.exists() == left


def test_a_search_that_began_before_a_job_was_missed_says_nothing() -> None:
    write([record(1)])
    asked = timezone.now()
    rechecks.doubt({KEY: Doubt.ABSENT})
    keep(ready(Page(records=(record(1),), refused=(), asked=asked)), lane="tests")
    assert Recheck.objects.exists()


def test_reads_that_are_put_off_cost_those_that_are_due_nothing() -> None:
    later_on = timezone.now() + LONGEST_WAIT / 2
    waiting = [Recheck(key=f"w{n}", reason="tie", raised=later_on, due=later_on) for n in range(3_000)]
    Recheck.objects.bulk_create(waiting)
    rechecks.doubt({KEY: Doubt.ABSENT})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_recheck")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {rechecks.DUE}", {"turns": [0, 1, 2], "most": 20})
        [[[plan]]] = cursor.fetchall()
    assert rows_read(plan["Plan"]) < 20


def rows_read(plan: dict[str, Any]) -> float:
    """How many rows the scans of a plan have read, whether or not they gave them."""
    here: float = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return here * ("Scan" in plan["Node Type"]) + sum(map(rows_read, plan.get("Plans", [])))


def test_what_was_put_off_before_our_clock_was_set_back_is_due() -> None:
    rechecks.doubt({KEY: Doubt.TIE})
    Recheck.objects.update(due=timezone.now() + timedelta(days=1), raised=timezone.now() + timedelta(days=1))
    assert [each.key for each in rechecks.due(1)] == [KEY]
    not_found()
    later(SPACING)
    not_found()
    assert not Recheck.objects.exists()
