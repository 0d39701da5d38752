"""The mistakes that are planted can still be planted, and are Python."""

import ast
from pathlib import Path

import pytest

from benchmarks.mutants import MUTANTS, Mutant
from dashboard.services.home import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_has_its_place(mutant: Mutant) -> None:
    text = (ROOT / mutant.path).read_text()
    planted = mutant.planted(text)
    assert planted != text
    ast.parse(planted)
    assert all(Path(ROOT / each).exists() for each in mutant.tests.split())


def test_a_place_that_is_not_alone_is_told() -> None:
    mutant = Mutant(name="x", path="a.py", before="b", after="c", tests="")
    with pytest.raises(ValueError, match="2 times"):
        mutant.planted("b b")
