"""Standing back: whoever has figures waits for those who have none yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from modelops_abm.simulate.sharing import Caller


class Courtesy:
    """Lets what is wanted less stand back while somebody waits for first figures.

    Until they are on the page no other simulation begins, so that the cores are free to draw them,
    and nobody else's figures are put on the page, which all happens in one interpreter. Nobody
    stands back for a plan so large that its first figures take long.
    """

    def __init__(self) -> None:
        self._waiting: list[Caller] = []
        self._changed = threading.Condition()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for first figures that take a moment."""
        return any(caller.is_of_first_rank for caller in tuple(self._waiting))

    @contextmanager
    def waiting(self, caller: Caller) -> Iterator[None]:
        """Let others stand back for the one whose first figures a caller's calls are."""
        with self._changed:
            self._waiting.append(caller)
        try:
            with caller.first_rank_only():
                yield
        finally:
            with self._changed:
                self._waiting.remove(caller)
                self._changed.notify_all()

    def stand_back(self, cancel: threading.Event, seconds: float) -> None:
        """Wait while somebody waits for first figures, so long at most, or until cancelled."""
        end = time.monotonic() + seconds
        with self._changed:
            while self.is_wanted and not cancel.is_set() and time.monotonic() < end:
                self._changed.wait(_LOOK_SECONDS)


_LOOK_SECONDS = 0.05

COURTESY = Courtesy()
"""Among the visitors of this process."""
