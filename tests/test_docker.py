"""The container files: what they run, set and open is what the code has."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from dashboard.commands import up

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
OURS = ("web", "worker", "beat", "migrate")
OF_LIBPQ = {"PGOPTIONS"}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "MEDIA_PLATFORM_SHARED_SECRET"}


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][name]
    return found


def test_every_service_is_there() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "valkey", *OURS}


@pytest.mark.parametrize(
    ("name", "words"),
    [("web", [*up.WEB, "--bind", "0.0.0.0:8000"]), ("worker", up.WORKER), ("beat", up.BEAT)],
)
def test_a_process_is_started_as_up_starts_it(name: str, words: list[str]) -> None:
    assert service(name)["command"] == ["python", *words]
    assert service(name).get("stop_signal") == ("SIGQUIT" if name == "worker" else None)


def test_the_web_has_the_limits_that_up_gives_it() -> None:
    assert up.LONGEST_STATEMENT.items() <= service("web")["environment"].items()


@pytest.mark.parametrize("name", OURS)
def test_a_variable_is_one_that_the_code_reads(name: str) -> None:
    variables = set(service(name)["environment"]) - OF_LIBPQ
    assert variables <= set(settings.ENVIRONMENT.documented)
    assert {"DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS"} <= variables
    assert {name for name in settings.ENVIRONMENT.documented if name.startswith(("MEDIA_", "SYNC_"))} <= variables


def test_no_secret_has_a_default() -> None:
    used = re.findall(r"\$\{(\w+)(:[?-])?", TEXT)
    assert {name for name, _ in used} >= SECRETS
    assert {how for name, how in used if name in SECRETS} == {":?"}


def test_ports_are_open_to_this_machine_alone() -> None:
    assert service("web")["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert not [name for name in COMPOSE["services"] if name != "web" and "ports" in service(name)]
    assert "EXPOSE 8000" in (ROOT / "Dockerfile").read_text()


def test_every_service_that_stays_says_how_it_is() -> None:
    assert {name for name in COMPOSE["services"] if "healthcheck" not in service(name)} == {"migrate"}
    assert "/healthz" in str(service("web")["healthcheck"])
    assert settings.CELERY_BEAT_SCHEDULE_FILENAME.endswith("/beat-schedule")


def test_volumes_are_those_that_are_declared() -> None:
    used = {mount.split(":")[0] for each in COMPOSE["services"].values() for mount in each.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) == {"postgres", "valkey"}


def test_the_image_holds_what_runs() -> None:
    """Copied folders are there, and no folder that a running process imports is left out."""
    copied = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all((ROOT / each).exists() for each in copied)
    assert {"dashboard", "accounts", "jobs", "templates", "static", "manage.py", "requirements/base.txt"} == set(copied)
