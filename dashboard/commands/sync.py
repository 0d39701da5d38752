"""`./deck sync`: one complete cycle of the sync, in the foreground."""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dashboard import setup
from dashboard.services.embedded import embedded
from dashboard.services.plainly import PLAIN

if TYPE_CHECKING:
    from jobs.models import Pass

COUNTS = ("pages", "inserted", "updated", "unchanged", "dropped", "refused")


@dataclass
class Tally:
    """What a cycle has brought: its passes as they stand, in how many seconds."""

    passes: "dict[int, Pass]" = field(default_factory=dict)
    seconds: float = 0.0

    def sum(self, name: str) -> int:
        """Add up one of `COUNTS`."""
        return sum(getattr(record, name) for record in self.passes.values())

    @property
    def jobs(self) -> int:
        """How many records have come."""
        return sum(self.sum(name) for name in COUNTS if name != "pages")


def main() -> int:
    """Run a cycle; 0 only if it was complete."""
    parser = argparse.ArgumentParser(prog="./deck sync", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the summary as one line of JSON, and no progress")
    chosen = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    summary = run(quiet=chosen.json)
    print(json.dumps(summary) if chosen.json else _sentence(summary))
    return 0 if summary["complete"] else 1


def run(*, quiet: bool) -> dict[str, Any]:
    """Run a cycle under a progress bar; give what it brought, and the problem that stopped it."""
    tally, began = Tally(), time.monotonic()
    try:
        with embedded("postgres", "sandbox"):
            setup.check()
            problem = _cycle(quiet, tally)
    except (*PLAIN, KeyboardInterrupt) as error:
        problem = str(error) or "It was stopped."
        tally.seconds = time.monotonic() - began
    counts = {name: tally.sum(name) for name in COUNTS}
    return {"complete": not problem, "problem": problem, **counts, "seconds": round(tally.seconds, 1)}


def _cycle(quiet: bool, tally: Tally) -> str:
    """Run a cycle and keep count; give the problem that stopped it, or nothing."""
    from jobs.sync.cycle import cycle
    from jobs.sync.problems import FORESEEN, said

    with _bar(quiet) as bar:
        task = bar.add_task("asking the platform", total=1.0)
        began = time.monotonic()
        try:
            setup.migrate_own()
            began = time.monotonic()
            cycle(watch=partial(_show, bar, task, tally), waiting=partial(_wait, bar, task))
            bar.update(task, completed=1.0)
        except (*FORESEEN, KeyboardInterrupt) as error:
            return said(error)
        finally:
            tally.seconds = time.monotonic() - began
    return ""


def _bar(quiet: bool) -> Progress:
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _show(bar: Progress, task: TaskID, tally: Tally, record: "Pass") -> None:
    """Keep the pass as it stands; show how many jobs have come, and how far the backfill is through time."""
    from jobs.watch.progress import progress

    tally.passes[record.pk] = record
    bar.update(task, completed=progress().share, description=f"{record.lane}: {tally.jobs:,} jobs")


def _wait(bar: Progress, task: TaskID, held: Exception) -> None:
    bar.update(task, description=f"{held} Waiting for it.")


def _sentence(summary: dict[str, Any]) -> str:
    counts = ", ".join(f"{summary[name]:,} {name}" for name in COUNTS) + f" in {summary['seconds']:,} s"
    return f"complete: {counts}" if summary["complete"] else f"not complete: {summary['problem']} ({counts})"


if __name__ == "__main__":
    sys.exit(main())
