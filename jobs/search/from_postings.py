"""Searches for a group, a file, a path or an error: jobs come off their postings, week by week, until there are enough.

A nested loop over the weeks in their order gives its rows in that order, and ends where it has enough of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs import keys
from jobs.files import Role
from jobs.paths import a_file_id
from jobs.search import streams
from jobs.search.conditions import asked, in_cells, order_by, weeks
from jobs.search.model import JobSearch, Side

TRIES = ((40, 350), (2_000, 4_000))
ROLES: dict[Side, tuple[Role, ...]] = {
    "source": ("source",),
    "destination": ("destination",),
    "both": ("source", "destination"),
}


def first(search: JobSearch, limit: int) -> str:
    """The `value` of the order and the `id` of the first `limit` jobs.

    Postings of a week are in the order of their cells first, so that all of them are read, unless a try at less is
    enough.
    """
    order, tries = order_by(search, "value", "id"), _tries(search, limit)
    wanted = f"CASE WHEN late THEN {_late_wanted(tries)} ELSE NOT {tries[-1].enough} END"
    rest = _postings(search, _values(search), f"AND {wanted}")
    week = f"""
        WITH {", ".join(f"{each.name} AS MATERIALIZED ({each.text})" for each in tries)}
        SELECT DISTINCT value, id FROM (
            {" UNION ALL ".join(f"SELECT value, id FROM {each.name} WHERE found AND {each.enough}" for each in tries)}
            UNION ALL ({rest} {order} LIMIT {_times(search) * limit})
        ) n {order} LIMIT {limit}
    """
    return f"{_by_week(search, week)} LIMIT {limit}"


@dataclass(frozen=True, kw_only=True)
class _Try:
    """A part of the week `w`. One that is not made, since another was enough, is empty, which is `enough` too."""

    name: str
    text: str
    enough: str


def _tries(search: JobSearch, limit: int) -> list[_Try]:
    """The postings, where they are few; then the first jobs of the week, among which enough have what many jobs have.

    These are all but the late ones. Jobs that have what few have are found by neither.
    """
    found: list[_Try] = []
    for number, (few, most) in enumerate(TRIES):
        when = f"NOT {found[-1].enough}" if found else "true"
        name, text = f"few{number}", f"{_seen(search, f'AND {when}')} LIMIT {few + 1}"
        found.append(_Try(name=name, text=text, enough=f"(SELECT count(*) <= {few} FROM {name})"))
        name, text = f"sample{number}", f"{_sample(search, f'NOT {found[-1].enough}')} LIMIT {most}"
        counted = f"SELECT count(*) FILTER (WHERE found) >= {limit} OR count(*) < {most} FROM {name}"
        found.append(_Try(name=name, text=text, enough=f"({counted})"))
    return found


def _late_wanted(tries: Sequence[_Try]) -> str:
    """SQL that is true where no try has seen the late jobs: where there were too many postings for it."""
    if not tries:
        return "true"
    few, sample, *others = tries
    return f"(NOT {few.enough} AND ({sample.enough} OR {_late_wanted(others)}))"


def some(search: JobSearch, limit: int, values: str = "p.job_id, p.cell_id") -> str:
    """Values of `limit` postings, the `cell_id` of the job or others, whichever come first."""
    times = _times(search)
    postings = f"{_by_week(search, _postings(search, values))} LIMIT {times * limit}"
    return f"SELECT DISTINCT n.* FROM ({postings}) n LIMIT {limit}" if times > 1 else postings


def every(search: JobSearch) -> str:
    """The `id` of every job, in the order of the search."""
    postings = _postings(search, _values(search))
    each = f"SELECT {_distinct(search)} p.* FROM ({postings}) p {order_by(search, 'value', 'id')}"
    return f"SELECT n.id FROM ({_by_week(search, each)}) n"


def terms(search: JobSearch) -> list[list[int]]:
    """The terms that a search asks for: of each list one. The first list, likely the rarest, is looked up.

    An error is asked for together with it, so that what is common and failed in a common way is found at once.
    """
    found = []
    if search.file_id:
        found.append([keys.file_id_term(a_file_id(search.file_id))])
    if search.group:
        found.append([keys.group_term(search.group)])
    if search.path:
        found.append([keys.path_term(role, search.path) for role in ROLES[search.side]])
    return [_failed(search, *found[:1]), *found[1:]] if search.error else found


def _failed(search: JobSearch, among: Sequence[int] = ()) -> list[int]:
    """The terms of jobs that have one of the messages, and `among` which are those with one of these terms."""
    messages = search.error.found
    return [keys.failed_term(term, each) for term in among for each in messages] if among else list(messages)


def has_terms(search: JobSearch) -> str:
    """The condition that a job `j` has one term of each list."""
    return " AND ".join(f"j.terms && %(terms{number})s::bigint[]" for number in range(len(terms(search)))) or "true"


def parameters(search: JobSearch) -> dict[str, list[int]]:
    """The terms as parameters."""
    return {f"terms{number}": each for number, each in enumerate(terms(search))}


def _values(search: JobSearch) -> str:
    return f"p.{search.order} AS value, p.job_id AS id"


def _seen(search: JobSearch, when: str) -> str:
    """The postings of the week `w` under the first of the terms, and whether each is `found` by all that is asked."""
    return _under(search, f"{_values(search)}, ({_asked(search)}) AS found", "true", when)


def _postings(search: JobSearch, values: str, when: str = "") -> str:
    """Values of the postings of the week `w` that have all the terms, of streams of which `when` is true."""
    return _under(search, values, _asked(search), when)


def _under(search: JobSearch, values: str, found: str, when: str = "") -> str:
    # Behind `OFFSET 0` each range is looked up by itself, as no plan would have it that knows nothing of their number.
    within = streams.within(search, "p.cell_id")
    each = " UNION ALL ".join(
        f"(SELECT {values} FROM jobs_posting p WHERE {place} AND {within} AND {found} OFFSET 0)"
        for place in _places(search)
    )
    return f"SELECT p.* FROM unnest(t.terms) term, (SELECT * FROM way WHERE true {when}) s, LATERAL ({each}) p"


def _asked(search: JobSearch) -> str:
    """What is asked of a posting: also its dates, which as a part of the lookup would make one lookup of each cell."""
    found = [f"({asked(search, 'p', 'job_id')}) IS TRUE{streams.not_by_excluded(search, 'p')}"]
    return " AND ".join([*found, *(_posted_too(number) for number in range(1, len(terms(search))))])


def _places(search: JobSearch) -> list[str]:
    """Where the postings of the week `w` and of a `term` stand: by update, mostly under the week of their creation."""
    this = keys.under_sql("w.number", "term")
    if search.order == "created":
        return [f"p.created_under = {this}"]
    of_week = "(p.updated >= w.begins AND p.updated < w.ends) IS TRUE"
    return [f"p.created_under = {this} AND {of_week}", f"p.updated_under = {this}"]


def _by_week(search: JobSearch, week: str) -> str:
    """What `week` gives of each week `w`.

    In it `way` are the streams of which there is anything in that week; `t` has those of the first terms that occur.
    """
    occurs = " OR ".join(f"EXISTS (SELECT FROM jobs_posting p WHERE {place})" for place in _places(search))
    there = f"SELECT array_agg(term) AS terms FROM unnest(%(terms0)s::bigint[]) term WHERE {occurs}"
    cells = f"SELECT FROM jobs_weekcell k WHERE k.week = w.number AND {streams.within(search, 'k.cell_id')}"
    ways = f"SELECT * FROM stream s WHERE first < w.ends AND last > w.begins AND EXISTS ({cells})"
    each = f"WITH way AS MATERIALIZED ({ways}) SELECT n.* FROM ({week}) n"
    found = f"WITH stream AS MATERIALIZED ({streams.ranges(search)})"
    weeks_of = f"{weeks(search)} CROSS JOIN LATERAL ({there}) t CROSS JOIN LATERAL ({each}) n"
    return f"{found} SELECT n.* FROM {weeks_of} WHERE t.terms IS NOT NULL"


def _distinct(search: JobSearch) -> str:
    """The word that keeps a job once that has two of the terms."""
    return "DISTINCT" if _times(search) > 1 else ""


def _times(search: JobSearch) -> int:
    """How many of the first terms a job may have: a path may be read and written, a message is the only one."""
    return len(ROLES[search.side]) if search.path else 1


def _posted_too(number: int) -> str:
    """The condition that the job of a posting has one of the further terms too."""
    return f"""EXISTS (
        SELECT FROM unnest(%(terms{number})s::bigint[]) term, jobs_posting q
        WHERE (q.created_under, q.cell_id, q.created, q.job_id)
            = ({keys.under_sql(keys.week_sql("p.created"), "term")}, p.cell_id, p.created, p.job_id)
    )"""


def _sample(search: JobSearch, when: str) -> str:
    """The first jobs of the week `w` between the dates of those that are not late, where `when` holds.

    Each with whether it is `found` by the terms and the cells that are asked for.
    """
    order = order_by(search, f"j.{search.order}", "j.id")
    in_week = f"j.{search.order} >= w.begins AND j.{search.order} < w.ends"
    dates = "(VALUES (%(first)s::timestamptz, %(last)s::timestamptz)) s (first, last)"
    found = f"{has_terms(search)} AND {in_cells(search)}"
    jobs = f"SELECT j.{search.order} AS value, j.id, {found} AS found FROM jobs_job j, {dates}"
    return f"{jobs} WHERE {when} AND {in_week} AND {asked(search, 'j')} {order}"
