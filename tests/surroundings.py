"""Makes what the whole run shares, before pytest-django reads the settings: PostgreSQL, and static files."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dashboard.env import Environment
from dashboard.services import home
from dashboard.services.postgres import Postgres
from dashboard.services.process import wait_for


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    scratch = tempfile.TemporaryDirectory(prefix="jobdeck-test-", ignore_cleanup_errors=True)
    early_config.add_cleanup(scratch.cleanup)
    os.chmod(scratch.name, 0o755)
    os.environ.pop(f"{home.VARIABLE}_FILE", None)
    os.environ[home.VARIABLE] = scratch.name
    if not Environment().names("DATABASE_URL"):
        start_postgres(Path(scratch.name), early_config)
    subprocess.run([sys.executable, str(home.ROOT / "manage.py"), "collectstatic", "-v0", "--noinput"], check=True)


def start_postgres(folder: Path, config: pytest.Config) -> None:
    server = Postgres(folder)
    server.prepare()
    running = server.start()

    def stop() -> None:
        running.send_signal(signal.SIGINT)
        running.wait()

    config.add_cleanup(stop)
    if not wait_for(server.is_ready, seconds=30):
        raise pytest.UsageError(f"PostgreSQL did not start: {home.log(folder, 'postgres').read_text()}")
    os.environ["DATABASE_URL"] = server.url
