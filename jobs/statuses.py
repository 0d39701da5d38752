"""The states of a job: their words, labels, looks and order, in one place (contract: "Job", `status`)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Status:
    """One state: the wire's `word`, what people read, how far along it is, and whether it is the last one.

    `tone` names its mark and colours in the style sheets: `is-<tone>`.
    """

    word: str
    label: str
    tone: str
    stage: int
    terminal: bool = False


KNOWN = (
    Status(word="pending", label="Pending", tone="pending", stage=0),
    Status(word="working", label="Working", tone="working", stage=1),
    Status(word="success", label="Success", tone="success", stage=2, terminal=True),
    Status(word="error", label="Error", tone="error", stage=2, terminal=True),
)
GONE = Status(word="gone", label="Gone", tone="unknown", stage=2, terminal=True)
"""The state, ours, of a job that the platform does not have any more."""
STARTED = "working"
"""The state of a job that is at work."""
BY_WORD = {status.word: status for status in (*KNOWN, GONE)}
UNKNOWN_STAGE = 1
LAST_STAGE = 2
"""The stage of states that do not change any more, as a rule."""


def status(word: str) -> Status:
    """The state that `word` means; one that nobody documented shows its own word."""
    return BY_WORD.get(word) or Status(word=word, label=word, tone="unknown", stage=UNKNOWN_STAGE)
