"""`./deck bench …`: what `benchmarks` measures; arguments go to it."""

import os
import sys


def main() -> None:
    """Hand over to it."""
    os.execv(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]])  # noqa: S606 - it is ours


if __name__ == "__main__":
    main()
