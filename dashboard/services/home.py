"""The data folder: what it gives to settings that nobody made, and where in it things lie."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dashboard import env

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT = ROOT / ".data"
VARIABLE = "JOBDECK_DATA_DIR"
LONGEST_SOCKET = 100


class Taken(Exception):
    """Another process has what we asked for; the text is what it wrote there."""


def chosen() -> Path:
    """The data folder that the environment names, without Django."""
    return env.one(VARIABLE, env.folder, default=DEFAULT)


def secret(home: Path, name: str) -> str:
    """The secret called `name` of this folder, made at the first call; only its owner can read it."""
    kept = home / "secrets" / name
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_secret(kept)
    return kept.read_text()


def _make_secret(kept: Path) -> None:
    """Make a secret, whole at once; of several that are made at the same time, the first stays."""
    half = kept.with_name(f"{kept.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(half, kept)
    finally:
        half.unlink(missing_ok=True)


def log(home: Path, name: str) -> Path:
    """Where the process `name` writes what it has to say."""
    return home / "log" / f"{name}.log"


def sockets(folder: Path) -> Path:
    """The folder for the sockets of a service that lives in `folder`.

    It is a short one elsewhere where `folder` is too deep for a socket, or has characters that an address would escape.
    """
    plain = os.fsencode(folder).replace(b"/", b"").replace(b"-", b"").replace(b"_", b"").replace(b".", b"")
    if len(os.fsencode(folder)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET and plain.isalnum() and plain.isascii():
        return folder
    return Path(tempfile.gettempdir()) / f"jobdeck-{os.geteuid()}-{short_name(folder)}"


def own_folder(folder: Path, account: pwd.struct_passwd | None = None, *, mode: int = 0o700) -> None:
    """Make `folder` for `account`, or for ourselves where none is given; refuse one that belongs to anybody else.

    What belongs to another account is left as it is, so that root changes nothing at its bidding.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found, owner = folder.lstat(), account.pw_uid if account else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise PermissionError(f"{folder} belongs to somebody else; remove it.")
    if found.st_uid == os.geteuid():
        folder.chmod(mode)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)


def short_name(path: Path) -> str:
    """A short word that stands for `path` and no other."""
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]


@contextlib.contextmanager
def lock(home: Path, name: str, note: str = "") -> Iterator[None]:
    """Hold the lock `name` of this folder, with a `note` for those who ask; raise `Taken` where another holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{name}.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            held.seek(0)
            raise Taken(held.read()) from why
        held.truncate(0)
        held.write(note)
        held.flush()
        yield
