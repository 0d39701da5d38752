"""The searches that are measured: every filter alone and in pairs; common, rare, old and without any match."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from benchmarks.generate import NOW, RARE_STATUS, RARE_TYPE
from jobs.models import Job, Value
from jobs.search.seen import known_statuses, known_types
from sandbox.content import ISSUERS

Parameters = dict[str, str | list[str]]
ORDERS = (("dateCreated", "des"), ("dateUpdated", "des"), ("dateCreated", "asc"), ("dateUpdated", "asc"))
PAGES = (1, 10, 10_000)
TYPES = ("urn:job:av.transcode", "urn:job:import.file")
ON = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A search as a request asks for it, and which page of it, or the last where there are fewer."""

    name: str
    parameters: Parameters
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter; pairs are made of two kinds."""

    kind: str
    name: str
    parameters: Parameters


def cases() -> list[Case]:
    """All of them, for the database at hand: each filter alone in every order and on three pages, and all pairs."""
    filters = _filters()
    found = []
    for one in [Filter(kind="all", name="", parameters={}), *filters]:
        for by, way in ORDERS:
            parameters = {**one.parameters, "orderBy": by, "orderDirection": way}
            found += [Case(name=_name(by, way, page, one), parameters=parameters, page=page) for page in PAGES]
    for one, other in combinations(filters, 2):
        if one.kind != other.kind:
            for by, way in ORDERS[:2]:
                parameters = {**one.parameters, **other.parameters, "orderBy": by, "orderDirection": way}
                found.append(Case(name=_name(by, way, 1, one, other), parameters=parameters))
    return found


def _name(by: str, way: str, page: int, *filters: Filter) -> str:
    words = " + ".join(f"{each.kind} {each.name}".strip() for each in filters)
    return f"{words}, {by} {way}, page {page}"


def _filters() -> list[Filter]:
    """Every filter that there is, with values from common to absent."""
    issuers = list(Value.objects.filter(kind=Value.Kind.ISSUER).order_by("id").values_list("text", flat=True))
    middle = Job.objects.order_by("id")[Job.objects.count() // 2] if Job.objects.exists() else Job()
    day, month = timedelta(days=1), timedelta(days=30)
    spans = {
        "last day": (NOW - day, NOW),
        "last month": (NOW - month, NOW),
        "an old day": (NOW - 400 * day, NOW - 399 * day),
        "an old month": (NOW - 430 * day, NOW - 400 * day),
        "to come": (NOW + month, NOW + 2 * month),
    }
    values: dict[str, dict[str, Parameters]] = {
        "type": {
            "common": {"type": TYPES[0]},
            "rare": {"type": RARE_TYPE},
            "one of two": {"type": list(TYPES)},
            "not common": {"notType": TYPES[0]},
        },
        "status": {
            "common": {"status": "success"},
            "error": {"status": "error"},
            "new": {"status": "working"},
            "rare": {"status": RARE_STATUS},
            "not common": {"notStatus": "success"},
        },
        "issuer": {
            "common": {"issuer": issuers[0]},
            "uncommon": {"issuer": issuers[ISSUERS // 2]},
            "rare": {"issuer": issuers[ISSUERS - 1]},
            "old": {"issuer": issuers[ISSUERS]},
            "none": {"issuer": "none"},
            "not common": {"notIssuer": issuers[0]},
        },
        "group": {"one": {"groupId": middle.group}, "absent": {"groupId": "absent"}},
        "file": {"one": {"path": middle.source}, "absent": {"fileId": "absent"}},
        "path": {
            "root": {"path": "/"},
            "top": {"path": "/video"},
            "middle": {"path": "/video/input/porcupines"},
            "leaf": {"path": "/video/input/porcupines/07"},
            "rare leaf": {"path": "/images/catalogue/spring/39"},
            "old": {"path": "/legacy/tapes"},
            "old leaf": {"path": "/legacy/betamax/reel 7/11"},
            "absent": {"path": "/nowhere"},
            "written": {"path": "/video/output", "pathIn": "destinations"},
            "both": {"path": "/uploads", "pathIn": "both"},
        },
        "id": {"a group's": {"idPrefix": middle.group}, "absent": {"idPrefix": "absent"}},
        "error": {
            "common": {"error": "already exists"},
            "several": {"error": "fail"},
            "rare": {"error": "moov atom"},
            "absent": {"error": "nobody failed so"},
        },
        "created": {
            name: {"createdFrom": a.strftime(ON), "createdTo": b.strftime(ON)} for name, (a, b) in spans.items()
        },
        "updated": {
            name: {"updatedFrom": a.strftime(ON), "updatedTo": b.strftime(ON)} for name, (a, b) in spans.items()
        },
    }
    unseen = {RARE_TYPE, RARE_STATUS} - known_types() - known_statuses()  # among few jobs there may be none of these
    return [
        Filter(kind=kind, name=name, parameters=each)
        for kind, of in values.items()
        for name, each in of.items()
        if not any(word in unseen for word in map(str, each.values()))
    ]
