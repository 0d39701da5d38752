"""What a search asks for (contract: "Search")."""

import hashlib
import json
import re
from dataclasses import dataclass

ASCENDING = {"asc": True, "acs": True, "des": False, "desc": False}
UPDATED = {"dateCreated": False, "dateUpdated": True, "date": False}
FILTERS = ("issuer", "type", "status", "groupId", "fileId", "path")


class BadRequest(ValueError):
    """A query that the API refuses with 400."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A page holds `cap` jobs at most, whatever is asked for; who asks for more than `refuse` gets none."""

    cap: int = 1000
    refuse: int | None = None

    def size(self, text: str) -> int:
        """How many jobs a page may hold."""
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
            raise BadRequest("pageSize must be a positive number")
        if self.refuse is not None and int(text) > self.refuse:
            raise BadRequest(f"pageSize must be {self.refuse} at most")
        return min(int(text), self.cap)


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search: which jobs, in which order, how many on a page, and where the page begins.

    Its `fingerprint` is of everything but the token: a token belongs to one search.
    """

    size: int
    ascending: bool
    updated: bool
    wanted: dict[str, str]
    token: str
    fingerprint: str


def parse(query: dict[str, str], limits: Limits) -> Query:
    """Read the parameters of `GET /jobs`; raise `BadRequest`."""
    direction, by = query.get("orderDirection") or "des", query.get("orderBy") or "dateCreated"
    if direction not in ASCENDING or by not in UPDATED:
        raise BadRequest("unknown orderBy or orderDirection")
    return Query(
        size=limits.size(query.get("pageSize", "20")),
        ascending=ASCENDING[direction],
        updated=UPDATED[by],
        wanted={name: query[name] for name in FILTERS if query.get(name)},
        token=query.get("nextPageToken") or "",
        fingerprint=_fingerprint(query),
    )


def _fingerprint(query: dict[str, str]) -> str:
    text = json.dumps(sorted(item for item in query.items() if item[0] != "nextPageToken"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
