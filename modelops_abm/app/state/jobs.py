"""Work in the background, of which only the newest of each kind counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelops_abm.runs.threads import Caller


class Errand:
    """Work in a thread of its own, which can be stopped.

    What is told is told in order: nothing of an errand before the end of the one that it
    supersedes, and nothing after it has been stopped.

    Parameters
    ----------
    work
        What to do. It looks at `cancel` now and then, and ends soon after that is set.
    before
        The errand that this one supersedes, which has been stopped.
    """

    def __init__(self, work: Callable[[Errand], None], before: Errand | None) -> None:
        self.cancel = threading.Event()
        self._work, self._before = work, before
        self._thread = threading.Thread(target=self._run, name="modelops errand", daemon=True)

    def start(self) -> None:
        """Start; the thread belongs to the visitor in whose thread this is called."""
        self._thread.start()

    def tell[Message](self, publish: Callable[[Message], None], message: Message) -> None:
        """Publish a message, unless this has been stopped."""
        self._wait_for_the_one_before()
        if not self.cancel.is_set():
            publish(message)

    def pause(self, seconds: float) -> bool:
        """Wait; return whether this is still wanted then."""
        return not self.cancel.wait(seconds)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work(self)
        finally:
            self._before = None

    def _wait_for_the_one_before(self) -> None:
        if self._before is not None:
            self._before.wait()
            self._before = None


class Errands:
    """The errands of one visitor: at most one of each kind at a time."""

    def __init__(self) -> None:
        self._newest: dict[str, Errand] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def start(self, kind: str, work: Callable[[Errand], None]) -> None:
        """Start an errand and stop an earlier one of its kind; nothing after `close`."""
        with self._lock:
            if self._is_closed:
                return
            before = self._newest.get(kind)
            if before is not None:
                before.cancel.set()
            errand = self._newest[kind] = Errand(work, before)
            errand.start()  # before anybody can wait for it, which fails for one not started

    def stop(self, kind: str) -> None:
        """Stop the errand of a kind, if there is one."""
        with self._lock:
            errand = self._newest.get(kind)
        if errand is not None:
            errand.cancel.set()

    def close(self) -> None:
        """Stop everything for good. Returns at once; the threads end within a slice."""
        with self._lock:
            self._is_closed = True
            errands = list(self._newest.values())
        for errand in errands:
            errand.cancel.set()

    def wait(self, seconds: float) -> bool:
        """Wait until everything has ended, each errand at most so long; return whether it has."""
        with self._lock:
            errands = list(self._newest.values())
        return all(errand.wait(seconds) for errand in errands)


# --------------------------------------------------------------------------------------
# Standing back: whoever has figures waits for those who have none yet.


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
