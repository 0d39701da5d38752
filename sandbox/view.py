"""All jobs, generated and planted, as they were at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.content import Writer
from sandbox.facts import Facts
from sandbox.order import Key, Order
from sandbox.planted import Planted
from sandbox.world import World


@dataclass(frozen=True, kw_only=True)
class View:
    """The world when `at` had passed, by the clock's ticks; `now` is how far the generated jobs had come."""

    world: World
    writer: Writer
    at: int
    now: int

    def order(self, *, updated: bool) -> Order:
        """Every job by one of its dates."""
        strays = [(*planted.key(updated=updated), ref) for ref, planted in self.world.ledger.every(self.at)]
        return self.world.by_updated(self.now, strays) if updated else self.world.by_created(self.now, strays)

    def few(self, refs: list[int], *, updated: bool) -> Order:
        """These jobs by one of their dates."""
        return Order(times=(), refs=(), count=0, strays=[(*self.key(ref, updated=updated), ref) for ref in refs])

    def key(self, ref: int, *, updated: bool) -> Key:
        """Where a job stands in one of the orders."""
        return self._planted(ref).key(updated=updated) if ref < 0 else self.world.key(ref, self.now, updated=updated)

    def find(self, job_id: str) -> int | None:
        """The job of an id; None where there is none."""
        ref = self.world.ledger.find(job_id, self.at)
        if ref is None:
            ref = next((index for index in self._generated(job_id) if self.facts(index).id == job_id), None)
        return ref

    def group(self, group_id: str) -> list[int]:
        """The jobs of a group."""
        refs = [ref for ref, planted in self.world.ledger.every(self.at) if planted.facts.group == group_id]
        return refs + [index for index in self._generated(group_id) if self.facts(index).group == group_id]

    def is_there(self, ref: int) -> bool:
        """Whether nobody has taken a job of an order away, or put a record in its place."""
        return ref < 0 or not self.world.ledger.is_gone(ref, self.at)

    def matches(self, ref: int, wanted: dict[str, str]) -> bool:
        """Whether a job passes all filters of a search."""
        facts = self.facts(ref)
        return all(facts.holds(name, value) for name, value in wanted.items())

    def facts(self, ref: int) -> Facts:
        """What searches compare."""
        return self._planted(ref).facts if ref < 0 else self.writer.facts(ref, self.now)

    def write(self, ref: int) -> bytes:
        """A whole job."""
        return self._planted(ref).raw if ref < 0 else self.writer.job(ref, self.now)

    def _planted(self, ref: int) -> Planted:
        planted = self.world.ledger.read(ref, self.at)
        assert planted is not None, "a view gives the refs of what is there"
        return planted

    def _generated(self, name: str) -> Iterator[int]:
        """The generated jobs that could have this id, or this group."""
        for index in self.world.group_of(name.partition("_")[0]):
            if self.world.created[index] <= self.now and self.is_there(index):
                yield index
