"""What the platform should not do, and the sync copes with: it is told, since it may be the begin of worse."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.upstream.errors import Emptied, Endless, TokenRefused, TokenRepeated
from jobs.upstream.record import Page

SKEW = timedelta(seconds=5)
"""By how much the clocks of the platform's machines may differ."""

MANY = 100
"""So many jobs that do not come at once are no chance."""


class Kind(StrEnum):
    """What was noticed."""

    CLOCK = "clock"
    FUTURE = "future"
    REPEATED = "token-repeated"
    EXPIRED = "token-refused"
    ENDLESS = "endless"
    SIZE_REFUSED = "size-refused"
    LEFT_OUT = "left-out"
    OUTRUN = "outrun"
    ABSENT = "absent"
    ORDER = "order"
    EMPTIED = "emptied"


OF_ERRORS: dict[type[BaseException], Kind] = {
    TokenRepeated: Kind.REPEATED,
    TokenRefused: Kind.EXPIRED,
    Endless: Kind.ENDLESS,
    Emptied: Kind.EMPTIED,
}


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """Something that was noticed, and the particulars, in a sentence."""

    kind: Kind
    said: str


def of_dates(page: Page, watermark: datetime | None) -> Iterator[Anomaly]:
    """What is odd about the dates of the newest page, where the tail has passed `watermark`."""
    if page.dated is None:
        return
    if watermark is not None and page.dated < watermark - SKEW:
        said = f"Its clock says {_iso(page.dated)}, and had passed {_iso(watermark)}."
        yield Anomaly(kind=Kind.CLOCK, said=said)
    dates = [(record.updated, record.id) for record in page.records if record.updated is not None]
    newest, job = max(dates, default=(page.dated, ""))
    if newest > page.dated + SKEW:
        said = f"Job {job} is dated {_iso(newest)}, and its clock says {_iso(page.dated)}."
        yield Anomaly(kind=Kind.FUTURE, said=said)


def of_absence(absent: int, scope: str) -> Anomaly | None:
    """What it says that so many jobs did not come with one page: a few are gone, or were passed over."""
    if absent < MANY:
        return None
    said = f"{absent:,} jobs that are here did not come at once among {scope or 'all'}."
    return Anomaly(kind=Kind.ABSENT, said=said)


def out_of_order(scope: str) -> Anomaly:
    """That pages of a walk did not come in the order that was asked for."""
    said = f"Pages of {scope or 'all'} were not in the order of dateCreated, or of too many jobs of one second."
    return Anomaly(kind=Kind.ORDER, said=said)


def of_error(error: BaseException) -> Anomaly | None:
    """What an error that stopped a walk says of what the platform does."""
    kind = OF_ERRORS.get(type(error))
    return Anomaly(kind=kind, said=str(error)) if kind else None


def _iso(date: datetime) -> str:
    return f"{date:%Y-%m-%d %H:%M:%S} UTC"
