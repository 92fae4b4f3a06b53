"""Streams: the same numbers however they are run, bounded, and quick to stop."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pandas as pd
import pytest

from modelops_abm.experiments import compare
from modelops_abm.runs import Cancelled, replicate, replications, stream
from modelops_abm.runs.threads import SharedThreads
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset
from tests.patience import PATIENCE_SECONDS, until

SCENARIO = with_values(
    preset("reference"), {"horizon_days": 120, "portfolio.initial_models": 4}, source="test"
)


def with_blocks_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fixed(_scenarios: list[Scenario], *, with_tables: bool) -> int:
        return size

    monkeypatch.setattr(replications, "replications_per_block", fixed)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 50])
def test_the_size_of_the_blocks_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = replicate(SCENARIO, 21, daily=("npv",))
    with_blocks_of(size, monkeypatch)
    ensemble = replicate(SCENARIO, 21, daily=("npv",))
    pd.testing.assert_frame_equal(ensemble.totals, expected.totals, check_exact=True)
    pd.testing.assert_frame_equal(ensemble.bands["npv"], expected.bands["npv"], check_exact=True)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_comparison_stops_at_the_same_replication(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = with_values(SCENARIO, {"capabilities.rollback.maximum": 1.0}, source="test")
    # Of the second look that may end it, which therefore does, if the first does not.
    wanted = compare(plan, 200).finance.npv.half_width
    assert wanted is not None
    expected = compare(plan, 400, half_width=wanted)
    assert expected.replications <= 200
    with_blocks_of(size, monkeypatch)
    found = compare(plan, 400, half_width=wanted)
    assert found.replications == expected.replications
    assert found.finance.npv == expected.finance.npv


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_executor_does_not_matter(threads: int) -> None:
    expected = replicate(SCENARIO, 30).totals
    with ThreadPoolExecutor(threads) as executor:
        assert replicate(SCENARIO, 30, executor=executor).totals.equals(expected)
    assert replicate(SCENARIO, 30, executor=SharedThreads(threads).caller()).totals.equals(expected)


@pytest.mark.slow(8)
def test_processes_give_the_same() -> None:
    expected = replicate(SCENARIO, 30, daily=("npv",))
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
        ensemble = replicate(SCENARIO, 30, daily=("npv",), executor=executor)
    pd.testing.assert_frame_equal(ensemble.totals, expected.totals, check_exact=True)
    pd.testing.assert_frame_equal(ensemble.bands["npv"], expected.bands["npv"], check_exact=True)


def test_twenty_sessions_at_once() -> None:
    expected = [replicate(SCENARIO, 16, seed=seed).totals for seed in range(20)]
    found: dict[int, pd.DataFrame] = {}

    def session(seed: int) -> None:
        found[seed] = replicate(SCENARIO, 16, seed=seed).totals

    sessions = [threading.Thread(target=session, args=(seed,)) for seed in range(20)]
    for thread in sessions:
        thread.start()
    for thread in sessions:
        thread.join(PATIENCE_SECONDS)
    assert all(found[seed].equals(expected[seed]) for seed in range(20))


class Slow(Executor):
    """Runs nothing by itself, and knows how many calls wait."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[object], Callable[[], object]]] = []
        self.most_waiting = 0

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))  # type: ignore[arg-type]
        self.most_waiting = max(self.most_waiting, len(self.waiting))
        return future

    def run_all(self) -> None:
        while self.waiting:
            future, call = self.waiting.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_result(call())


def after(condition: Callable[[], object], act: Callable[[], object]) -> threading.Thread:
    """Do something in a thread once a condition holds."""
    thread = threading.Thread(target=lambda: (until(condition), act()), daemon=True)
    thread.start()
    return thread


def cancel_later(cancel: threading.Event) -> None:
    """Cancel after a while in which more could begin."""
    time.sleep(0.1)
    cancel.set()


def test_what_waits_is_bounded() -> None:
    executor, cancel = Slow(), threading.Event()
    batches = stream([SCENARIO, SCENARIO], 1_000_000, executor=executor, cancel=cancel)
    waits = after(lambda: executor.most_waiting >= 256, partial(cancel_later, cancel))
    with pytest.raises(Cancelled):
        next(batches)
    waits.join()
    assert 256 <= executor.most_waiting <= 260
    assert all(future.cancelled() for future, _ in executor.waiting)


def test_cancelling_does_not_wait_for_a_block() -> None:
    executor, cancel = Slow(), threading.Event()
    waits = after(lambda: executor.waiting, cancel.set)
    with pytest.raises(Cancelled):
        next(stream([SCENARIO], 8, executor=executor, cancel=cancel))
    waits.join()


def test_a_stream_that_is_left_takes_its_calls_back() -> None:
    executor = Slow()
    batches = stream([SCENARIO], 10_000, executor=executor)
    runner = after(lambda: len(executor.waiting) >= 256, executor.run_all)
    next(batches)
    runner.join(PATIENCE_SECONDS)
    batches.close()  # type: ignore[attr-defined]
    assert all(future.cancelled() for future, _ in executor.waiting)


def test_an_error_in_a_block_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_pace: object, _setting: object, *where: int | object) -> object:
        raise MemoryError(f"no room for {where[2]}")

    whole = replicate(SCENARIO, 16).totals
    with monkeypatch.context() as broken:
        broken.setattr(replications, "ensemble_block_in_slices", fail)
        with pytest.raises(MemoryError, match="no room for 0"):
            replicate(SCENARIO, 1_000)
    assert replicate(SCENARIO, 16).totals.equals(whole)
