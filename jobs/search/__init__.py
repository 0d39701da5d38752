"""The one search behind list, CSV and REST: which jobs, in which order, which page.

`parse` reads the parameters of a request into a `JobSearch`, `page`, `rows`, `total` and `choices` answer it.
Nobody else reads what a request asks for.
"""

from jobs.search.counts import Choice, Total, choices, total
from jobs.search.model import JobRow, JobSearch, Span
from jobs.search.parse import Refusal, given, parse
from jobs.search.query import parameters, query
from jobs.search.run import ResultPage, page, rows

__all__ = [
    "Choice",
    "JobRow",
    "JobSearch",
    "Refusal",
    "ResultPage",
    "Span",
    "Total",
    "choices",
    "given",
    "page",
    "parameters",
    "parse",
    "query",
    "rows",
    "total",
]
