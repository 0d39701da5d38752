"""How long a change of the platform takes until it is shown here, found by asking and told by hooks.

A sandbox's jobs end one after the other, at random moments; the REST API of a Jobdeck with its own settings is asked
ten times a second which of them have ended there.
"""

import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.measure import percentile, say
from sandbox.content import iso
from trials.deck import SWEPT, Deck, deck, until

JOBS = 5_000
PERIOD = 10  # seconds, as it is by default
GAP, EVERY = 0.3, 0.1  # seconds between two changes, by chance, and between two looks
NEWEST = 200
PATIENCE = 300
LATEST = {"asking": 2 * PERIOD, "hooks": 1.0}
"""In how many seconds 99 of 100 changes are to be here."""
LONGEST_ANSWER = 100
"""In how many milliseconds 99 of 100 hooks are to have their answers."""
TYPE = "urn:job:av.transcode"
HERE = "SELECT count(*) FROM jobs_job"


def freshness(changes: int, seed: int) -> int:
    """Measure so many changes found by asking, and as many told by hooks; an exit status, 0 if all are in time."""
    dice = Random(seed)  # noqa: S311 - it says when
    with tempfile.TemporaryDirectory(prefix="jobdeck-freshness-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # PostgreSQL may run as another account
        with deck(home, JOBDECK_SANDBOX=f"--jobs {JOBS} --rate 0", SYNC_PERIOD=str(PERIOD)) as running:
            by_poll, by_hook = ([f"{how}_{number}" for number in range(changes)] for how in ("poll", "hook"))
            _begin(running, [*by_poll, *by_hook])
            met = [_report(running, "asking", by_poll, dice)]
            running.platform.hooks(**running.callback)
            met += [_report(running, "hooks", by_hook, dice), _report_answers(running, by_hook)]
    return 0 if all(met) else 1


def _begin(running: Deck, keys: Sequence[str]) -> None:
    """Have jobs under way, and everything here."""
    now = iso(running.platform.now())
    for key in keys:
        job = {"id": key, "groupId": key, "type": TYPE, "status": "working", "dateCreated": now, "dateUpdated": now}
        running.platform.plant(job)
    until(lambda: running.ask(SWEPT), seconds=PATIENCE)
    until(lambda: running.ask(HERE) == [(JOBS + len(keys),)], seconds=PATIENCE)


def _report(running: Deck, how: str, keys: list[str], dice: Random) -> bool:
    """Let jobs end; say how long it took until they had ended here, and what was asked of the platform meanwhile.

    Tells whether that is in time.
    """
    running.platform.forget()
    took = _measured(running, keys, dice)
    asked = len(running.platform.requests())
    said = ", ".join(f"{name} {percentile(took, share):.2f} s" for name, share in (("p50", 0.5), ("p99", 0.99)))
    say(f"{len(keys):,} changes found by {how}: {said}, slowest {max(took):.2f} s ({PERIOD} s between two passes)")
    say(f"  {asked / len(keys) * 1000:,.0f} requests for 1,000 changes")
    return percentile(took, 0.99) <= LATEST[how]


def _report_answers(running: Deck, keys: Sequence[str]) -> bool:
    """Tell of each job once more; say how long a hook waits for its answer, on a connection of its own.

    Tells whether that is in time.
    """
    took = []
    for key in keys:
        began = time.monotonic()
        running.call_back(key)
        took.append((time.monotonic() - began) * 1000)
    said = ", ".join(f"{name} {percentile(took, share):.0f} ms" for name, share in (("p50", 0.5), ("p99", 0.99)))
    say(f"hooks are answered in: {said}, slowest {max(took):.0f} ms")
    return percentile(took, 0.99) <= LONGEST_ANSWER


def _measured(running: Deck, keys: list[str], dice: Random) -> list[float]:
    """How many seconds each of these changes took."""
    began = dict[str, float]()
    gaps = [dice.expovariate(1 / GAP) for _ in keys]
    thread = threading.Thread(target=_change, args=(running, keys, gaps, began), daemon=True)
    thread.start()
    seen = dict[str, float]()
    while len(seen) < len(keys):
        newest = running.api("/jobs", orderBy="dateUpdated", orderDirection="des", pageSize=NEWEST)["jobs"]
        now = time.monotonic()
        for job in newest:
            if job["status"] == "success" and job["id"] in began:
                seen.setdefault(job["id"], now)
        time.sleep(EVERY)
    return [seen[key] - began[key] for key in keys]


def _change(running: Deck, keys: list[str], gaps: list[float], began: dict[str, float]) -> None:
    """Let jobs end, one after the other."""
    for key, gap in zip(keys, gaps, strict=True):
        time.sleep(gap)
        began[key] = time.monotonic()
        running.platform.patch(key, status="success")
