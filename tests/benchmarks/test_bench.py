"""`./deck bench`, with few jobs: it makes them once, leaves them as they were, and writes its page."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.__main__ import bench, main
from benchmarks.cluster import Cluster
from benchmarks.given import Json, Size
from benchmarks.results import Results
from benchmarks.sync_states import cut
from trials.worlds import WORLDS

FEW = Size.read("2k")


def measured(folder: Path, *parts: str) -> Json:
    """What is known of the size once these parts have been measured."""
    bench(folder, parts, [FEW], rounds=1)
    found: Json = Results(folder / "results.json").found["sizes"][FEW.name]
    return found


def test_it_measures_and_leaves_the_jobs_as_they_were(tmp_path: Path) -> None:
    before = measured(tmp_path, "sizes", "exporting", "writing")
    after = measured(tmp_path, "sizes")
    assert after["making"]["seconds"] == before["making"]["seconds"]
    assert after["sizes"]["jobs"] == before["sizes"]["jobs"] == after["making"]["jobs"]
    assert after["writing"]["new"]["inserted"] == after["writing"]["changed"]["updated"] == FEW.jobs
    assert after["exporting"]["csv"]["rows"] == after["exporting"]["ndjson"]["rows"] == before["sizes"]["jobs"]

    report.write(Results(tmp_path / "results.json").found, tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert f"| CSV | {before['sizes']['jobs']:,} |" in page
    assert "{" not in page


def test_it_compares_ways_to_keep_jobs(tmp_path: Path) -> None:
    found = measured(tmp_path, "storage", "partitions")
    assert {"beside the row", "in the row", "in TOAST"} < set(found["storage"])
    for each in found["partitions"]["searches"].values():
        assert min(each["one"]["pages"], each["months"]["pages"]) > 0
    assert 0 < found["partitions"]["jobs"] < FEW.jobs
    assert measured(tmp_path, "sizes")["sizes"]["jobs"] == found["making"]["jobs"]


def test_jobs_that_were_not_made_to_the_end_count_as_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(tmp_path)

    def stop(*_: Any, **__: Any) -> Json:
        raise KeyboardInterrupt

    with cluster.running():
        assert cluster.made(FEW) is None
        monkeypatch.setattr(cluster, "run", stop)
        with pytest.raises(KeyboardInterrupt):
            cluster.make(FEW)
        assert cluster.made(FEW) is None


@pytest.mark.parametrize(
    ("text", "name", "jobs"),
    [("100k", "100k", 100_000), ("10M", "10m", 10_000_000), ("2000", "2k", 2000), ("1500", "1500", 1500)],
)
def test_a_size_has_one_name(text: str, name: str, jobs: int) -> None:
    assert Size.read(text) == Size(name=name, jobs=jobs)


@pytest.mark.parametrize("text", ["", "k", "0", "1g", "-5", "10 k"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        Size.read(text)


def test_examples_are_cut_into_batches_of_every_world() -> None:
    batches = list(cut(7, 130, 100))
    assert sum(each.examples for each in batches) == 130
    assert {each.world for each in batches} == set(WORLDS)
    assert [each.seed for each in batches] == list(range(7, 7 + len(batches)))


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--schedules", "0"), ("--examples", "0"), ("--steps", "-1"), ("--jobs", "x"), ("--times", "-1")],
)
def test_what_is_tried_no_times_is_no_trial(
    flag: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "sync-model", f"{flag}={value}"])
    with pytest.raises(SystemExit):
        main()
    assert flag in capsys.readouterr().err
