"""What is measured of the sync, with little of everything: each comes to its end, and says what it found."""

import re

import pytest

from benchmarks import backfill, freshness, memory
from dashboard.services import home


@pytest.mark.parametrize(("goal", "status"), [(0, 0), (1e9, 1)])
def test_a_first_sync_beside_the_raw_limit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], goal: float, status: int
) -> None:
    monkeypatch.setattr(backfill, "GOAL", goal)
    monkeypatch.setattr(backfill, "WORKERS", (2,))
    monkeypatch.setattr(backfill, "ROUNDS", 1)
    assert backfill.backfill(home.chosen() / "bench", 300) == status
    assert re.search(
        r"^2 workers: [\d,]+ jobs/s, the raw limit [\d,]+ jobs/s: \d+\.\d\d of it", capsys.readouterr().err
    )


@pytest.mark.parametrize(("longest", "status"), [(1e9, 0), (0, 1)])
def test_how_long_changes_take(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], longest: float, status: int
) -> None:
    monkeypatch.setattr(freshness, "PERIOD", 1)
    monkeypatch.setattr(freshness, "JOBS", 20)
    monkeypatch.setattr(freshness, "LATEST", {"asking": 1e9, "hooks": longest})
    monkeypatch.setattr(freshness, "LONGEST_ANSWER", 1e9)
    assert freshness.freshness(changes=3, seed=0) == status
    said = capsys.readouterr().err
    found = re.findall(r"^3 changes found by (asking|hooks): p50 \d+\.\d\d s", said, re.MULTILINE)
    assert found == ["asking", "hooks"]
    assert re.search(r"^hooks are answered in: p50 \d+ ms", said, re.MULTILINE)


@pytest.mark.parametrize(("most", "status"), [(1e9, 0), (-1e9, 1)])
def test_how_memory_grows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], most: float, status: int
) -> None:
    monkeypatch.setattr(memory, "MOST_GROWTH", most)
    monkeypatch.setattr(memory, "MINUTE", 1)
    monkeypatch.setattr(memory, "JOBS", 20)
    assert memory.memory(minutes=4) == status
    found = re.findall(r"^(\w+): \d+ MB, [+-][\d.]+ MB an hour", capsys.readouterr().err, re.MULTILINE)
    assert found == ["worker", "beat", "web"]
