"""What goes wrong, on demand.

A fault is written `KIND[=VALUE][@PATH][:SHARE|:xN]`, several with commas between them: `status=503:0.1` answers one
request in ten with 503, `status=429/7:x2` the next two with 429 and `Retry-After: 7`, `truncate` every one with half a
body. A path limits it, below `/_api`: `status=500@/jobs/` to what lies under it, `hang@/jobs` to that path, which is
searches; `html@/jobs?orderBy=dateUpdated&nextPageToken` to searches with that order and any token.
"""

import random
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

KINDS = (
    "status",
    "retrydate",
    "proxy404",
    "hang",
    "truncate",
    "html",
    "code",
    "drip",
    "head",
    "stall",
    "reset",
    "redirect",
    "token",
    "repeat",
    "cycle",
    "endless",
    "short",
    "huge",
    "empty",
    "blank",
    "twice",
)
FORM = "KIND[=VALUE][@PATH][:SHARE|:xN]"
WORD = re.compile(r"([^=@:]+)(?:=(.*?))?(?:@(/.*?))?(?::(x\d+|\d*\.?\d+))?")
VALUES = {
    "status": (r"\d{3}(/.*)?", "status needs a number, as in status=503 or status=429/7"),
    "retrydate": (r"-?\d{1,9}", "retrydate needs seconds, as in retrydate=30"),
}


@dataclass
class Fault:
    """One fault: `left` requests from now, or a `share` of all, under `path` and with the parameters of `query`."""

    kind: str
    value: str = ""
    share: float = 1.0
    left: int = -1
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int | None:
        """What is answered instead of what was asked for, 0 for nothing ever; None where there is an answer."""
        if self.kind == "status":
            return int(self.value.partition("/")[0])
        return {"retrydate": 429, "proxy404": 404, "hang": 0}.get(self.kind)

    def meets(self, path: str, query: dict[str, str]) -> bool:
        """Whether a request can have this fault; a parameter without a value stands for any."""
        if path != self.path and not (self.path.endswith("/") and path.startswith(self.path)):
            return False
        return all(name in query and value in ("", query[name]) for name, value in self.query.items())


def parse(text: str) -> list[Fault]:
    """Read faults; raise `ValueError` with what would be understood."""
    return [_parse(word.strip()) for word in text.split(",") if word.strip()]


def _parse(word: str) -> Fault:
    read = WORD.fullmatch(word)
    if not read:
        raise ValueError(f"'{word}' is no fault; write {FORM}")
    kind, value, where, often = (part or "" for part in read.groups())
    if kind not in KINDS:
        raise ValueError(f"no fault '{kind}'; there are {', '.join(KINDS)}; write {FORM}")
    form, remedy = VALUES.get(kind, (".*", ""))
    if not re.fullmatch(form, value):
        raise ValueError(f"{remedy}; write {FORM}")
    path, _, query = where.partition("?")
    fault = Fault(kind=kind, value=value, path=path or "/", query=dict(parse_qsl(query, keep_blank_values=True)))
    if often.startswith("x"):
        fault.left = int(often[1:])
    else:
        fault.share = _share(often or "1", word)
    return fault


def _share(text: str, word: str) -> float:
    share = float(text)
    if share > 1:
        raise ValueError(f"'{word}' ends in no share: write one from 0 to 1 or a number as x2, or end an address in /")
    return share


class Faults:
    """The faults that are set, thrown by dice of their own."""

    def __init__(self, faults: list[Fault], seed: int) -> None:
        self.faults = faults
        self._dice = random.Random(seed)  # noqa: S311 - nothing here is secret

    def strike(self, path: str, query: dict[str, str]) -> Fault | None:
        """The fault of the next request, if any."""
        for fault in self.faults:
            if fault.left != 0 and fault.meets(path, query) and self._dice.random() < fault.share:
                fault.left -= fault.left > 0
                return fault
        return None
