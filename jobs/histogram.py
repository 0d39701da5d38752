"""Lengths of time as a histogram, of which any two can be added up.

Buckets grow by an eighth of a doubling, so that a quantile is right within five in a hundred. A histogram is an array
of codes, one for each bucket that is not empty: its number times 2³², plus how many lengths are in it, which may be
negative where some are taken away.
"""

from collections.abc import Iterable, Mapping

PER_OCTAVE = 8
LONGEST = 1 << 40
SHIFT = 32
_HALF = 1 << SHIFT - 1
_BUCKET = f"((code + {_HALF}) >> {SHIFT})"
_COUNT = f"(code - ({_BUCKET} << {SHIFT}))"


def bucket_sql(seconds: str) -> str:
    """SQL for the bucket of a length of time: 0 for less than a second, NULL where it is not known."""
    bucket = f"1 + floor({PER_OCTAVE} * ln(least({seconds}, {LONGEST})) / ln(2.0::float8))"
    return f"CASE WHEN {seconds} < 1 THEN 0 WHEN {seconds} >= 1 THEN {bucket} END::bigint"


def code_sql(bucket: str, count: str) -> str:
    """SQL for the code of a bucket with so many lengths in it."""
    return f"(({bucket} << {SHIFT}) + {count})"


def parts_sql(histogram: str) -> str:
    """SQL for rows of a bucket and how many lengths are in it."""
    return f"SELECT {_BUCKET} AS bucket, {_COUNT} AS count FROM unnest({histogram}) code"


def negative_sql(histogram: str) -> str:
    """SQL for the codes that take a histogram away."""
    return f"ARRAY(SELECT {code_sql('bucket', '-count')} FROM ({parts_sql(histogram)}) part)"


def added_sql(one: str, other: str) -> str:
    """SQL for the sum of two histograms."""
    return f"""ARRAY(
        SELECT {code_sql("bucket", "sum(count)::bigint")} FROM ({parts_sql(f"{one} || {other}")}) part
        GROUP BY bucket HAVING sum(count) <> 0 ORDER BY bucket
    )"""


def counted(codes: Iterable[int]) -> dict[int, int]:
    """How many lengths are in each bucket; codes of several histograms are added up."""
    found: dict[int, int] = {}
    for code in codes:
        bucket = (code + _HALF) >> SHIFT
        found[bucket] = found.get(bucket, 0) + code - (bucket << SHIFT)
    return found


def quantile(histogram: Mapping[int, int], share: float) -> float | None:
    """The seconds below which this `share` of the lengths lies, within five in a hundred; None where there are none."""
    left = share * sum(histogram.values())
    for bucket, count in sorted(histogram.items()):
        left -= count
        if count and left <= 0:
            return 2 ** ((bucket - 0.5) / PER_OCTAVE) if bucket else 0.0
    return None
