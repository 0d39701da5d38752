"""Plants mistakes in the sync, one at a time in a copy of the tree, and sees that the suite fails."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import say
from dashboard.services.home import ROOT

COPIED = shutil.ignore_patterns(".*", "__pycache__", "data")
PASSED, FAILED = 0, 1
"""The exit statuses of pytest where tests were run."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A mistake: the text that stands once in a file of ours, what takes its place, and the tests that are to fail."""

    name: str
    path: str
    before: str
    after: str
    tests: str

    def planted(self, text: str) -> str:
        """The file's text with the mistake; raise `ValueError` where its place is not there, or not alone."""
        if text.count(self.before) != 1:
            raise ValueError(f"{self.path}: {self.before!r} stands there {text.count(self.before)} times")
        return text.replace(self.before, self.after)


TAIL, WALK, RUN = "jobs/sync/tail.py", "jobs/sync/walk.py", "jobs/sync/run.py"
VERSIONS, RULES = "jobs/rules/versions.py", "tests/rules tests/simulation"
FAULTS, LANES = "tests/sync/test_faults.py", "tests/sync/test_lanes.py tests/sync/test_run.py"
MUTANTS = (
    Mutant(
        name="the tail stops where a page reaches the overlap: > for >=",
        path="jobs/rules/tail.py",
        before="max(dates) < self._known - self._overlap",
        after="max(dates) <= self._known - self._overlap",
        tests=RULES,
    ),
    Mutant(
        name="the tail stops at the first old job of a page",
        path="jobs/rules/tail.py",
        before="max(dates) < self._known - self._overlap",
        after="min(dates) < self._known - self._overlap",
        tests=RULES,
    ),
    Mutant(
        name="a date as new as what is stored takes its place: >= for >",
        path=VERSIONS,
        before="    if _is_tie(stored, seen):\n        return _tied(stored, seen)\n",
        after="    if _is_tie(stored, seen):\n        return TAKE\n",
        tests=RULES,
    ),
    Mutant(
        name="a read wins that began when what is stored was observed: >= for >",
        path=VERSIONS,
        before="return asked > stored.observed or",
        after="return asked >= stored.observed or",
        tests=RULES,
    ),
    Mutant(
        name="a read by id always wins",
        path=VERSIONS,
        before="seen.point and was_asked_after(stored, seen.asked, now=seen.now)",
        after="seen.point",
        tests=RULES,
    ),
    Mutant(
        name="of a tie the later stage is believed",
        path=VERSIONS,
        before="    if seen.stage > stored.stage and not stored.settled:\n        return Verdict",
        after="    return TAKE if seen.stage > stored.stage else DROP\n    if seen:\n        return Verdict",
        tests=RULES,
    ),
    Mutant(
        name="what was read by id is believed for ever",
        path=VERSIONS,
        before="return stored.settled and seen.digest == stored.contested and believed and not seen.point",
        after="return stored.settled and not seen.point",
        tests=RULES,
    ),
    Mutant(
        name="dates of one second are in order, however exact they are",
        path=VERSIONS,
        before=" or (not exact and second(seen.updated) == second(stored.updated))",
        after="",
        tests=RULES,
    ),
    Mutant(
        name="an older date is never doubted",
        path=VERSIONS,
        before="    return Verdict(use=Use.DROP, doubt=Doubt.OLDER, contested=seen.digest)",
        after="    return DROP",
        tests=RULES,
    ),
    Mutant(
        name="one 404 is enough",
        path="jobs/rules/rechecks.py",
        before="    if asked < missing + SPACING:",
        after="    if asked < missing:",
        tests=RULES,
    ),
    Mutant(
        name="a job that was seen between two 404s is gone",
        path="jobs/rules/rechecks.py",
        before="if stored is not None and not was_asked_after(stored, missing, now=now):",
        after="if False:",
        tests=RULES,
    ),
    Mutant(
        name="a clock that was set back since the last pass is not noticed",
        path="jobs/rules/tail.py",
        before="min(self.watermark, clock - self._since)",
        after="min(self.watermark, clock)",
        tests=RULES,
    ),
    Mutant(
        name="a page out of order closes its stretch",
        path="jobs/rules/sweep.py",
        before="stretch=self._closed(before, keys) if is_known else None",
        after="stretch=self._closed(before, keys)",
        tests=RULES,
    ),
    Mutant(
        name="the page behind one out of order closes a stretch",
        path="jobs/rules/sweep.py",
        before="is_known = before.ordered and self.place.ordered",
        after="is_known = self.place.ordered",
        tests="tests/rules",
    ),
    Mutant(
        name="a job that can be read closes the circuit",
        path="jobs/sync/gate.py",
        before="if search and circuit.is_success(error):",
        after="if circuit.is_success(error):",
        tests="tests/sync/test_gate.py",
    ),
    Mutant(
        name="the turns of reads have no shares",
        path="jobs/rules/rechecks.py",
        before="found.append(each[: min(len(each), share) + free])",
        after="found.append(each[: most - sum(map(len, found))])",
        tests="tests/rules",
    ),
    Mutant(
        name="the watermark is promoted with the first page",
        path=TAIL,
        before="    if step.last:",
        after="    if step.first:",
        tests=f"{FAULTS} tests/sync/test_watermark.py",
    ),
    Mutant(
        name="the watermark moves back",
        path=TAIL,
        before='Greatest("watermark", Value(step.meaning))',
        after="Value(step.meaning)",
        tests="tests/sync/test_lanes.py",
    ),
    Mutant(
        name="there is no overlap",
        path=TAIL,
        before="        overlap=overlap(run.lane),",
        after="        overlap=timedelta(0),",
        tests="tests/sync/test_lanes.py tests/sync/test_watermark.py",
    ),
    Mutant(
        name="the epoch of a lease is not checked",
        path="jobs/sync/lease.py",
        before="            yield\n            self._check()",
        after="            yield",
        tests="tests/sync/test_lease.py tests/sync/test_run.py",
    ),
    Mutant(
        name="a page is committed before its checkpoint",
        path=RUN,
        before="since=since, point=point)\n            save(written)",
        after="since=since, point=point)\n        with self.lease.fenced():\n            save(written)",
        tests=f"{LANES} tests/sync/test_kills.py",
    ),
    Mutant(
        name="a checkpoint is committed before its page",
        path=RUN,
        before="        with self.lease.fenced():\n            written = store.keep",
        after="        with self.lease.fenced():\n            save(Written())\n        with self.lease.fenced():\n"
        "            written = store.keep",
        tests=f"{LANES} tests/sync/test_kills.py",
    ),
    Mutant(
        name="a shard whose token is refused goes on with it",
        path=WALK,
        before="update(**FRESH, restarts=shard.restarts + 1)",
        after="update(restarts=shard.restarts + 1)",
        tests=FAULTS,
    ),
    Mutant(
        name="what does not come is not looked for",
        path=WALK,
        before="    absent = store.look_for_absent(shard, walked, since=since)",
        after="    absent = 0",
        tests=LANES,
    ),
    Mutant(
        name="a read that was asked for again meanwhile is forgotten",
        path="jobs/store/rechecks.py",
        before="        ON r.key = d.key AND r.raised = d.raised",
        after="        ON r.key = d.key",
        tests="tests/store/test_rechecks.py",
    ),
    Mutant(
        name="a row takes the place of whatever is there",
        path="jobs/store/sql.py",
        before="    WHERE stored.observed = excluded.observed\n",
        after="",
        tests="tests/store",
    ),
    Mutant(
        name="that a job was seen as it is moves nothing",
        path="jobs/store/sql.py",
        before="SET asked = greatest(j.asked, %(asked)s), observed = clock_timestamp(),",
        after="SET asked = greatest(j.asked, %(asked)s),",
        tests="tests/store/test_write.py tests/store/test_rechecks.py",
    ),
    Mutant(
        name="that a job was seen as it was is noted of what another writer has made of it",
        path="jobs/store/sql.py",
        before="ON (j.key, j.observed) = (n.key, n.observed)",
        after="ON j.key = n.key",
        tests="tests/store/test_write.py",
    ),
    Mutant(
        name="a delivery is taken twice",
        path="jobs/sync/inbox.py",
        before="        if cursor.fetchone() is None:\n            return False\n",
        after="",
        tests="tests/hooks",
    ),
    Mutant(
        name="a pass of the tail that has brought no job is complete",
        path=TAIL,
        before="filled=_is_filled()",
        after="filled=False",
        tests=LANES,
    ),
    Mutant(
        name="a sweep that has brought no job helps a tail",
        path="jobs/rules/tail.py",
        before="return is_behind and swept.came and",
        after="return is_behind and",
        tests=RULES,
    ),
)


def mutants(wanted: Collection[Mutant] = MUTANTS) -> int:
    """Plant each; an exit status, 0 only if the suite caught all, and passes without."""
    if _fail(ROOT, "-n", "auto", *sorted({test for mutant in wanted for test in mutant.tests.split()})):
        say("The suite fails, and no mistake has been planted yet.")
        return 1
    alive = []
    for mutant in wanted:
        began = time.monotonic()
        caught = _is_caught(mutant)
        alive += [] if caught else [mutant]
        say(f"  {'caught' if caught else 'ALIVE '} {mutant.name} ({time.monotonic() - began:.0f} s)")
    say(f"{len(wanted) - len(alive)} of {len(wanted)} mutants caught")
    return 1 if alive else 0


def _is_caught(mutant: Mutant) -> bool:
    with _copy() as tree:
        file = tree / mutant.path
        file.write_text(mutant.planted(file.read_text()))
        return _fail(tree, "-x", *mutant.tests.split())


def _fail(tree: Path, *tests: str) -> bool:
    """Whether tests of a tree fail; raise where they cannot be run."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    status = subprocess.run(words, cwd=tree, stdout=subprocess.DEVNULL).returncode
    if status not in (PASSED, FAILED):
        raise RuntimeError(f"pytest ended with {status} for {' '.join(tests)}")
    return status == FAILED


@contextmanager
def _copy() -> Iterator[Path]:
    """A copy of the tree, for a while."""
    with tempfile.TemporaryDirectory(prefix="jobdeck-mutant-", ignore_cleanup_errors=True) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=COPIED)
        yield tree
