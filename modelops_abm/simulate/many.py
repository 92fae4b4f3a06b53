"""Many replications of one or several scenarios that share their luck."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent import futures
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import batched, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.ensemble.engine import Pace, prepare_kernel
from modelops_abm.ensemble.setting import prepared
from modelops_abm.model import checked_seed
from modelops_abm.parameters import Scenario
from modelops_abm.results import Ensemble
from modelops_abm.simulate.bands import Bands
from modelops_abm.simulate.block_size import (
    bytes_of_results,
    bytes_of_run,
    replications_per_block,
)
from modelops_abm.simulate.blocks import (
    Block,
    Runner,
    Wanted,
    ensemble_block,
    ensemble_block_in_slices,
    full_block,
    several,
)
from modelops_abm.simulate.machine import check_memory, cores
from modelops_abm.simulate.periods import Series
from modelops_abm.simulate.sharing import Caller, Here, new_caller
from modelops_abm.simulate.single import Engine, ModelClass, checked_engine, engine_in_words
from modelops_abm.version import __version__

type Progress = Callable[[int, int], None]

_LOOK_SECONDS = 0.05
_WAITING_PER_CORE = 4
_WAITING_ELSEWHERE = 256
_TOGETHER_ELSEWHERE = 24
"""Blocks that a worker of another executor gets at a time: a message to it costs milliseconds."""


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


def prepare_ensemble(progress: Progress | None = None) -> None:
    """Compile the ensemble engine, or load it compiled, ahead of its first use.

    Parameters
    ----------
    progress
        Called while it is compiled, with the work done and the work in all; never if it is loaded.
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
    model_class: ModelClass | None = None,
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
    model_class
        A subclass of `ModelOpsModel` to run; see `simulate`.
    executor
        Where to run. If None, the threads that all callers in this process share, one for each core
        and whoever has used least served first; the Mesa engine, which threads cannot make faster,
        runs here, one replication after the other.
    cancel
        Set it from another thread to stop at once, but for what is being computed: a slice of
        `SLICE_SECONDS` on the shared threads, a block elsewhere.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there is not enough memory for it.
    ValueError
        If a number is not a whole number of 0 or more, there is no such engine, it cannot run a
        model class, or the horizons differ.
    """
    checked_seed(seed, "seed"), checked_seed(first, "first"), checked_seed(replications, "n")
    checked_engine(engine, model_class)
    if series and len({scenario.horizon_days for scenario in scenarios}) > 1:
        raise ValueError("daily outcomes need scenarios with the same horizon")
    runner = Runner(engine, model_class)
    work = _Work(scenarios, seed, Wanted(tuple(series), models, events), runner)
    if executor is None:
        sizes = (bytes_of_run(each, in_full=work.is_in_full) for each in scenarios)
        check_memory(cores() * max(sizes, default=0.0), "run fewer models or days")
    pool, most, together = _at_hand(executor, engine)
    waiting: deque[tuple[int, list[Future[list[Block]]]]] = deque()
    try:
        for start in range(first, first + replications, work.size):
            count = min(work.size, first + replications - start)
            waiting.append((start, work.submit(pool, start, count, together)))
            if sum(len(calls) for _, calls in waiting) > most:
                yield _next_batch(waiting, cancel)
        while waiting:
            yield _next_batch(waiting, cancel)
    finally:
        for _, blocks in waiting:
            for future in blocks:
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
    model_class: ModelClass | None = None,
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
    InputError
        If there is not enough memory for it.
    ValueError
        If there is no daily outcome of a name, or no such period; and as `stream` does.

    See Also
    --------
    stream : for the other parameters and the errors.
    """
    needed = bytes_of_results(scenario, replications, models=models, events=events)
    check_memory(needed, "run fewer replications, or keep no tables of them")
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
        model_class=model_class,
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
        engine=engine_in_words(engine, model_class),
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


class _Work:
    """Knows how to run a block of each scenario, its size in replications, and what is kept."""

    def __init__(
        self, scenarios: Sequence[Scenario], seed: int, wanted: Wanted, runner: Runner
    ) -> None:
        self._seed, self._wanted, self._runner = seed, wanted, runner
        self.is_in_full = runner.engine == "mesa" or wanted.models or wanted.events
        self.size = 1
        if runner.engine == "ensemble":
            prepare_kernel()
            self.size = replications_per_block(scenarios, with_tables=self.is_in_full)
        self._scenarios = list(scenarios)
        self._prepared = [] if self.is_in_full else [prepared(scenario) for scenario in scenarios]
        self._paces = [Pace() for _ in self._prepared]

    def submit(
        self, pool: Executor, start: int, count: int, together: int
    ) -> list[Future[list[Block]]]:
        """Submit a block of replications of every scenario, so many blocks at a time."""
        rest = (self._wanted, self._seed, start, count)
        if isinstance(pool, Caller) and not self.is_in_full:
            return [
                pool.submit_in_slices(partial(_alone, pace, setting, *rest))
                for pace, setting in zip(self._paces, self._prepared, strict=True)
            ]
        run: Callable[..., Block] = full_block if self.is_in_full else ensemble_block
        arguments: list[tuple[Any, ...]] = (
            [(each, self._runner, *rest) for each in self._scenarios]
            if self.is_in_full
            else [(setting, *rest) for setting in self._prepared]
        )
        return [pool.submit(several, run, some) for some in batched(arguments, together)]


def _alone(*arguments: Any) -> Generator[None, None, list[Block]]:
    """Run a block in slices, and return it as `several` does."""
    block = yield from ensemble_block_in_slices(*arguments)
    return [block]


def _next_batch(
    waiting: deque[tuple[int, list[Future[list[Block]]]]], cancel: threading.Event | None
) -> Batch:
    start, promised = waiting[0]
    blocks = _results(promised, cancel)
    waiting.popleft()
    return Batch(
        start,
        np.array([block.totals for block in blocks]),
        tuple(map(np.array, zip(*(block.series for block in blocks), strict=True))),
        tuple(block.models for block in blocks),
        tuple(block.events for block in blocks),
    )


def _results(
    promised: Sequence[Future[list[Block]]], cancel: threading.Event | None
) -> list[Block]:
    """Wait for blocks, and look now and then whether they are still wanted."""
    unfinished = True
    while unfinished:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        unfinished = bool(futures.wait(promised, _LOOK_SECONDS).not_done)
    return [block for future in promised for block in future.result()]


def _at_hand(executor: Executor | None, engine: Engine) -> tuple[Executor, int, int]:
    """Return where to run, how many calls may wait there, and how many blocks one call runs.

    An executor that is given may have many more workers than this machine has cores.
    """
    if executor is None and engine == "mesa":
        return Here(), 0, 1
    if executor is None or isinstance(executor, Caller):
        return executor or new_caller(), _WAITING_PER_CORE * cores(), 1
    return executor, _WAITING_ELSEWHERE, _TOGETHER_ELSEWHERE
