"""Settings: each is documented as the code has it, and a mistake stops every command with its remedy."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from dashboard import checks, setup
from dashboard.env import Refused, with_values

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
READ = re.compile(r"""(?:environ(?:\.get\(|\[)|VARIABLE = |env\.one\()["'](\w+)["']""")
OF_OTHERS = {"DJANGO_SETTINGS_MODULE"}
DESCRIBED = {
    "HOOK_SECRET": "made once, in the data folder",
    "JOBDECK_DATA_DIR": "`.data` beside the code",
    "DATABASE_URL": "the embedded PostgreSQL",
    "CELERY_BROKER_URL": "the embedded Valkey",
    "MEDIA_PLATFORM_URL": "the sandbox",
    "MEDIA_PLATFORM_APP_ID": "the sandbox's",
    "MEDIA_PLATFORM_SHARED_SECRET": "the sandbox's",
    "SECRET_KEY": "made once, kept in the data folder",
}


def documented(file: str = "docs/settings.md") -> dict[str, tuple[str, str]]:
    """Default and meaning of each variable, as a file tells them."""
    return {name: (default, meaning) for name, default, meaning in ROW.findall((ROOT / file).read_text())}


def spelled(default: object) -> str:
    """A default as the tables spell it."""
    if isinstance(default, list):
        default = ",".join(default)
    if isinstance(default, bool):
        default = int(default)
    return "none" if default == "" else f"`{default}`"


def test_every_setting_is_documented_as_the_code_has_it() -> None:
    read = {
        name
        for folder in ("dashboard", "jobs", "accounts", "sandbox")
        for path in (ROOT / folder).rglob("*.py")
        for name in READ.findall(path.read_text())
    }
    written = {name: meaning for name, (_, meaning) in documented().items()}
    assert {name: written.get(name) for name in settings.ENVIRONMENT.documented} == settings.ENVIRONMENT.documented
    assert set(written) == {*settings.ENVIRONMENT.documented, *read} - OF_OTHERS


def test_every_default_is_documented_as_the_code_has_it() -> None:
    """Those that are made or depend on others are described; what the tables say in figures is what the code has."""
    written = {name: default for name, (default, _) in documented().items()}
    plain = {name: spelled(value) for name, value in settings.ENVIRONMENT.defaults.items() if name not in DESCRIBED}
    assert len(plain) >= 8
    assert {name: written[name] for name in settings.ENVIRONMENT.defaults} == DESCRIBED | plain
    made = {name for name, value in settings.ENVIRONMENT.defaults.items() if callable(value)}
    assert made <= set(DESCRIBED)
    assert settings.ENVIRONMENT.defaults["JOBDECK_DATA_DIR"] == ROOT / ".data"


def test_the_readme_says_no_other_default() -> None:
    figures = {name: default for name, (default, _) in documented("README.md").items() if default.startswith("`")}
    assert {"PORT", "JOBDECK_DATA_DIR", "SYNC_PERIOD"} <= set(figures)
    assert all(documented()[name][0].startswith(default) for name, default in figures.items())


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "eighty"}, ["PORT cannot be read", "whole number from 1 to 65535"]),
        ({"HTTPS": "perhaps", "SYNC_PERIOD": "0"}, ["HTTPS cannot be read", "SYNC_PERIOD cannot be read"]),
        ({"JOBDECK_DATA_DIR": "/dev/null/x"}, ["JOBDECK_DATA_DIR cannot be read", "/dev/null is none"]),
        ({"DATABASE_URL": "mysql://x"}, ["DATABASE_URL cannot be read", "postgres://"]),
        ({"CELERY_BROKER_URL": "amqp://x"}, ["CELERY_BROKER_URL cannot be read", "redis://"]),
        (
            {"MEDIA_PLATFORM_URL": "project.wixmp.com"},
            ["MEDIA_PLATFORM_URL cannot be read", "https://project.wixmp.com"],
        ),
        (
            {"MEDIA_PLATFORM_URL": "https://p.wixmp.com"},
            ["Set MEDIA_PLATFORM_APP_ID or", "Set MEDIA_PLATFORM_SHARED_SECRET or MEDIA_PLATFORM_SHARED_SECRET_FILE"],
        ),
        (
            {
                "DATABASE_URL": "postgres://a:b@h:notaport/x",
                "CELERY_BROKER_URL": "redis://h:bad/0",
                "MEDIA_PLATFORM_URL": "http://[x",
                "ALLOWED_HOSTS": "https://x y",
                "CSRF_TRUSTED_ORIGINS": "jobs.example.com",
                "SECRET_KEY": "a",
            },
            [
                "DATABASE_URL cannot be read",
                "CELERY_BROKER_URL cannot be read",
                "MEDIA_PLATFORM_URL cannot be read",
                "ALLOWED_HOSTS cannot be read",
                "CSRF_TRUSTED_ORIGINS cannot be read",
                "SECRET_KEY cannot be read",
                "at least 50 random characters",
            ],
        ),
        (
            {"DATABASE_URL": "postgres://[bad", "MEDIA_PLATFORM_URL": "http://h:99999"},
            ["DATABASE_URL cannot be read", "MEDIA_PLATFORM_URL cannot be read"],
        ),
        (
            {"SECRET_KEY": "a" * 50, "SECRET_KEY_FILE": "/run/key"},
            ["SECRET_KEY cannot be read", "Set SECRET_KEY or SECRET_KEY_FILE, not both"],
        ),
        ({"SECRET_KEY_FILE": "/nowhere/at-all"}, ["SECRET_KEY cannot be read", "SECRET_KEY_FILE must name a readable"]),
    ],
)
def test_a_mistake_stops_with_its_remedy(tmp_path: Path, variables: dict[str, str], words: list[str]) -> None:
    ended = run(["manage.py", "check"], **{"JOBDECK_DATA_DIR": str(tmp_path)} | variables)
    assert ended.returncode != 0
    assert [word for word in words if word not in ended.stderr] == []
    assert "Traceback" not in ended.stderr


def run(words: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = with_values(**variables)
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


COMMANDS = [["up"], ["sync"], ["manage", "migrate"], ["manage", "collectstatic"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"JOBDECK_DATA_DIR": "here", "JOBDECK_DATA_DIR_FILE": "there"},
            ["JOBDECK_DATA_DIR cannot be read. Set JOBDECK_DATA_DIR or JOBDECK_DATA_DIR_FILE, not both."],
        ),
        (
            {"SECRET_KEY": "a", "PORT": "eighty"},
            ["PORT cannot be read. Set it to a whole number", "SECRET_KEY cannot be read. Set it to at least 50"],
        ),
    ],
    ids=str,
)
def test_every_command_stops_in_a_line_a_mistake(
    tmp_path: Path, words: list[str], variables: dict[str, str], said: list[str]
) -> None:
    others = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0", "MEDIA_PLATFORM_URL": "http://127.0.0.1:1"}
    others |= {
        "MEDIA_PLATFORM_APP_ID": "a",
        "MEDIA_PLATFORM_SHARED_SECRET": "b" * 40,
        "JOBDECK_DATA_DIR": str(tmp_path),
    }
    ended = run(["-m", f"dashboard.commands.{words[0]}", *words[1:]], **others | variables)
    assert ended.returncode != 0
    text = ended.stdout.removeprefix("not complete: ") if words == ["sync"] else ended.stderr.removeprefix("deck: ")
    lines = text.splitlines()
    assert "Traceback" not in ended.stderr
    assert [line.startswith(expected) for line, expected in zip(lines, said, strict=True)] == [True] * len(said)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": "postgres://a:hidden@127.0.0.1:1/x"}, "DATABASE_URL: the database cannot be reached."),
        ({"CELERY_BROKER_URL": "redis://:hidden@127.0.0.1:1/0"}, "CELERY_BROKER_URL: redis://:**@127.0.0.1:1/0 cannot"),
    ],
    ids=str,
)
def test_what_cannot_be_reached_is_named(tmp_path: Path, variables: dict[str, str], named: str) -> None:
    others = {"MEDIA_PLATFORM_URL": "http://127.0.0.1:1", "MEDIA_PLATFORM_APP_ID": "a"}
    others |= {"MEDIA_PLATFORM_SHARED_SECRET": "b" * 40, "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    ended = run(["-m", "dashboard.commands.up"], JOBDECK_DATA_DIR=str(tmp_path), **others | variables)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"deck: {named}")
    assert ended.stderr.count("\n") == 1
    assert "hidden" not in ended.stderr


def test_a_command_of_django_names_the_database_too(tmp_path: Path) -> None:
    variables = {"DATABASE_URL": "postgres://a:hidden@127.0.0.1:1/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    ended = run(["-m", "dashboard.commands.manage", "operator", "me"], JOBDECK_DATA_DIR=str(tmp_path), **variables)
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert ended.stderr.startswith("deck: DATABASE_URL: the database cannot be reached.")


@pytest.mark.django_db
def test_a_postgres_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("check", databases=["default"])
    monkeypatch.setattr(checks, "OLDEST_POSTGRES", 99)
    with pytest.raises(SystemCheckError, match="DATABASE_URL: PostgreSQL 99 or newer is needed, and this is 18"):
        call_command("check", databases=["default"])
    with pytest.raises(Refused, match="DATABASE_URL: PostgreSQL 99 or newer is needed, and this is 18"):
        setup.check()


def test_services_and_settings_read_the_same_files(tmp_path: Path) -> None:
    """Through `./deck`, which goes elsewhere: what is relative begins where its user stands."""
    (tmp_path / "folder").write_text("kept\n")
    (tmp_path / "key").write_text("k" * 50)
    variables = {"JOBDECK_DATA_DIR_FILE": "folder", "SECRET_KEY_FILE": "key", "CELERY_BROKER_URL": "redis://h:1/0"}
    kept = {name: value for name, value in os.environ.items() if name not in ("JOBDECK_DATA_DIR", "JOBDECK_FROM")}
    code = "from django.conf import settings as s; from dashboard.services import home; "
    code += "print(s.DATA_DIR, home.chosen(), s.SECRET_KEY[:1])"
    command = [str(ROOT / "deck"), "manage", "shell", "-v0", "-c", code]
    ended = subprocess.run(
        command, env=kept | variables, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.split() == [str(tmp_path / "kept"), str(tmp_path / "kept"), "k"]
