"""Background jobs of a visitor: only the newest of each kind counts, and its errors are told.

A job is a thread and a flag that cancels it. Three things are easy to get wrong, and are right
here: what an outdated job still finds is never published after something newer; an exception ends
in front of the visitor instead of in a dead thread; and while anybody waits for first figures, the
jobs that only make figures better give way.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelops_abm.runs import Cancelled
from modelops_abm.runs.threads import Caller
from modelops_abm.scenario import InputError

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.05


class Job:
    """Work in a thread of its own, which can be cancelled.

    What it publishes comes in order: nothing before the end of the job that it supersedes, and
    nothing after it has been cancelled.

    Parameters
    ----------
    work
        What to do. It looks at `cancel` now and then, and ends soon after that is set.
    on_error
        Called with what went wrong, see `in_words`; not if the job was cancelled.
    before
        The job that this one supersedes, which has been cancelled.
    """

    def __init__(
        self,
        work: Callable[[Job], None],
        on_error: Callable[[str], None],
        before: Job | None = None,
    ) -> None:
        self.cancel = threading.Event()
        self._work, self._on_error, self._before = work, on_error, before
        # As a daemon: Ctrl-C need not wait for a slice of somebody's runs.
        self._thread = threading.Thread(target=self._run, name="modelops job", daemon=True)

    def start(self) -> None:
        """Start; the thread belongs to the visitor in whose thread this is called."""
        self._thread.start()

    def tell[Message](self, publish: Callable[[Message], None], message: Message) -> None:
        """Publish a message, unless this has been cancelled."""
        if self._before is not None:  # it may be in the middle of publishing something older
            self._before.wait()
            self._before = None
        if not self.cancel.is_set():
            publish(message)

    def pause(self, seconds: float) -> bool:
        """Wait; return whether this is still wanted then."""
        return not self.cancel.wait(seconds)

    def wait_for(self, event: threading.Event) -> None:
        """Wait for an event as long as this is wanted.

        Raises
        ------
        Cancelled
            If this was cancelled.
        """
        while not event.wait(_POLL_SECONDS):
            if self.cancel.is_set():
                raise Cancelled

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the thread has ended; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work(self)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - the visitor is told, the page stays
            self.tell(self._on_error, in_words(error))
        finally:
            self._before = None  # else each job would keep all before it alive


def in_words(error: Exception) -> str:
    """Return what a visitor is told of an error in the background.

    The words of an `InputError`; anything else is a mistake of the program, which goes to the log.
    """
    if isinstance(error, InputError):
        return str(error)
    _log.error("work in the background failed", exc_info=error)
    return of_mistake(error)


def of_mistake(error: Exception) -> str:
    """Return what a visitor is told of a mistake of the program."""
    return f"That did not work, by a mistake of this program ({type(error).__name__})."


class Jobs:
    """The jobs of one visitor: at most one of each kind at a time."""

    def __init__(self) -> None:
        self._newest: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def start(
        self, kind: str, work: Callable[[Job], None], on_error: Callable[[str], None]
    ) -> None:
        """Start a job and cancel an earlier one of its kind; nothing after `close`.

        Parameters
        ----------
        kind
            Name of the kind.
        work, on_error
            See `Job`.
        """
        with self._lock:
            if self._is_closed:
                return
            before = self._newest.get(kind)
            if before is not None:
                before.cancel.set()
            job = self._newest[kind] = Job(work, on_error, before)
            job.start()  # before anybody can wait for it, which fails for one not started

    def stop(self, kind: str) -> None:
        """Cancel the job of a kind, if there is one."""
        with self._lock:
            job = self._newest.get(kind)
        if job is not None:
            job.cancel.set()

    def close(self) -> None:
        """Cancel everything for good. Returns at once; the threads end within a slice."""
        with self._lock:
            self._is_closed = True
            jobs = list(self._newest.values())
        for job in jobs:
            job.cancel.set()

    def wait(self, seconds: float) -> bool:
        """Wait until everything has ended, each job at most so long; return whether it has."""
        with self._lock:
            jobs = list(self._newest.values())
        return all(job.wait(seconds) for job in jobs)


class Precedence:
    """Lets jobs that only improve figures give way to those that somebody waits for.

    Until first figures are on the page no other simulation begins, so that the cores are free to
    draw them, and nobody else's figures are put on the page, which all happens in one interpreter.
    Nobody gives way to a plan so large that its first figures take long.
    """

    def __init__(self) -> None:
        self._first: list[Caller] = []
        self._changed = threading.Condition()

    @property
    def is_claimed(self) -> bool:
        """Whether somebody waits for first figures that take a moment."""
        return any(caller.is_of_first_rank for caller in tuple(self._first))

    @contextmanager
    def claimed(self, caller: Caller) -> Iterator[None]:
        """Let others give way, within, to the one whose first figures a caller's calls are."""
        with self._changed:
            self._first.append(caller)
        try:
            with caller.first_rank_only():
                yield
        finally:
            with self._changed:
                self._first.remove(caller)
                self._changed.notify_all()

    def give_way(self, cancel: threading.Event, seconds: float) -> None:
        """Wait while somebody waits for first figures, so long at most, or until cancelled."""
        end = time.monotonic() + seconds
        with self._changed:
            while self.is_claimed and not cancel.is_set() and time.monotonic() < end:
                self._changed.wait(_POLL_SECONDS)  # nobody notifies when a caller uses up its rank


PRECEDENCE = Precedence()
"""Among the visitors of this process."""
