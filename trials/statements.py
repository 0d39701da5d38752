"""Stands between a process and PostgreSQL, notes each statement, and kills the process at a chosen one.

It reads the wire, so that BEGIN, COMMIT and COPY are statements like all others, whoever sends them from which thread.
"""

import os
import re
import signal
import socket
import struct
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedIOBase
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Event, RLock, Thread
from typing import IO

LITERAL = re.compile(r"(?<!\w)E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'", re.DOTALL)
VALUE = re.compile(r"\b(?:\d+(?:\.\d+)?|NULL|true|false)\b")
CAST = re.compile(r"\?::[\w ]+?(?:\[\])?(?=[\s,)]|$)")
SAVEPOINT = re.compile(r'"s\d+_x\d+"')
LIST = re.compile(r"\?(?:, ?\?)+|(?<= )\(\?\)(?:, ?\(\?\))*|ARRAY\[\?\]")
TAKES = re.compile(r"\s*INSERT INTO jobs_lease .*?VALUES \('([^']*)'", re.DOTALL)
ENDS = ("COMMIT", "ROLLBACK")
COPY_ENDS = "the end of COPY"


class Side(StrEnum):
    """When the process dies: PostgreSQL has not heard of the statement, or it has executed it and nobody knows."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A statement by its fingerprint, in which lane it was said, for the how many-th time (from 1 on).

    `since` is what its transaction has said until then. `first` is whether its message began with it: PostgreSQL
    has heard of the others when it has of the first.
    """

    lane: str
    statement: str
    time: int
    since: frozenset[str]
    first: bool


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Where a process dies: at this statement, on this side of it, after it has been held up for some seconds."""

    lane: str
    statement: str
    time: int
    side: Side
    pause: float

    def meets(self, said: Said, side: Side) -> bool:
        """Whether it is this one."""
        return (self.lane, self.statement, self.time, self.side) == (said.lane, said.statement, said.time, side)


def fingerprints(text: str) -> list[str]:
    """The statements of a message, without what differs from one time to the other."""
    return [short for part in LITERAL.sub("?", text).split(";") if (short := _fingerprint(part))]


def _fingerprint(statement: str) -> str:
    plain = SAVEPOINT.sub("?", VALUE.sub("?", " ".join(statement.split())))
    plain = CAST.sub("?", plain)
    while plain != (shorter := LIST.sub("?", plain)):
        plain = shorter
    return plain


@dataclass
class Record:
    """What was said through all connections of a process, what of it was answered, and where it dies, if it does."""

    aim: Aim | None = None
    said: list[Said] = field(default_factory=list)
    answered: set[Said] = field(default_factory=set)
    struck: Event = field(default_factory=Event)
    lane: str = ""
    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: RLock = field(default_factory=RLock)

    def note(self, text: str, since: set[str]) -> list[Said]:
        """Note a message; give its statements. `since` is what its transaction has said until then."""
        with self.lock:
            if taken := TAKES.match(text):
                self.lane = re.sub(r"\d+", "N", taken[1])
            return [self._note(each, since, first=not number) for number, each in enumerate(fingerprints(text))]

    def _note(self, statement: str, since: set[str], *, first: bool) -> Said:
        self.times[self.lane, statement] += 1
        time, before = self.times[self.lane, statement], frozenset(since)
        said = Said(lane=self.lane, statement=statement, time=time, since=before, first=first)
        if statement in ENDS:
            since.clear()
        elif since or statement == "BEGIN":
            since.add(statement)
        self.said.append(said)
        return said

    def strike(self, said: Said, side: Side, process: int) -> bool:
        """Kill the process where it was to die here; tell whether it was."""
        if self.aim is None or not self.aim.meets(said, side):
            return False
        time.sleep(self.aim.pause)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        self.struck.set()
        return True


class Between(ThreadingUnixStreamServer):
    """Listens where a PostgreSQL would, and passes on what is said; `reach` gives a connection to the real one."""

    daemon_threads, block_on_close = True, False
    request_queue_size = 64

    def __init__(self, socket_path: str, reach: Callable[[], socket.socket]) -> None:
        super().__init__(socket_path, _Conversation)
        self.reach, self.record = reach, Record()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that breaks off, which is what this is for."""
        if not isinstance(sys.exception(), EOFError | OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def between(folder: Path, reach: Callable[[], socket.socket]) -> Iterator[Between]:
    """Listen in `folder` as PostgreSQL does."""
    with Between(str(folder / ".s.PGSQL.5432"), reach) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def reaching(host: str, port: int) -> Callable[[], socket.socket]:
    """How a PostgreSQL is reached: where `host` is a folder, by its socket."""
    if not host.startswith("/"):
        return lambda: socket.create_connection((host, port))

    def reach() -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{host}/.s.PGSQL.{port}")
        return line

    return reach


class _Conversation(StreamRequestHandler):
    """One connection: this thread passes on what the process says, another what PostgreSQL answers."""

    server: Between
    request: socket.socket

    def handle(self) -> None:
        """Pass on until one of the two is gone."""
        self._process = struct.unpack("3i", self.request.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        self._since = set[str]()
        self._open = deque[Said]()
        self._record = self.server.record
        with self.server.reach() as theirs:
            self._theirs = theirs
            answering = Thread(target=self._answer, daemon=True)
            answering.start()
            try:
                self._ask()
            finally:
                _end(theirs)
                answering.join()

    def _ask(self) -> None:
        self._theirs.sendall(_message(self.rfile))
        while (kind := self.rfile.read(1)) and self._may_ask(kind, said := _message(self.rfile)):
            self._theirs.sendall(kind + said)

    def _may_ask(self, kind: bytes, message: bytes) -> bool:
        """Note what is said; tell whether the process lives on to say it."""
        told = self._record.note(text, self._since) if (text := _text(kind, message)) else []
        self._open += told
        return not any(each.first and self._record.strike(each, Side.BEFORE, self._process) for each in told)

    def _answer(self) -> None:
        with self._theirs.makefile("rb") as answers, suppress(OSError):
            while (kind := answers.read(1)) and self._may_answer(kind):
                self.request.sendall(kind + _message(answers))
        _end(self.request)

    def _may_answer(self, kind: bytes) -> bool:
        """Tell whether the process lives on to hear it: C, I, E and G end a statement, Z a message, whole or not."""
        if kind == b"Z":
            self._open.clear()
        if kind not in (b"C", b"I", b"E", b"G") or not self._open:
            return True
        done = self._open.popleft()
        self._record.answered.add(done)
        return not self._record.strike(done, Side.AFTER, self._process)


def _message(stream: IO[bytes] | BufferedIOBase) -> bytes:
    """Read a message after its kind, which the first one does not have."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    return head + stream.read(int.from_bytes(head) - 4)


def _text(kind: bytes, message: bytes) -> str:
    """The SQL of a message, if it has any: a query, or one that is prepared after its name."""
    match kind:
        case b"Q":
            return message[4:-1].decode(errors="replace")
        case b"P":
            return message[4:].split(b"\0")[1].decode(errors="replace")
        case b"c":
            return COPY_ENDS
    return ""


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
