"""Compares a mirror with its platform, field by field."""

import json
from typing import Any

from django.conf import settings

from jobs.models import Document
from jobs.sync.cycle import cycle
from jobs.sync.run import nobody
from trials.platform import SandboxProcess
from trials.wanted import unlike, wanted


def differing(platform: SandboxProcess) -> list[str]:
    """The ids of jobs that are not here as the platform has them, their secrets masked, or that it does not have."""
    return unlike(wanted(platform.jobs(), settings.SECRET_KEY), _here())


def run_cycle() -> None:
    """Run every lane to its end."""
    cycle(watch=nobody, waiting=lambda _: None)


def _here() -> dict[str, Any]:
    documents = Document.objects.select_related("job").exclude(job__cell__status="gone")
    return {document.job.key: json.loads(document.text) for document in documents}
