"""Lets one worker at a time run a lane, by a row in PostgreSQL and its clock.

A holder that is stopped, paused or cut off loses its lease after `TTL`, whether or not somebody takes it; the next one
takes a higher epoch. Whoever writes under a lease does so `fenced`, so that of what a holder writes late nothing stays.
A lease that ends later than any can dates from before the clock was set back, and is nobody's.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import Error, connection, connections, transaction

TTL = 20
BEAT = 5

TAKE = """
INSERT INTO jobs_lease AS held (name, holder, epoch, expires)
VALUES (%(name)s, %(holder)s, 1, clock_timestamp() + make_interval(secs => %(ttl)s))
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = held.epoch + 1, expires = excluded.expires
WHERE held.expires < clock_timestamp() OR held.expires > clock_timestamp() + 2 * make_interval(secs => %(ttl)s)
RETURNING epoch
"""
RENEW = """
UPDATE jobs_lease SET expires = clock_timestamp() + make_interval(secs => %(ttl)s)
WHERE name = %(name)s AND epoch = %(epoch)s AND expires > clock_timestamp()
"""
HOLDER = "SELECT holder FROM jobs_lease WHERE name = %s"
CHECK = """
SELECT 1 FROM jobs_lease WHERE name = %(name)s AND epoch = %(epoch)s AND expires > clock_timestamp() FOR SHARE
"""


class LeaseHeld(Exception):
    """Somebody else runs this lane."""


class LeaseLost(Exception):
    """The lease has run out, or somebody else has it; nothing more may be written."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to run the lane `name`, until it runs out or somebody takes a higher `epoch`."""

    name: str
    epoch: int

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction of which nothing stays where the lease is lost; raise `LeaseLost` then.

        Its last statement checks that and holds others off until the commit: any earlier, and it would hold off
        the heartbeat too, for as long as the transaction takes.
        """
        with transaction.atomic():
            yield
            self._check()

    def _check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CHECK, {"name": self.name, "epoch": self.epoch})
            if cursor.fetchone() is None:
                raise LeaseLost(f"This worker's lease of the {self.name} has run out.")

    def renew(self, *, ttl: float = TTL) -> None:
        """Move the end to `ttl` seconds from now; 0 gives the lease up."""
        with connection.cursor() as cursor:
            cursor.execute(RENEW, {"name": self.name, "epoch": self.epoch, "ttl": ttl})


@contextmanager
def leased(name: str) -> Iterator[Lease]:
    """Hold the lease of the lane `name` and keep it alive; raise `LeaseHeld` where somebody else has it.

    Where the database fails at the end, the lease runs out by itself.
    """
    lease = _take(name)
    done = threading.Event()
    heart = threading.Thread(target=_beat, args=(lease, done), name=f"lease-{name}", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        done.set()
        heart.join(BEAT)  # it may wait for a database that has vanished
        with suppress(Error):
            lease.renew(ttl=0)


def _take(name: str) -> Lease:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"name": name, "holder": holder, "ttl": TTL})
        if row := cursor.fetchone():
            return Lease(name=name, epoch=row[0])
        cursor.execute(HOLDER, [name])
        raise LeaseHeld(f"Another worker runs the {name}: {cursor.fetchone()[0]}.")


def _beat(lease: Lease, done: threading.Event) -> None:
    """Renew until done; where the database fails, the lease may run out, and `fenced` tells."""
    while not done.wait(BEAT):
        try:
            lease.renew()
        except Error:
            connection.close()
    connections.close_all()
