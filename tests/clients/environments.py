"""An environment of its own for each client, outside the repository, made once and kept."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PYTHON = ("wix-media-platform==1.73.0", "urllib3<2", "setuptools<81")
JAVASCRIPT = "media-platform-js-sdk@9.0.18"
SECONDS = 300
FAILED: dict[str, str] = {}  # what could not be installed is not tried again for every test


class CannotInstall(Exception):
    """A client that cannot be installed here; the text says why."""


def python() -> list[str]:
    """The command that runs a script with the Python client."""
    folder = _made("python", _install_python)
    return [str(folder / "bin" / "python")]


def javascript() -> Path:
    """The folder of modules with the JavaScript client."""
    return _made("javascript", _install_javascript) / "node_modules"


def _made(name: str, install: Callable[[Path], None]) -> Path:
    """Install once, whoever comes first; a half-made environment is made again."""
    if name in FAILED:
        raise CannotInstall(FAILED[name])
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jobdeck" / "clients"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / name
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _installed(name, install, folder)
            (folder / "made").touch()
    return folder


def _installed(name: str, install: Callable[[Path], None], folder: Path) -> None:
    try:
        install(folder)
    except CannotInstall as why:
        FAILED[name] = str(why)
        raise


def _install_python(folder: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    uv = Path(sys.executable).with_name("uv")
    _run(str(uv), "pip", "install", "-q", "--python", str(folder / "bin" / "python"), *PYTHON)


def _install_javascript(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise CannotInstall("npm is not installed")
    folder.mkdir(parents=True)
    _run(
        "npm",
        "install",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefix",
        str(folder),
        JAVASCRIPT,
    )


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as why:
        raise CannotInstall(f"{command[0]} took longer than {SECONDS} s") from why
    if done.returncode:
        raise CannotInstall(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
