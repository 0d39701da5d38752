"""Runs one part in a process of its own: Django knows one database, and a part's memory and caches are its own.

`python -m benchmarks.part NAME GIVEN` prints what `benchmarks.NAME.measure` found, as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module

import django

from benchmarks.given import Given, Json
from dashboard import setup
from dashboard.services.home import ROOT


class Failed(Exception):
    """A part that came to no result; what it said stands above."""


def run(name: str, given: Given, environment: Mapping[str, str]) -> Json:
    """Run a part to its end; raise `Failed`."""
    command = [sys.executable, "-m", "benchmarks.part", name, given.written()]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    if done.returncode:
        raise Failed(f"The part {name} failed at {given.size}.")
    found: Json = json.loads(done.stdout)
    return found


def main(name: str, given: str) -> None:
    """Be that process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    setup.collect_static()
    found = import_module(f"benchmarks.{name}").measure(Given.read(given))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
