"""What PostgreSQL's errors mean, in plain words: its own texts may quote what a job holds."""

from django.db import DataError, Error, IntegrityError
from psycopg.errors import DiskFull, ProgramLimitExceeded, ReadOnlySqlTransaction, UndefinedTable

OF_A_RECORD: tuple[tuple[type[Exception], str], ...] = (
    (DataError, "A value in it does not fit the tables."),
    (IntegrityError, "It breaks a rule of the tables."),
    (ProgramLimitExceeded, "It is larger than the tables can hold."),
)
READ_ONLY = "The database is read-only. Let it take writes again."
OF_THE_DATABASE: tuple[tuple[type[Exception], str], ...] = (
    (UndefinedTable, "The database has none of our tables; run ./deck manage migrate."),
    (ReadOnlySqlTransaction, READ_ONLY),
    (DiskFull, "The database's disk is full. Make room on it."),
)


def fault_of_a_record(error: Error) -> str | None:
    """Why a record is not taken; None where the error has nothing to do with what was written."""
    for kind, reason in OF_A_RECORD:
        if isinstance(error, kind) or isinstance(error.__cause__, kind):
            return reason
    return None


def said(error: Error) -> str:
    """What to tell operators: PostgreSQL's first line, unless that may quote a record."""
    for kind, text in OF_THE_DATABASE:
        if isinstance(error.__cause__, kind):
            return text
    reason = fault_of_a_record(error)
    return f"The database fails: {reason or str(error).strip().partition(chr(10))[0]}"
