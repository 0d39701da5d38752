"""`./deck up`: everything that Jobdeck needs, running together until Ctrl-C."""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from dashboard.services import home as place
from dashboard.services import process
from dashboard.services.embedded import child, services
from dashboard.services.home import Taken
from dashboard.services.plainly import plainly
from dashboard.services.supervisor import Child, Supervisor

HOST = "127.0.0.1"
AGAIN = 0.5  # seconds
WEB = ["-m", "gunicorn", "dashboard.wsgi", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
WEB += ["--graceful-timeout", "3", "--preload", "--no-control-socket", "--limit-request-line", "0"]
SESSION = {"PGOPTIONS": "-c statement_timeout=30s -c jit=off"}
CELERY = ["-m", "celery", "--app", "dashboard"]
WORKER = [*CELERY, "worker", "--queues", "sync,default", "--without-gossip", "--without-mingle"]
WORKER += ["--loglevel", "INFO"]
BEAT = [*CELERY, "beat", "--pidfile="]


class Stopped(KeyboardInterrupt):
    """Somebody wants this to end; it is raised wherever we are by then."""


def main() -> int:
    """Start everything, say where it is, and keep it running."""
    argparse.ArgumentParser(prog="./deck up", description=__doc__).parse_args()
    with plainly(OSError), suppress(Stopped), ExitStack() as stack, stoppable():
        run(place.chosen(), stack)
    return 0


@contextmanager
def stoppable() -> Iterator[None]:
    """Let signals stop what runs inside, at any point of it; afterwards none disturbs the stopping.

    An exception in a destructor goes nowhere but to `sys.unraisablehook`, which is to say nothing of ours, and is
    raised again until it arrives; one in an import may arrive as another one, which is none of its own then.
    """
    wanted = False
    lost = sys.unraisablehook

    def stop(*_: object) -> None:
        nonlocal wanted
        wanted = True
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
        raise Stopped

    sys.unraisablehook = lambda what: None if isinstance(what.exc_value, Stopped) else lost(what)
    for number in (*process.STOPPING, signal.SIGALRM):
        signal.signal(number, stop)
    try:
        yield
    except Exception as error:
        if wanted:
            raise Stopped from error
        raise
    finally:
        for number in (*process.STOPPING, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)


def run(home: Path, stack: ExitStack) -> None:
    """Run everything in this data folder until we are stopped."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    needed = services(home)
    for service in needed:
        _own(stack, home, service.name)
    supervisor = stack.enter_context(Supervisor(home))
    supervisor.start(*map(child, needed))

    from dashboard import setup

    setup.check()
    setup.reach_broker()
    port = setup.port()
    _require_free(port)
    setup.migrate()
    setup.collect_static()
    password = setup.first_operator()
    setup.first_sync()
    supervisor.start(_web(home, port))
    supervisor.start(*_background(home), beside=True)
    print(f"Jobdeck: http://localhost:{port}  operator: {setup.OPERATOR}  password: {password}", flush=True)
    supervisor.watch()


def _web(home: Path, port: int) -> Child:
    """What serves the pages; it has the processors to itself until it is ready."""
    return Child(
        name="web",
        start=lambda: _python(home, "web", [*WEB, "--bind", f"{HOST}:{port}"], SESSION),
        is_ready=lambda: _answers(port),
    )


def _background(home: Path) -> list[Child]:
    """What runs the sync."""
    return [
        Child(name="worker", start=lambda: _python(home, "worker", WORKER), stop_signal=signal.SIGQUIT),
        Child(name="beat", start=lambda: _python(home, "beat", BEAT)),
    ]


def _python(home: Path, name: str, words: list[str], variables: Mapping[str, str] | None = None) -> process.Process:
    command = [sys.executable, *words]
    return process.launch(command, place.log(home, name), environment=variables, folder=place.ROOT)


def _own(stack: ExitStack, home: Path, name: str) -> None:
    """Take the lock of a service, or say who has it."""
    try:
        stack.enter_context(place.lock(home, name, f"process {os.getpid()}"))
    except Taken as holder:
        who = f"Jobdeck runs in {home} already ({str(holder) or 'another command'})."
        raise Taken(f"{who} Stop it, or set {place.VARIABLE} to another folder.") from holder


def _require_free(port: int) -> None:
    """Refuse a port on which somebody listens."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((HOST, port))
        except OSError as why:
            raise OSError(f"port {port} is taken ({why.strerror}); set PORT to another one.") from why


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
            return True
    except URLError as error:
        return hasattr(error, "code")
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
