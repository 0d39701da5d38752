"""The model can fail: a mirror differs from its platform soon where one of these mistakes is planted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from jobs.rules import versions
from jobs.rules.rechecks import Read
from jobs.rules.tail import Tail
from jobs.rules.versions import Seen, Stored, Verdict
from jobs.upstream.record import Page
from simulation import schedule
from simulation.mirror import Mirror
from simulation.schedule import Schedule, run

SCHEDULES = 1_000
Plant = Callable[[pytest.MonkeyPatch], None]


def believe_the_later_stage(patch: pytest.MonkeyPatch) -> None:
    def tied(stored: Stored, seen: Seen) -> Verdict:
        return versions.TAKE if seen.stage > stored.stage else versions.DROP

    patch.setattr(versions, "_tied", tied)


def believe_a_read_for_ever(patch: pytest.MonkeyPatch) -> None:
    tied = versions._tied
    patch.setattr(versions, "_tied", lambda stored, seen: versions.DROP if stored.settled else tied(stored, seen))


def trust_a_clock_that_was_set_back(patch: pytest.MonkeyPatch) -> None:
    class Trusting(Tail):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given | {"began": given["last"] or given["began"]})

    patch.setattr(schedule, "Tail", Trusting)


def never_doubt_an_older_date(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(versions, "_older", lambda *_: versions.DROP)


def have_no_overlap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(schedule, "LAG", timedelta(0))


def promote_the_watermark_early(patch: pytest.MonkeyPatch) -> None:
    begin, take = Schedule.__init__, Tail.take
    mirrors: list[Mirror] = []

    def begun(self: Schedule, seed: int) -> None:
        begin(self, seed)
        mirrors[:] = [self.mirror]

    def taken(self: Tail, page: Page) -> datetime | None:
        mirrors[0].watermark = take(self, page)
        mirrors[0].complete = mirrors[0].clock()
        return self.watermark

    patch.setattr(Schedule, "__init__", begun)
    patch.setattr(Tail, "take", taken)


def check_no_epoch(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mirror, "check", lambda *_: None)


def look_for_nothing_that_did_not_come(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Mirror, "close", lambda *_: None)


def forget_what_was_raised_meanwhile(patch: pytest.MonkeyPatch) -> None:
    def read(self: Mirror, page: Page, of: Read) -> None:
        self.keep(page, since=page.asked, point=True)
        for each in of.due:
            self.rechecks.pop(each.key, None)

    patch.setattr(Mirror, "read", read)


PLANTS: tuple[Plant, ...] = (
    believe_the_later_stage,
    believe_a_read_for_ever,
    trust_a_clock_that_was_set_back,
    never_doubt_an_older_date,
    have_no_overlap,
    promote_the_watermark_early,
    check_no_epoch,
    look_for_nothing_that_did_not_come,
    forget_what_was_raised_meanwhile,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_mistake_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(run(seed).differing for seed in range(SCHEDULES))
