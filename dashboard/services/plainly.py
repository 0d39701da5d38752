"""What stops a command and is no mistake of the code: said in a line, without a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from dashboard.env import Refused
from dashboard.services.home import Taken
from dashboard.services.process import DidNotStart

PLAIN = (Refused, Taken, DidNotStart, CommandError)


@contextmanager
def plainly(*more: type[Exception]) -> Iterator[None]:
    """End the command with the text of such an error; `more` are kinds that only some steps may meet."""
    expected: tuple[type[Exception], ...] = (*PLAIN, *more)
    try:
        yield
    except expected as problem:
        sys.exit(f"deck: {problem}")
