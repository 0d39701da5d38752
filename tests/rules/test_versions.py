"""`jobs.rules.versions`: what a record means beside what is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.rules.versions import (
    BELIEVED,
    GONE_FOR,
    LAG,
    LONGEST_REQUEST,
    SECOND_ENDS,
    Doubt,
    Seen,
    Stored,
    Use,
    began,
    is_final,
    judge,
    moves,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HELD = Stored(updated=NOON, stage=1, digest=b"held", observed=NOON + 10 * SECOND, settled=False)
PAGE = Seen(
    created=NOON,
    updated=NOON,
    stage=1,
    digest=b"seen",
    asked=NOON + 20 * SECOND,
    since=NOON + 20 * SECOND,
    now=NOON + 21 * SECOND,
    point=False,
    dated=None,
)
POINT = replace(PAGE, point=True)
NEVER = replace(HELD, updated=None)
GONE = replace(HELD, digest=b"")
REFUTED = replace(HELD, settled=True, contested=PAGE.digest)
MOMENT = timedelta(milliseconds=250)
AHEAD = replace(HELD, observed=PAGE.asked + LONGEST_REQUEST + SECOND)
LATE = replace(PAGE, updated=NOON - SECOND, since=HELD.observed + LAG + SECOND)
TO_COME = replace(PAGE, updated=NOON + SECOND_ENDS + SECOND)

CASES = {
    "nothing is stored": (None, PAGE, Use.TAKE, None),
    "nothing is stored, and it has no date": (None, replace(PAGE, updated=None), Use.TAKE, Doubt.UNDATED),
    "nothing is stored, and it was read without a date": (None, replace(POINT, updated=None), Use.TAKE, None),
    "the same content": (HELD, replace(PAGE, digest=b"held"), Use.SAME, None),
    "the same content without a date": (NEVER, replace(PAGE, digest=b"held", updated=None), Use.SAME, None),
    "newer": (HELD, replace(PAGE, updated=NOON + SECOND, stage=0), Use.TAKE, None),
    "newer than what is settled": (replace(HELD, settled=True), replace(PAGE, updated=NOON + SECOND), Use.TAKE, None),
    "newer, and still to come": (HELD, replace(TO_COME, dated=NOON), Use.TAKE, Doubt.OLDER),
    "newer, and hardly still to come": (HELD, replace(TO_COME, dated=NOON + SECOND), Use.TAKE, None),
    "newer, and still to come, as it was read": (HELD, replace(TO_COME, dated=NOON, point=True), Use.TAKE, None),
    "older": (HELD, replace(PAGE, updated=NOON - SECOND), Use.DROP, None),
    "older, as a search may still show it": (HELD, replace(LATE, since=HELD.observed + LAG), Use.DROP, None),
    "older, long after": (HELD, LATE, Use.DROP, Doubt.OLDER),
    "older, long after, and refuted": (REFUTED, LATE, Use.DROP, None),
    "older, long after, and not what was refuted": (replace(REFUTED, contested=b"x"), LATE, Use.DROP, Doubt.OLDER),
    "older, and refuted long ago": (
        REFUTED,
        replace(LATE, since=HELD.observed + BELIEVED + SECOND),
        Use.DROP,
        Doubt.OLDER,
    ),
    "a tie of a later stage": (HELD, replace(PAGE, stage=2), Use.TAKE, Doubt.TIE),
    "a tie of the same stage": (HELD, PAGE, Use.DROP, Doubt.TIE),
    "a tie of an earlier stage": (HELD, replace(PAGE, stage=0), Use.DROP, Doubt.TIE),
    "what a read has refuted": (REFUTED, PAGE, Use.DROP, None),
    "what a read has refuted, of a later stage": (REFUTED, replace(PAGE, stage=2), Use.DROP, None),
    "what a read has not refuted": (replace(REFUTED, contested=b""), PAGE, Use.DROP, Doubt.TIE),
    "what a read has not refuted, of a later stage": (
        replace(REFUTED, contested=b""),
        replace(PAGE, stage=2),
        Use.DROP,
        Doubt.TIE,
    ),
    "what a read has refuted, but long ago": (
        REFUTED,
        replace(PAGE, since=HELD.observed + BELIEVED + SECOND),
        Use.DROP,
        Doubt.TIE,
    ),
    "a contest that no read has decided": (replace(REFUTED, settled=False), PAGE, Use.DROP, Doubt.TIE),
    "a second beside a moment of it": (replace(HELD, updated=NOON + MOMENT), PAGE, Use.DROP, Doubt.TIE),
    "a moment beside its second": (HELD, replace(PAGE, updated=NOON + MOMENT, stage=2), Use.TAKE, Doubt.TIE),
    "a later moment of a second": (
        replace(HELD, updated=NOON + MOMENT),
        replace(PAGE, updated=NOON + 2 * MOMENT),
        Use.TAKE,
        None,
    ),
    "an earlier moment of a second": (
        replace(HELD, updated=NOON + 2 * MOMENT),
        replace(PAGE, updated=NOON + MOMENT),
        Use.DROP,
        None,
    ),
    "older than a date that is still to come": (
        HELD,
        replace(PAGE, updated=NOON - 9 * SECOND, dated=NOON - SECOND),
        Use.DROP,
        Doubt.OLDER,
    ),
    "gone, and listed as before": (replace(GONE, settled=True, contested=PAGE.digest), PAGE, Use.DROP, None),
    "gone, and listed otherwise": (replace(GONE, settled=True, contested=b"x"), PAGE, Use.DROP, Doubt.RETURNED),
    "gone, and still listed as before when an hour has passed": (
        replace(GONE, settled=True, contested=PAGE.digest),
        replace(PAGE, since=HELD.observed + GONE_FOR + SECOND),
        Use.DROP,
        Doubt.RETURNED,
    ),
    "what was refuted by a clock that was set back": (
        replace(REFUTED, observed=AHEAD.observed),
        replace(PAGE, updated=NOON),
        Use.DROP,
        Doubt.TIE,
    ),
    "without a date, as a read has refuted it": (REFUTED, replace(PAGE, updated=None), Use.DROP, None),
    "a read whose answer was kept too late": (AHEAD, replace(POINT, now=AHEAD.observed + SECOND), Use.DROP, Doubt.TIE),
    "older, and observed by a clock that was set back": (
        AHEAD,
        replace(PAGE, updated=NOON - SECOND),
        Use.DROP,
        Doubt.OLDER,
    ),
    "read, and observed by a clock that was set back": (AHEAD, replace(POINT, stage=0), Use.TAKE, None),
    "no date beside a date, as a read has refuted": (REFUTED, replace(PAGE, updated=None), Use.DROP, None),
    "no date beside a date": (HELD, replace(PAGE, updated=None, stage=2), Use.DROP, Doubt.UNDATED),
    "a date beside no date": (NEVER, replace(PAGE, stage=0), Use.TAKE, Doubt.UNDATED),
    "two without a date, a later stage": (NEVER, replace(PAGE, updated=None, stage=2), Use.TAKE, Doubt.UNDATED),
    "two without a date, the same stage": (NEVER, replace(PAGE, updated=None), Use.DROP, Doubt.UNDATED),
    "read, older": (HELD, replace(POINT, updated=NOON - SECOND), Use.TAKE, None),
    "read, a tie of an earlier stage": (HELD, replace(POINT, stage=0), Use.TAKE, None),
    "read, without a date": (HELD, replace(POINT, updated=None), Use.TAKE, None),
    "read too early, a tie": (HELD, replace(POINT, asked=HELD.observed), Use.DROP, Doubt.TIE),
    "read too early, what a read has refuted": (REFUTED, replace(POINT, asked=HELD.observed), Use.DROP, Doubt.TIE),
    "read too early, newer": (HELD, replace(POINT, asked=NOON, updated=NOON + SECOND), Use.TAKE, None),
    "read too early, older": (HELD, replace(POINT, asked=NOON, updated=NOON - SECOND), Use.DROP, Doubt.OLDER),
    "gone, and a page has it": (GONE, replace(PAGE, updated=NOON + SECOND), Use.DROP, Doubt.RETURNED),
    "gone, and it was read": (GONE, POINT, Use.TAKE, None),
    "gone, and it was read too early": (GONE, replace(POINT, asked=HELD.observed), Use.DROP, Doubt.RETURNED),
}


@pytest.mark.parametrize("case", CASES)
def test_a_record_beside_what_is_stored(case: str) -> None:
    stored, seen, use, doubt = CASES[case]
    verdict = judge(stored, seen)
    assert (verdict.use, verdict.doubt) == (use, doubt)


def test_what_was_seen_as_it_is_stored_is_noted_while_it_may_change_and_when_it_was_read() -> None:
    ended = replace(HELD, stage=2)
    assert moves(HELD, PAGE)
    assert moves(replace(ended, updated=None), PAGE)
    assert moves(ended, POINT)
    assert moves(replace(ended, watched=True), PAGE)
    assert moves(ended, replace(PAGE, created=None))
    assert not moves(ended, PAGE)


def test_a_request_began_by_the_clock_that_says_earlier() -> None:
    """Ours was set forward, or back, by 5 s while it took 2 s, or it was not."""
    ago, now = 2 * SECOND, NOON + 10 * SECOND
    assert began(now - ago, ago=ago, now=now) == now - ago
    assert began(now - ago - 5 * SECOND, ago=ago, now=now) == now - ago - 5 * SECOND
    assert began(now - ago + 5 * SECOND, ago=ago, now=now) == now - ago


def test_a_date_is_final_when_its_second_is_over_by_the_platforms_clock() -> None:
    assert is_final(NOON, NOON + SECOND_ENDS)
    assert not is_final(NOON, NOON + SECOND_ENDS - SECOND)
    assert replace(POINT, updated=None).final, "nothing else tells when it changed"
    assert not replace(PAGE, updated=None).final
    over = replace(POINT, asked=NOON + SECOND_ENDS)
    assert over.final
    assert not replace(over, dated=NOON).final, "the platform's clock counts, where it says something"


def test_a_tie_is_known_again_by_the_content_that_lost_it() -> None:
    assert judge(HELD, PAGE).contested == PAGE.digest
    assert judge(HELD, replace(PAGE, stage=2)).contested == HELD.digest
    assert judge(HELD, POINT).contested == HELD.digest
    assert judge(HELD, replace(POINT, updated=NOON + SECOND)).contested == b""
