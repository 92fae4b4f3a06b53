"""Callers who share threads: by time used, apart from each other, on so many threads at most."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from modelops_abm.runs.threads import FIRST_SECONDS, Account, Here, Rank, SharedThreads
from tests.patience import PATIENCE_SECONDS

REPOSITORY = Path(__file__).resolve().parents[3]


@contextmanager
def occupied(executor: Executor, threads: int = 1) -> Iterator[None]:
    """Keep all threads busy, so that what is submitted meanwhile has to wait."""
    begun, released = threading.Barrier(threads + 1), threading.Event()

    def hold() -> None:
        begun.wait(PATIENCE_SECONDS)
        released.wait(PATIENCE_SECONDS)

    for _ in range(threads):
        executor.submit(hold)
    begun.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        released.set()


def results[R](promised: list[Future[R]]) -> list[R]:
    return [future.result(PATIENCE_SECONDS) for future in promised]


class Work:
    """Work in slices that take what a clock is told they take; it keeps the order of the slices."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def clock(self) -> float:
        return self.now

    def slices(self, word: str, count: int, seconds: float) -> Generator[None, None, str]:
        for left in reversed(range(count)):
            self.order.append(word)
            self.now += seconds
            if left:
                yield
        return word

    def threads(self) -> SharedThreads:
        return SharedThreads(1, self.clock)


def test_who_has_used_least_is_next() -> None:
    work = Work()
    shared = work.threads()
    long, short = shared.caller(), shared.caller()
    with occupied(shared.caller()):
        promised = [long.submit_in_slices(lambda: work.slices("long", 4, 0.25))]
        promised += [
            short.submit_in_slices(lambda: work.slices("short", 1, 0.0625)) for _ in range(8)
        ]
    assert results(promised) == ["long"] + ["short"] * 8
    assert work.order == (["long"] + ["short"] * 4) * 2 + ["long"] * 2


def test_who_has_used_much_does_not_make_up_for_it_and_who_was_away_gets_nothing_for_it() -> None:
    work = Work()
    shared = work.threads()
    busy, away = shared.caller(Rank.NEXT), shared.caller(Rank.NEXT)
    results([busy.submit_in_slices(lambda: work.slices("alone", 50, 1.0))])
    work.order.clear()
    with occupied(shared.caller()):
        promised = [
            caller.submit_in_slices(lambda word=word: work.slices(word, 3, 1.0))
            for word, caller in (("busy", busy), ("away", away))
        ]
    results(promised)
    assert work.order == ["away", "busy"] * 3


def test_callers_of_one_account_have_one_share() -> None:
    work, account = Work(), Account()
    shared = work.threads()
    callers = [*(shared.caller(account=account) for _ in range(3)), shared.caller()]
    with occupied(shared.caller()):
        promised = [
            caller.submit_in_slices(lambda word=word: work.slices(word, 4, 0.125))
            for word, caller in zip("aaab", callers, strict=True)
        ]
    results(promised)
    assert "".join(work.order) == "abababab" + "a" * 8


def test_long_work_of_the_first_rank_makes_room() -> None:
    work = Work()
    shared = work.threads()
    long, better = shared.caller(), shared.caller(Rank.NEXT)
    seconds = FIRST_SECONDS / 4.0
    with occupied(shared.caller()):
        promised = [
            long.submit_in_slices(lambda word=word: work.slices(word, 4, seconds)) for word in "ab"
        ]
        promised += [better.submit_in_slices(lambda: work.slices("better", 3, seconds))]
    results(promised)
    assert work.order == ["a"] * 4 + ["better"] * 3 + ["b"] * 4


def test_others_are_kept_back_for_short_work_only() -> None:
    work = Work()
    shared = work.threads()
    long, better = shared.caller(), shared.caller(Rank.LAST)
    seconds = FIRST_SECONDS / 2.0
    with long.first_rank_only():
        kept_back = better.submit_in_slices(lambda: work.slices("better", 2, seconds))
        results([long.submit_in_slices(lambda: work.slices("long", 6, seconds))])
        results([kept_back])  # although the long one still waits for its figures
    assert work.order == ["long"] * 6 + ["better"] * 2


def test_work_that_is_cancelled_is_left_at_the_end_of_its_slice() -> None:
    shared, begun, goes_on = SharedThreads(1), threading.Event(), threading.Event()
    slices: list[int] = []

    def endless() -> Generator[None, None, None]:
        while True:
            slices.append(len(slices))
            begun.set()
            goes_on.wait(PATIENCE_SECONDS)
            yield

    future = shared.caller().submit_in_slices(endless)
    begun.wait(PATIENCE_SECONDS)
    assert not future.cancel()
    goes_on.set()
    assert isinstance(future.exception(PATIENCE_SECONDS), CancelledError)
    assert slices == [0]


def test_calls_that_are_cancelled_while_others_come_first_do_not_pile_up() -> None:
    shared = SharedThreads(1)
    visitor = shared.caller(Rank.LAST)
    with occupied(shared.caller()):
        moves = []
        for _ in range(50):
            moves.append(visitor.submit(abs, -1))
            assert moves[-1].cancel()
        wanted = visitor.submit(abs, -1)
        waiting = sum(map(len, shared._turns.values()))
        assert (waiting, visitor.account.calls, shared._unfinished) == (1, 1, 2)
        assert shared._threads._work_queue.qsize() == 1  # one look for what is next, not 51
        assert not wait(moves, PATIENCE_SECONDS).not_done  # although no thread was free
    assert wanted.result(PATIENCE_SECONDS) == 1


def test_a_call_that_is_cancelled_between_its_slices_ends_with_the_next_call() -> None:
    shared, begun, goes_on, released = SharedThreads(1), *(threading.Event() for _ in range(3))
    visitor, held, left = shared.caller(Rank.LAST), threading.Event(), list[str]()

    def two_slices() -> Generator[None, None, None]:
        begun.set()
        goes_on.wait(PATIENCE_SECONDS)
        try:
            yield
        finally:
            left.append("left")

    future = visitor.submit_in_slices(two_slices)
    begun.wait(PATIENCE_SECONDS)
    holding = shared.caller().submit(lambda: (held.set(), released.wait(PATIENCE_SECONDS)))
    goes_on.set()
    assert held.wait(PATIENCE_SECONDS)
    assert not future.cancel()
    wanted = visitor.submit(abs, -1)
    assert isinstance(future.exception(0.0), CancelledError)
    assert (left, visitor.account.calls) == (["left"], 1)
    released.set()
    results([holding])
    assert wanted.result(PATIENCE_SECONDS) == 1


def test_who_comes_back_after_a_cancelled_call_begins_with_what_was_used_meanwhile() -> None:
    work = Work()
    shared = work.threads()
    busy, away = shared.caller(Rank.NEXT), shared.caller(Rank.LAST)

    def until_the_other_is_back() -> Generator[None, None, Future[int]]:
        yield from work.slices("busy", 50, 1.0)
        return away.submit(abs, -1)

    with occupied(shared.caller()):
        away.submit(abs, -1).cancel()
        back = busy.submit_in_slices(until_the_other_is_back)
    assert back.result(PATIENCE_SECONDS).result(PATIENCE_SECONDS) == 1
    assert away.account.seconds == 49.0  # what the busy one had when its last slice began


@pytest.mark.parametrize("cancelled", [0, 1, 30])
def test_all_that_is_wanted_is_run_whatever_is_cancelled(cancelled: int) -> None:
    shared = SharedThreads(2)
    for _ in range(3):
        last, first = shared.caller(Rank.LAST), shared.caller()
        with first.first_rank_only(), occupied(first, 2):
            unwanted = [last.submit(abs, -1) for _ in range(cancelled)]
            wanted = [last.submit(abs, -2) for _ in range(5)]
            assert all(future.cancel() for future in unwanted)
            wanted += [first.submit(abs, -2) for _ in range(5)]
        assert results(wanted) == [2] * 10
    results([first.submit(abs, -1)])
    assert shared._looks >= shared._unfinished


def test_a_late_small_caller_is_not_behind_an_early_big_one() -> None:
    shared, order = SharedThreads(1, lambda: 0.0), list[str]()
    big, small = shared.caller(), shared.caller()
    with occupied(shared.caller()):
        promised = [big.submit(order.append, "big") for _ in range(100)]
        promised += [small.submit(order.append, "small") for _ in range(3)]
    results(promised)
    assert order[:7] == ["big", "small", "big", "small", "big", "small", "big"]
    assert len(order) == 103


def test_later_ranks_wait_for_earlier_ones() -> None:
    shared, order = SharedThreads(1), list[Rank]()
    callers = [shared.caller(rank) for rank in reversed(Rank)]
    with occupied(shared.caller()):
        promised = [
            caller.submit(order.append, rank)
            for _ in range(2)
            for rank, caller in zip(reversed(Rank), callers, strict=True)
        ]
    results(promised)
    assert order == [rank for rank in Rank for _ in range(2)]


def test_calls_come_by_their_places_and_the_first_of_them_have_the_first_rank() -> None:
    shared, order = SharedThreads(1), list[int]()
    caller, other = shared.caller(Rank.LAST, first_places=16), shared.caller(Rank.NEXT)

    def told(place: int) -> Generator[None, None, None]:
        order.append(place)
        yield

    with occupied(shared.caller()):
        promised = [other.submit(order.append, -1) for _ in range(2)]
        promised += [
            caller.submit_in_slices(partial(told, place), place)
            for place in (24, 0, 8, 32, 16, 0, 8)  # as of two streams that run side by side
        ]
        caller.first_places = 0  # what was submitted before keeps its rank
        promised.append(caller.submit_in_slices(partial(told, 1), 1))
    results(promised)
    assert order == [0, 0, 8, 8, -1, -1, 1, 16, 24, 32]


def test_only_the_first_rank_begins_while_others_are_kept_back() -> None:
    shared, order = SharedThreads(2), list[str]()
    first, then = shared.caller(), shared.caller(Rank.NEXT)
    with first.first_rank_only():
        with first.first_rank_only():
            kept_back = [then.submit(order.append, "then") for _ in range(5)]
            results([first.submit(order.append, "first") for _ in range(3)])
        time.sleep(0.1)
        assert order == ["first"] * 3
    results(kept_back)
    assert order == ["first"] * 3 + ["then"] * 5


def test_one_caller_is_served_in_order() -> None:
    shared, order = SharedThreads(1), list[int]()
    caller = shared.caller()
    results([caller.submit(order.append, number) for number in range(50)])
    assert order == list(range(50))


def test_there_are_never_more_threads_than_promised() -> None:
    shared, at_once, lock = SharedThreads(3), [0, 0], threading.Lock()

    def work() -> None:
        with lock:
            at_once[0] += 1
            at_once[1] = max(at_once)
        time.sleep(0.001)
        with lock:
            at_once[0] -= 1

    results([shared.caller().submit(work) for _ in range(100)])
    assert at_once == [0, 3]


def test_cancelled_calls_are_passed_by() -> None:
    shared, order = SharedThreads(1), list[int]()
    caller, other = shared.caller(), shared.caller()
    with occupied(other):
        promised = [caller.submit(order.append, number) for number in range(20)]
        promised += [other.submit(order.append, 20)]
        assert all(future.cancel() for future in promised[:19])
    results(promised[19:])
    assert sorted(order) == [19, 20]
    assert results([caller.submit(abs, -1)]) == [1]


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt(), SystemExit(3)])
def test_an_exception_reaches_its_caller_and_nobody_else(error: BaseException) -> None:
    def fail() -> None:
        raise error

    shared = SharedThreads(1)
    failing, working = shared.caller(), shared.caller()
    with occupied(working):
        failed = [failing.submit(fail) for _ in range(5)]
        worked = [working.submit(abs, -number) for number in range(5)]
    assert results(worked) == list(range(5))
    assert [future.exception(PATIENCE_SECONDS) for future in failed] == [error] * 5


def test_a_caller_who_leaves_leaves_the_others_alone() -> None:
    shared = SharedThreads(1)
    leaving, staying = shared.caller(), shared.caller()
    with occupied(staying):
        promised = [leaving.submit(abs, -1) for _ in range(5)]
        leaving.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in promised)
    with pytest.raises(RuntimeError, match="after shutdown"):
        leaving.submit(abs, -1)
    assert results([staying.submit(abs, -1)]) == [1]


def test_leaving_waits_for_what_was_submitted() -> None:
    done: list[int] = []
    with SharedThreads(2).caller() as caller:
        for number in range(20):
            caller.submit(lambda number=number: (time.sleep(0.001), done.append(number)))
    assert sorted(done) == list(range(20))


def test_many_callers_from_many_threads() -> None:
    shared, found = SharedThreads(2), dict[int, list[int]]()

    def call(place: int) -> None:
        caller = shared.caller()
        found[place] = results([caller.submit(pow, place, 2) for _ in range(50)])

    callers = [threading.Thread(target=call, args=(place,)) for place in range(20)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join(PATIENCE_SECONDS)
    assert found == {place: [place**2] * 50 for place in range(20)}


def test_here_is_the_thread_of_the_caller() -> None:
    assert Here().submit(threading.get_ident).result() == threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        Here().submit(lambda: 1 / 0)


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_no_thread_starts_with_the_import() -> None:
    done = run("import threading, modelops_abm.runs; print(threading.active_count())")
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process_has_threads_of_its_own() -> None:
    done = run("""
import os
from modelops_abm.runs.threads import new_caller

assert new_caller().submit(abs, -1).result() == 1
child = os.fork()
if child == 0:
    os._exit(new_caller().submit(abs, -7).result())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""")
    assert (done.stdout, done.stderr) == ("7\n", "")


def test_a_process_ends_with_work_left_undone() -> None:
    done = run("""
import threading, time
from modelops_abm.runs.threads import new_caller

caller = new_caller()
for _ in range(20):
    caller.submit(time.sleep, 0.01)

def go_on():
    while True:
        caller.submit(abs, -1).result()

threading.Thread(target=go_on, daemon=True).start()
""")
    assert done.returncode == 0
