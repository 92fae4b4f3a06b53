"""How long a test waits for what must happen: as good as for ever.

A test fails by what it finds, never because a machine is busy, slow, or has to compile first. The
limit only ends a suite that would hang.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 900.0


def until(condition: Callable[[], object], found: Callable[[], object] = lambda: "") -> None:
    """Wait until a condition holds; tell what was found instead if it never does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, found()
        time.sleep(0.01)
