"""Two writers at once: neither locks the other out, and the counts stay exact."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from django.db import Error, connection, transaction

from jobs.models import Cell, Job, Quarantine
from jobs.store import keep, ready
from jobs.upstream.record import Page, Record, Refused
from tests.records import NOON, iso, job, records, write
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 40
PATIENCE = 60


def at_once(*works: Callable[[Barrier], None]) -> None:
    """Do `works` at once, each on a connection of its own."""
    barrier = Barrier(len(works), timeout=PATIENCE)

    def work(one: Callable[[Barrier], None]) -> None:
        try:
            one(barrier)
        except BaseException:
            barrier.abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        failed = [done.exception(PATIENCE) for done in [threads.submit(work, one) for one in works]]
    assert failed == [None] * len(works)


def moved(types: dict[int, str], *, minutes: int = 0, status: str = "error") -> list[dict[str, object]]:
    """Jobs by number, each with this type and a source and an error that are its own, as of some minutes after noon."""
    dates = {"dateCreated": iso(NOON), "dateUpdated": iso(NOON + timedelta(minutes=minutes))}
    return [
        job(n, type=kind, sources=[{"path": f"/{kind}"}], status=status, result={"message": f"no {kind}"}, **dates)
        for n, kind in types.items()
    ]


def test_counts_that_stay_are_not_locked() -> None:
    """Each counts a new job in one cell, and swaps two jobs between cells of which the other counts one."""
    write(records(moved({1: "x", 2: "y", 4: "z", 5: "w"}, status="pending")))

    def writing(types: dict[int, str]) -> Callable[[Barrier], None]:
        def work(barrier: Barrier) -> None:
            with transaction.atomic():
                write(records(moved(types, minutes=1, status="pending")))
                barrier.wait()

        return work

    at_once(writing({1: "y", 2: "x", 3: "z"}), writing({4: "w", 5: "z", 6: "x"}))
    assert is_consistent()


@pytest.mark.parametrize("seed", range(3))
def test_overlapping_pages_in_any_order_keep_the_counts_exact(seed: int) -> None:
    """Jobs move between cells in two threads; a page is of a walk or of a read of these jobs, with refused records."""

    def writing(mine: int) -> Callable[[Barrier], None]:
        dice = Random(f"{seed} {mine}")

        def work(barrier: Barrier) -> None:
            for number in range(ROUNDS):
                barrier.wait()
                types = {n: dice.choice("tuvw") for n in dice.sample(range(12), dice.randint(1, 12))}
                refused = [Refused(text=f"{n}", field="id", reason="", job_id="") for n in dice.sample(range(6), 4)]
                page = Page(
                    records=tuple(records(moved(types, minutes=2 * number + mine))),
                    refused=tuple(refused),
                    asked=NOON + timedelta(seconds=number),
                )
                keep(ready(page), lane="tests", point=dice.random() < 0.5)

        return work

    at_once(writing(0), writing(1))
    assert Job.objects.count() == 12
    assert Quarantine.objects.count() == 6
    assert is_consistent()


class Change(Exception):
    """A reason to take everything back."""


@pytest.mark.parametrize("seed", range(3))
def test_what_is_taken_back_or_cut_off_is_not_counted(seed: int) -> None:
    """Two writers move jobs between cells and hours; of some pages nothing is committed, or the server process dies."""

    def writing(mine: int) -> Callable[[Barrier], None]:
        dice = Random(f"{seed} {mine}")

        def work(_: Barrier) -> None:
            for number in range(ROUNDS):
                types = {n: dice.choice("tuvw") for n in dice.sample(range(20), dice.randint(1, 12))}
                with contextlib.suppress(Change, Error):
                    page(records(moved(types, minutes=97 * number + mine)), dice.choice(ENDS))
                if connection.errors_occurred:
                    connection.close()

        return work

    at_once(writing(0), writing(1))
    assert Job.objects.count() == sum(Cell.objects.values_list("jobs", flat=True))
    assert is_consistent()


ENDS = ("commit", "commit", "roll back", "die")


def page(jobs: list[Record], end: str) -> None:
    """Write jobs in one transaction that ends so."""
    with transaction.atomic():
        write(jobs)
        if end == "roll back":
            raise Change
        if end == "die":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
