"""Giving memory back to the system when a visitor has left.

Nothing of a closed session is held. But the C library keeps what its many threads have freed, some
10 MB a visitor, until it is asked to hand it back.
"""

from __future__ import annotations

import ctypes
import gc
import threading

_PAUSE_SECONDS = 5.0
"""So that Solara has let go of the session by then, and several that leave make one call."""
_lock = threading.Lock()
_waiting: threading.Timer | None = None


def give_back_soon() -> None:
    """Give memory back in a moment; a call that waits already is put off."""
    global _waiting
    with _lock:
        if _waiting is not None:
            _waiting.cancel()
        _waiting = threading.Timer(_PAUSE_SECONDS, give_back)
        _waiting.daemon = True
        _waiting.start()


def give_back() -> None:
    """Give free memory back to the system, where its C library can."""
    gc.collect()
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # not the C library of GNU
        return
    trim(0)
