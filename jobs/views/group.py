"""One group: its jobs side by side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs.search import JobRow
from jobs.search.counting import CAP
from jobs.search.run import GroupState, by_group, group_states
from jobs.specs.qualities import rank
from jobs.statuses import KNOWN, status
from jobs.views.absent import absent
from jobs.watch.outdated import outdated_keys

MOST_ROWS, MOST_BARS, MOST_FAILURES = 500, 100, 5
ORDER = [each.word for each in reversed(KNOWN)]


@dataclass(frozen=True, kw_only=True)
class Share:
    """A state's piece of the bar, in percent of it."""

    state: GroupState
    left: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A job on the group's time line, in percent of it."""

    row: JobRow
    left: float
    width: float


@require_safe
def group(request: HttpRequest, key: str = "") -> HttpResponse:
    """The page of the group whose id stands in the address, or in its parameter `id`."""
    name = key or request.GET.get("id", "")
    states = group_states(name, limit=CAP + 1)
    if not states:
        return absent(request, "group", name)
    rows = by_group(name, limit=MOST_ROWS)
    return render(request, "jobs/group.html", _context(name, rows, states))


def _context(name: str, rows: list[JobRow], states: list[GroupState]) -> dict[str, Any]:
    rows = sorted(rows, key=lambda row: (rank(row.quality), row.created is None, row.id))
    jobs = sum(state.jobs for state in states)
    began = min((state.began for state in states if state.began), default=None)
    goes_on = any(not status(state.status).terminal for state in states)
    ended = None if goes_on or jobs > CAP else max((state.changed for state in states if state.changed), default=None)
    until = timezone.now() if goes_on else ended
    shares = _shares(states)
    return {
        "area": "jobs",
        "name": name,
        "rows": rows,
        "outdated": outdated_keys(row.key for row in rows),
        "jobs": min(jobs, CAP),
        "exact": jobs <= CAP,
        "began": began,
        "ended": ended,
        "open": goes_on,
        "took": until - began if began and until else None,
        "shares": shares,
        "states_said": ", ".join(f"{share.state.jobs} {share.state.status}" for share in shares),
        "failed": [row for row in rows if row.status == "error"][:MOST_FAILURES],
        "failures": sum(state.jobs for state in states if state.status == "error"),
        "bars": _bars(rows, began, ended)[:MOST_BARS],
        "source": next((row.source for row in rows if row.source), ""),
        "types": sorted({row.type for row in rows}),
        "issuers": sorted({row.issuer for row in rows if row.issuer}),
    }


def _shares(states: list[GroupState]) -> list[Share]:
    """The states that occur, the worst first, and those that nobody documented behind."""
    jobs, left, found = sum(state.jobs for state in states), 0.0, []
    for state in sorted(states, key=lambda state: (_place(state.status), state.status)):
        width = 100 * state.jobs / jobs
        found.append(Share(state=state, left=left, width=width))
        left += width
    return found


def _place(word: str) -> int:
    return ORDER.index(word) if word in ORDER else len(ORDER)


def _bars(rows: list[JobRow], began: datetime | None, ended: datetime | None) -> list[Bar]:
    """Every dated job from its creation to its last update, or to now while it runs."""
    end = ended or timezone.now()
    if began is None or end <= began:
        return []
    whole = (end - began).total_seconds()
    found = []
    for row in rows:
        if row.created is None or row.created > end:
            continue
        until = row.updated if status(row.status).terminal and row.updated else end
        left = 100 * (row.created - began).total_seconds() / whole
        width = max(0.5, 100 * max(0.0, (until - row.created).total_seconds()) / whole)
        found.append(Bar(row=row, left=round(left, 2), width=round(width, 2)))
    return found
