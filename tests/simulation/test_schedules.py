"""Ten thousand schedules: whatever happens, the mirror is equal to the platform in the end."""

import pytest

from simulation.many import run_some

SCHEDULES, PARTS = 10_000, 8
SIZE = SCHEDULES // PARTS


@pytest.mark.parametrize("part", range(PARTS))
def test_every_mirror_becomes_equal_to_its_platform(part: int) -> None:
    report = run_some(range(part * SIZE, (part + 1) * SIZE))
    assert report.divergent == ()
    assert report.crashes > SIZE
    assert report.zombies > SIZE // 10
