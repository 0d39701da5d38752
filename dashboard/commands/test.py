"""`./deck test`: the whole suite, or what arguments say, which go to pytest.

The whole suite is two runs: what needs little, in as many processes as there are
processors (four at most), then what runs all of Jobdeck, one after another, since it measures time.
"""

import os
import shutil
import subprocess
import sys

ALONE = ("tests/browser", "tests/test_up.py", "tests/test_broken_processes.py")
TOGETHER = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadscope", *(f"--ignore={each}" for each in ALONE))


def main() -> int:
    """Have what the tests need, then run them."""
    if not shutil.which("chromium") and shutil.which("apt-get") and os.geteuid() == 0:
        install_chromium()
    if sys.argv[1:]:
        return pytest(*sys.argv[1:])
    return max(pytest(*TOGETHER), pytest(*ALONE))


def pytest(*words: str) -> int:
    """Run pytest to its end; its exit status."""
    return subprocess.run([sys.executable, "-m", "pytest", *words]).returncode


def install_chromium() -> None:
    """Install Debian's browser; where that fails the browser tests are skipped, and say so."""
    print("Installing Chromium for the browser tests …", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
