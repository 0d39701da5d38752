"""Settings: each is documented as the code has it, and a mistake stops every command with its remedy."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
READ = re.compile(r"""(?:environ(?:\.get\(|\[)|VARIABLE = )["'](\w+)["']""")
OF_OTHERS = {"DJANGO_SETTINGS_MODULE"}


def documented() -> dict[str, str]:
    return {name: meaning for name, _, meaning in ROW.findall((ROOT / "docs" / "settings.md").read_text())}


def test_every_setting_is_documented_as_the_code_has_it() -> None:
    read = {
        name
        for folder in ("dashboard", "jobs", "accounts", "sandbox")
        for path in (ROOT / folder).rglob("*.py")
        for name in READ.findall(path.read_text())
    }
    written = documented()
    assert {name: written.get(name) for name in settings.ENVIRONMENT.documented} == settings.ENVIRONMENT.documented
    assert set(written) == {*settings.ENVIRONMENT.documented, *read} - OF_OTHERS


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "eighty"}, ["PORT cannot be read", "whole number from 1 to 65535"]),
        ({"HTTPS": "perhaps", "SYNC_PERIOD": "0"}, ["HTTPS cannot be read", "SYNC_PERIOD cannot be read"]),
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
        ({"SECRET_KEY_FILE": "/nowhere/at-all"}, ["SECRET_KEY cannot be read", "SECRET_KEY_FILE must name a readable"]),
    ],
)
def test_a_mistake_stops_with_its_remedy(tmp_path: Path, variables: dict[str, str], words: list[str]) -> None:
    environment = os.environ | {"JOBDECK_DATA_DIR": str(tmp_path)} | variables
    command = [sys.executable, "manage.py", "check"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert [word for word in words if word not in ended.stderr] == []
    assert "Traceback" not in ended.stderr
