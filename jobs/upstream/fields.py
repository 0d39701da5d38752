"""Reads single fields of a job (contract: "Job", "Types"); a wrong shape is nothing, where a job can do without it."""

from datetime import UTC, datetime

from jobs.shapes import Json, object_of, text_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
SECONDS_END = 1e11


class Unfit(ValueError):
    """A record that cannot be a job, for `reason` in `field`; `job_id` is empty where not even that is known."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.job_id = ""


def word(values: dict[str, Json], name: str, *, longest: int, missing: str | None = None) -> str:
    """Read a text of 1 to `longest` bytes that a database can compare; raise `Unfit` otherwise.

    `missing` is what stands for null, for an empty text and for nothing.
    """
    value = values.get(name)
    if value in (None, "") and missing is not None:
        return missing
    if not isinstance(value, str):
        raise Unfit(name, "It is missing." if value is None else "It is not a text.")
    if not value or "\0" in value:
        raise Unfit(name, "It is empty." if not value else "It holds the character U+0000.")
    try:
        if len(value.encode()) > longest:
            raise Unfit(name, f"It is longer than {longest} bytes.")
    except UnicodeEncodeError as why:
        raise Unfit(name, "It holds half a character (a lone surrogate).") from why
    return value


def moment(value: Json) -> datetime | None:
    """Read a date in UTC: ISO 8601, or seconds or milliseconds since 1970; None where it makes no sense."""
    try:
        read = _moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read is not None and EARLIEST <= read < LATEST else None


def _moment(value: Json) -> datetime | None:
    if isinstance(value, str):
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(float(value) / (1 if value < SECONDS_END else 1000), UTC)
    return None


def quality(specification: Json, result: Json) -> str:
    """The quality of a transcode, as asked or else as produced; empty for other jobs."""
    info = object_of(object_of(object_of(result).get("payload")).get("info"))
    return text_of(object_of(specification).get("quality")) or text_of(info.get("quality"))


def error(status: Json, result: Json) -> tuple[int | None, str]:
    """The code and message of a result that is none of success (contract: "Result"); (None, "") otherwise."""
    outcome = object_of(result)
    code = outcome.get("code")
    number = code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**31 else None
    if not number and status != "error":
        return None, ""
    return number or None, text_of(outcome.get("message"))
