"""The data folder: what it gives to settings that nobody made, and where in it things lie."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT = ROOT / ".data"
VARIABLE = "JOBDECK_DATA_DIR"
LONGEST_SOCKET = 100


class Taken(Exception):
    """Another process has what we asked for; the text is what it wrote there."""


def path(text: str) -> Path:
    """Read the name of a data folder."""
    return Path(text).expanduser().absolute()


def chosen() -> Path:
    """The data folder that the environment names, without Django."""
    return path(os.environ.get(VARIABLE) or str(DEFAULT))


def secret(home: Path, name: str) -> str:
    """The secret called `name` of this folder, made at the first call; only its owner can read it."""
    kept = home / "secrets" / name
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = kept.with_name(f"{name}.{secrets.token_hex(4)}")
        half.touch(mode=0o600)
        half.write_text(secrets.token_urlsafe(48))
        half.rename(kept)
    return kept.read_text()


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


def own_folder(folder: Path) -> None:
    """Make `folder`, for its owner alone; refuse one that somebody else made there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), 65534):
        raise PermissionError(f"{folder} belongs to somebody else; remove it.")
    folder.chmod(0o700)


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
