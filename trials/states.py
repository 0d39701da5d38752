"""The stateful test of the sync: whatever happens, in any order, the mirror becomes equal to its platform.

Django, PostgreSQL and the sandbox are the real ones. The platform's clock stands unless a step moves it, and time
passes here where a step says so, so that an example that has failed fails again.
"""

import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from jobs.models import Job, Lane, Lease, Pass, Quarantine, Recheck
from jobs.rules.versions import LONGEST_REQUEST
from jobs.store import Ready, keep, prune, ready
from jobs.store.repair import repair
from jobs.sync import inbox
from jobs.sync.lease import LeaseHeld, LeaseLost
from jobs.sync.run import Watcher
from jobs.sync.upstream import IMPATIENT, jobs_client
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import Emptied, UpstreamError
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk
from trials.choices import BY_LANE, NUMBERS, PAGES, STATES
from trials.consistency import is_consistent
from trials.elapsing import elapse, empty, settle_down
from trials.equality import differing, run_cycle
from trials.passes import LANES
from trials.played import MOST_JOBS, Played
from trials.witness import Witness
from trials.worlds import TYPES, World, running

DAY, HOUR, MINUTE = 86_401, 3_601, 61
SWEEPS = 8
MOST_HELD = 6
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Stopped(Exception):
    """A worker stops in the middle of a pass."""


class Sync(Played):
    """A mirror and its platform; each step does something to one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[Ready, bool]] = []
        self.delivered: set[int] = set()
        self.overtaken: dict[int, object] = {}
        empty()
        self.witness = Witness(self.past)

    @initialize(fresh=st.booleans(), jobs=st.integers(0, 6))
    def begin(self, fresh: bool, jobs: int) -> None:
        """Begin with a mirror that holds nothing, and with some jobs; maybe as if a first sweep had found none."""
        self.fresh = fresh
        if not fresh:
            settle_down()
            self.witness.accept()
        for number in range(jobs):
            self.create(1, "success" if number % 2 else "pending", TYPES[0], "", 0)

    # What happens here.

    @rule(seconds=st.sampled_from([1, 5, MINUTE, 130, 130, HOUR, DAY]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self._wait(seconds)

    @rule()
    def run_the_tail(self) -> None:
        """Run the tail, undisturbed."""
        self._run_the_tail()

    @rule(lane=BY_LANE)
    def run(self, lane: str) -> None:
        """Run another lane's pass, undisturbed."""
        self._run(lane, self._look)

    @rule(lane=BY_LANE, page=PAGES, killed=st.booleans())
    def cut_off(self, lane: str, page: int, killed: bool) -> None:
        """Let a worker stop behind a page of its pass; one that is `killed` cannot even say so."""

        def stop(record: Pass) -> None:
            if killed:
                self.witness.crashed.add(record.lease)
                Lease.objects.filter(name=record.lease).update(epoch=F("epoch") + 1, expires=LONG_AGO)
            raise Stopped

        self._run(lane, self._behind(page, stop))

    @rule(lane=BY_LANE, page=PAGES)
    def overtake(self, lane: str, page: int) -> None:
        """Let a worker sleep behind a page of its pass for longer than its lease; maybe another takes its lane over."""

        def sleep(record: Pass) -> None:
            Lease.objects.filter(name=record.lease).update(expires=LONG_AGO)
            self._pass(lane, self._look)
            if Pass.objects.filter(pk=record.pk, outcome=Pass.Outcome.RUNNING).exists():
                self.witness.crashed.add(record.lease)  # nobody has, and the next pass of any lane closes its record
            else:
                self.overtaken[record.pk] = _row(record.pk)

        self._run(lane, self._behind(page, sleep))

    @rule(lane=BY_LANE, other=BY_LANE, page=PAGES)
    def run_two(self, lane: str, other: str, page: int) -> None:
        """Let another lane run while one waits behind a page."""
        self._run(lane, self._behind(page, lambda _: self._pass(other, self._look)))

    @precondition(lambda self: self.past.jobs)
    @rule(lane=BY_LANE, page=PAGES, number=NUMBERS, state=STATES, gone=st.booleans())
    def change_meanwhile(self, lane: str, page: int, number: int, state: str, gone: bool) -> None:
        """Let a job change, or be gone, in the middle of a pass."""

        def happen(_: Pass) -> None:
            if gone:
                self.delete(number)
            else:
                self.change(number, state, 0, again=True)

        self._run(lane, self._behind(page, happen))

    @precondition(lambda self: self.past.jobs and len(self.held) < MOST_HELD)
    @rule(number=NUMBERS, kind=st.sampled_from(["dateUpdated", "dateCreated", "job", "group"]))
    def observe(self, number: int, kind: str) -> None:
        """Ask for a page and keep it for later."""
        with closing(jobs_client(policy=IMPATIENT)) as client, suppress(UpstreamError):
            self.held.append((ready(self._asked(client, kind, self._any(number))), kind in ("job", "group")))

    @precondition(lambda self: self.past.jobs)
    @rule(number=NUMBERS, states=st.tuples(STATES, STATES), lane=BY_LANE)
    def change_twice(self, number: int, states: tuple[str, str], lane: str) -> None:
        """Let a job change, be seen, and change again in the same second."""
        self.change(number, states[0], 0, again=False)
        self._run(lane, self._look)
        self.change(number, states[1], 0, again=True)

    @precondition(lambda self: self.past.jobs)
    @rule(number=NUMBERS, states=st.tuples(STATES, STATES), lane=BY_LANE)
    def change_back(self, number: int, states: tuple[str, str], lane: str) -> None:
        """Let a job change, change again in the same second and be seen, and be what it was before."""
        story = self.past.jobs[self._any(number)]
        self.change(number, states[0], 0, again=False)
        before = story.members
        self.change(number, states[1], 0, again=True)
        self._run(lane, self._look)
        if story.members["dateUpdated"] == before["dateUpdated"]:
            self._put(before)

    @precondition(lambda self: self.past.jobs)
    @rule(number=NUMBERS, state=STATES, kind=st.sampled_from(["job", "group", "dateUpdated"]))
    def be_late(self, number: int, state: str, kind: str) -> None:
        """Let a page be asked for, its job change and be seen, and the page be written then."""
        held = len(self.held)
        self.observe(number, kind)
        self.change(number, state, 0, again=False)
        self._run_the_tail()
        if len(self.held) > held:
            self.write_late(held, more=False)

    @precondition(lambda self: len(self.past.jobs) < MOST_JOBS)
    @rule(number=st.integers(4, 8), behind=st.sampled_from([60.0, 120.0, 120.0]))
    def show_late(self, number: int, behind: float) -> None:
        """Let a pass of the tail be complete, and then jobs be seen that are dated before it began."""
        self.create(1, "working", TYPES[1], "", 0)
        self._run_the_tail()
        self.create(number, "working", TYPES[1], "", behind)
        self._run_the_tail()

    @precondition(lambda self: self.held)
    @rule(number=NUMBERS, more=st.booleans())
    def write_late(self, number: int, more: bool) -> None:
        """Write a page that was asked for some time ago; where there is `more` to come of it, it stays for later."""
        made, point = self.held[number % len(self.held)]
        with transaction.atomic():
            keep(made, lane="late", point=point)
        self.witness.look(point=point)
        if not more:
            self.held.remove((made, point))

    @rule(number=NUMBERS, known=st.booleans(), delivery=st.integers(0, 5))
    def deliver(self, number: int, known: bool, delivery: int) -> None:
        """Let a hook tell of a job, or of one that nobody knows, once or again."""
        key = self._any(number) if known and self.past.jobs else f"unknown_{number % 3}"
        with transaction.atomic():
            new = inbox.accept(str(delivery), [key])
        assert new is (delivery not in self.delivered)
        self.delivered.add(delivery)

    @precondition(lambda self: self.past.jobs)
    @rule(age=st.sampled_from([HOUR, DAY]))
    def prune(self, age: int) -> None:
        """Delete what is old."""
        before = self._ago(age)
        keys = set(Job.objects.values_list("key", flat=True))
        prune.raise_horizon(before)
        prune.prune(before)
        self.past.hidden |= keys - set(Job.objects.values_list("key", flat=True))
        self.past.hidden |= {key for key, story in self.past.jobs.items() if story.is_behind(before)}
        self.witness.accept()

    @rule()
    def repair(self) -> None:
        """Count again: nothing is wrong."""
        found = repair()
        assert found.wrong_cells == found.wrong_rollups == 0

    # How.

    def _wait(self, seconds: int) -> None:
        self._move(seconds)
        elapse(seconds)
        self.past.waited += seconds
        self.witness.accept()
        span = timedelta(seconds=seconds)
        held = ((_earlier(made, span), point) for made, point in self.held)
        self.held = [(made, point) for made, point in held if made.page.asked > timezone.now() - LONGEST_REQUEST]
        if seconds >= DAY:
            inbox.forget()
            self.delivered.clear()

    def _look(self, record: Pass) -> None:
        self.witness.look_behind(record)

    def _behind(self, page: int, happen: Callable[[Pass], None]) -> Watcher:
        """Watch a pass, and let something happen, once, when so many pages have been written."""
        pages = 0

        def watch(record: Pass) -> None:
            nonlocal pages
            self._look(record)
            pages += 1
            if pages == page:
                happen(record)

        return watch

    def _run(self, lane: str, watch: Watcher) -> None:
        """Run a lane's pass to whatever end it comes to, and see that it has ended."""
        self._pass(lane, watch)
        self.witness.look_at_passes()
        assert all(_row(number) == row for number, row in self.overtaken.items()), "one that was overtaken wrote on"

    def _run_the_tail(self) -> None:
        """Run the tail; one that is complete has brought what it can find, or will read it by id."""
        former = Lane.objects.filter(name=Lane.TAIL).values_list("complete", flat=True).first()
        self._run("tail", self._look)
        swept = Lane.objects.filter(name=Lane.SWEEP, finished__isnull=False).exists()
        done = Lane.objects.filter(name=Lane.TAIL).values_list("complete", flat=True).first()
        if former is not None and done != former and swept and not self.world.lags:
            self._see_what_came("a complete tail")

    def _see_what_came(self, of: str) -> None:
        due = set(Recheck.objects.values_list("key", flat=True))
        missed = set(differing(self.platform)) - self.past.hidden - due
        assert not self.sure or not missed, f"{of} did not bring {sorted(missed)}"

    def _pass(self, lane: str, watch: Watcher) -> None:
        before = set(self.overtaken)
        try:
            LANES[lane](watch=watch)
        except (UpstreamError, LeaseHeld, LeaseLost, Stopped):
            pass
        else:
            assert set(self.overtaken) == before, "a worker that was overtaken did not hear of it"
        assert not connection.in_atomic_block
        self.witness.look(point=True)

    def _asked(self, client: JobsClient, kind: str, key: str) -> Page:
        match kind:
            case "job":
                return client.job(key)
            case "group":
                return client.group(key.partition("_")[0])
            case "dateCreated":
                return client.page(Ask(walk=Walk(order_by="dateCreated", ascending=True, page_size=4)))
        return client.page(Ask(walk=Walk(order_by="dateUpdated", ascending=False, page_size=4)))

    # The end.

    def teardown(self) -> None:
        """Leave the platform alone: one cycle brings what a tail can find, and sweeps bring the rest."""
        if sys.exc_info()[0] is not None:  # a step has failed already
            return
        self.platform.faults("")
        self._wait(HOUR)
        self._cycle()
        self._see_what_came("one cycle")
        if not self.sure or self.bad or self.past.hidden or Recheck.objects.exists():
            self._sweep_until_equal()
        assert differing(self.platform) == []
        assert Quarantine.objects.count() == self.bad
        assert is_consistent()
        left = Pass.objects.filter(outcome=Pass.Outcome.RUNNING).values_list("lease", flat=True)
        assert not left, f"not ended: {list(left)}"
        assert not Recheck.objects.exists()

    def _sweep_until_equal(self) -> None:
        """Sweep, and look again for what was not found; some times where tokens pass jobs over."""
        prune.drop_horizon()
        for _ in range(1 if self.world.sure else SWEEPS):
            self._wait(DAY)
            began = timezone.now()
            self._cycle()
            seen = set(Job.objects.filter(asked__gte=began).values_list("key", flat=True))
            assert set(self.past.open()) <= seen, "an open job was not seen, or not noted so"
            while Recheck.objects.exists():
                self._wait(MINUTE)
                self._pass("rechecks", self._look)
            if not differing(self.platform) and Quarantine.objects.count() == self.bad:
                return

    def _cycle(self) -> None:
        try:
            run_cycle()
        except Emptied:
            assert not self.past.there()
        self.witness.look(point=True)


def _earlier(made: Ready, span: timedelta) -> Ready:
    """A page that was asked for so much earlier."""
    return replace(made, page=replace(made.page, asked=made.page.asked - span))


def _row(number: int) -> object:
    """What is noted of a pass."""
    return Pass.objects.filter(pk=number).values_list("outcome", "problem", "pages", "inserted", "updated").first()


def run_examples(world: World, *, examples: int, steps: int, seed: int) -> None:
    """Run examples against a world of its own; raise what the first one that fails comes to, at its shortest."""
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    with running(world) as platform:
        machine = type("SyncHere", (Sync,), {"platform": platform, "world": world})
        run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings)
