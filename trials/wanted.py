"""What a mirror is to hold of the jobs of a platform."""

import json
from collections.abc import Iterable
from typing import Any

from jobs.document import joined
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Record


def wanted(jobs: Iterable[dict[str, Any]], key: str) -> dict[str, Any]:
    """Jobs by their ids, secrets masked with the key of the mirror; without what cannot be a job."""
    masker = Masker(key.encode())
    read = (wire.record(json.dumps(job).encode(), masker) for job in jobs)
    records = (each for each in read if isinstance(each, Record))
    return {each.id: json.loads(joined(each.head, each.body, each.result)) for each in records}


def unlike(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The ids of jobs that are not the same in both."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
