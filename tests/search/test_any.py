"""Any search, in any order, by pages of any size: the jobs that a filter in Python keeps, however a week is read."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Job
from jobs.search import from_postings, page, parse
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db

JOBS, DAYS = 240, 24
TYPES, STATUSES = ("urn:job:av.transcode", "urn:job:import.file"), ("pending", "success", "error")
ISSUERS = (None, "urn:app:a", "urn:app:b", *["urn:app:c"] * 9)
FOLDERS = ("/a", "/a/b", "/a/c", "/d")
TRIES = (from_postings.TRIES, ((0, 1), (1, 2)), ((2, 5), (4, 9)), ((5, 20), (200, 1)), ((0, 500), (0, 500)))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a filter asks of a job."""

    members: dict[str, Any]
    folders: tuple[str, ...]
    created: float
    updated: float


def facts(number: int) -> Facts:
    """A job of some weeks, done at once, after hours, or long after."""
    dice = Random(number)
    created = DAYS * 24 * dice.random() ** 2
    updated = created + dice.choice((0, 0.01, 1, 5.9, 6.1, 30, 300))
    folders = tuple(dice.choice(FOLDERS) for _ in range(2))
    members = job(
        number,
        groupId=f"g{number % 60}",
        type=dice.choice(TYPES),
        status=dice.choice(STATUSES),
        issuer=dice.choice(ISSUERS),
        sources=[{"path": f"{folder}/{number}.mp4"} for folder in folders],
        specification={"destination": {"path": f"{folders[0]}/{number}.zip"}},
        dateCreated=iso(NOON + timedelta(hours=created)),
        dateUpdated=iso(NOON + timedelta(hours=updated)),
    )
    return Facts(members=members, folders=folders, created=int(created * 3600), updated=int(updated * 3600))


FACTS = {facts(number).members["id"]: facts(number) for number in range(JOBS)}


@pytest.fixture(autouse=True)
def _jobs() -> None:
    write(records([each.members for each in FACTS.values()]))


def lies_in(facts: Facts, path: str) -> bool:
    return path == "/" or any(folder == path or folder.startswith(f"{path}/") for folder in facts.folders)


hours = st.integers(-20, (DAYS + 14) * 24)
SEARCHES = st.fixed_dictionaries(
    {
        "orderBy": st.sampled_from(["dateCreated", "dateUpdated"]),
        "orderDirection": st.sampled_from(["asc", "des"]),
        "pageSize": st.sampled_from(["1", "7", "100"]),
    },
    optional={
        "path": st.sampled_from(["/", *FOLDERS, "/nowhere"]),
        "pathIn": st.sampled_from(["destinations", "both"]),
        "type": st.sampled_from(TYPES),
        "notStatus": st.sampled_from(STATUSES),
        "issuer": st.sampled_from(["none", "urn:app:a"]),
        "notIssuer": st.sampled_from(["none", "urn:app:a", "urn:app:c"]),
        "groupId": st.sampled_from(["g0", "g7"]),
        "createdFrom": hours,
        "createdTo": hours,
        "updatedFrom": hours,
        "updatedTo": hours,
    },
)


def sensible(asked: dict[str, Any]) -> dict[str, Any]:
    """The same without what is refused: a value that is wanted and not wanted, a range that ends before it begins."""
    if "issuer" in asked:
        asked.pop("notIssuer", None)
    for date in ("created", "updated"):
        ends = [f"{date}{end}" for end in ("From", "To")]
        if all(end in asked for end in ends):
            asked |= dict(zip(ends, sorted(asked[end] for end in ends), strict=True))
    return asked


def wanted(asked: dict[str, Any]) -> list[int]:
    """The ids of the jobs that a search means, in its order."""
    found = [row for row in Job.objects.values_list("id", "key") if is_wanted(FACTS[row[1]], asked)]
    date = asked["orderBy"].removeprefix("date").lower()
    found.sort(key=lambda row: (getattr(FACTS[row[1]], date), row[0]), reverse=asked["orderDirection"] == "des")
    return [number for number, _ in found]


def is_wanted(facts: Facts, asked: dict[str, Any]) -> bool:
    members = facts.members
    issuer = members["issuer"] or "none"
    outside = "pathIn" in asked and asked["pathIn"] == "destinations"
    shown = Facts(**{**vars(facts), "folders": facts.folders[:1]}) if outside else facts
    ranges = [
        (hour * 3600 <= value) if name.endswith("From") else (value <= hour * 3600)
        for name, hour in asked.items()
        if name.endswith(("From", "To"))
        for value in [facts.created if name.startswith("created") else facts.updated]
    ]
    return (
        lies_in(shown, asked.get("path", "/"))
        and members["type"] == asked.get("type", members["type"])
        and members["status"] != asked.get("notStatus")
        and issuer == asked.get("issuer", issuer)
        and issuer != asked.get("notIssuer")
        and members["groupId"] == asked.get("groupId", members["groupId"])
        and all(ranges)
    )


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=SEARCHES, tries=st.sampled_from(TRIES))
def test_pages_are_what_a_filter_keeps(asked: dict[str, Any], tries: Any) -> None:
    asked = sensible(asked)
    words = {
        name: [iso(NOON + timedelta(hours=value)) if isinstance(value, int) else value] for name, value in asked.items()
    }
    found: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_postings, "TRIES", tries)
        token: str | None = ""
        while token is not None:
            current = page(parse({**words, "nextPageToken": [token]}, page_size=50))
            found += [row.id for row in current.rows]
            token = current.next_token
    assert found == wanted(asked)
