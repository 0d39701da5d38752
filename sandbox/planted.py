"""Records that somebody put in, and jobs that somebody took out, each with when: what was there before can be seen.

A record has a negative number, its ref, as generated jobs have their indices.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.facts import Facts
from sandbox.order import Key

NEVER = 1 << 63


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A record that somebody put in, byte for byte, what searches can ask of it, and where it stands in both orders."""

    raw: bytes
    facts: Facts
    created: Key
    updated: Key

    def key(self, *, updated: bool) -> Key:
        """Where it stands in one of the orders."""
        return self.updated if updated else self.created


class Ledger:
    """What was planted and what is gone, at any time of the last `keep` nanoseconds, by the clock's ticks."""

    def __init__(self) -> None:
        self.keep = 0
        self._records: list[list[tuple[int, Planted | None]]] = []
        self._refs: dict[str, int] = {}
        self._gone: dict[int, int] = {}

    def ref(self, job_id: str) -> int:
        """The ref of the record of an id, now and always; a new one for every record without."""
        if job_id in self._refs:
            return self._refs[job_id]
        self._records.append([])
        ref = -len(self._records)
        if job_id:
            self._refs[job_id] = ref
        return ref

    def plant(self, ref: int, planted: Planted | None, at: int) -> None:
        """Let there be this record from now on, or none."""
        history = self._records[-1 - ref]
        history.append((at, planted))
        while len(history) > 1 and history[1][0] <= at - self.keep:
            del history[0]

    def remove(self, ref: int, at: int) -> None:
        """Let a record or a generated job be gone from now on."""
        if ref < 0:
            self.plant(ref, None, at)
        else:
            self._gone.setdefault(ref, at)

    def read(self, ref: int, at: int) -> Planted | None:
        """The record as it was; None where there was none."""
        return next((planted for since, planted in reversed(self._records[-1 - ref]) if since <= at), None)

    def find(self, job_id: str, at: int) -> int | None:
        """The ref of the record of an id, where there was one."""
        ref = self._refs.get(job_id)
        return None if ref is None or self.read(ref, at) is None else ref

    def every(self, at: int) -> Iterator[tuple[int, Planted]]:
        """All records that there were."""
        for number in range(len(self._records)):
            if planted := self.read(-1 - number, at):
                yield -1 - number, planted

    def empty(self, generated: int) -> None:
        """Let there never have been any record, nor any of the first jobs that were `generated`."""
        self._records, self._refs = [], {}
        self._gone = dict.fromkeys(range(generated), -NEVER)

    def is_gone(self, index: int, at: int) -> bool:
        """Whether a generated job was gone."""
        return self._gone.get(index, NEVER) <= at
