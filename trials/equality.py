"""Compares a mirror with its platform, field by field."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from jobs.document import joined
from jobs.models import Document
from jobs.sync.cycle import cycle
from jobs.sync.run import nobody
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Record
from trials.platform import SandboxProcess


def differing(platform: SandboxProcess) -> list[str]:
    """The ids of jobs that are not here as the platform has them, their secrets masked, or that it does not have."""
    there, here = dict(_there(platform)), dict(_here())
    return sorted(key for key in there.keys() | here.keys() if there.get(key) != here.get(key))


def run_cycle() -> None:
    """Run every lane to its end."""
    cycle(watch=nobody, waiting=lambda _: None)


def _there(platform: SandboxProcess) -> Iterator[tuple[str, Any]]:
    masker = Masker(settings.SECRET_KEY.encode())
    for job in platform.jobs():
        read = wire.record(json.dumps(job).encode(), masker)
        if isinstance(read, Record):
            yield read.id, json.loads(joined(read.head, read.body, read.result))


def _here() -> Iterator[tuple[str, Any]]:
    for document in Document.objects.select_related("job").exclude(job__cell__status="gone"):
        yield document.job.key, json.loads(document.text)
