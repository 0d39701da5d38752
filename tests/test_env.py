"""The environment: typed values, and every mistake with its remedy."""

from pathlib import Path

import pytest

from dashboard.env import Environment, boolean, integer, url, words


def environment(**values: str) -> Environment:
    return Environment(values=values)


def test_unset_and_empty_take_the_default() -> None:
    env = environment(EMPTY="")
    assert env.read("EMPTY", integer(1, 9), default=4, meaning="") == 4
    assert env.read("UNSET", integer(1, 9), default=lambda: 5, meaning="") == 5
    assert env.problems == []


@pytest.mark.parametrize("text", ["0", "10", "-1", "x", "1.5", "٣", "9" * 400])
def test_a_number_out_of_range_is_a_problem_with_a_remedy(text: str) -> None:
    env = environment(PORT=text)
    assert env.read("PORT", integer(1, 9), default=4, meaning="") == 4
    assert [problem.name for problem in env.problems] == ["PORT"]
    assert "from 1 to 9" in env.problems[0].remedy


def test_values_are_read_as_their_type() -> None:
    env = environment(A="yes", B="a, b,,c", C="redis://x", D="7")
    assert env.read("A", boolean, default=False, meaning="") is True
    assert env.read("B", words, default=[], meaning="") == ["a", "b", "c"]
    assert env.read("C", url("redis"), default="", meaning="") == "redis://x"
    assert env.read("D", integer(1, 9), default=1, meaning="") == 7


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    env = environment(KEY_FILE=str(tmp_path / "secret"), KEY="from the environment")
    assert env.read("KEY", str, default="", meaning="") == "from a file"


def test_a_missing_secret_file_is_named() -> None:
    env = environment(KEY_FILE="/nowhere/secret")
    assert env.read("KEY", str, default="kept", meaning="") == "kept"
    assert "KEY_FILE" in env.problems[0].remedy
