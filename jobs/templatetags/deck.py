"""`jobs.looks` and `jobs.humans` for templates."""

import math
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from jobs import humans, links, looks, specs
from jobs.html import html
from jobs.models import Lane, Pass
from jobs.rules.anomalies import Kind
from jobs.rules.versions import Doubt
from jobs.search import Span
from jobs.statuses import status
from jobs.watch.freshness import kept_since

register = template.Library()

register.simple_tag(looks.icon)
register.simple_tag(looks.state)
register.simple_tag(looks.search_url)
register.simple_tag(kept_since)
register.filter("kind", looks.kind)
register.filter("state", looks.state)
register.filter("moment", looks.moment)
register.filter("ago", looks.ago)
register.filter("took", looks.took)
register.filter("marked", looks.marked)
register.filter("path", looks.path)
register.filter("issuer", looks.issuer)
register.filter("job_id", looks.job_id)
register.filter("group_id", looks.group_id)
register.filter("error", looks.error)
register.filter("duration", looks.duration)
register.filter("value", looks.value)
register.filter("number", humans.number)
register.filter("short", humans.short)
register.filter("type_label", specs.label)
register.filter("status", status)
register.filter("job_url", links.job_url)
register.filter("group_url", links.group_url)

TONES = {"success": "success", "warning": "warn", "error": "error"}
LANES = {Lane.TAIL: "tail", Lane.SWEEP: "sweep", Lane.RECONCILE: "open jobs", Lane.RECHECKS: "reads by id"}
ANOMALIES = {
    Kind.CLOCK: ("Its clock ran backwards", "The tail reads further back until that is made up for."),
    Kind.FUTURE: ("A date lies ahead", "The tail goes by its clock, so that this hides no change."),
    Kind.REPEATED: ("It gave a page token twice", "The walk begins again."),
    Kind.EXPIRED: ("It refused a page token of its own", "The walk begins again, in shorter walks if need be."),
    Kind.ENDLESS: ("It let a walk go on without end", "The walk begins again."),
    Kind.SIZE_REFUSED: ("It refused a page for its size", "Smaller ones are asked for, until the next sweep at most."),
    Kind.LEFT_OUT: ("A sweep left jobs out", "What changes of them comes by the tail, if that lists them."),
    Kind.OUTRUN: ("It let no tail come to its end", "The tail goes on from where the sweep began."),
    Kind.ORDER: ("It did not keep to the order", "What is not there any more is not looked for around these pages."),
    Kind.EMPTIED: ("It showed no job at all", "For that alone none of them is called gone."),
    Kind.ABSENT: ("It left out many jobs at once", "Each is read by its id, unless the next list has it."),
}
DOUBTS = {
    Doubt.HOOK: "a hook tells of it",
    Doubt.ABSENT: "it did not come where it should have",
    Doubt.REFUSED: "it came as what cannot be kept",
    Doubt.TIE: "of one second there is more than one version",
    Doubt.UNDATED: "nothing says when it changed",
    Doubt.OLDER: "an older version came later",
    Doubt.RETURNED: "it is gone, and was listed again",
}
OUTCOMES = {
    Pass.Outcome.RUNNING: ("working", "Running"),
    Pass.Outcome.COMPLETE: ("success", "Complete"),
    Pass.Outcome.PAUSED: ("pending", "Goes on"),
    Pass.Outcome.FAILED: ("error", "Failed"),
}


@register.filter
def tone(level: str) -> str:
    """The tone of a message."""
    return TONES.get(level, "accent")


@register.filter
def tone_of(word: str) -> str:
    """The tone of a state."""
    return status(word).tone


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago, in words; nothing where nobody knows."""
    return humans.age(moment, timezone.now()) if moment else "an unknown time"


@register.filter
def said(span: Span, suffix: str) -> str:
    """What a range was given as."""
    return dict(span.texts).get(suffix, "")


@register.filter
def from_field(span: Span) -> str:
    """The begin of a range as a field for dates and times takes it, in UTC; it means the same, to a millisecond."""
    return _field(span.start) if span.start and said(span, "From") else ""


@register.filter
def to_field(span: Span) -> str:
    """The end likewise: the last minute, or else second or part of one, that is in the range."""
    if span.end is None:
        return ""
    if span.end.microsecond:
        return _field(span.end - timedelta(microseconds=1))
    return _field(span.end - (timedelta(seconds=1) if span.end.second else timedelta(minutes=1)))


def _field(at: datetime) -> str:
    precision = "milliseconds" if at.microsecond else "seconds" if at.second else "minutes"
    return at.replace(tzinfo=None).isoformat(timespec=precision)


@register.filter
def outcome(word: str) -> SafeString:
    """How a pass ended, as a shape, a colour and a word."""
    tone_, label = OUTCOMES[Pass.Outcome(word)]
    return html('<span class="state is-{}">{}{}</span>', tone_, looks.icon(f"st-{tone_}"), label)


@register.filter
def pass_took(record: Pass) -> SafeString:
    """How long a pass took, or has been running."""
    return looks.took((record.ended or timezone.now()) - record.began)


@register.filter
def seconds(length: float | None) -> str:
    """A length of time in seconds; a dash where nobody knows."""
    return "\u2013" if length is None else f"{length:.2f} s"


@register.filter
def percent(share: float) -> str:
    """A share as a whole percentage; 100 % is all of it."""
    return f"{math.floor(share * 100)}\u00a0%"


@register.filter
def a_minute(rate: float) -> str:
    """A rate, to a tenth where it is small."""
    return humans.number(round(rate) if rate >= 10 else round(rate, 1))


@register.filter
def lane_label(name: str) -> str:
    """What operators call a lane."""
    return LANES.get(name, name)


@register.filter
def scope_label(scope: str) -> str:
    """Through which jobs a pass went: a type by its label, then state and issuer."""
    kind, _, rest = scope.partition(" ")
    return f"{specs.label(kind)} {rest}".strip()


@register.filter
def anomaly_title(kind: str) -> str:
    """What was noticed."""
    return ANOMALIES[Kind(kind)][0]


@register.filter
def anomaly_meaning(kind: str) -> str:
    """What it means here."""
    return ANOMALIES[Kind(kind)][1]


@register.filter
def doubt_said(reason: str) -> str:
    """Why a job is read by its id."""
    return DOUBTS[Doubt(reason)]


@register.filter
def tail(key: str) -> str:
    """The end of an id, which tells jobs of one group apart."""
    return key[-6:]


@register.filter
def file_name(path: str) -> str:
    """The last component of a path."""
    return humans.directory_and_name(path)[1]
