"""The plots of docs/performance.md."""

from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="`./deck bench` alone installs it")

from benchmarks import plots

FOUND = {
    "sizes": {
        name: {"jobs": jobs, "writing": {kind: {"rate": rate} for kind in plots.RATES}}
        for name, jobs, rate in (("1k", 1000, 50), ("1m", 1_000_000, 40))
    }
}


def test_the_same_figures_give_the_same_plots(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        plots.write(FOUND, tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["counts.svg", "exports.svg", "searches.svg", "writing.svg"]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()
