"""How the values of a job look, as HTML: the same in lists and on pages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from jobs import humans, specs
from jobs.html import html, html_join
from jobs.links import group_url, job_url
from jobs.models import NO_ISSUER
from jobs.search import Choice, JobRow
from jobs.specs.fields import Row
from jobs.statuses import status as status_of

NONE = mark_safe('<span class="none">\u2013</span>')

MASK = re.compile("masked-[0-9a-f]{16}")  # the marks of `jobs.upstream`, which pages know nothing of
WHY_MASKED = "It may carry credentials, and was masked on arrival; the mark in the raw JSON changes when it does"
DEEPEST, WIDEST = 6, 50
NAME_END = 8
FEW = 1 << 10
"""States, types and issuers are few, and a list shows each many times: what they look like is remembered."""


@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """A picture out of the sprite, for eyes alone."""
    return html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@lru_cache(maxsize=FEW)
def state(word: str) -> SafeString:
    """A state as a shape, a colour and a word."""
    known = status_of(word)
    return html(
        '<span class="state is-{}" title="{}">{}<span>{}</span></span>',
        known.tone,
        word,
        icon(f"st-{known.tone}"),
        known.label,
    )


@lru_cache(maxsize=FEW)
def kind(urn: str) -> SafeString:
    """A type by its label; the URN is in reach."""
    return html('<span title="{}">{}</span>', urn, specs.label(urn))


def job_id(key: str) -> SafeString:
    """A job's id, shortened, leading to its page; the whole can be copied."""
    short = humans.short(key)
    head, dots, tail = short.partition(humans.ELLIPSIS)
    return html(
        '<span class="id" title="{key}"><a href="{url}" title="{key}">{head}<i>{dots}</i>{tail}</a>'
        '<button class="copy" type="button" data-copy="{key}" aria-label="Copy id {short}" title="Copy id">{icon}'
        "</button></span>",
        key=key,
        url=job_url(key),
        head=head,
        dots=dots,
        tail=tail,
        short=short,
        icon=icon("copy"),
    )


def group_id(key: str) -> SafeString:
    """A group's id, leading to its page."""
    return html('<span class="id"><a href="{}" title="{}">{}</a></span>', group_url(key), key, humans.short(key))


@lru_cache(maxsize=FEW)
def issuer(urn: str | None) -> SafeString:
    """An issuer as its kind and name, leading to its jobs."""
    if urn is None:
        return NONE
    what, name = humans.issuer(urn)
    kind_ = html('<span class="sub">{}</span> ', what) if what else SafeString()
    return html('<a href="{}" title="{}">{}{}</a>', search_url(issuer=urn), urn, kind_, humans.brief(name))


def path(text: str) -> SafeString:
    """A path: its last component stays, and the end of that; what comes before shortens from the left."""
    if not text:
        return NONE
    directory, name = humans.directory_and_name(text)
    return html(
        '<span class="path" title="{}"><span><bdi>{}</bdi></span><b><span>{}</span>{}</b></span>',
        text,
        directory,
        name[:-NAME_END],
        name[-NAME_END:],
    )


def moment(at: datetime | None) -> SafeString:
    """How long ago, in a list; the instant itself is in reach."""
    return NONE if at is None else _time(at, humans.age(at, timezone.now()))


def ago(at: datetime | None) -> SafeString:
    """The same in a text."""
    return NONE if at is None else _time(at, humans.ago(at, timezone.now()))


def _time(at: datetime, words: str) -> SafeString:
    return html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        at.isoformat().replace("+00:00", "Z"),
        at.replace(tzinfo=None).isoformat(" ", "seconds"),
        words,
    )


def took(length: timedelta) -> SafeString:
    """A length of time, its units small."""
    words = humans.span(length).split(" ")
    pairs = zip(words[::2], words[1::2], strict=True)
    return html_join(" ", '{}<span class="unit">{}</span>', pairs)


def duration(row: JobRow) -> SafeString:
    """From creation to the last update; grey while it still runs."""
    if row.created is None:
        return NONE
    if status_of(row.status).terminal:
        return NONE if row.updated is None else took(row.updated - row.created)
    so_far = timedelta(seconds=int((timezone.now() - row.created).total_seconds()))
    return html('<span class="run" title="Not finished">{}</span>', took(so_far)) if so_far >= timedelta(0) else NONE


def error(row: JobRow) -> SafeString:
    """The code and message of a failure."""
    if row.error_code is None and not row.error:
        return SafeString()
    code = SafeString() if row.error_code is None else html("<code>{}</code> ", row.error_code)
    return html('<span class="err" title="{}">{}{}</span>', unmarked(row.error), code, marked(row.error))


def search_url(**parameters: str) -> str:
    """The list of jobs with these filters."""
    return f"{_jobs_url()}?{urlencode(parameters)}"


@lru_cache(maxsize=1)
def _jobs_url() -> str:
    return reverse("jobs")


def choice(name: str, of: Choice, label: str, *, exact: bool) -> SafeString:
    """A value of the facet `name`, with its jobs, to be asked for or to be left out."""
    marked = mark_safe(" checked")
    return html(
        '<tr><th scope="row" title="{value}">{label}</th><td class="num">{jobs}</td>'
        '<td><input type="checkbox" name="{name}" value="{value}" aria-label="Only {label}"{only}></td>'
        '<td><input type="checkbox" name="not{Name}" value="{value}" aria-label="Not {label}"{excluded}></td></tr>',
        value=of.value,
        label=label,
        jobs=f"{'' if exact else '≥ '}{humans.number(of.jobs)}",
        name=name,
        Name=name.capitalize(),
        only=marked if of.included else "",
        excluded=marked if of.excluded else "",
    )


def issuer_name(word: str) -> str:
    """An issuer as a plain text, for filters."""
    if word == NO_ISSUER:
        return "no issuer"
    what, name = humans.issuer(word)
    return f"{what} {humans.brief(name)}".strip()


def value(row: Row) -> SafeString:
    """A value of a specification or a result, as its kind reads."""
    if row.value is None or row.value in ("", [], {}):
        return NONE
    if isinstance(row.value, bool):
        return html("{}", "yes" if row.value else "no")
    return KINDS.get(row.kind, _text)(row)


def _text(row: Row) -> SafeString:
    return html('{}<span class="unit">{}</span>', row.value, row.unit) if row.unit else marked(str(row.value))


def unmarked(text: str) -> str:
    """A plain text in which a word stands for each masked secret."""
    return MASK.sub("(masked)", text)


def marked(text: str) -> SafeString:
    """A text whose masked secrets show as such."""
    parts = MASK.split(text)
    if len(parts) == 1:
        return html("{}", text)
    lock = html('<span class="secret" title="{}">{}masked</span>', WHY_MASKED, icon("lock"))
    return html_join("", "{}{}", ((part, lock if n < len(parts) - 1 else "") for n, part in enumerate(parts)))


def _number(row: Row) -> SafeString:
    shown = humans.number(row.value) if isinstance(row.value, int | float) else str(row.value)
    return html('{}<span class="unit">{}</span>', shown, row.unit)


def _bytes(row: Row) -> SafeString:
    amount, unit = humans.size(row.value)
    return html('<span title="{} bytes">{}<span class="unit">{}</span></span>', row.value, amount, unit)


def _bits(row: Row) -> SafeString:
    return html('{}<span class="unit">kb/s</span>', humans.number(round(row.value / 1000)))


def _length(row: Row) -> SafeString:
    seconds = row.value / 1000 if row.kind == "milliseconds" else row.value
    try:
        return html('<span title="{} s">{}</span>', seconds, took(timedelta(seconds=seconds)))
    except (OverflowError, ValueError):
        return _text(row)


def _path(row: Row) -> SafeString:
    return html('<a class="plain" href="{}">{}</a>', search_url(path=row.value, pathIn="both"), path(row.value))


def _code(row: Row) -> SafeString:
    return html("<code>{}</code>", row.value)


def _tree(row: Row) -> SafeString:
    """Nested values as a list of lists, as deep as it is worth reading."""
    return _nested(row.value, depth=0)


def _nested(item: object, depth: int) -> SafeString:
    if not isinstance(item, dict | list) or depth > DEEPEST:
        return value(Row(label="", value=item if depth <= DEEPEST else humans.ELLIPSIS, kind="text"))
    pairs = list(item.items()) if isinstance(item, dict) else [(str(n), each) for n, each in enumerate(item, 1)]
    rows = ((name, _nested(each, depth + 1)) for name, each in pairs[:WIDEST])
    more = html("<li>and {} more</li>", len(pairs) - WIDEST) if len(pairs) > WIDEST else ""
    items = html_join("", '<li><span class="sub">{}</span> {}</li>', rows)
    return html('<ul class="tree">{}{}</ul>', items, more)


KINDS: dict[str, Callable[[Row], SafeString]] = {
    "number": _number,
    "bytes": _bytes,
    "bits": _bits,
    "seconds": _length,
    "milliseconds": _length,
    "path": _path,
    "code": _code,
    "file_id": _code,
    "json": _tree,
}
