"""What a file holds, as SQL: PostgreSQL writes it, so that no row is made in Python."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.columns import EXPORTED
from jobs.search import JobSearch
from jobs.search.sql import CELL, DOCUMENTS, FIELDS, Query, Shape, all_query

APOSTROPHE, FORMULA = "'", "=+-@\t\r"
DATES, NUMBERS = ("created", "updated"), ("error_code",)
LINE = Shape(columns=rf"replace(replace({DOCUMENTS.columns}, E'\n', ' '), E'\r', ' ')", joins=DOCUMENTS.joins)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of file: the end of its name, its media type, and the `COPY` that writes it."""

    suffix: str
    media_type: str
    statement: Callable[[JobSearch], Query]


def text_cell(text: str) -> str:
    """SQL for a text that no spreadsheet takes for a formula.

    One that looks like a formula gets an apostrophe before it, and so does one that looks as if it had got one already,
    so that taking it off gives back every text.
    """
    starts = ", ".join(str(ord(sign)) for sign in FORMULA)
    looks = f"ascii({text}) IN ({ord(APOSTROPHE)}, {starts}) AND ascii(ltrim({text}, '''')) IN ({starts})"
    return f"nullif(CASE WHEN {looks} THEN '''' || {text} ELSE {text} END, '')"


def date_cell(date: str) -> str:
    """SQL for a date in ISO 8601, UTC."""
    return f"(to_json({date} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z'"


def _csv(search: JobSearch) -> Query:
    columns = ", ".join(f'{_cell(field)} AS "{name}"' for name, field in EXPORTED.items())
    query = all_query(search, Shape(columns=columns, joins=CELL))
    return Query(text=f"COPY ({query.text}) TO STDOUT (FORMAT csv, HEADER)", parameters=query.parameters)


def _cell(field: str) -> str:
    if field in NUMBERS:
        return FIELDS[field]
    return date_cell(FIELDS[field]) if field in DATES else text_cell(FIELDS[field])


def _ndjson(search: JobSearch) -> Query:
    """Each job as the platform sent it; JSON has no control characters, so that nothing is quoted or escaped."""
    query = all_query(search, LINE)
    options = r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'"
    return Query(text=f"COPY ({query.text}) TO STDOUT ({options})", parameters=query.parameters)


CSV = Format(suffix="csv", media_type="text/csv; charset=utf-8", statement=_csv)
NDJSON = Format(suffix="ndjson", media_type="application/x-ndjson; charset=utf-8", statement=_ndjson)
FORMATS = {each.suffix: each for each in (CSV, NDJSON)}
