"""How fast replies are: REST beside the least that a web server can do, and the list while exports run."""

from collections.abc import Mapping

from benchmarks import visitor
from benchmarks.beside import exports
from benchmarks.given import Given, Json
from benchmarks.measure import say, spread
from benchmarks.server import jobdeck

REQUESTS, WARM = 300, 40
LIST = "/jobs/"


def measure(given: Given) -> Json:
    """Ask one after another, first one server and then the other; then the list, alone and beside exports."""
    token, cookies = visitor.token(), visitor.cookies()
    with jobdeck(given, "benchmarks.bare:application") as server:
        least = _replies(server.port, visitor.REST, {})
    with jobdeck(given) as server:
        rest = _replies(server.port, visitor.REST, token)
        say("  the list, alone and beside exports")
        alone = _replies(server.port, LIST, cookies)
        with exports(server.port, token) as finished:
            beside = _replies(server.port, LIST, cookies)
    return {"rest": rest, "bare": least, "list": alone, "beside": {**beside, "exports": len(finished)}}


def _replies(port: int, address: str, headers: Mapping[str, str]) -> Json:
    """Ask `REQUESTS` times over one connection; give how long replies took."""
    line = visitor.connect(port)
    replies = [visitor.ask(line, address, headers) for _ in range(WARM + REQUESTS)]
    line.close()
    if any(reply.status != 200 for reply in replies):
        raise ValueError(f"{address} was refused")
    return {"requests": REQUESTS, **spread([reply.last for reply in replies[WARM:]])}
