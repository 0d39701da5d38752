"""`./deck manage repair`: count all jobs again, and mend what says something else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.store.repair import Busy, repair


class Command(BaseCommand):
    """Says what was wrong; a second run has nothing to mend."""

    help = "Count all jobs again, and mend counts and rollups that say something else. The sync may run meanwhile."

    def handle(self, *_: Any, **__: Any) -> None:
        """Do it."""
        try:
            done = repair()
        except Busy as busy:
            raise CommandError(str(busy)) from busy
        self.stdout.write(f"counts:  {done.cells:,}, of which {done.wrong_cells:,} were wrong")
        self.stdout.write(f"rollups: {done.rollups:,}, of which {done.wrong_rollups:,} were wrong or missing")
        wrong = done.wrong_cells or done.wrong_rollups
        self.stdout.write("Mended." if wrong else "There was nothing to mend.")
