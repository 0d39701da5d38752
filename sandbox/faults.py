"""What goes wrong, on demand.

A fault is written `kind[=value][:share|:xN]`, several with commas between them: `status=503:0.1` answers one request
in ten with 503, `status=429/7:x2` the next two with 429 and `Retry-After: 7`, `truncate` every one with half a body.
"""

import random
from dataclasses import dataclass

KINDS = (
    "status",
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
    "short",
    "huge",
    "empty",
)


@dataclass
class Fault:
    """One fault: `left` requests from now, or a `share` of all."""

    kind: str
    value: str = ""
    share: float = 1.0
    left: int = -1


def parse(text: str) -> list[Fault]:
    """Read faults; raise `ValueError` with what would be understood."""
    return [_parse(word.strip()) for word in text.split(",") if word.strip()]


def _parse(word: str) -> Fault:
    what, _, often = word.partition(":")
    kind, _, value = what.partition("=")
    if kind not in KINDS:
        raise ValueError(f"no fault '{kind}'; there are {', '.join(KINDS)}")
    if kind == "status" and not value.partition("/")[0].isdigit():
        raise ValueError("status needs a number, as in status=503 or status=429/7")
    if often.startswith("x") and often[1:].isdigit():
        return Fault(kind=kind, value=value, left=int(often[1:]))
    return Fault(kind=kind, value=value, share=float(often or 1))


class Faults:
    """The faults that are set, thrown by dice of their own."""

    def __init__(self, faults: list[Fault], seed: int) -> None:
        self.faults = faults
        self._dice = random.Random(seed)  # noqa: S311 - nothing here is secret

    def strike(self) -> Fault | None:
        """The fault of the next request, if any."""
        for fault in self.faults:
            if fault.left != 0 and self._dice.random() < fault.share:
                fault.left -= fault.left > 0
                return fault
        return None
