"""What the control plane does to jobs: put records in, and let jobs be gone."""

from datetime import datetime

from sandbox import facts
from sandbox.order import PLANTED
from sandbox.planted import Planted
from sandbox.search import Api


def plant(api: Api, raw: bytes, places: dict[str, str]) -> None:
    """Put a record in, byte for byte, in the place of the job of its id.

    It stands where `places` or its own dates say; dates that cannot be read place it first, as the newest.
    """
    with api.world.lock:
        read, known = facts.members(raw), facts.of_record(raw)
        now, ref = api.world.clock.now(), api.world.ledger.ref(known.id)
        created, updated = (
            (_moment(places.get(name) or read.get(name), now), PLANTED, -ref) for name in ("dateCreated", "dateUpdated")
        )
        _put(api, ref, Planted(raw=raw, facts=known, created=created, updated=updated))


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


def _moment(text: object, otherwise: int) -> int:
    try:
        return int(datetime.fromisoformat(str(text)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return otherwise
