"""The sandbox, as a child of ours: a Jobs API of its own process, where nobody names the platform."""

import shlex
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from dashboard import env
from dashboard.services import home as place
from dashboard.services import process

APP_ID = "sandbox"
SECRET = "sandbox-shared-secret"  # noqa: S105 - a file's name
HOST = "127.0.0.1"


class Sandbox:
    """One sandbox; its port is chosen once for a data folder, and kept while it is free."""

    name = "sandbox"
    variable = "MEDIA_PLATFORM_URL"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def port_file(self) -> Path:
        """Where the port is kept."""
        return self.home / "sandbox-port"

    @property
    def since_file(self) -> Path:
        """When its first jobs had come; a restart does not move them."""
        return self.home / "sandbox-since"

    @property
    def url(self) -> str:
        """The `MEDIA_PLATFORM_URL` of this sandbox; before `prepare`, one that nobody answers."""
        return f"http://{HOST}:{self.port_file.read_text() if self.port_file.exists() else 9}"

    def prepare(self) -> None:
        """Choose the port, and make the shared secret."""
        if not self.since_file.exists():
            self.since_file.write_text(datetime.now(UTC).isoformat(timespec="seconds"))
        kept = int(self.port_file.read_text()) if self.port_file.exists() else 0
        place.secret(self.home, SECRET)
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((HOST, kept))
            except OSError:
                line.bind((HOST, 0))
            self.port_file.write_text(str(line.getsockname()[1]))

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it; `JOBDECK_SANDBOX` holds further options of it."""
        command = [sys.executable, "-m", "sandbox", "--port", self.port_file.read_text(), "--app-id", APP_ID]
        command += ["--since", self.since_file.read_text(), "--secret-file", str(self.home / "secrets" / SECRET)]
        command += env.one("JOBDECK_SANDBOX", _options, default=[])
        return process.launch(command, place.log(self.home, self.name), folder=place.ROOT)

    def is_ready(self) -> bool:
        """Tell whether it listens."""
        with socket.socket() as line:
            line.settimeout(1)
            return line.connect_ex((HOST, int(self.port_file.read_text()))) == 0


def _options(text: str) -> list[str]:
    """Read options as a shell has them."""
    try:
        return shlex.split(text)
    except ValueError as why:
        raise env.Unreadable(f"Set it to options as a shell has them ({why}).") from why
