"""What the generated jobs say: the sandbox's own words, with marks in the places that differ from job to job."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.files import files
from jobs.paths import normalised
from sandbox.content import FOLDERS, STEMS
from sandbox.dice import Dice
from sandbox.kinds import FAILURES, KINDS, QUALITIES, Kind, Subject

SEED = 7
READS, WRITES, NUMBER, FILE, MADE = "/<reads>", "/<writes>", "<number>", "<file>", "<made>"
OLD_FOLDERS = ("/legacy/tapes", "/legacy/betamax/reel 7")


@dataclass(frozen=True, kw_only=True)
class Template:
    """One way in which a job of a kind may be written.

    `failed` is the number of its failure, from 1 on, or 0. `source` and `destination` are its first paths, `paths` all
    of them, each behind its role and a colon.
    """

    kind: int
    place: int
    failed: int
    source: str
    destination: str
    paths: list[str]
    quality: str
    body: str
    result: str
    error_code: int | None
    error: str


def templates() -> Iterator[Template]:
    """Each kind and rendition, in success and in several errors."""
    for number, kind in enumerate((*KINDS, KINDS[-1])):  # the last one is of the rare type
        for place in range(max(kind.renditions + 2, 2) if kind.renditions > 1 else 1):
            for failed in range(len(FAILURES) + 1):
                yield _template(number, kind, place, failed)


def _template(number: int, kind: Kind, place: int, failed: int) -> Template:
    dice = Dice(SEED, "template", number * 100 + place)
    stem = f"{dice.of(STEMS)} {NUMBER}"
    path = f"{READS}/{stem}.{kind.sources[0]}"
    subject = Subject(dice=dice, path=path, file_id=FILE, folder=WRITES, stem=stem, place=place, made=MADE)
    sources = [{"path": path, "fileId": FILE}] if kind.reads else []
    specification = kind.specification(subject)
    code, message = FAILURES[failed - 1] if failed else (0, "OK")
    result = {"code": code, "message": message, "payload": None if failed else kind.payload(subject)}
    found = list(files(sources, specification, result))
    return Template(
        kind=number,
        place=place,
        failed=failed,
        source=next((file.path for file in found if file.role == "source"), ""),
        destination=next((file.path for file in found if file.role == "destination"), ""),
        paths=sorted({f"{file.role}:{normalised(file.path)}" for file in found}),
        quality=QUALITIES[place] if kind.renditions > 1 else "",
        body=json.dumps({"sources": sources, "specification": specification}, separators=(",", ":")),
        result=json.dumps(result, separators=(",", ":")),
        error_code=code or None,
        error=message if failed else "",
    )


def folders() -> list[str]:
    """Where sources lie; the last ones hold old jobs alone."""
    return [*FOLDERS, *OLD_FOLDERS]
