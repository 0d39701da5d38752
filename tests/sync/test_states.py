"""Two hundred examples of fifty steps: whatever happens, the mirror becomes equal to its platform (`trials.states`).

Each world is a class, so that they are tried beside each other.
"""

import pytest

from trials.states import run_examples
from trials.worlds import WORLDS

EXAMPLES, STEPS = 34, 50


@pytest.mark.django_db(transaction=True)
class Tried:
    """One world, by its name."""

    world: str

    def test_a_mirror_becomes_equal_to_its_platform(self) -> None:
        run_examples(WORLDS[self.world], examples=EXAMPLES, steps=STEPS, seed=list(WORLDS).index(self.world))


class TestCursor(Tried):
    world = "cursor"


class TestOffset(Tried):
    world = "offset"


class TestSingle(Tried):
    world = "single"


class TestSnapshot(Tried):
    world = "snapshot"


class TestTime(Tried):
    world = "time"


class TestLag(Tried):
    world = "lag"


def test_enough_is_tried() -> None:
    assert {each.world for each in Tried.__subclasses__()} == set(WORLDS)
    assert EXAMPLES * len(WORLDS) >= 200
