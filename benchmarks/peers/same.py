"""Whether all contenders have given the same answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import psycopg

from benchmarks.peers.measure import Sheet
from benchmarks.peers.tasks import Answer, AtLeast, Task


class Differs(Exception):
    """Two contenders say different things; the text says of what, and who."""


def check(connection: psycopg.Connection, tasks: Sequence[Task], sheets: Sequence[Sheet]) -> None:
    """Raise `Differs` unless all of those who have done a task agree with the first of them."""
    for number, task in enumerate(tasks):
        answers = {sheet.name: answer for sheet in sheets if (answer := sheet.results[number].answer) is not None}
        every = {key for answer in answers.values() if isinstance(answer, tuple) for key in answer}
        compare(task.name, answers, _created(connection, every))


def compare(task: str, answers: Mapping[str, Answer], created: Mapping[str, datetime]) -> None:
    """Raise `Differs` unless all answers to a task are as good as the first one."""
    first, *rest = answers
    for name in rest:
        if not same(answers[first], answers[name], created):
            raise Differs(f"{task}: {first} says {_short(answers[first])}, {name} says {_short(answers[name])}")


def same(one: Answer, other: Answer, created: Mapping[str, datetime]) -> bool:
    """Tell whether two answers agree.

    Those who count to a bound agree with whoever counts more. Jobs of one moment have no order of their own, so that
    two pages may begin and end with different ones of these.
    """
    if isinstance(other, AtLeast) and isinstance(one, int):
        return one >= other.jobs
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return one == other
    if [created[key] for key in one] != [created[key] for key in other]:
        return False
    edges = {created[key] for key in (*one[:1], *one[-1:])}
    return {key for key in one if created[key] not in edges} == {key for key in other if created[key] not in edges}


def _created(connection: psycopg.Connection, keys: Iterable[str]) -> dict[str, datetime]:
    rows = connection.execute("SELECT key, created FROM usual_job WHERE key = ANY (%s)", (list(keys),))
    return dict(rows.fetchall())


def _short(answer: Answer) -> str:
    return f"{len(answer)} jobs: {answer[:3]} …" if isinstance(answer, tuple) else str(answer)
