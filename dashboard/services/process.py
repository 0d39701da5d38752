"""What every service needs of the operating system."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_KEPT = 10 << 20


Process = subprocess.Popen[bytes]


def launch(
    command: Sequence[str],
    log: Path,
    *,
    account: pwd.struct_passwd | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own, as `account` where one is given; it ends when we do.

    What it says goes to `log`, of which one older file is kept.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_KEPT:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_dies_with_parent(signal.SIGINT),
            cwd=folder,
            env=None if environment is None else {**os.environ, **environment},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


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


def _dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Give a `preexec_fn` after which the child gets `number` when its parent dies."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, number)
