"""`./deck test`: the whole suite; arguments go to pytest."""

import os
import shutil
import subprocess
import sys

import pytest


def main() -> int:
    """Have what the tests need, then run them."""
    if not shutil.which("chromium") and shutil.which("apt-get") and os.geteuid() == 0:
        install_chromium()
    return int(pytest.main(sys.argv[1:]))


def install_chromium() -> None:
    """Install Debian's browser; where that fails the browser tests are skipped, and say so."""
    print("Installing Chromium for the browser tests …", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
