"""JSON in the shape that is looked for: what has another one is as if it were not there."""

from typing import Any

Json = Any


def object_of(value: Json) -> dict[str, Json]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Json) -> list[Json]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text_of(value: Json) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""
