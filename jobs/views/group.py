"""One group: its jobs side by side."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs.search import JobRow
from jobs.search.run import by_group
from jobs.specs.qualities import rank
from jobs.statuses import KNOWN, status

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A job on the group's time line, in percent of it."""

    row: JobRow
    label: str
    left: float
    width: float


@require_safe
def group(request: HttpRequest, key: str = "") -> HttpResponse:
    """The page of the group whose id stands in the address, or in its parameter `id`."""
    name = key or request.GET.get("id", "")
    rows = by_group(name, limit=MOST + 1)
    if not rows:
        raise Http404(name)
    return render(request, "jobs/group.html", _context(name, rows[:MOST], more=len(rows) > MOST))


def _context(name: str, rows: list[JobRow], *, more: bool) -> dict[str, Any]:
    rows = sorted(rows, key=lambda row: (rank(row.quality), row.created is None, row.id))
    began = min((row.created for row in rows if row.created), default=None)
    changed = max((row.updated for row in rows if row.updated), default=None)
    states = _states(rows)
    ended = changed if all(status(row.status).terminal for row in rows) else None
    return {
        "area": "jobs",
        "name": name,
        "rows": rows,
        "more": more,
        "began": began,
        "ended": ended,
        "took": (ended or timezone.now()) - began if began else None,
        "states": states,
        "states_said": ", ".join(f"{jobs} {word}" for word, jobs, _, _ in states),
        "failed": [row for row in rows if row.status == "error"],
        "bars": _bars(rows, began, ended),
        "source": next((row.source for row in rows if row.source), ""),
        "types": sorted({row.type for row in rows}),
        "issuers": sorted({row.issuer or "" for row in rows}),
    }


def _states(rows: list[JobRow]) -> list[tuple[str, int, float, float]]:
    """Each state that occurs: its word, how many jobs, and where its piece of the bar begins and how wide it is."""
    counted = Counter(row.status for row in rows)
    words = [each.word for each in reversed(KNOWN) if each.word in counted]
    words += sorted(word for word in counted if word not in words)
    found, left = [], 0.0
    for word in words:
        width = 100 * counted[word] / len(rows)
        found.append((word, counted[word], left, width))
        left += width
    return found


def _bars(rows: list[JobRow], began: datetime | None, ended: datetime | None) -> list[Bar]:
    """Every dated job from its creation to its last update, or to now while it runs."""
    end = ended or timezone.now()
    if began is None or end <= began:
        return []
    whole = (end - began).total_seconds()
    found = []
    for row in rows:
        if row.created is None:
            continue
        until = row.updated if status(row.status).terminal and row.updated else end
        left = 100 * (row.created - began).total_seconds() / whole
        width = max(0.5, 100 * max(0.0, (until - row.created).total_seconds()) / whole)
        found.append(Bar(row=row, label=row.quality or row.key[-6:], left=round(left, 2), width=round(width, 2)))
    return found
