"""Sharing the cores: many callers, one set of threads, next is whoever has used them least."""

from __future__ import annotations

import heapq
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent import futures
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import IntEnum
from functools import partial
from typing import Any

from modelops_abm.runs.resources import cores

FIRST_SECONDS = 1.0
"""Processor time for which a caller's calls are of the first rank; then they make room."""


type _Number = tuple[int, int]
"""Of a call: its place among those of its account, and how many were before it."""


class Rank(IntEnum):
    """Whose calls come first: one waits while any of a lower number does."""

    FIRST = 0
    """Somebody waits for it, and it is short: it counts as `NEXT` after `FIRST_SECONDS`."""
    NEXT = 1
    """Makes better what is there already."""
    LAST = 2
    """Found out beside all that, for when there is time."""


class Account:
    """What somebody has used of the shared threads, whoever calls for them.

    Attributes
    ----------
    seconds
        Processor time; who was away does not have less of it than who has used least meanwhile.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0  # that are not done


def new_caller(
    rank: Rank = Rank.FIRST, *, first_places: int = 0, account: Account | None = None
) -> Caller:
    """Return an executor on the threads that all of this process share, one for each core.

    Parameters
    ----------
    rank
        Of its calls.
    first_places
        Those at a place below this are of the first rank in any case.
    account
        Of whom it is for; a new one by default.
    """
    return _shared_threads().caller(rank, first_places=first_places, account=account)


def _shared_threads() -> SharedThreads:
    global _shared
    with _sharing:
        if _shared is None:
            _shared = SharedThreads(cores())
        return _shared


class SharedThreads:
    """Threads that run the calls of many callers, a slice at a time if a call can be cut.

    Next is a call of the account that has used least processor time (start-time fair queueing,
    Goyal et al. 1997); of its calls that with the lowest place, and of those the first. Calls of a
    later rank wait while there is one of an earlier rank.

    They start when they are first needed. At the end of the process they run what is still waiting,
    as those of a `ThreadPoolExecutor` do.

    Parameters
    ----------
    count
        How many threads.
    clock
        Processor time of the thread that asks, in seconds.
    """

    def __init__(self, count: int, clock: Callable[[], float] = time.thread_time) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="modelops_abm")
        self._clock = clock
        self._turns = {rank: Turns[Account, _Call]() for rank in Rank}
        self._lock = threading.Lock()
        self._keeping_back: Counter[Caller] = Counter()
        self._served_at = 0.0  # the most that an account had used when it was served
        self._given_up = deque[tuple[Account, _Number]]()  # that were cancelled
        self._calls = 0
        self._unfinished = 0  # calls that wait or run
        self._looks = 0  # of threads for what is next, to come or underway; as many or more

    def caller(
        self, rank: Rank = Rank.FIRST, *, first_places: int = 0, account: Account | None = None
    ) -> Caller:
        """Return the executor of a new caller; see `new_caller`."""
        return Caller(self, rank, first_places, account or Account())

    @contextmanager
    def keep_back(self, caller: Caller) -> Iterator[None]:
        """Begin no call but of the first rank, within, while the caller's are of that rank."""
        with self._lock:
            self._keeping_back[caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._keeping_back[caller] -= 1
                # The plus drops who counts 0.
                self._keeping_back = +self._keeping_back
                self._look_again()

    def add(self, caller: Caller, rank: Rank, call: _Call) -> None:
        """Let a call wait for its turn, and a thread take what is next then."""
        self._end_given_up()
        with self._lock:  # an interrupt in here leaves a thread without a call, not the reverse
            if self._looks <= self._unfinished:
                self._look()
            account = caller.account
            # Who was away has saved nothing up: else a newcomer would have all threads alone until
            # the account has caught up with the others.
            if not account.calls:
                account.seconds = max(account.seconds, self._served_at)
            self._calls += 1
            call.promise.number = call.place, self._calls
            self._turns[rank].add(account, call.promise.number, call)
            account.calls += 1
            self._unfinished += 1

    def give_up(self, account: Account, number: _Number) -> None:
        """Let a call end when the next is added, if it still waits for its turn then.

        Takes no lock: the garbage collector may cancel calls in a thread that has it.
        """
        self._given_up.append((account, number))

    def _end_given_up(self) -> None:
        ended: list[_Call] = []
        with self._lock:
            while self._given_up:
                account, number = self._given_up.popleft()
                taken = (turns.remove(account, number) for turns in self._turns.values())
                for call in filter(None, taken):
                    self._leave(account)
                    ended.append(call)
        for call in ended:
            call.run()  # without the lock, as it calls back

    def _leave(self, account: Account) -> None:
        account.calls -= 1
        self._unfinished -= 1

    def _look(self) -> None:
        """Let a thread look for what is next."""
        self._threads.submit(self._run_until_done)
        self._looks += 1

    def _look_again(self) -> None:
        """Let the threads look again that may have found nothing to do."""
        with suppress(RuntimeError):  # at the end of the process they look till nothing is left
            while self._looks < self._unfinished:
                self._look()

    def _run_until_done(self) -> None:
        """Run slices of whatever is next until a call is done."""
        is_done = False
        while not is_done and (found := self._next()) is not None:
            rank, call = found
            # Processor time of this thread. On a busy machine the time on the wall would be charged
            # to whoever happens to run.
            began = self._clock()
            is_done = call.run()
            self._enter(call, rank, self._clock() - began, is_done=is_done)

    def _next(self) -> tuple[Rank, _Call] | None:
        with self._lock:
            is_kept_back = any(caller.is_of_first_rank for caller in self._keeping_back)
            for rank in (Rank.FIRST,) if is_kept_back else Rank:
                while (call := self._turns[rank].take(lambda account: account.seconds)) is not None:
                    # It has used up its time in the first rank while it waited.
                    if rank is Rank.FIRST and not call.caller.is_of_first_rank:
                        self._turns[Rank.NEXT].add(call.caller.account, call.promise.number, call)
                        continue
                    self._served_at = max(self._served_at, call.caller.account.seconds)
                    return rank, call
            # Under the same lock under which nothing was found: a call that is added next knows
            # that this thread looks no more. In between it would wait for ever.
            self._looks -= 1
            return None

    def _enter(self, call: _Call, rank: Rank, seconds: float, *, is_done: bool) -> None:
        """Enter what a slice took; the call waits for its turn again unless it is done."""
        caller = call.caller
        with self._lock:
            was_of_first_rank = caller.is_of_first_rank
            caller.seconds += seconds
            caller.account.seconds += seconds
            if is_done:
                self._looks -= 1
                self._leave(caller.account)
            else:
                self._turns[rank].add(caller.account, call.promise.number, call)
            if was_of_first_rank and not caller.is_of_first_rank and self._keeping_back[caller]:
                self._look_again()


class Turns[Owner, Entry]:
    """Entries of several owners, each in an order of its own."""

    def __init__(self) -> None:
        self._waiting: dict[Owner, list[tuple[_Number, Entry]]] = {}  # who was served last is last

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, owner: Owner, number: _Number, entry: Entry) -> None:
        """Add an entry, which comes before those of the owner that have higher numbers."""
        heapq.heappush(self._waiting.setdefault(owner, []), (number, entry))

    def take(self, used: Callable[[Owner], float]) -> Entry | None:
        """Take the first entry of the owner who has used least, or None if there is none.

        Of several, it is the owner who was served longest ago.
        """
        if not self._waiting:
            return None
        # Of equals `min` takes the first, and who is served goes to the end, so that they take
        # turns.
        owner = min(self._waiting, key=used)
        entries = self._waiting.pop(owner)
        _, entry = heapq.heappop(entries)
        if entries:
            self._waiting[owner] = entries
        return entry

    def remove(self, owner: Owner, number: _Number) -> Entry | None:
        """Remove the owner's entry with a number and return it, or None if it does not wait."""
        entries = self._waiting.get(owner, [])
        place = next((place for place, (each, _) in enumerate(entries) if each == number), None)
        if place is None:
            return None
        _, entry = entries.pop(place)
        heapq.heapify(entries)
        if not entries:
            del self._waiting[owner]
        return entry


class Caller(Executor):
    """The executor of one of the callers who share threads; see `new_caller`.

    Attributes
    ----------
    account
        Of whom it is for.
    seconds
        Processor time that its calls have used.
    first_places
        Calls at a place below this are of the first rank.
    """

    def __init__(
        self, shared: SharedThreads, rank: Rank, first_places: int, account: Account
    ) -> None:
        self.account = account
        self.seconds = 0.0
        self.first_places = first_places
        self._rank = rank
        self._shared = shared
        self._unfinished: set[Future[Any]] = set()
        self._is_shut = False

    @property
    def is_of_first_rank(self) -> bool:
        """Whether it has used so little that calls of the first rank are."""
        return self.seconds < FIRST_SECONDS

    def first_rank_only(self) -> AbstractContextManager[None]:
        """Return a context in which no call begins but those of the first rank.

        It ends early when this caller has used `FIRST_SECONDS`.
        """
        return self._shared.keep_back(self)

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Submit a call, which begins when it is this caller's turn.

        Raises
        ------
        RuntimeError
            After `shutdown`, or at the end of the process.
        """
        return self.submit_in_slices(partial(_in_one, partial(fn, *args, **kwargs)))

    def submit_in_slices[R](
        self, steps: Callable[[], Generator[None, None, R]], place: int = 0
    ) -> Future[R]:
        """Submit a call that others may come between.

        Parameters
        ----------
        steps
            Yields after every slice but the last, and returns the result.
        place
            Its place among the calls of the account: before all of a higher one.

        Raises
        ------
        RuntimeError
            As `submit` does.
        """
        if self._is_shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: _Promise[R] = _Promise(partial(self._shared.give_up, self.account))
        rank = Rank.FIRST if place < self.first_places else self._rank
        self._shared.add(self, rank, _Call(self, future, steps, place))
        self._unfinished.add(future)
        # In this order: of a call that is done already this happens at once.
        future.add_done_callback(self._unfinished.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the threads go on for the other callers.

        Parameters
        ----------
        wait
            Whether to return only when all calls are done.
        cancel_futures
            Whether to cancel those that are not done.
        """
        self._is_shut = True
        unfinished = list(self._unfinished)
        if cancel_futures:
            for future in unfinished:
                future.cancel()
        if wait:
            futures.wait(unfinished)


class _Promise[R](Future[R]):
    """The future of a call, which is left at the end of a slice if it is cancelled in it."""

    def __init__(self, give_up: Callable[[_Number], None]) -> None:
        super().__init__()
        self.number: _Number = (0, 0)
        self.is_unwanted = False
        self._give_up = give_up

    def cancel(self) -> bool:
        """Cancel the call; return False if it has begun, although it will not be run to its end."""
        # First, as a call that runs cannot be cancelled, and looks at this after its slice.
        self.is_unwanted = True
        is_cancelled = super().cancel()
        self._give_up(self.number)
        return is_cancelled


class Here(Executor):
    """Runs what is submitted at once, in the thread of the caller."""

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a call and return its finished future; an exception is raised here."""
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Call:
    """A call, and the future of its result."""

    def __init__(
        self,
        caller: Caller,
        promise: _Promise[Any],
        steps: Callable[[], Generator[None, None, Any]],
        place: int,
    ) -> None:
        self.caller = caller
        self.place = place
        self.promise = promise
        self._begin = steps
        self._steps: Generator[None, None, Any] | None = None

    def run(self) -> bool:
        """Run a slice, unless it is cancelled; return whether it is done."""
        if self._steps is None:
            # From here on the future cannot be cancelled; what is unwanted ends by its own error.
            if not self.promise.set_running_or_notify_cancel():
                return True
            self._steps = self._begin()
        try:
            if not self.promise.is_unwanted:
                next(self._steps)
            if self.promise.is_unwanted:
                self._steps.close()
                raise CancelledError
        except StopIteration as end:
            self.promise.set_result(end.value)
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            self.promise.set_exception(error)
        else:
            return False
        return True


def _in_one[R](function: Callable[[], R]) -> Generator[None, None, R]:
    """Call a function in one slice."""
    # This makes it a generator, though it never yields.
    yield from ()
    return function()


_shared: SharedThreads | None = None
_sharing = threading.Lock()


def _start_anew() -> None:
    """Forget the threads of the parent process, which a fork does not copy."""
    global _shared, _sharing
    _shared, _sharing = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
