"""Sharing the cores: many callers, one set of threads, everybody served in turn."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from enum import IntEnum
from functools import partial
from itertools import chain, repeat
from typing import Any

from modelops_abm.simulate.machine import cores


class Rank(IntEnum):
    """Whose calls come first: one waits while any of a lower number does."""

    FIRST = 0
    """Somebody waits for it."""
    NEXT = 1
    """Makes better what is there already."""
    LAST = 2
    """Found out beside all that, for when there is time."""


def new_caller(*ranks: Rank) -> Caller:
    """Return an executor on the threads that all of this process share, one for each core.

    Parameters
    ----------
    ranks
        Of its calls in their order; the last is that of all that follow. The first if none is
        given.
    """
    return _shared_threads().caller(*ranks)


def first_rank_only() -> AbstractContextManager[None]:
    """Return a context in which no shared thread begins a call but those of the first rank."""
    return _shared_threads().first_rank_only()


def _shared_threads() -> SharedThreads:
    global _shared
    with _sharing:
        if _shared is None:
            _shared = SharedThreads(cores())
        return _shared


class SharedThreads:
    """Threads that run the calls of many callers: one of each, then one of each again.

    Callers of a later rank are served, in turn among themselves, while no call of an earlier one
    waits.

    They start when they are first needed. At the end of the process they run what is still waiting,
    as those of a `ThreadPoolExecutor` do.

    Parameters
    ----------
    count
        How many threads.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="modelops_abm")
        self._turns = {rank: Turns[Caller, _Call]() for rank in Rank}
        self._lock = threading.Lock()
        self._keeping_back = 0

    def caller(self, *ranks: Rank) -> Caller:
        """Return the executor of a new caller; see `new_caller`."""
        return Caller(self, ranks or (Rank.FIRST,))

    @contextmanager
    def first_rank_only(self) -> Iterator[None]:
        """Begin no call but those of the first rank, within."""
        with self._lock:
            self._keeping_back += 1
        try:
            yield
        finally:
            with self._lock:
                self._keeping_back -= 1
                for _ in range(sum(map(len, self._turns.values()))):
                    self._threads.submit(self._run_next)  # threads may have found nothing to do

    def add(self, caller: Caller, rank: Rank, call: _Call) -> None:
        """Let a call wait for its turn, and a thread take what is next then."""
        with self._lock:  # an interrupt in here leaves a thread without a call, not the reverse
            self._threads.submit(self._run_next)
            self._turns[rank].add(caller, call)

    def _run_next(self) -> None:
        """Run the next call that is not cancelled."""
        while (call := self._next()) is not None:
            if call.run():
                return

    def _next(self) -> _Call | None:
        with self._lock:
            ranks = (Rank.FIRST,) if self._keeping_back else Rank
            calls = (self._turns[rank].take() for rank in ranks)
            return next((call for call in calls if call is not None), None)


class Turns[Owner, Entry]:
    """A queue of entries of several owners, who are served in turn."""

    def __init__(self) -> None:
        self._waiting: dict[Owner, deque[Entry]] = {}  # whose turn it is comes first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, owner: Owner, entry: Entry) -> None:
        """Add an entry; an owner who has none waiting joins at the end of the turns."""
        if owner in self._waiting:
            self._waiting[owner].append(entry)
        else:
            self._waiting[owner] = deque([entry])

    def take(self) -> Entry | None:
        """Take the first entry of the owner whose turn it is, or None if there is none."""
        if not self._waiting:
            return None
        owner = next(iter(self._waiting))
        entries = self._waiting.pop(owner)
        entry = entries.popleft()
        if entries:
            self._waiting[owner] = entries
        return entry


class Caller(Executor):
    """The executor of one of the callers who share threads; see `new_caller`."""

    def __init__(self, shared: SharedThreads, ranks: tuple[Rank, ...]) -> None:
        self._ranks = chain(ranks, repeat(ranks[-1]))
        self._shared = shared
        self._unfinished: set[Future[Any]] = set()
        self._is_shut = False

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Submit a call, which begins when it is this caller's turn.

        Raises
        ------
        RuntimeError
            After `shutdown`, or at the end of the process.
        """
        if self._is_shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[R] = Future()
        self._shared.add(self, next(self._ranks), _Call(future, partial(fn, *args, **kwargs)))
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the threads go on for the other callers.

        Parameters
        ----------
        wait
            Whether to return only when all calls are done.
        cancel_futures
            Whether to cancel those that have not begun.
        """
        self._is_shut = True
        unfinished = list(self._unfinished)
        if cancel_futures:
            for future in unfinished:
                future.cancel()
        if wait:
            futures.wait(unfinished)


class Here(Executor):
    """Runs what is submitted at once, in the thread of the caller."""

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a call and return its finished future; an exception is raised here."""
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Call:
    """A call, and the future of its result."""

    def __init__(self, future: Future[Any], function: Callable[[], object]) -> None:
        self._future, self._function = future, function

    def run(self) -> bool:
        """Run, unless it is cancelled; return whether it ran."""
        if not self._future.set_running_or_notify_cancel():
            return False
        try:
            result = self._function()
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            self._future.set_exception(error)
        else:
            self._future.set_result(result)
        return True


_shared: SharedThreads | None = None
_sharing = threading.Lock()


def _start_anew() -> None:
    """Forget the threads of the parent process, which a fork does not copy."""
    global _shared, _sharing
    _shared, _sharing = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
