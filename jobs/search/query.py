"""A search as the query of an address, so that it can be bookmarked, shared and changed by one thing."""

from collections.abc import Mapping
from urllib.parse import urlencode

from jobs.search.model import JobSearch
from jobs.search.parse import DIRECTIONS, ORDERS, SIDES
from jobs.search.tokens import write_token

DEFAULT = JobSearch()


def query(search: JobSearch, *, page_size: bool = True, token: str | None = None) -> str:
    """Write the parameters that `parse` reads back into this search; what nobody said is left out."""
    return urlencode(parameters(search, page_size=page_size, token=token))


def parameters(search: JobSearch, *, page_size: bool = True, token: str | None = None) -> list[tuple[str, str]]:
    """The parameters of a search, each with its value; `token` names another place than its own."""
    if token is None and search.place is not None:
        token = write_token(search.place, search)
    return [
        *_among(search),
        *_places(search),
        *((f"created{suffix}", text) for suffix, text in search.created.texts),
        *((f"updated{suffix}", text) for suffix, text in search.updated.texts),
        *([("orderBy", _word(ORDERS, search.order))] if search.order != DEFAULT.order else []),
        *([("orderDirection", _word(DIRECTIONS, search.ascending))] if search.ascending else []),
        *([("pageSize", str(search.page_size))] if page_size and search.page_size != DEFAULT.page_size else []),
        *([("nextPageToken", token)] if token else []),
    ]


def _among(search: JobSearch) -> list[tuple[str, str]]:
    found = []
    for name, among in (("type", search.type), ("status", search.status), ("issuer", search.issuer)):
        found += [(name, value) for value in among.include]
        found += [(f"not{name.capitalize()}", value) for value in among.exclude]
    return found


def _places(search: JobSearch) -> list[tuple[str, str]]:
    found = [("groupId", search.group), ("fileId", search.file_id), ("path", search.path)]
    if search.side != DEFAULT.side:
        found.append(("pathIn", _word(SIDES, search.side)))
    found += [("idPrefix", search.id_prefix.text), ("error", search.error.text)]
    return [(name, value) for name, value in found if value]


def _word(words: Mapping[str, object], meaning: object) -> str:
    """The first spelling of `meaning`."""
    return next(word for word, meant in words.items() if meant == meaning)
