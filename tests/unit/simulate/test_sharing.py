"""Callers who share threads: in turn, apart from each other, never more threads than promised."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelops_abm.simulate.sharing import Here, Rank, SharedThreads

REPOSITORY = Path(__file__).resolve().parents[3]


@contextmanager
def occupied(executor: Executor, threads: int = 1) -> Iterator[None]:
    """Keep all threads busy, so that what is submitted meanwhile has to wait."""
    begun, released = threading.Barrier(threads + 1), threading.Event()

    def hold() -> None:
        begun.wait(10.0)
        released.wait(10.0)

    for _ in range(threads):
        executor.submit(hold)
    begun.wait(10.0)
    try:
        yield
    finally:
        released.set()


def results[R](promised: list[Future[R]]) -> list[R]:
    return [future.result(10.0) for future in promised]


def test_a_late_small_caller_is_not_behind_an_early_big_one() -> None:
    shared, order = SharedThreads(1), list[str]()
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


def test_the_calls_of_a_caller_may_have_ranks_of_their_own() -> None:
    shared, order = SharedThreads(1), list[str]()
    caller, other = shared.caller(Rank.FIRST, Rank.LAST), shared.caller(Rank.NEXT)
    with occupied(shared.caller()):
        promised = [other.submit(order.append, "other") for _ in range(2)]
        promised += [caller.submit(order.append, word) for word in ("early", "late", "later")]
    results(promised)
    assert order == ["early", "other", "other", "late", "later"]


def test_only_the_first_rank_begins_while_others_are_kept_back() -> None:
    shared, order = SharedThreads(2), list[str]()
    first, then = shared.caller(), shared.caller(Rank.NEXT)
    with shared.first_rank_only():
        with shared.first_rank_only():
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
    assert [future.exception(10.0) for future in failed] == [error] * 5


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
        thread.join(30.0)
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
        timeout=120,
    )


def test_no_thread_starts_with_the_import() -> None:
    done = run("import threading, modelops_abm.simulate; print(threading.active_count())")
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process_has_threads_of_its_own() -> None:
    done = run("""
import os
from modelops_abm.simulate.sharing import new_caller

assert new_caller().submit(abs, -1).result() == 1
child = os.fork()
if child == 0:
    os._exit(new_caller().submit(abs, -7).result(20))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""")
    assert (done.stdout, done.stderr) == ("7\n", "")


def test_a_process_ends_with_work_left_undone() -> None:
    done = run("""
import threading, time
from modelops_abm.simulate.sharing import new_caller

caller = new_caller()
for _ in range(20):
    caller.submit(time.sleep, 0.01)

def go_on():
    while True:
        caller.submit(abs, -1).result()

threading.Thread(target=go_on, daemon=True).start()
""")
    assert done.returncode == 0
