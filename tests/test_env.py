"""The environment: typed values, and every mistake with its remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import env as read
from dashboard.env import Environment, boolean, broker, database, hosts, integer, origin, origins, secret, words


def environment(**values: str) -> Environment:
    return Environment(values=values)


def test_unset_and_empty_take_the_default() -> None:
    env = environment(EMPTY="")
    assert env.read("EMPTY", integer(1, 9), default=4, meaning="") == 4
    assert env.read("UNSET", integer(1, 9), default=lambda: 5, meaning="") == 5
    assert env.problems == []


@pytest.mark.parametrize("text", ["0", "10", "-1", "x", "1.5", "٣", "9" * 400, "9" * 5000])
def test_a_number_out_of_range_is_a_problem_with_a_remedy(text: str) -> None:
    env = environment(PORT=text)
    assert env.read("PORT", integer(1, 9), default=4, meaning="") == 4
    assert [problem.name for problem in env.problems] == ["PORT"]
    assert "from 1 to 9" in env.problems[0].remedy


def test_values_are_read_as_their_type() -> None:
    env = environment(A="yes", B="a, b,,c", C="redis://x", D="7", E="x" * 50)
    assert env.read("A", boolean, default=False, meaning="") is True
    assert env.read("B", words, default=[], meaning="") == ["a", "b", "c"]
    assert env.read("C", broker, default="", meaning="") == "redis://x"
    assert env.read("D", integer(1, 9), default=1, meaning="") == 7
    assert env.read("E", secret(50), default="", meaning="") == "x" * 50


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    env = environment(KEY_FILE=str(tmp_path / "secret"), KEY="")
    assert env.read("KEY", str, default="", meaning="") == "from a file"


def test_a_missing_secret_file_is_named() -> None:
    env = environment(KEY_FILE="/nowhere/secret")
    assert env.read("KEY", str, default="kept", meaning="") == "kept"
    assert "KEY_FILE" in env.problems[0].remedy


def test_a_value_and_a_file_are_not_both_taken(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file")
    env = environment(KEY_FILE=str(tmp_path / "secret"), KEY="from the environment")
    assert env.read("KEY", str, default="kept", meaning="") == "kept"
    assert [str(problem) for problem in env.problems] == ["KEY cannot be read. Set KEY or KEY_FILE, not both."]


ACCEPTED = [
    (database, "postgres://a:b@h:5432/x"),
    (database, "postgresql://app:p@%2Frun%2Fsocket/name?sslmode=require"),
    (database, "postgres:///name"),
    (database, "postgres://a:b@[::1]:5432/x"),
    (broker, "redis://:password@h:6379/0"),
    (broker, "rediss://h"),
    (broker, "redis+socket:///run/a/valkey.sock"),
    (broker, "redis://[::1]:6379/"),
    (origin, "http://[::1]:8080"),
    (origin, "https://project.wixmp.com"),
]
REFUSED = [
    (database, "postgres://a:b@h:notaport/x"),
    (database, "postgres://a:b@h:99999/x"),
    (database, "postgres://a:b@h:0/x"),
    (database, "postgres://[bad"),
    (database, "postgres://host"),
    (database, "postgres://a b@h/x"),
    (database, "mysql://h/x"),
    (broker, "redis://h:bad/0"),
    (broker, "redis://h:70000/0"),
    (broker, "redis://h/first"),
    (broker, "redis://"),
    (broker, "redis://[bad"),
    (broker, "redis+socket://"),
    (broker, "amqp://h"),
    (origin, "http://[x"),
    (origin, "http://h:99999"),
    (origin, "https://h/path"),
    (origin, "https://:password@h"),
    (origin, "https://a b"),
    (origin, "project.wixmp.com"),
    (origins, "https://a.example.com,b.example.com"),
    (hosts, "https://x y"),
    (hosts, "x y"),
    (hosts, "https://x"),
    (hosts, "a.example.com,b.example.com:8000"),
    (secret(50), "a"),
]


def named(value: object) -> str:
    """A test's name that is the same in every process."""
    return str(getattr(value, "__name__", value))


@pytest.mark.parametrize(("parse", "text"), ACCEPTED, ids=named)
def test_an_address_is_read_as_it_is(parse: Callable[[str], str], text: str) -> None:
    assert parse(text) == text


@pytest.mark.parametrize(("parse", "text"), REFUSED, ids=named)
def test_what_is_none_is_refused_with_an_example(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(read.Unreadable, match=r"^Set it to .*\.$"):
        parse(text)


def test_lists_are_read_word_for_word() -> None:
    names = ["*", ".example.com", "jobs.example.com", "127.0.0.1", "[::1]", "jobs_1"]
    assert hosts(",".join(names)) == names
    assert origins("https://a.example.com, https://*.example.com:8443") == [
        "https://a.example.com",
        "https://*.example.com:8443",
    ]


def test_a_relative_path_begins_where_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(read.STANDING, raising=False)
    assert read.path("kept") == Path.cwd() / "kept"
    monkeypatch.setenv(read.STANDING, str(tmp_path))
    assert read.path("kept") == tmp_path / "kept"
    assert read.path("/kept") == Path("/kept")
    assert read.path("~/kept") == Path.home() / "kept"
    with pytest.raises(read.Unreadable):
        read.path("~no-such-account/kept")


def test_one_variable_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").write_text("elsewhere\n")
    monkeypatch.setenv(read.STANDING, str(tmp_path))
    monkeypatch.setenv("FOLDER_FILE", "folder")
    assert read.one("FOLDER", read.path, default=Path("/")) == tmp_path / "elsewhere"
    monkeypatch.setenv("FOLDER", "here")
    with pytest.raises(read.Refused, match=r"FOLDER cannot be read\. Set FOLDER or FOLDER_FILE, not both"):
        read.one("FOLDER", read.path, default=Path("/"))


def test_values_take_the_place_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_FILE", "/run/key")
    assert {name: value for name, value in read.with_values(KEY="x").items() if "KEY" in name[:4]} == {"KEY": "x"}
