"""Kills the sync at its statements: afterwards nothing is lost, nothing is half written, and the mirror becomes equal.

A process of its own runs the lanes beside a small platform and a mirror that is behind it, or empty. It dies where it
is told to (`trials.statements`), what it has left is looked at, and the next worker has to go on from there.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from dashboard.env import with_values
from dashboard.services.home import ROOT
from dashboard.services.process import wait_for
from jobs.models import UNDATED, Delivery, Lane, Lease, Pass, Quarantine, Recheck, Shard, Transition
from jobs.rules import shards
from jobs.rules.versions import Doubt
from jobs.sync.lanes import run_rechecks
from trials.consistency import is_consistent
from trials.elapsing import elapse
from trials.equality import differing, run_cycle
from trials.mirrors import BEHIND, EMPTY, MISFIT, REFUSED, SWEPT, TYPES, kept, mirrors, restore
from trials.platform import APP_ID, SECRET, SandboxProcess, sandbox
from trials.statements import Aim, Between, Record, Side, between, reaching
from trials.victim import HOOKED, hook

PLATFORM = ("--jobs", "1", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z", "--page-cap", "20")
NAME = "jobdeck-victim"
LONGEST_PAUSE = 0.02
"""For how many seconds a process is held up at most before it dies, so that its other threads go on."""
MINUTES = timedelta(minutes=2)
LONGEST_PERIOD = 3_600


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is to be done, by the names of the works and in this order, from which mirror, and which faults meet it."""

    mirror: str
    works: str
    faults: str = ""


REFUSALS = "token@/jobs?orderBy=dateCreated&nextPageToken:x3,status=503@/jobs/:x2,html@/jobs/:x2"
OUTAGE = "status=503@/jobs?orderBy=dateUpdated"
SCENES = (
    Scene(mirror=EMPTY, works="tail sweep reconcile rechecks forget"),
    Scene(mirror=BEHIND, works="tail hook rechecks sweep reconcile rechecks forget"),
    Scene(mirror=BEHIND, works="sweep reconcile rechecks tail"),
    Scene(mirror=SWEPT, works="hook tail reconcile rechecks"),
    Scene(mirror=SWEPT, works="rechecks reconcile tail hook rechecks"),
    Scene(mirror=BEHIND, works="rechecks rechecks sweep sweep sweep sweep tail", faults=REFUSALS),
    Scene(mirror=SWEPT, works="tail tail rechecks", faults=OUTAGE),
)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A statement of a lane, after the same ones of its transaction."""

    lane: str
    statement: str
    since: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a point is met: in a scene, the how many-th time that its statement is said in its lane, on which side.

    `after` is how many statements of the scene come before it.
    """

    scene: Scene
    time: int
    side: Side
    after: int


@dataclass(frozen=True, kw_only=True)
class Kill:
    """A process that dies at a point, after a pause of some seconds."""

    point: Point
    place: Place
    pause: float

    @property
    def aim(self) -> Aim:
        """Where it is to die."""
        lane, statement, place = self.point.lane, self.point.statement, self.place
        return Aim(lane=lane, statement=statement, time=place.time, side=place.side, pause=self.pause)


Points = dict[Point, list[Place]]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A platform, a mirror beside it, and the process that forks those that die."""

    platform: SandboxProcess
    wire: Between
    forks: "subprocess.Popen[str]"

    def points(self, scenes: Sequence[Scene] = SCENES) -> Points:
        """Run each scene to its end; give every point of the sync, and where it is met.

        Of a message PostgreSQL has heard whole or not at all, and where one of its statements fails, those that follow
        are not executed: they have the other side only.
        """
        found: Points = {}
        for scene in scenes:
            ended, record = self.run(scene)
            assert ended == 0, f"{scene} ended with {ended}"
            assert not (wrong := [*self.left(scene), *self.recovered(scene)]), wrong
            for number, said in enumerate(record.said):
                point = Point(lane=said.lane, statement=said.statement, since=said.since)
                sides = [side for side, there in zip(Side, (said.first, said in record.answered), strict=True) if there]
                places = (Place(scene=scene, time=said.time, side=side, after=number) for side in sides)
                found.setdefault(point, []).extend(places)
        return found

    def run(self, scene: Scene, aim: Aim | None = None) -> tuple[int, Record]:
        """Run a scene in a process of its own; give how it ended, and what it said."""
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        restore(scene.mirror)
        self.platform.faults(scene.faults)
        record = self.wire.record = Record(aim=aim)
        self.forks.stdin.write(f"{scene.works}\n")
        self.forks.stdin.flush()
        ended = int(self.forks.stdout.readline())
        assert wait_for(_nobody_is_left, seconds=30), "a connection outlives its process"
        return ended, record

    def kill(self, kill: Kill) -> list[str] | None:
        """Let a process die there and the next one go on; give what is wrong then, None where it did not die."""
        scene = kill.place.scene
        ended, record = self.run(scene, kill.aim)
        if not record.struck.is_set():
            assert ended == 0, f"{kill} ended with {ended}"
            return None
        return [*self.left(scene), *self.recovered(scene)]

    def left(self, scene: Scene) -> Iterator[str]:
        """What is wrong with what a process has left."""
        yield from _inconsistent()
        waiting = set(Recheck.objects.values_list("key", flat=True))
        unknown = self._differing() - waiting
        before, there = kept(scene.mirror), self.platform.jobs()
        for lane in Lane.objects.all():
            if lane.name == Lane.TAIL and before.watermark not in (None, lane.watermark):
                passed = _dated(there, before.watermark, lane.watermark)
                yield from [f"the watermark has passed {key}" for key in sorted(passed & unknown)]
            if lane.name == Lane.SWEEP and lane.finished != before.finished:
                yield from [f"the sweep has passed {key}" for key in sorted(unknown)]
        yield from [f"a walk of the sweep has passed {key}" for key in sorted(_walked(there) & unknown)]
        promised = before.rechecks | ({HOOKED} if Delivery.objects.exists() else set())
        yield from [f"{key} is not to be read any more" for key in promised & unknown]

    def recovered(self, scene: Scene) -> Iterator[str]:
        """What is wrong when others have gone on, and the time has passed that this takes."""
        self.platform.faults("")
        Lease.objects.update(expires=timezone.now() - MINUTES)  # as if `TTL` had passed
        if "hook" in scene.works:
            hook()  # the platform delivers again what nobody has taken
        Recheck.objects.update(due=timezone.now())
        run_cycle()
        elapse(MINUTES.total_seconds())
        run_rechecks()
        yield from [f"{key} differs" for key in sorted(self._differing())]
        yield from _inconsistent()
        yield from _not_over()

    def _differing(self) -> set[str]:
        """The jobs that are not as the platform has them; those that PostgreSQL does not take aside."""
        return set(differing(self.platform)) - {MISFIT}


def chosen(points: Points, times: int, dice: Random) -> list[Kill]:
    """Kills in any order, so often at each statement, or as often as it has points and these have sides: in turn."""
    by_statement: dict[str, list[tuple[Point, Side]]] = {}
    for point, places in points.items():
        by_statement.setdefault(point.statement, []).extend((point, side) for side in _sides(places))
    kills = [kill for ends in by_statement.values() for kill in _each(points, ends, times, dice)]
    dice.shuffle(kills)
    return kills


def _sides(places: Sequence[Place]) -> list[Side]:
    return sorted({place.side for place in places})


def _each(points: Points, ends: list[tuple[Point, Side]], times: int, dice: Random) -> Iterator[Kill]:
    """Kills at one statement: its points and their sides in turn, each once at least."""
    dice.shuffle(ends)
    for number in range(max(times, len(ends)) if ends else 0):
        point, side = ends[number % len(ends)]
        places = [place for place in points[point] if place.side is side]
        place = min(dice.choices(places, k=2), key=lambda place: place.after)  # the earlier, the less time it takes
        yield Kill(point=point, place=place, pause=dice.choice([0.0, dice.uniform(0, LONGEST_PAUSE)]))


@contextmanager
def trial() -> Iterator[Trial]:
    """Have a platform that has changed since the mirrors were made, and everything that kills need.

    The database is emptied, and holds the mirrors in schemas of its own.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jobdeck-kills-")))
        platform = stack.enter_context(sandbox(*PLATFORM))
        stack.enter_context(override_settings(**_settings(platform)))
        stack.enter_context(patch.object(shards, "TYPES", TYPES))
        stack.enter_context(mirrors(platform))
        known = connection.settings_dict
        reach = reaching(known["HOST"] or "localhost", int(known["PORT"] or 5432))
        wire = stack.enter_context(between(folder, reach))
        yield Trial(platform=platform, wire=wire, forks=stack.enter_context(_forks(folder)))


def _settings(platform: SandboxProcess) -> dict[str, Any]:
    return {
        "MEDIA_PLATFORM_URL": platform.url,
        "MEDIA_PLATFORM_NAME": platform.url.partition("://")[2],
        "MEDIA_PLATFORM_APP_ID": APP_ID,
        "MEDIA_PLATFORM_SHARED_SECRET": SECRET,
        "SYNC_PAGE_SIZE": 20,
        "SYNC_RATE": 1000,
        "SYNC_PERIOD": LONGEST_PERIOD,  # so that a mirror that is kept for four hours is behind by no pass
    }


@contextmanager
def _forks(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Have a process that forks, to which PostgreSQL is in `folder`; what its children complain of is in there too."""
    known = connection.settings_dict
    account = ":".join(quote(known[name], safe="") for name in ("USER", "PASSWORD"))
    variables = {name: str(getattr(settings, name)) for name in (*_settings_given(), "SECRET_KEY")}
    variables |= {"DATABASE_URL": f"postgres://{account}@{quote(str(folder), safe='')}/{known['NAME']}"}
    variables |= {"JOBDECK_DATA_DIR": str(folder), "PGAPPNAME": NAME, "PYTHONPATH": str(ROOT)}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "trials.victim"],
            env=with_values(**variables),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as forks,
    ):
        assert forks.stdin is not None
        assert forks.stdout is not None
        assert forks.stdout.readline() == "ready\n", (folder / "log").read_text()
        try:
            yield forks
        finally:
            forks.stdin.close()


def _settings_given() -> Sequence[str]:
    names = ("URL", "APP_ID", "SHARED_SECRET")
    return [*(f"MEDIA_PLATFORM_{name}" for name in names), "SYNC_PAGE_SIZE", "SYNC_RATE", "SYNC_PERIOD"]


def _nobody_is_left() -> bool:
    """Whether PostgreSQL has noticed that the process is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [NAME])
        return cursor.fetchone() is None


def _dated(jobs: Sequence[dict[str, Any]], start: datetime | None, end: datetime | None) -> set[str]:
    """The jobs that were updated from one watermark until another: those for which the tail looks."""
    first, last = start or UNDATED, end or UNDATED
    dates = {job["id"]: job.get("dateUpdated") for job in jobs}
    return {key for key, date in dates.items() if date and first <= datetime.fromisoformat(date) <= last}


def _walked(jobs: Sequence[dict[str, Any]]) -> set[str]:
    """The jobs that the walks of the sweep under way have left behind."""
    found = set[str]()
    for shard in Shard.objects.filter(lane=Lane.SWEEP).exclude(reached=None):
        ascending = shards.ascends(Lane.objects.get(pk=Lane.SWEEP).number, everything=not shard.scope)
        mine = [job for job in jobs if shard.type in ("", job.get("type")) and shard.status in ("", job.get("status"))]
        dates = {job["id"]: datetime.fromisoformat(job["dateCreated"]) for job in mine if job.get("dateCreated")}
        edge = shard.reached or UNDATED
        found |= {key for key, at in dates.items() if shard.finished or (at != edge and ascending is (at < edge))}
    return found


def _inconsistent() -> Iterator[str]:
    try:
        is_consistent()
    except AssertionError as why:
        yield f"the tables do not agree: {why}"


def _not_over() -> Iterator[str]:
    """What says that something is still under way, or has been twice."""
    yield from [f"a pass of {each.lane} is running" for each in Pass.objects.filter(outcome=Pass.Outcome.RUNNING)]
    yield from [f"{each.name} is held by {each.holder}" for each in Lease.objects.filter(expires__gt=timezone.now())]
    yield from [
        f"{each.key} is still to be read: {each.reason}" for each in Recheck.objects.exclude(reason=Doubt.REFUSED)
    ]
    yield from [f"{each.name}: {each.problem}" for each in Lane.objects.exclude(problem="")]
    yield from [f"the sweep has not ended: {each.type}" for each in Shard.objects.filter(lane=Lane.SWEEP)]
    if set(Quarantine.objects.values_list("job_key", flat=True)) != {MISFIT, REFUSED}:
        yield "the quarantine does not have what was refused"
    moves = list(Transition.objects.values_list("job_id", "new"))
    if len(moves) != len(set(moves)):
        yield "a change of state was noted twice"
