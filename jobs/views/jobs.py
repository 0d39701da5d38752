"""The list of jobs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, reselect, reswap, retarget

from jobs import looks, specs
from jobs.chips import chips
from jobs.columns import COLUMNS, Column
from jobs.html import html
from jobs.search import Counts, JobRow, JobSearch, Refusal, counts, given, page, parameters, parse, query
from jobs.search.counting import Facet
from jobs.search.model import Among, Order
from jobs.search.parse import PARAMETERS
from jobs.statuses import KNOWN, status
from jobs.watch.outdated import outdated_keys

PAGE_SIZES = (25, 50, 100, 200, 500)
KEPT = {*PARAMETERS} - {"nextPageToken"}
CELLS = "".join(f'<td class="{column.css}">{{}}</td>' for column in COLUMNS)
PRESETS = ("15m", "1h", "6h", "24h", "7d", "30d")
SORTS: tuple[tuple[str, Order, bool], ...] = (
    ("newest first", "created", False),
    ("oldest first", "created", True),
    ("newest update first", "updated", False),
    ("oldest update first", "updated", True),
)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A column's head: where a click on it leads, and how it is sorted now."""

    column: Column
    query: str
    sort: str


@dataclass(frozen=True, kw_only=True)
class Sort:
    """An order in words: the heads' links again, for where the list has no head."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A state as a tab over the list, with its number of jobs under the other filters."""

    label: str
    tone: str
    jobs: int
    query: str
    current: bool


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """A page of the jobs that the address asks for, newest first."""
    asked: dict[str, list[str]] = {}
    try:
        asked = given(request)
        search = parse(asked, page_size=JobSearch().page_size)
    except Refusal as refusal:
        return _refused(request, asked, refusal)
    address = f"{request.path}?{query(search)}"
    if any(not text.strip() for texts in asked.values() for text in texts) and not request.headers.get("HX-Request"):
        return redirect(address)
    return push_url(render(request, "jobs/list.html", _context(search)), address)


def _context(search: JobSearch) -> dict[str, Any]:
    found, counted, start = page(search), counts(search), search.but()
    return {
        "search": search,
        "page": found,
        "rows": [_cells(row) for row in found.rows],
        "outdated": outdated_keys(row.key for row in found.rows),
        "total": counted.total,
        "exact": counted.exact,
        "heads": [_head(column, start) for column in COLUMNS],
        "sorts": [_sort(start, label, order, ascending) for label, order, ascending in SORTS],
        "tabs": _tabs(start, counted),
        "facets": _facets(counted),
        "chips": chips(search),
        "area": "jobs",
        "pairs": parameters(start, page_size=False),
        "query": query(start),
        "next": query(search, token=found.next_token) if found.next_token else "",
        "previous": query(search, token=found.previous_token) if found.previous_token else "",
        "first": query(start) if search.place else "",
        "page_sizes": sorted({*PAGE_SIZES, search.page_size}),
        "presets": [(text, query(_within(start, text))) for text in PRESETS],
    }


def _within(search: JobSearch, text: str) -> JobSearch:
    return search.but(created=replace(search.created, texts=(("Within", text),)))


def _cells(row: JobRow) -> SafeString:
    """The cells of a job: joined here, which takes a template several times as long."""
    return html(CELLS, *(column.cell(row) for column in COLUMNS))


def _head(column: Column, search: JobSearch) -> Head:
    if not column.order:
        return Head(column=column, query="", sort="")
    sorted_by = column.order == search.order
    turned = search.but(order=column.order, ascending=sorted_by and not search.ascending)
    sort = ("ascending" if search.ascending else "descending") if sorted_by else ""
    return Head(column=column, query=query(turned), sort=sort)


def _sort(search: JobSearch, label: str, order: Order, ascending: bool) -> Sort:
    current = (search.order, search.ascending) == (order, ascending)
    return Sort(label=label, query=query(search.but(order=order, ascending=ascending)), current=current)


def _tabs(search: JobSearch, counted: Counts) -> list[Tab]:
    """All jobs, each state that is documented, and each other one that there is."""
    found = {choice.value: choice for choice in counted.choices["status"]}
    words = [*dict.fromkeys([*(each.word for each in KNOWN), *found])]
    everything = search.but(status=Among())
    tabs = [
        Tab(
            label="All",
            tone="",
            jobs=sum(choice.jobs for choice in found.values()),
            query=query(everything),
            current=not search.status,
        )
    ]
    for word in words:
        one = search.but(status=Among(include=(word,)))
        known, jobs = status(word), found[word].jobs if word in found else 0
        tabs.append(
            Tab(label=known.label, tone=known.tone, jobs=jobs, query=query(one), current=search.status == one.status)
        )
    return tabs


def _facets(counted: Counts) -> list[dict[str, Any]]:
    """The three facets with their choices, labelled as people call them."""

    def facet(name: Facet, label: str, call: Callable[[str], str]) -> dict[str, Any]:
        found = sorted(counted.choices[name], key=lambda choice: not (choice.included or choice.excluded))
        return {
            "name": name,
            "label": label,
            "choices": [looks.choice(name, each, call(each.value), exact=counted.exact) for each in found],
            "chosen": sum(choice.included or choice.excluded for choice in found),
            "more": counted.more if name == "issuer" else 0,
        }

    return [
        facet("type", "Type", specs.label),
        facet("status", "State", lambda word: status(word).label),
        facet("issuer", "Issuer", looks.issuer_name),
    ]


def _refused(request: HttpRequest, asked: dict[str, list[str]], refusal: Refusal) -> HttpResponse:
    """Say what is wrong with the address, and offer it without that; under a form, its fields stay as they are."""
    rest = {name: texts for name, texts in asked.items() if name in KEPT and name not in refusal.problems}
    context = {"problems": refusal.problems, "rest": urlencode(rest, doseq=True)}
    response = render(request, "jobs/refused.html", context, status=400)
    return reswap(retarget(reselect(push_url(response, False), "#problems"), "#problems"), "outerHTML")
