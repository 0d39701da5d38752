"""The numbers by which jobs are found: the store writes them, the search looks for them.

A *term* is a thing that jobs can be found by: a group, a file, a directory above one, an error message. It is a hash
of 50 bits, so that of a hundred million terms some other one has the number of a given term once in ten million. Jobs
are looked up by their week and a term: what is written together lies together, however many terms there are.

A job that failed has each of its other terms twice: as it is, and together with its message. So what failed so under a
directory is looked up as one term, however common the message and the directory are.

A *cell's* number is made of those of its status, type and issuer, in this order, so that all cells of a status, or of
a status and type (a *tile*), are one range.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
LATE = timedelta(hours=6)
TERM_BITS = 50
VALUE_BITS = 20
ISSUERS = (1 << VALUE_BITS) - 1
LAST_CELL = (1 << 3 * VALUE_BITS + 1) - 1
"""The last issuer of a tile, the last cell of all, by their numbers."""

NO_ISSUER = 0
MESSAGE = "error"


def week(moment: datetime) -> int:
    """The number of the week, counted from the first of 1970, in which `moment` lies."""
    return (moment - EPOCH) // WEEK


def under_sql(week: str, term: str) -> str:
    """SQL for the number under which a job stands for the week of a date of its, and a term."""
    return f"({week} << {TERM_BITS} | {term})"


def week_sql(date: str) -> str:
    """SQL for the `week` of a date."""
    return f"floor(date_part('epoch', {date}) / {WEEK.total_seconds():.0f})::bigint"


def is_late(created: datetime, updated: datetime) -> bool:
    """Tell whether the two dates of a job are so far apart that one says little about the other."""
    return not timedelta(0) <= updated - created <= LATE


def tile(*, status: int, late: bool, kind: int) -> int:
    """The number of all cells of a status and a type, `kind`; `late` ones are numbered apart."""
    return (status << 1 | late) << VALUE_BITS | kind


def cell(tile: int, issuer: int) -> int:
    """The number of the cell of an issuer in a tile."""
    return tile << VALUE_BITS | issuer


def group_term(group: str) -> int:
    """The term of a group."""
    return _hashed("group", group)


def file_id_term(file_id: str) -> int:
    """The term of a source's file id."""
    return _hashed("file", file_id)


def path_term(role: str, path: str) -> int:
    """The term of a normalised file or directory that is read or written, as `role` says, or of one that lies in it."""
    return _hashed(role, path)


def path_terms(role: str, path: str) -> Iterator[int]:
    """The terms of a normalised path and of every directory above it."""
    yield _hashed(role, path)
    if path != "/":
        yield from _above(role, path.rpartition("/")[0] or "/")


@lru_cache(maxsize=1 << 12)
def _above(role: str, directory: str) -> tuple[int, ...]:
    """The terms of a directory and of those above it."""
    names: Iterable[str] = (directory[:end] for end, sign in enumerate(directory) if sign == "/" and end)
    return tuple(_hashed(role, name) for name in dict.fromkeys(("/", *names, directory)))


def message_term(message: str) -> int:
    """The term of an error message."""
    return _hashed(MESSAGE, message)


def failed_term(term: int, message: int) -> int:
    """The term of what has both a term and that of a message; both are hashes, and so is this."""
    return term ^ message


def message_number_sql(message: str) -> str:
    """SQL for the hash of 64 bits that a message is kept under; its `term_sql` is the term."""
    return hash_sql(f"'{MESSAGE}:' || {message}")


def hash_sql(text: str) -> str:
    """SQL for the hash of a term's kind, a colon and its text, of 64 bits."""
    return f"(substring(sha256(convert_to({text}, 'UTF8')) for 8)::bigint)"


def term_sql(number: str) -> str:
    """SQL for the term whose hash of 64 bits is given."""
    return f"({number} >> {64 - TERM_BITS} & {(1 << TERM_BITS) - 1})"


def _hashed(kind: str, text: str) -> int:
    digest = hashlib.sha256(f"{kind}:{text}".encode()).digest()
    return int.from_bytes(digest[:8]) >> (64 - TERM_BITS)
