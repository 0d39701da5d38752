"""How everything is cut into walks."""

from dataclasses import replace

import pytest

from jobs.rules.shards import (
    EVERYTHING,
    MOST_ISSUERS,
    Known,
    Shard,
    ascends,
    first,
    parts,
    rest,
    split,
    unread,
    weights,
)

HERE = {
    Shard(type="a", status="success", issuer="x"): 600,
    Shard(type="a", status="error", issuer="x"): 300,
    Shard(type="b", status="success"): 100,
}


def test_everything_comes_last() -> None:
    assert first(Known(types=("b", "a"))) == [Shard(type="a"), Shard(type="b"), EVERYTHING]


def test_what_was_split_before_is_so_from_the_start() -> None:
    known = Known(types=("a", "b"), statuses=("success",), issuers=("x", "y"))
    part = Shard(type="a", status="success")
    before = {Shard(type="a"), part, EVERYTHING, Shard(type="b", status="success"), Shard(type="gone")}
    assert parts(first(known), known, before) == {
        Shard(type="a"): [part],
        part: [replace(part, issuer="x"), replace(part, issuer="y")],
        replace(part, issuer="x"): [],
        replace(part, issuer="y"): [],
        Shard(type="b"): [],
        EVERYTHING: [Shard(status="success")],
        Shard(status="success"): [],
    }


def test_what_has_no_parts_any_more_is_whole() -> None:
    assert parts([Shard(type="a")], Known(types=("a",)), {Shard(type="a")}) == {Shard(type="a"): []}


@pytest.mark.parametrize(
    ("shard", "jobs"),
    [
        (EVERYTHING, 1000),
        (Shard(type="a"), 900),
        (Shard(type="a", status="error"), 300),
        (Shard(type="a", status="error", issuer="y"), 10),
        (Shard(type="c"), 10),
    ],
)
def test_a_shard_weighs_what_is_here_of_it_and_never_next_to_nothing(shard: Shard, jobs: int) -> None:
    assert weights(HERE)(shard) == jobs


def test_the_walk_through_everything_comes_from_the_other_end() -> None:
    for number in range(4):
        assert ascends(number, everything=True) != ascends(number, everything=False)
        assert ascends(number, everything=True) != ascends(number + 1, everything=True)


def test_where_nothing_is_here_all_weigh_the_same() -> None:
    weight = weights({})
    assert weight(Shard(type="a")) == weight(EVERYTHING) == 1


def test_a_walk_is_cut_by_state_and_then_by_issuer() -> None:
    known = Known(statuses=("success", "error"), issuers=("x", "y"))
    assert split(Shard(type="a"), known) == [Shard(type="a", status="error"), Shard(type="a", status="success")]
    assert split(Shard(type="a", status="error"), known) == [
        Shard(type="a", status="error", issuer="x"),
        Shard(type="a", status="error", issuer="y"),
    ]
    assert split(EVERYTHING, known) == [Shard(status="error"), Shard(status="success")]
    assert split(Shard(type="a", status="error", issuer="x"), known) == []


def test_nothing_is_cut_by_more_issuers_than_can_be_walked() -> None:
    many = Known(statuses=("error",), issuers=[str(number) for number in range(MOST_ISSUERS + 1)])
    assert split(Shard(status="error"), many) == []
    assert split(EVERYTHING, many) == [Shard(status="error")]


@pytest.mark.parametrize(
    ("shard", "left"),
    [
        (Shard(type="a"), ""),
        (EVERYTHING, "state"),
        (Shard(status="error"), "issuer"),
        (Shard(type="a", status="error"), "issuer"),
    ],
)
def test_what_the_parts_of_a_shard_leave_out_is_said(shard: Shard, left: str) -> None:
    assert left in rest(shard)
    assert bool(rest(shard)) == bool(left)


def test_what_shards_leave_out_is_unread_unless_the_walk_through_everything_brought_it() -> None:
    left_out = {Shard(type="a"): "for a reason", Shard(type="b"): ""}
    assert unread(left_out | {EVERYTHING: ""}) == {}
    assert unread(left_out) == {Shard(type="a"): "for a reason"}
    assert unread(left_out | {EVERYTHING: "too"}) == {Shard(type="a"): "for a reason", EVERYTHING: "too"}
