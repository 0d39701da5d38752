"""`./deck manage prune --older-than 90d`: delete old jobs, and take none of them in again."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.search.dates import Unreadable, ago
from jobs.store import prune
from jobs.store.clock import platform_clock

LEAST = timedelta(days=1)


class Command(BaseCommand):
    """Goes on where an earlier one was stopped: each batch stands by itself."""

    help = "Delete jobs that were last updated long ago, and take none of them in again. It may be stopped at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        """How old, or that there is no limit any more."""
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--older-than", metavar="AGE", help="jobs that were last updated so long ago, such as 90d")
        wanted.add_argument("--keep-all", action="store_true", help="take jobs of any age in again, at the next sweep")
        parser.add_argument("--dry-run", action="store_true", help="say how many there are, and change nothing")

    def handle(self, *_: Any, older_than: str | None, keep_all: bool, dry_run: bool, **__: Any) -> None:
        """Do it."""
        if keep_all:
            prune.drop_horizon()
            self.stdout.write("Jobs of any age are kept; what the platform still has comes back with the next sweep.")
            return
        before = _before(older_than or "")
        jobs = prune.behind(before)
        said = f"{jobs:,} jobs were last updated before {before:%Y-%m-%d %H:%M} UTC"
        self.stdout.write(f"{said}; nothing was changed." if dry_run else f"{said}.")
        if not dry_run:
            self._prune(before)

    def _prune(self, before: datetime) -> None:
        prune.raise_horizon(before)
        pruned = 0
        while batch := prune.prune(before):
            pruned += batch
            self.stdout.write(f"\r{pruned:,} pruned", ending="")
            self.stdout.flush()
        self.stdout.write(f"\r{pruned:,} pruned. None of them is taken in again.")


def _before(text: str) -> datetime:
    """When a job must have been updated last to be kept."""
    try:
        age = ago(text)
    except Unreadable as why:
        raise CommandError(f"--older-than: {why}") from why
    if age < LEAST:
        raise CommandError("--older-than: Keep at least a day: 1d.")
    return platform_clock() - age
