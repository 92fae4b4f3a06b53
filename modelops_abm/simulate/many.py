"""Many replications of one or several scenarios that share their luck."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.ensemble.engine import prepare_kernel
from modelops_abm.ensemble.setting import prepared
from modelops_abm.model import checked_seed
from modelops_abm.parameters import Scenario
from modelops_abm.results import Ensemble
from modelops_abm.simulate.bands import Bands
from modelops_abm.simulate.blocks import Block, Wanted, ensemble_block, full_block
from modelops_abm.simulate.periods import Series
from modelops_abm.simulate.single import Engine
from modelops_abm.version import __version__

type Progress = Callable[[int, int], None]

REPLICATIONS_PER_BLOCK = 8
"""Enough that handing out the work costs nothing beside it, few enough to stop soon."""


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
        For each of the series asked for: scenarios x replications x outcomes x periods.
    models, events
        The table of each scenario, if asked for; None otherwise.
    """

    first: int
    totals: NDArray[np.float64]
    series: tuple[NDArray[np.float64], ...] = ()
    models: tuple[pd.DataFrame | None, ...] = ()
    events: tuple[pd.DataFrame | None, ...] = ()

    def cut(self, edges: Sequence[int]) -> Iterator[Batch]:
        """Yield its replications in parts, none of which goes beyond one of the edges.

        Parameters
        ----------
        edges
            Numbers of replications, ascending. Tables of models and events are left out.
        """
        end = self.first + self.totals.shape[1]
        inside = [edge for edge in edges if self.first < edge < end]
        for start, stop in pairwise((self.first, *inside, end)):
            part = slice(start - self.first, stop - self.first)
            yield Batch(start, self.totals[:, part], tuple(each[:, part] for each in self.series))


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
    series: Sequence[Series] = (),
    models: bool = False,
    events: bool = False,
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
    series
        Daily outcomes to keep, by days or longer periods; scenarios must then have one horizon.
    models, events
        Whether to keep what became of every model, and the event log. Either takes several times
        longer than the replication itself.
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
        If a number is not a whole number of 0 or more, or the horizons differ.
    """
    checked_seed(seed, "seed"), checked_seed(first, "first"), checked_seed(replications, "n")
    if series and len({scenario.horizon_days for scenario in scenarios}) > 1:
        raise ValueError("daily outcomes need scenarios with the same horizon")
    work = _Work(scenarios, seed, Wanted(tuple(series), models, events), engine)
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
    period_days: int = 1,
    models: bool = False,
    events: bool = False,
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
        Names of the daily outcomes of which mean and quantiles are wanted.
    period_days
        Length of the periods by which they are summarised; see `Series`.
    progress
        Called with the replications done and those in all.

    Raises
    ------
    ValueError
        If there is no daily outcome of a name, or no such period; and as `stream` does.

    See Also
    --------
    stream : for the other parameters and the errors.
    """
    series = Series(tuple(daily), period_days)
    bands = Bands(series, scenario.horizon_days)
    batches: list[Batch] = []
    done = 0
    for batch in stream(
        [scenario],
        replications,
        seed=seed,
        first=first,
        series=[series] if daily else [],
        models=models,
        events=events,
        engine=engine,
        executor=executor,
        cancel=cancel,
    ):
        if daily:
            bands.add(batch.series[0][0])
        batches.append(replace(batch, series=()))
        done += batch.totals.shape[1]
        if progress is not None:
            progress(done, replications)
    return Ensemble(
        scenario=scenario,
        seed=seed,
        engine=engine,
        version=__version__,
        totals=totals_table([batch.totals[0] for batch in batches], first),
        bands=bands.tables(),
        models=_together([batch.models[0] for batch in batches]),
        events=_together([batch.events[0] for batch in batches]),
    )


def totals_table(totals: Sequence[NDArray[np.float64]], first: int) -> pd.DataFrame:
    """Return totals as a table with a row for each replication."""
    rows = np.concatenate(totals) if totals else np.empty((0, len(outcomes.TOTALS)))
    index = pd.RangeIndex(first, first + len(rows), name="replication")
    return pd.DataFrame(rows, index=index, columns=list(outcomes.TOTALS))


def _together(tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Return tables one below the other; None if there are none."""
    present = [table for table in tables if table is not None]
    return pd.concat(present, ignore_index=True) if present else None


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
        self, scenarios: Sequence[Scenario], seed: int, wanted: Wanted, engine: Engine
    ) -> None:
        self._seed, self._wanted, self._engine = seed, wanted, engine
        self._in_full = engine == "mesa" or wanted.models or wanted.events
        if engine == "ensemble":
            prepare_kernel()
        self._scenarios = list(scenarios)
        self._prepared = [] if self._in_full else [prepared(scenario) for scenario in scenarios]

    def submit(self, pool: Executor, start: int, count: int) -> list[Future[Block]]:
        """Submit a block of replications of every scenario."""
        rest = (self._wanted, self._seed, start, count)
        if self._in_full:
            engine = self._engine
            return [pool.submit(full_block, each, engine, *rest) for each in self._scenarios]
        return [pool.submit(ensemble_block, setting, *rest) for setting in self._prepared]


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
        tuple(map(np.array, zip(*(block.series for block in blocks), strict=True))),
        tuple(block.models for block in blocks),
        tuple(block.events for block in blocks),
    )


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
