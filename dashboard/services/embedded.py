"""The services that run here because nobody names others: whoever needs them, starts or shares them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dashboard.env import Environment
from dashboard.services import home as place
from dashboard.services.home import Taken
from dashboard.services.postgres import Postgres
from dashboard.services.process import DidNotStart, wait_for
from dashboard.services.sandbox import Sandbox
from dashboard.services.supervisor import Child, Supervisor
from dashboard.services.valkey import Valkey

SECONDS = 60
Service = Postgres | Valkey | Sandbox


def services(home: Path) -> list[Service]:
    """The services of this folder that no variable names a stranger for."""
    every: list[Service] = [Postgres(home), Valkey(home), Sandbox(home)]
    return [service for service in every if not Environment().names(service.variable)]


def child(service: Service) -> Child:
    """A service as the supervisor runs it; what a dead one left behind goes before every start."""
    return Child(
        name=service.name,
        prepare=service.prepare,
        start=service.start,
        is_ready=service.is_ready,
        stop_signal=service.stop_signal,
    )


@contextmanager
def embedded(*names: str) -> Iterator[None]:
    """Have the embedded services called `names` run: those of a running `up`, or our own until we are done.

    Raises `DidNotStart`, `Taken`, or `Refused` where a variable is wrong.
    """
    with ExitStack() as stack:
        try:
            _start(stack, place.chosen(), names)
        except OSError as why:
            raise DidNotStart(str(why)) from why
        yield


def _start(stack: ExitStack, home: Path, names: tuple[str, ...]) -> None:
    """Start those of them that nobody runs; they stop with `stack`."""
    ours = [service for service in services(home) if service.name in names and _is_free(stack, home, service)]
    supervisor = stack.enter_context(Supervisor(home))
    for service in ours:
        supervisor.start(child(service))


def _is_free(stack: ExitStack, home: Path, service: Service) -> bool:
    """Take the lock of a service; where somebody else runs it, wait until it is ready."""
    try:
        stack.enter_context(place.lock(home, service.name))
    except Taken:
        if not wait_for(service.is_ready, seconds=SECONDS):
            raise
        return False
    return True
