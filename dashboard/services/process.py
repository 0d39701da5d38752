"""What every service needs of the operating system."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_KEPT = 10 << 20
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Process = subprocess.Popen[bytes]


class DidNotStart(Exception):
    """A process that cannot be started, ended or was not ready in time; the text says why, as far as is known."""


def launch(
    command: Sequence[str],
    log: Path,
    *,
    account: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own, as `account` where one is given; it ends when we do.

    What it says goes to the end of `log`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    bound(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_as_child(signal.SIGINT),
            cwd=folder,
            env=None if environment is None else {**os.environ, **environment},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def run(command: Sequence[str], *, account: pwd.struct_passwd | None, text: str) -> "subprocess.CompletedProcess[str]":
    """Run `command` to its end, as `account` where one is given; its `/dev/stdin` holds `text`, which must be short."""
    reading, writing = os.pipe()
    try:
        os.write(writing, text.encode())
        if account is not None:
            os.fchown(reading, account.pw_uid, account.pw_gid)
    finally:
        os.close(writing)
    with open(reading) as given:
        return subprocess.run(
            command,
            stdin=given,
            capture_output=True,
            text=True,
            cwd="/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def bound(log: Path) -> None:
    """Move what a long log holds to an older one, of which there is one.

    The log is emptied, not renamed: processes keep it open, and each appends to whatever it is now.
    """
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_KEPT:
            shutil.copyfile(log, log.with_suffix(".old.log"))
            os.truncate(log, 0)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off the signals that stop us, so that no process is started that nobody comes to know."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until `condition` holds, at most `seconds`; tell whether it does."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return met


def is_running(pid: int) -> bool:
    """Tell whether `pid` is a process that still does something: a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return sys.platform != "linux"
    return state != "Z"


def command_line(pid: int) -> str:
    """The words with which `pid` was started, or nothing where that is not known."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def working_in(folder: Path) -> list[int]:
    """The processes whose working folder is `folder`, as far as we may know."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return found


def owner(pid: int) -> int | None:
    """The account as which `pid` runs, or nothing where that is not known."""
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def descendants(pid: int) -> list[int]:
    """The processes that `pid` started, and those that they did, whichever session they are in."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            children[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
    found = children[pid]
    for each in found:
        found += children[each]
    return found


def servant() -> pwd.struct_passwd | None:
    """The account that runs PostgreSQL where we are root, which it refuses to be."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def can_reach(account: pwd.struct_passwd, path: Path) -> bool:
    """Tell whether `account` may walk down to `path`, as far as it exists."""
    for folder in [*reversed(path.absolute().parents), path]:
        if not folder.exists():
            return True
        status = folder.stat()
        shift = 6 if status.st_uid == account.pw_uid else 3 if status.st_gid == account.pw_gid else 0
        if folder.is_dir() and not status.st_mode >> shift & 1:
            return False
    return True


def _as_child(number: signal.Signals) -> Callable[[], None]:
    """Give a `preexec_fn` after which the child gets `number` when its parent dies, and hears what stops it."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def begin() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    return begin
