"""What every statement of a search says: which jobs, in which order, from where on. All values are parameters."""

from typing import Any

from jobs import keys
from jobs.search import streams
from jobs.search.model import JobSearch


def asked(search: JobSearch, alias: str, key: str = "id") -> str:
    """What a search asks of a job in the stream `s`, its cell and terms aside."""
    own = f"{alias}.{search.order}"
    return f"{own} >= s.first AND {own} < s.last{_otherwise(search, alias)}{_behind(search, alias, key)}"


def _otherwise(search: JobSearch, alias: str) -> str:
    """The range of the date that is not that of the order, where one is given; said so that no index is looked up."""
    if not streams.other(search):
        return ""
    date = f"{alias}.{'updated' if search.order == 'created' else 'created'}"
    return f" AND ({date} >= %(other_first)s AND {date} < %(other_last)s) IS TRUE"


def _behind(search: JobSearch, alias: str, key: str) -> str:
    """The jobs behind the search's place, in the direction in which it reads."""
    if search.place is None:
        return ""
    # Seen as numbers, a place near one end would make the planner take the index of all jobs.
    value, number = "(SELECT %(value)s::timestamptz)", "(SELECT %(id)s::bigint)"
    return f" AND ({alias}.{search.order}, {alias}.{key}) {'>' if search.upwards else '<'} ({value}, {number})"


def weeks(search: JobSearch) -> str:
    """The weeks in which there are jobs, in the order of the search: the `number` of each, when it `begins` and `ends`.

    Both are columns, not expressions wherever they are used, so that they are computed once a week.
    """
    way = "ASC" if search.upwards else "DESC"
    begins = f"timestamptz 'epoch' + make_interval(days => number * {keys.WEEK.days})"
    columns = f"number::bigint, {begins} AS begins, {begins} + interval '{keys.WEEK.days} days' AS ends"
    between = "number BETWEEN %(first_week)s AND %(last_week)s"
    return f"(SELECT {columns} FROM jobs_week WHERE {between} ORDER BY number {way}) w"


def in_cells(search: JobSearch) -> str:
    """The condition that the cell of a job `j` is one that the search allows."""
    if not (search.type or search.status or search.issuer):
        return "true"
    return f"(SELECT {streams.allowed(search)} FROM jobs_cell WHERE id = j.cell_id)"


def order_by(search: JobSearch, value: str, key: str) -> str:
    """The order in which jobs are read."""
    way = "ASC" if search.upwards else "DESC"
    return f"ORDER BY {value} {way}, {key} {way}"


def parameters(search: JobSearch) -> dict[str, Any]:
    """Everything that these and streams name."""
    found = streams.parameters(search)
    first, last = min(found["first"], found["late_first"]), max(found["last"], found["late_last"])
    other_first, other_last = streams.limits(streams.other(search))
    found |= {"other_first": other_first, "other_last": other_last}
    found |= {"first_week": keys.week(first), "last_week": keys.week(last)}
    if search.place is not None:
        found |= {"value": search.place.value, "id": search.place.id}
    return found
