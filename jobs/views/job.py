"""One job: what it is, what it was asked, what came of it."""

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from msgspec import structs

from jobs import specs
from jobs.files import FileRef, files
from jobs.models import Document, Job, Recheck, Transition
from jobs.paths import normalised
from jobs.search import JobRow
from jobs.search.run import by_group, by_key
from jobs.specs.fields import panels
from jobs.specs.qualities import rank
from jobs.statuses import GONE, status
from jobs.views.absent import absent
from jobs.watch.outdated import outdated

SIBLINGS, FILES = 100, 200
HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A job as its page shows it; `value` is the whole JSON, `text` the same to read."""

    row: JobRow
    job: Job
    value: dict[str, Any]
    text: str


@require_safe
def job(request: HttpRequest, key: str = "") -> HttpResponse:
    """The page of the job whose id stands in the address, or in its parameter `id`."""
    name = key or request.GET.get("id", "")
    record = _record(name)
    if record is None:
        return absent(request, "job", name)
    value = record.value
    places = _places(value)
    history = list(Transition.objects.filter(job=record.job).order_by("before"))
    gone = history[-1] if history and record.row.status == GONE.word else None
    siblings = by_group(record.row.group, limit=SIBLINGS + 1)
    context = {
        "area": "jobs",
        "record": record,
        "row": record.row,
        "described": specs.describe(record.row.type, value.get("specification"), value.get("result")),
        "files": places[:FILES],
        "more_files": len(places) > FILES,
        "siblings": sorted(siblings[:SIBLINGS], key=lambda row: (rank(row.quality), row.id)),
        "more_siblings": len(siblings) > SIBLINGS,
        "history": history,
        "gone": gone,
        "refused": outdated([name]).last(),
        "doubt": Recheck.objects.filter(key=name).first(),
        "last_status": gone.old if gone else record.row.status,
        "extra": panels((), _extra(value)),
        "no_result": "It has no result." if status(record.row.status).terminal else "There is no result yet.",
    }
    return render(request, "jobs/job.html", context)


def _record(key: str) -> Record | None:
    row = by_key(key)
    if row is None:
        return None
    found = Document.objects.select_related("job").get(pk=row.id)
    return Record(row=row, job=found.job, value=_value(found), text=_pretty(found.text))


def _places(value: dict[str, Any]) -> list[FileRef]:
    """What the job reads and where it writes, each once, as a search finds it."""
    found = files(value.get("sources"), value.get("specification"), value.get("result"))
    return list(dict.fromkeys(structs.replace(file, path=normalised(file.path)) for file in found))


def _value(document: Document) -> dict[str, Any]:
    """The job's members; where they are nested too deeply to be read, the texts of the larger ones."""
    try:
        return _readable(json.loads(document.text))
    except RecursionError:
        head: dict[str, Any] = json.loads(document.head)
        return {**head, "specification": document.body, "result": document.result}


def _readable(value: dict[str, Any]) -> dict[str, Any]:
    """The same with a sign in the place of each half character, which no page can hold."""
    text = json.dumps(value, ensure_ascii=False)
    read: dict[str, Any] = json.loads(HALF.sub("\ufffd", text)) if HALF.search(text) else value
    return read


def _pretty(text: str) -> str:
    """The JSON with indents, its numbers as they came; all as it is where it is too odd or too deep for that."""
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.MsgspecError, RecursionError):
        return text


def _extra(value: dict[str, Any]) -> dict[str, Any]:
    """What a job has beyond what its page shows elsewhere."""
    return {name: item for name, item in value.items() if name not in SHOWN}


SHOWN = {
    "id",
    "groupId",
    "type",
    "status",
    "issuer",
    "dateCreated",
    "dateUpdated",
    "sources",
    "specification",
    "result",
}
