"""How fast an export may go: it stands back while somebody waits for a page, since both need the same processors.

PostgreSQL writes a file as fast as it is read, so that it rests, too, where the reader does.
"""

import time
from mmap import mmap

from django.core.signals import request_started
from django.dispatch import receiver

REST = 0.05
"""For how many seconds after a request has come a file rests: most are answered by then."""

# When the last request came, as `time.monotonic` tells. Workers that are forked from here share it.
_asked = memoryview(mmap(-1, 8)).cast("d")


@receiver(request_started)
def asked(**_: object) -> None:
    """Remember that somebody waits from now on."""
    _asked[0] = time.monotonic()


def rest() -> None:
    """Sleep while somebody may wait, once; who asks meanwhile waits for one more piece of the file."""
    left = _asked[0] + REST - time.monotonic()
    if left > 0:
        time.sleep(left)
