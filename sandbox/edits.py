"""What the control plane does to jobs: put records in, change jobs, and let them be gone."""

import json
from dataclasses import dataclass
from datetime import datetime

from sandbox import facts
from sandbox.content import iso
from sandbox.order import PLANTED, Key
from sandbox.planted import Planted
from sandbox.search import Api


def plant(api: Api, raw: bytes, places: dict[str, str]) -> None:
    """Put a record in, byte for byte, in the place of the job of its id.

    It stands where `places` or its own dates say; dates that cannot be read place it first, as the newest.
    """
    with api.world.lock:
        known = facts.of_record(raw)
        ref = api.world.ledger.ref(known.id)
        newest, given = _key(api.world.clock.now(), ref), {name: date for name, date in places.items() if date}
        dates = facts.members(raw) | given
        created, updated = (_place(dates.get(name), ref, newest) for name in ("dateCreated", "dateUpdated"))
        _put(api, ref, Planted(raw=raw, facts=known, created=created, updated=updated))


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a job says now, and whether that has ended it."""

    job: bytes
    ended: bool


def change(api: Api, job_id: str, changes: dict[str, object], *, keep_dates: bool) -> Changed | None:
    """Change members of a job; None where there is none.

    It is a record from then on, which keeps the job's place among those created, and among those updated if its dates
    are kept.
    """
    if str(changes.get("id", job_id)) != job_id:
        raise ValueError("an id cannot be changed: plant another job")
    with api.world.lock:
        view = api.view()
        former = view.find(job_id)
        if former is None:
            return None
        now, ref = api.world.clock.now(), api.world.ledger.ref(job_id)
        stamp = {} if keep_dates else {"dateUpdated": iso(now)}
        raw = json.dumps(facts.members(view.write(former)) | stamp | changes).encode()
        created = _place(changes.get("dateCreated"), ref, view.key(former, updated=False))
        moved = view.key(former, updated=True) if keep_dates else _key(now, ref)
        updated = _place(changes.get("dateUpdated"), ref, moved)
        before, after = view.facts(former), facts.of_record(raw)
        _put(api, ref, Planted(raw=raw, facts=after, created=created, updated=updated))
    return Changed(job=raw, ended=after.ended and after.status != before.status)


def delete(api: Api, job_id: str) -> bool:
    """Let a job be gone; tell whether there was one."""
    with api.world.lock:
        ref = api.view().find(job_id)
        if ref is not None:
            api.world.ledger.remove(ref, api.world.clock.tick())
    return ref is not None


def _put(api: Api, ref: int, record: Planted) -> None:
    """Let a record take the place of whatever has its id."""
    former, at = api.view().find(record.facts.id), api.world.clock.tick()
    if former is not None and former >= 0:
        api.world.ledger.remove(former, at)
    api.world.ledger.plant(ref, record, at)


def _place(date: object, ref: int, otherwise: Key) -> Key:
    """Where a record of this date stands; a date that cannot be read says nothing."""
    try:
        return _key(int(datetime.fromisoformat(str(date)).timestamp() * 1000), ref)
    except (ValueError, OverflowError):
        return otherwise


def _key(moment: int, ref: int) -> Key:
    return moment, PLANTED, -ref
