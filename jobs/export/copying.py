"""Reads what a `COPY` writes, in pieces, and counts it."""

import hashlib
from collections.abc import Generator

from django.db import connection, transaction

from jobs.export import pace
from jobs.search.sql import Query

CHUNK = 1 << 18
LONGEST = "1h"


class Copy:
    """What a `COPY` has written: `rows` that are no header, and the `sha256` of all of it, once it is at its end."""

    def __init__(self, query: Query) -> None:
        self.rows, self._started = 0, False
        self.query, self._hash = query, hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash in hexadecimal digits."""
        return self._hash.hexdigest()

    def chunks(self) -> Generator[bytes, None, None]:
        """The file in pieces of about `CHUNK` bytes; the first comes with its first line.

        The statement sees the jobs as they are at one moment, and may take as long as the client, within `LONGEST`.
        Between pieces it rests while others wait.
        """
        held, size = [], 0
        with transaction.atomic(), connection.wrap_database_errors, connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}'")
            # A slow client still reads the last pieces when the statement has ended.
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{LONGEST}'")
            with cursor.copy(self.query.text, self.query.parameters) as copy:
                for row in copy:
                    held.append(bytes(row))
                    size += len(held[-1])
                    if size > CHUNK or not self._started:
                        yield self._counted(b"".join(held))
                        held, size = [], 0
                        pace.rest()
            self.rows = max(0, cursor.rowcount)
        yield self._counted(b"".join(held))

    def _counted(self, chunk: bytes) -> bytes:
        self._started = True
        self._hash.update(chunk)
        return chunk
