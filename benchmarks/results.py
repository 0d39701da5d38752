"""What has been measured, part by part and size by size, in one file; a new run replaces what it measured anew."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.given import Json, Size
from dashboard.services.home import ROOT


class Results:
    """The file and what is in it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.found: Json = json.loads(file.read_text()) if file.exists() else {"sizes": {}}

    def keep(self, size: Size, part: str, found: Json) -> None:
        """Keep what a part found at a size, with the commit and the time."""
        parts = self.found["sizes"].setdefault(size.name, {"jobs": size.jobs})
        parts[part] = {**found, "commit": commit(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
        self.write()

    def write(self) -> None:
        """Write the file, whole at once."""
        half = self._file.with_suffix(".new")
        half.write_text(json.dumps(self.found, indent=1) + "\n")
        half.rename(self._file)


def machine(postgresql: str) -> Json:
    """What this was measured on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": postgresql,
    }


def commit() -> str:
    """The commit that is checked out, and whether files differ from it; nothing where git does not know."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
