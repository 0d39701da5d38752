"""What a step of the stateful test may choose."""

from hypothesis import strategies as st

from trials.passes import LANES
from trials.worlds import TYPES

STATES = st.sampled_from(["pending", "working", "success", "error", "paused"])
KINDS = st.sampled_from([*TYPES, "urn:job:unheard.of"])
GROUPS = st.sampled_from(["", "", "g", "h"])
BEHIND = st.sampled_from([0.0, 0.0, 0.0, 1.0, 29.5, 60.0, 120.0])
"""How many seconds before it is seen a change is dated; the tail reads back so far."""
NUMBERS = st.integers(0, 999)
PAGES = st.integers(1, 3)
FAULTS = st.sampled_from(
    [
        *("", "", "", ""),
        *("status=500:x1", "status=500:x7", "status=503@/jobs/", "status=429:x12", "status=400:x1", "status=401:x1"),
        *("truncate:x6", "html:x6", "code:x11", "reset:x7", "redirect:x1", "proxy404:x7", "proxy404@/jobs/"),
        *("token:x1", "token:x5", "repeat:x2", "cycle:x3", "short:x4", "short", "empty:x2", "endless"),
    ]
)
MISLEADING = ("token", "repeat", "cycle", "empty", "endless")
"""Faults for which a walk may be given up, or pass a page over, so that only a sweep brings what is on it."""
BAD = st.sampled_from(
    [
        b'{"type": "t", "status": "s", "n": %d}',
        b'{"id": "bad-%d", "status": "pending"}',
        b'{"id": "bad\\u0000%d", "type": "t", "status": "s"}',
        b'{"id": "bad\\ud800%d", "type": "t", "status": "s"}',
        b'{"id": "bad-%d", "type": "t", "status": "s", "n": NaN}',
        b'{"id": "bad-%d", "type": ["t"], "status": "s"}',
        b'{"id": "bad-%d", "type": "t", "status": "s", "n": "\xff"}',
        b"[%d]",
    ]
)
BY_LANE = st.sampled_from(list(LANES))
