"""docs/reliability.md: the table of faults is whole, and what it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
NUMBERS = range(1, 30)


def test_every_fault_has_its_test() -> None:
    table = (ROOT / "docs" / "reliability.md").read_text()
    assert [int(number) for number, _ in ROW.findall(table)] == list(NUMBERS)
    file = ""
    for _, cell in ROW.findall(table):
        for name in re.findall(r"`([^`]+)`", cell):
            if name.endswith(".py"):
                file = (ROOT / name).read_text()
            else:
                parts = re.split(r"…|\[|\]", name)
                assert all(part in file for part in parts), name
