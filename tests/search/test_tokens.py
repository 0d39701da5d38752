"""Page tokens: whatever place they hold comes back, and no other text is one."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.search.model import Among, JobSearch, Lookup, Place, Span
from jobs.search.tokens import BadToken, read_token, write_token

WORDS = st.text(max_size=12)
AMONG = st.builds(Among, include=st.lists(WORDS, max_size=3).map(tuple), exclude=st.lists(WORDS, max_size=3).map(tuple))
SPANS = st.builds(Span, texts=st.lists(st.tuples(st.sampled_from(["From", "To"]), WORDS), max_size=2).map(tuple))
LOOKUPS = st.builds(Lookup, text=WORDS, found=st.lists(st.integers(), max_size=2).map(tuple))
SEARCHES = st.builds(
    JobSearch,
    type=AMONG,
    status=AMONG,
    issuer=AMONG,
    group=WORDS,
    file_id=WORDS,
    path=WORDS,
    side=st.sampled_from(["source", "destination", "both"]),
    id_prefix=LOOKUPS,
    error=LOOKUPS,
    created=SPANS,
    updated=SPANS,
    order=st.sampled_from(["created", "updated"]),
    ascending=st.booleans(),
)
PLACES = st.builds(
    Place,
    value=st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    id=st.integers(0, 2**63 - 1),
    forward=st.booleans(),
)


@given(place=PLACES, search=SEARCHES, size=st.integers(1, 1000))
def test_a_place_comes_back_whatever_the_page_size(place: Place, search: JobSearch, size: int) -> None:
    assert read_token(write_token(place, search), search.but(page_size=size)) == place


@given(place=PLACES, search=SEARCHES, other=SEARCHES)
def test_a_token_is_of_no_use_to_another_search(place: Place, search: JobSearch, other: JobSearch) -> None:
    if same(search) != same(other):
        with pytest.raises(BadToken, match="another search"):
            read_token(write_token(place, search), other)


@pytest.mark.parametrize(
    "field", [field.name for field in fields(JobSearch) if field.name not in ("page_size", "place")]
)
def test_every_part_of_a_search_counts(field: str) -> None:
    other: dict[str, Any] = {"side": "both", "order": "updated", "ascending": True}
    other |= dict.fromkeys(("group", "file_id", "path"), "x")
    other |= dict.fromkeys(("type", "status", "issuer"), Among(include=("x",)))
    other |= dict.fromkeys(("id_prefix", "error"), Lookup(text="x"))
    other |= dict.fromkeys(("created", "updated"), Span(texts=(("From", "2026-03-01"),)))
    token = write_token(Place(value=datetime(2026, 3, 1, tzinfo=UTC), id=1), JobSearch())
    with pytest.raises(BadToken, match="another search"):
        read_token(token, JobSearch(**{field: other[field]}))


def same(search: JobSearch) -> tuple[Any, ...]:
    """What decides which jobs there are and in which order."""
    among = [(sorted(each.include), sorted(each.exclude)) for each in (search.type, search.status, search.issuer)]
    rest = (search.group, search.file_id, search.path, search.side, search.order, search.ascending)
    return (among, rest, search.id_prefix.text, search.error.text, search.created, search.updated)


@given(place=PLACES, search=SEARCHES, found=st.lists(st.integers()).map(tuple))
def test_a_place_holds_whatever_is_found_meanwhile(place: Place, search: JobSearch, found: tuple[int, ...]) -> None:
    later = search.but(error=Lookup(text=search.error.text, found=found))
    assert read_token(write_token(place, search), later) == place


@given(text=st.text(max_size=400), search=SEARCHES)
def test_no_other_text_is_a_token(text: str, search: JobSearch) -> None:
    with pytest.raises(BadToken):
        read_token(text, search)


@given(place=PLACES, search=SEARCHES, data=st.data())
def test_a_changed_token_is_refused(place: Place, search: JobSearch, data: st.DataObject) -> None:
    token = write_token(place, search)
    at = data.draw(st.integers(0, len(token)))
    kept = data.draw(st.integers(at, len(token)))
    changed = token[:at] + data.draw(st.text(max_size=3)) + token[kept:]
    if changed != token:
        with pytest.raises(BadToken):
            read_token(changed, search)


@given(search=SEARCHES, days=st.integers(-3000, 3000))
def test_microseconds_are_kept(search: JobSearch, days: int) -> None:
    place = Place(value=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days, microseconds=1), id=1)
    assert read_token(write_token(place, search), search) == place
