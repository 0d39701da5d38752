"""`./deck bench`: measures Jobdeck at several sizes, and writes down what it found."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.backfill import backfill
from benchmarks.cluster import Cluster, generating
from benchmarks.freshness import freshness
from benchmarks.given import Json, Size
from benchmarks.kills import kills
from benchmarks.measure import say
from benchmarks.memory import memory
from benchmarks.mutants import mutants
from benchmarks.part import Failed
from benchmarks.results import Results, machine
from benchmarks.sync_model import model
from benchmarks.sync_states import states
from dashboard.services import home
from dashboard.services.plainly import plainly

PARTS = (
    "sizes",
    "searches",
    "overview",
    "storage",
    "partitions",
    "exporting",
    "serving",
    "load",
    "comparing",
    "writing",  # the last one, since it leaves its jobs
)
TRIALS: dict[str, Callable[[argparse.Namespace], int]] = {
    "sync-model": lambda chosen: model(chosen.seed, chosen.schedules),
    "sync-states": lambda chosen: states(chosen.seed, chosen.examples, chosen.steps),
    "mutants": lambda _: mutants(),
    "kills": lambda chosen: kills(chosen.times, chosen.outages, chosen.seed),
    "freshness": lambda chosen: freshness(chosen.changes, chosen.seed),
    "memory": lambda chosen: memory(chosen.minutes),
    "backfill": lambda chosen: backfill(home.chosen() / "bench", chosen.jobs),
}
"""What is tried on the sync, each by itself; docs/reliability.md has what came of it."""
NUMBERS = {
    "rounds": (1, 21, "runs of each search: one in twenty may be slower than the p95, and one more does not count"),
    "schedules": (1, 1_000_000, "of sync-model"),
    "examples": (1, 2_000, "of sync-states"),
    "steps": (1, 100, "of each of them"),
    "times": (0, 20, "kills at each statement, and one at each of its points, on either side"),
    "outages": (0, 4, "kills of each service"),
    "changes": (1, 1_000, "of freshness"),
    "minutes": (4, 120, "of memory"),
    "jobs": (1, 100_000, "of backfill"),
    "seed": (0, 0, "where chance begins"),
}
"""What may be chosen: the least of it, the usual, and what it is."""
MOST_COMPARED = 1_000_000
"""Beyond so many jobs others take hours."""
SIZES = "100k,1m,10m"


def main() -> int:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(prog="./deck bench", description=__doc__)
    parser.add_argument("parts", nargs="*", type=_part, metavar="part", help=f"one of {', '.join((*PARTS, *TRIALS))}")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help=f"numbers of jobs ({SIZES})")
    for name, (least, usual, what) in NUMBERS.items():
        parser.add_argument(f"--{name}", type=_at_least(least), default=usual, help=f"{what} ({usual:,})")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if trials := [name for name in TRIALS if name in chosen.parts]:
        return max(TRIALS[name](chosen) for name in trials)
    folder = home.chosen() / "bench"
    with plainly(Failed), home.lock(folder, "bench", "another ./deck bench runs in this data folder"):
        bench(folder, chosen.parts or PARTS, chosen.sizes, rounds=chosen.rounds)
        _write(Results(folder / "results.json").found, home.ROOT / "docs")
    return 0


def _write(found: Json, docs: Path) -> None:
    """Write the page and its plots."""
    from benchmarks import plots  # what draws them is there for this command alone

    report.write(found, docs)
    plots.write(found, docs / "performance")


def bench(folder: Path, parts: Sequence[str], sizes: Sequence[Size], *, rounds: int) -> None:
    """Make the jobs that are not there, then measure; everything is kept in `folder`."""
    cluster = Cluster(folder)
    _make(cluster, sizes)
    results = Results(folder / "results.json")
    with cluster.running():
        results.found["machine"] = machine(cluster.version())
        for size in sizes:
            _measure(cluster, size, [part for part in PARTS if part in parts], results, rounds=rounds)


def _make(cluster: Cluster, sizes: Sequence[Size]) -> None:
    """Make the jobs of each size that has none."""
    with cluster.running():
        missing = [size for size in sizes if cluster.made(size) is None]
    if not missing:
        return
    with cluster.running(generating()):
        for size in missing:
            say(f"{size.name}: making jobs")
            cluster.make(size)


def _measure(cluster: Cluster, size: Size, parts: Sequence[str], results: Results, *, rounds: int) -> None:
    """Measure parts at a size; whatever happens, the database is afterwards as it was."""
    known = cluster.made(size)
    assert known is not None
    last = known["last"]
    cluster.run("undo", size, last=last)
    results.keep(size, "making", known)
    try:
        for part in parts:
            if part == "comparing" and size.jobs > MOST_COMPARED:
                continue
            say(f"{size.name}: {part}")
            results.keep(size, part, cluster.run(part, size, last=last, rounds=rounds))
    finally:
        cluster.run("undo", size, last=last)


def _part(text: str) -> str:
    if text not in (*PARTS, *TRIALS):
        raise argparse.ArgumentTypeError(f"there is no part {text!r}; there are {', '.join((*PARTS, *TRIALS))}")
    return text


def _at_least(least: int) -> Callable[[str], int]:
    """Read a number that is not smaller: nothing is shown by what was tried no times."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return number


def _sizes(text: str) -> list[Size]:
    try:
        return [Size.read(each) for each in text.split(",")]
    except ValueError as why:
        raise argparse.ArgumentTypeError(f"{why} is no number of jobs, such as 100k or 10m") from why


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("deck: stopped; the parts that came to their end are kept.")
