"""Many replications of one or several scenarios that share their luck."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.ensemble.engine import Block, prepare_kernel, run_block
from modelops_abm.ensemble.setting import Prepared, prepared
from modelops_abm.model import checked_seed
from modelops_abm.parameters import Scenario
from modelops_abm.results import Ensemble
from modelops_abm.simulate.bands import DailyBands
from modelops_abm.simulate.single import Engine, simulate
from modelops_abm.version import __version__

type Progress = Callable[[int, int], None]

REPLICATIONS_PER_BLOCK = 8
"""Enough that handing out the work costs nothing beside it, few enough to stop soon."""
BAND_SHARES = (0.025, 0.25, 0.5, 0.75, 0.975)


class Cancelled(Exception):  # noqa: N818 - not an error
    """The work was cancelled before it was done."""


@dataclass(frozen=True)
class Batch:
    """Consecutive replications of several scenarios.

    Attributes
    ----------
    first
        Number of the first replication.
    totals
        Scenarios x replications x `outcomes.TOTALS`.
    series
        Scenarios x replications x wanted daily outcomes x days; scenarios must have the same
        horizon if any are wanted.
    """

    first: int
    totals: NDArray[np.float64]
    series: NDArray[np.float64]


def prepare_ensemble(progress: Callable[[str], None] | None = None) -> None:
    """Compile the ensemble engine, or load it compiled, ahead of its first use.

    Parameters
    ----------
    progress
        Called with what is being done, in words.
    """
    prepare_kernel(progress)


def stream(
    scenarios: Sequence[Scenario],
    replications: int,
    *,
    seed: int = 0,
    first: int = 0,
    daily: Sequence[str] = (),
    engine: Engine = "ensemble",
    executor: Executor | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Batch]:
    """Yield the replications of several scenarios in order, as they are done.

    What is not taken yet is bounded, so that the memory does not grow with the replications. The
    numbers are the same to the bit whatever the executor and its threads.

    Parameters
    ----------
    scenarios
        Scenarios that share their luck, replication by replication.
    replications, first
        How many, and the number of the first.
    daily
        Names of the daily outcomes to keep.
    engine
        ``ensemble``, or ``mesa`` for the agents themselves, which takes hundreds of times longer.
    executor
        Where to run. If None, threads on all cores of this machine; the Mesa engine, which threads
        cannot make faster, runs here, one replication after the other.
    cancel
        Set it from another thread to stop soon.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If a number is not a whole number of 0 or more, or an outcome has no such name.
    """
    checked_seed(seed, "seed"), checked_seed(first, "first"), checked_seed(replications, "n")
    _check_names(daily)
    if daily and len({scenario.horizon_days for scenario in scenarios}) > 1:
        raise ValueError("daily outcomes need scenarios with the same horizon")
    work = _Work(scenarios, seed, tuple(daily), engine)
    size = REPLICATIONS_PER_BLOCK if engine == "ensemble" else 1
    with _at_hand(executor or (_Here() if engine == "mesa" else None)) as pool:
        waiting: deque[tuple[int, list[Future[Block]]]] = deque()
        starts = range(first, first + replications, size)
        try:
            for start in starts:
                count = min(size, first + replications - start)
                waiting.append((start, work.submit(pool, start, count)))
                if engine == "mesa" or len(waiting) * len(scenarios) > 4 * _cores():
                    yield _next_batch(waiting, cancel)
            while waiting:
                yield _next_batch(waiting, cancel)
        finally:
            for _, futures in waiting:
                for future in futures:
                    future.cancel()


def replicate(
    scenario: Scenario,
    replications: int,
    *,
    seed: int = 0,
    first: int = 0,
    daily: Sequence[str] = (),
    engine: Engine = "ensemble",
    executor: Executor | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Ensemble:
    """Run a scenario many times and return its outcomes, replication by replication.

    Parameters
    ----------
    scenario
        What to run.
    daily
        Names of the daily outcomes of which mean and quantiles by day are wanted.
    progress
        Called with the replications done and those in all.

    See Also
    --------
    stream : for the other parameters and the errors.
    """
    totals: list[NDArray[np.float64]] = []
    bands = {name: DailyBands(scenario.horizon_days) for name in daily}
    done = 0
    for batch in stream(
        [scenario],
        replications,
        seed=seed,
        first=first,
        daily=daily,
        engine=engine,
        executor=executor,
        cancel=cancel,
    ):
        totals.append(batch.totals[0])
        for place, band in enumerate(bands.values()):
            band.add(batch.series[0, :, place])
        done += len(batch.totals[0])
        if progress is not None:
            progress(done, replications)
    return Ensemble(
        scenario=scenario,
        seed=seed,
        engine=engine,
        version=__version__,
        totals=totals_table(totals, first),
        bands={name: band_table(band) for name, band in bands.items()},
    )


def totals_table(totals: Sequence[NDArray[np.float64]], first: int) -> pd.DataFrame:
    """Return totals as a table with a row for each replication."""
    rows = np.concatenate(totals) if totals else np.empty((0, len(outcomes.TOTALS)))
    index = pd.RangeIndex(first, first + len(rows), name="replication")
    return pd.DataFrame(rows, index=index, columns=list(outcomes.TOTALS))


def band_table(bands: DailyBands) -> pd.DataFrame:
    """Return mean, quantiles and number of replications by day."""
    columns = {"mean": bands.mean()}
    for share, values in zip(BAND_SHARES, bands.quantiles(np.array(BAND_SHARES)), strict=True):
        columns[f"{share:.1%}"] = values
    return pd.DataFrame({**columns, "n": bands.n}).rename_axis("day")


class _Here(Executor):
    """Runs what is submitted at once, in the thread of the caller."""

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a call and return its finished future."""
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Work:
    """Knows how to run a block of each scenario."""

    def __init__(
        self, scenarios: Sequence[Scenario], seed: int, daily: tuple[str, ...], engine: Engine
    ) -> None:
        self._seed, self._daily, self._mesa = seed, daily, engine == "mesa"
        if not self._mesa:
            prepare_kernel()
        self._scenarios = list(scenarios)
        self._prepared = [] if self._mesa else [prepared(scenario) for scenario in scenarios]

    def submit(self, pool: Executor, start: int, count: int) -> list[Future[Block]]:
        """Submit a block of replications of every scenario."""
        rest = (self._seed, start, count, self._daily)
        if self._mesa:
            return [pool.submit(_mesa_block, scenario, *rest) for scenario in self._scenarios]
        return [pool.submit(_ensemble_block, setting, *rest) for setting in self._prepared]


def _ensemble_block(
    setting: Prepared, seed: int, first: int, count: int, daily: tuple[str, ...]
) -> Block:
    prepare_kernel()
    return run_block(setting, seed, first, count, daily)


def _mesa_block(
    scenario: Scenario, seed: int, first: int, count: int, daily: tuple[str, ...]
) -> Block:
    runs = [simulate(scenario, seed=seed, replication=first + index) for index in range(count)]
    totals = [[run.totals[name] for name in outcomes.TOTALS] for run in runs]
    series = [run.daily[list(daily)].to_numpy(dtype=np.float64).T for run in runs]
    return Block(np.array(totals), np.array(series))


def _next_batch(
    waiting: deque[tuple[int, list[Future[Block]]]], cancel: threading.Event | None
) -> Batch:
    if cancel is not None and cancel.is_set():
        raise Cancelled
    start, futures = waiting[0]
    blocks = [future.result() for future in futures]
    waiting.popleft()
    return Batch(
        start,
        np.array([block.totals for block in blocks]),
        np.array([block.series for block in blocks]),
    )


def _check_names(names: Sequence[str]) -> None:
    known = {outcome.name for outcome in outcomes.DAILY}
    for name in names:
        if name not in known:
            raise ValueError(f"{name!r} is not a daily outcome; see outcomes.DAILY")


def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_shared: ThreadPoolExecutor | None = None
_sharing = threading.Lock()


@contextmanager
def _at_hand(executor: Executor | None) -> Iterator[Executor]:
    """Give the executor, or the threads that all callers in this process share."""
    global _shared
    if executor is None:
        with _sharing:
            if _shared is None:
                _shared = ThreadPoolExecutor(_cores(), thread_name_prefix="modelops_abm")
        executor = _shared
    yield executor
