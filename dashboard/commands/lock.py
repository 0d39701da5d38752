"""`./deck lock`: compile `requirements/*.in`, with hashes and no addresses."""

import subprocess
import sys
from pathlib import Path

OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
]


def main() -> int:
    """Compile every group in the order in which they build on each other."""
    uv = Path(sys.executable).with_name("uv")
    for group in ("base", "embedded", "dev", "bench"):
        source, target = f"requirements/{group}.in", f"requirements/{group}.txt"
        command = [str(uv), "pip", "compile", "-q", *OPTIONS, *sys.argv[1:], "-o", target, source]
        if status := subprocess.run(command).returncode:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
