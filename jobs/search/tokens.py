"""Page tokens: a place in one search's order, signed, of no use to another search.

A token holds the sort value and the key of the job behind which the next page begins, so that what comes and
moves meanwhile neither repeats nor hides a job that stays.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from django.core import signing

from jobs.search.model import JobSearch, Place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 300


class BadToken(ValueError):
    """A token that is damaged, or belongs to another search."""


def write_token(place: Place, search: JobSearch) -> str:
    """Write `place` in the order of `search`."""
    value = (place.value - EPOCH) // MICROSECOND
    text = f"{value:x}.{place.id:x}.{'f' if place.forward else 'b'}.{_fingerprint(search)}"
    return _signer().sign(text)


def read_token(text: str, search: JobSearch) -> Place:
    """Read a token of this very search; raise `BadToken` for any other text."""
    try:
        value, number, direction, fingerprint = _signer().unsign(text[:LONGEST]).split(".")
    except (signing.BadSignature, ValueError) as why:
        raise BadToken("It is damaged, or made by somebody else. Begin again without it.") from why
    if fingerprint != _fingerprint(search):
        raise BadToken("It belongs to another search. Keep the other parameters, or begin again without it.")
    return Place(value=EPOCH + int(value, 16) * MICROSECOND, id=int(number, 16), forward=direction == "f")


def _signer() -> signing.Signer:
    return signing.Signer(sep="~", salt="jobs.search.tokens")


def _fingerprint(search: JobSearch) -> str:
    """Changes with everything that changes the order, or which jobs are in it; the page size does not."""
    ranges = (search.created.texts, search.updated.texts)
    among = [(sorted(each.include), sorted(each.exclude)) for each in (search.type, search.status, search.issuer)]
    texts = (search.group, search.file_id, search.path, search.side, search.id_prefix.text, search.error.text)
    parts = (among, texts, ranges, search.order, search.ascending)
    return hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()
