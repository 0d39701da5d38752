"""Many texts as one parameter of a statement: as JSON, since drivers put a list together text by text, in Python."""

import json
from collections.abc import Iterable


def as_json(texts: Iterable[str]) -> str:
    """The parameter."""
    return json.dumps(list(texts))


def texts_sql(parameter: str) -> str:
    """SQL for the rows that a parameter of this name stands for."""
    return f"SELECT json_array_elements_text(%({parameter})s::json)"
