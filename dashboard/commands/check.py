"""`./deck check`: style, types, migrations and the deployment checks of production settings."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from dashboard.env import with_values
from dashboard.services import home
from dashboard.services.embedded import embedded
from dashboard.services.plainly import plainly

BIN = os.path.dirname(sys.executable)
PRODUCTION = {
    "SECRET_KEY": "check-only-" + "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "jobs.example.com",
    "HTTPS": "1",
}


def main() -> int:
    """Run every check, even after one has failed; fail if any did."""
    python = sys.executable
    steps = [
        [f"{BIN}/ruff", "check"],
        [f"{BIN}/ruff", "format", "--check"],
        [f"{BIN}/mypy", "."],
        [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    ]
    with scratch_database():
        failed = [step for step in steps if not passes(step)]
    for step in failed:
        print(f"failed: {' '.join(step)}", file=sys.stderr)
    return 1 if failed else 0


@contextlib.contextmanager
def scratch_database() -> Iterator[None]:
    """Have an empty PostgreSQL for what wants to look at one."""
    with tempfile.TemporaryDirectory(prefix="jobdeck-check-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - PostgreSQL may run as another account
        os.environ.pop(f"{home.VARIABLE}_FILE", None)
        os.environ[home.VARIABLE] = folder
        with plainly(), embedded("postgres"):
            yield


def passes(step: list[str]) -> bool:
    """Run one check under production settings."""
    print("→", " ".join(step), flush=True)
    return subprocess.run(step, env=with_values(**PRODUCTION)).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
