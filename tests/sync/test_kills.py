"""The sync is killed at some of its statements, and whoever goes on makes the mirror equal (`./deck bench kills`)."""

from collections.abc import Iterator
from random import Random

import pytest

from jobs.models import Pass
from trials.kills import SCENES, Kill, Points, Trial, chosen, trial
from trials.statements import Side, fingerprints

pytestmark = pytest.mark.django_db(transaction=True)
FEW = (SCENES[1], SCENES[3])
KILLS = 8


@pytest.fixture
def tried() -> Iterator[Trial]:
    with trial() as running:
        yield running


def first_commit(points: Points, side: Side) -> Kill:
    """The one that opens the record of a pass of the tail."""
    point = next(point for point in points if point.lane == "tail" and point.statement == "COMMIT")
    place = min((place for place in points[point] if place.side is side), key=lambda place: place.after)
    return Kill(point=point, place=place, pause=0)


def test_what_is_killed_anywhere_is_made_up_for(tried: Trial) -> None:
    points = tried.points(FEW)
    for side, passes in ((Side.BEFORE, 0), (Side.AFTER, 1)):
        kill = first_commit(points, side)
        _, record = tried.run(kill.place.scene, kill.aim)
        assert record.struck.is_set()
        assert Pass.objects.filter(outcome=Pass.Outcome.RUNNING).count() == passes
    kills = chosen(points, 1, Random(20260301))[:KILLS]
    found = [tried.kill(kill) for kill in kills]
    assert [wrong for wrong in found if wrong] == []
    assert found.count([]) > KILLS / 2  # what a heart says, or another thread, is not said every time


def test_statements_are_known_again_whatever_their_values() -> None:
    said = """INSERT INTO "a" VALUES ('it''s; so', 1.5, NULL), (E'b\\'c', 2, true); SAVEPOINT "s1_x2" """
    other = """INSERT INTO "a" VALUES ('', 7, 'x'::text) ; SAVEPOINT "s77_x1";"""
    assert fingerprints(said) == ['INSERT INTO "a" VALUES ?', "SAVEPOINT ?"] == fingerprints(other)
