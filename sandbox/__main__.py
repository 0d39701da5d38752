"""`python -m sandbox`: run a Jobs API here."""

import argparse
import os
import re
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from sandbox import faults, hooks, tokens
from sandbox.auth import Guard
from sandbox.calls import Sandbox
from sandbox.clock import END
from sandbox.content import Writer
from sandbox.control import Control
from sandbox.faults import Fault, Faults
from sandbox.hooks import Hooks, Targets
from sandbox.query import Limits
from sandbox.search import Api
from sandbox.server import serve
from sandbox.tokens import Tokens
from sandbox.world import World


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A Jobs API that runs here.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free (default)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--jobs", type=_number, default=2000, help="how many jobs there are at the start")
    parser.add_argument("--even", action="store_true", help="no oddities, which official clients do not survive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.5, help="new jobs a second")
    parser.add_argument("--page-cap", type=_number, default=1000, help="the most jobs on a page")
    parser.add_argument("--page-refuse", type=_number, metavar="N", help="refuse a pageSize that is larger")
    parser.add_argument("--token", choices=tokens.KINDS, default="cursor", help="what page tokens know: README.md")
    parser.add_argument("--token-life", type=_seconds, metavar="SECONDS", help="how long page tokens hold")
    parser.add_argument(
        "--lag", type=_seconds, default=0.0, metavar="SECONDS", help="searches show what was there then"
    )
    parser.add_argument("--faults", type=_faults, default=[], metavar=f"{faults.FORM},…", help=faults.__doc__)
    parser.add_argument(
        "--hooks", type=_targets, default=Targets(), metavar="URL", help="what is told of jobs that end"
    )
    parser.add_argument("--epoch", type=_moment, help="what the clock says at the start, in ISO 8601; now by default")
    parser.add_argument("--still", action="store_true", help="the clock stands, unless it is moved")
    parser.add_argument("--since", type=_moment, help="when the first --jobs had come; the clock says now all the same")
    parser.add_argument("--app-id", default=os.environ.get("MEDIA_PLATFORM_APP_ID", "sandbox"))
    parser.add_argument("--secret-file", type=Path, help="by default MEDIA_PLATFORM_SHARED_SECRET is the secret")
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    chosen = options()
    secret = (
        chosen.secret_file.read_text().strip() if chosen.secret_file else os.environ.get("MEDIA_PLATFORM_SHARED_SECRET")
    )
    if not secret:
        sys.exit("sandbox: give --secret-file or MEDIA_PLATFORM_SHARED_SECRET")
    epoch = time.time() if chosen.epoch is None else chosen.epoch
    since = min(epoch, chosen.since or epoch)
    world = World(seed=chosen.seed, jobs=chosen.jobs, rate=chosen.rate, epoch=since, still=chosen.still)
    world.clock.move(epoch - since)
    paging, limits = Tokens(chosen.token, chosen.token_life), Limits(cap=chosen.page_cap, refuse=chosen.page_refuse)
    api = Api(world, Writer(world, even=chosen.even), tokens=paging, limits=limits, lag=chosen.lag)
    guard = Guard(chosen.app_id, secret)
    push = Hooks(api, guard)
    push.set(chosen.hooks)
    control = Control(api=api, guard=guard, faults=Faults(chosen.faults, chosen.seed), hooks=push)
    try:
        server = serve(Sandbox(api=api, guard=guard, control=control), chosen.host, chosen.port)
    except OSError as why:
        sys.exit(f"sandbox: cannot listen on {chosen.host}:{chosen.port} ({why.strerror}); give another --port")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"sandbox: http://{chosen.host}:{server.server_address[1]}", flush=True)
    push.start()
    server.serve_forever(poll_interval=0.1)
    return 0


def _number(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d*\.?\d+", text):
        raise argparse.ArgumentTypeError("must be a number of seconds, from 0 on")
    return float(text)


def _faults(text: str) -> list[Fault]:
    try:
        return faults.parse(text)
    except ValueError as why:
        raise argparse.ArgumentTypeError(str(why)) from why


def _targets(text: str) -> Targets:
    try:
        return hooks.parse(text)
    except ValueError as why:
        raise argparse.ArgumentTypeError(str(why)) from why


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as why:
        raise argparse.ArgumentTypeError("must be a date in ISO 8601, as 2026-03-01T12:00:00Z") from why
    if not 0 <= moment < END / 1000:
        raise argparse.ArgumentTypeError("must be a date from 1970 to 8999")
    return moment


if __name__ == "__main__":
    sys.exit(main())
