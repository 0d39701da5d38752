"""The one search behind list, CSV and REST: which jobs, in which order, which page.

`parse` reads the parameters of a request into a `JobSearch`, `page` and `counts` answer it.
Nobody else reads what a request asks for.
"""

from jobs.search.counting import Choice, Counts, Total, counts
from jobs.search.model import JobRow, JobSearch, Span
from jobs.search.parse import Refusal, given, parse
from jobs.search.query import parameters, query
from jobs.search.run import ResultPage, documents, page

__all__ = [
    "Choice",
    "Counts",
    "JobRow",
    "JobSearch",
    "Refusal",
    "ResultPage",
    "Span",
    "Total",
    "counts",
    "documents",
    "given",
    "page",
    "parameters",
    "parse",
    "query",
]
