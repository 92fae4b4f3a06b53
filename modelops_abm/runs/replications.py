"""Many replications of one or several scenarios under common random numbers.

First a block of consecutive replications, which a worker runs.
Then `stream`, which hands out blocks and yields batches in order; and `replicate`, which gathers
them. How the cores are shared is in docs/decisions/0013.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from itertools import batched
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.arrays import Floats
from modelops_abm.compiled_engine.inputs import Inputs, prepared, prepared_each, prepared_rows
from modelops_abm.compiled_engine.run import Block, Pace, block_in_slices, prepare_kernel, run_block
from modelops_abm.core import outcomes
from modelops_abm.core.randomness import checked_seed
from modelops_abm.core.registry import simulator_version
from modelops_abm.runs.bands import Bands, Series, by_period, outcomes_behind
from modelops_abm.runs.batches import Batch, KeptRuns
from modelops_abm.runs.engines import Engine, ModelClass, Progress, checked_engine, engine_in_words
from modelops_abm.runs.resources import (
    bytes_of_results,
    bytes_of_run,
    check_memory,
    cores,
    replications_per_block,
)
from modelops_abm.runs.results import Ensemble
from modelops_abm.runs.single import simulate
from modelops_abm.runs.threads import Caller, Here, new_caller
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.columns import takes, with_columns


class Wanted(NamedTuple):
    """What is kept of each replication besides its totals.

    Attributes
    ----------
    series
        Daily outcomes.
    models, events
        Whether the table of the models, or of the events, is.
    """

    series: tuple[Series, ...] = ()
    models: bool = False
    events: bool = False


class Drawn(Protocol):
    """Values that each replication has for itself; see `experiments.Draws`."""

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """By dotted name the values of all draws."""
        ...

    @property
    def first(self) -> int:
        """Number of the first draw."""
        ...

    @property
    def key(self) -> str:
        """What tells their runs from those of other draws."""
        ...

    def __len__(self) -> int:
        """Return how many draws there are."""
        ...

    def applied_to(self, scenario: Scenario, number: int) -> Scenario:
        """Return a scenario with the values of a draw."""
        ...

    def check(self, scenario: Scenario) -> None:
        """Raise an `InputError` if a scenario refuses the values of a draw."""
        ...

    def part(self, first: int, count: int) -> Self:
        """Return so many draws from a number on."""
        ...

    def again(self, times: int = 1) -> Self:
        """Return the same draws for replications of other numbers."""
        ...

    def without(self, names: Iterable[str]) -> Self | None:
        """Return the draws of all other values; None if there is none."""
        ...

    def table(self) -> pd.DataFrame:
        """Return the values: a row for each draw."""
        ...


class Runner(NamedTuple):
    """What runs replications one by one: see `simulate`."""

    engine: Engine
    model_class: ModelClass | None = None


def ensemble_block(setting: Inputs, wanted: Wanted, seed: int, first: int, count: int) -> Batch:
    """Run replications of a scenario on the compiled engine, without tables."""
    prepare_kernel()
    names = outcomes_behind(wanted.series)
    return _of_ensemble(first, run_block(setting, seed, first, count, names), wanted)


def ensemble_block_in_slices(
    pace: Pace, setting: Inputs, wanted: Wanted, seed: int, first: int, count: int
) -> Generator[None, None, Batch]:
    """Run replications as `ensemble_block` does; yields after a slice of time."""
    prepare_kernel()
    names = outcomes_behind(wanted.series)
    block = yield from block_in_slices(setting, seed, first, count, names, pace)
    return _of_ensemble(first, block, wanted)


def _of_ensemble(first: int, block: Block, wanted: Wanted) -> Batch:
    names = outcomes_behind(wanted.series)
    days = {name: block.series[:, place] for place, name in enumerate(names)}
    return Batch(first, block.totals[np.newaxis], _summarised(days, wanted.series))


def several(run: Callable[..., Batch], all_arguments: Sequence[tuple[Any, ...]]) -> list[Batch]:
    """Run blocks one after the other: one message to a worker far away, and one back."""
    return [run(*arguments) for arguments in all_arguments]


def full_block(
    scenarios: Sequence[Scenario], runner: Runner, wanted: Wanted, seed: int, first: int
) -> Batch:
    """Run replications one by one in full, on either engine; of each its scenario is given."""
    numbers = range(first, first + len(scenarios))
    runs = [
        simulate(scenario, seed=seed, replication=number, **runner._asdict())
        for number, scenario in zip(numbers, scenarios, strict=True)
    ]
    totals = np.array([[run.totals[name] for name in outcomes.TOTALS] for run in runs])
    days = {
        name: np.array([run.daily[name].to_numpy(dtype=np.float64) for run in runs])
        for name in outcomes_behind(wanted.series)
    }
    return Batch(
        first,
        totals[np.newaxis],
        _summarised(days, wanted.series),
        (_stacked(numbers, [run.models for run in runs]),) if wanted.models else (),
        (_stacked(numbers, [run.events for run in runs]),) if wanted.events else (),
    )


def _summarised(days: Mapping[str, Floats], wanted: Iterable[Series]) -> tuple[Floats, ...]:
    return tuple(by_period(days, series)[np.newaxis] for series in wanted)


def _stacked(numbers: Iterable[int], tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other, with the number of the replication in front."""
    numbered = [table.copy() for table in tables]
    for number, table in zip(numbers, numbered, strict=True):
        table.insert(0, "replication", number)
    return pd.concat(numbered, ignore_index=True)


# --------------------------------------------------------------------------------------
# Many replications of one or several scenarios under common random numbers.


_LOOK_SECONDS = 0.05
_WAITING_PER_CORE = 4
_WAITING_ELSEWHERE = 256
_TOGETHER_ELSEWHERE = 24
"""Blocks that a worker of another executor gets at a time: a message to it costs milliseconds."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """The work was cancelled before it was done."""


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
    draws: Drawn | None = None,
    executor: Executor | None = None,
    cancel: threading.Event | None = None,
    kept: KeptRuns | None = None,
) -> Iterator[Batch]:
    """Yield the replications of several scenarios in order, as they are done.

    What is not taken yet is bounded, so that the memory does not grow with the replications. The
    numbers are the same to the bit whatever the executor and its threads.

    Parameters
    ----------
    scenarios
        Scenarios under common random numbers, replication by replication.
    replications, first
        How many, and the number of the first.
    seed
        Of the random numbers that all scenarios share; 0 or more.
    series
        Daily outcomes to keep, by days or longer periods; scenarios must then have one horizon.
    models, events
        Whether to keep what became of every model, and the event log. Either takes several times
        longer than the replication itself.
    engine
        ``ensemble``, or ``mesa`` for the agents themselves, which takes hundreds of times longer.
    model_class
        A subclass of `ModelOpsModel` to run; see `simulate`.
    draws
        What the scenarios may be: replication n of each has the values of draw n in place of its
        own. It is the same to the bit as that scenario run alone, and takes little longer than
        without.
    executor
        Where to run. If None, the threads that all callers in this process share, one for each core
        and whoever has used least served first; the Mesa engine, which threads cannot make faster,
        runs here, one replication after the other.
    cancel
        Set it from another thread to stop at once, but for what is being computed: a slice of
        some 25 ms on the shared threads, a block elsewhere.
    kept
        Runs of some of the scenarios that are not run again, see `RunCache`: on the shared threads
        and by the ensemble engine without tables; elsewhere it does nothing.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there is not enough memory for it, or a scenario refuses the values of a draw.
    ValueError
        If a number is not a whole number of 0 or more, there is no such engine, it cannot run a
        model class, the horizons differ, or a replication has no draw.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("small_team"), {"horizon_days": 60}, source="example")
    >>> more = with_values(plan, {"team.developers": 6}, source="example")
    >>> weeks = Series(("availability",), period_days=7)
    >>> batches = list(stream([plan, more], 10, seed=1, series=[weeks]))
    >>> sum(batch.totals.shape[1] for batch in batches), batches[0].series[0].shape[2:]
    (10, (1, 9))
    """
    # This is a generator: nothing is checked before the first batch is asked for.
    checked_seed(seed, "seed"), checked_seed(first, "first"), checked_seed(replications, "n")
    checked_engine(engine, model_class)
    horizons = {scenario.horizon_days for scenario in scenarios}
    if series and (len(horizons) > 1 or (draws is not None and "horizon_days" in draws.columns)):
        raise ValueError("daily outcomes need scenarios with the same horizon")
    if not scenarios:
        return
    _check_draws(draws, scenarios, first, replications)
    runner = Runner(engine, model_class)
    wanted = Wanted(tuple(series), models, events)
    work = _Work(scenarios, draws, seed, wanted, runner, kept)
    if executor is None:
        largest = [_sized(each, draws, np.max) for each in scenarios]
        sizes = (bytes_of_run(each, in_full=work.is_in_full) for each in largest)
        check_memory(cores() * max(sizes, default=0.0), "run fewer models or days")
    pool, most, together = _at_hand(executor, engine)
    waiting: deque[list[Future[list[Batch]]]] = deque()
    try:
        # The oldest block is waited for, whichever is done first. So batches come in the order of
        # their numbers, and no result depends on threads; and only so many wait.
        for start in range(first, first + replications, work.size):
            count = min(work.size, first + replications - start)
            waiting.append(work.submit(pool, start, count, together, place=start - first))
            if sum(map(len, waiting)) > most:
                yield _next_batch(waiting, cancel)
        while waiting:
            yield _next_batch(waiting, cancel)
    finally:
        # Whether it was cancelled, failed, or whoever takes the batches has enough.
        for blocks in waiting:
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
    draws: Drawn | None = None,
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
    Cancelled, InputError, ValueError
        As `stream` does; a ValueError also if there is no daily outcome of a name, or no such
        period.

    See Also
    --------
    stream : for the other parameters and the errors.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> scenario = with_values(preset("small_team"), {"horizon_days": 60}, source="example")
    >>> ensemble = replicate(scenario, 20, seed=1, daily=["availability"])
    >>> ensemble.summaries()["availability"].between(0, 1).all()
    np.True_
    >>> ensemble.bands["availability"].shape
    (60, 8)

    The same over what is known of the organisation, of which every replication has a draw:

    >>> from modelops_abm.experiments import draws_of
    >>> drawn = replicate(scenario, 20, seed=1, draws=draws_of(scenario, 20))
    >>> bool(drawn.totals["payroll"].std() > ensemble.totals["payroll"].std())
    True
    """
    sized = _sized(scenario, draws, np.max)
    needed = bytes_of_results(sized, replications, models=models, events=events)
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
        draws=draws,
        executor=executor,
        cancel=cancel,
    ):
        if daily:
            bands.add(batch.series[0][0])
        batches.append(replace(batch, series=()))  # the days are in the bands now
        done += batch.totals.shape[1]
        if progress is not None:
            progress(done, replications)
    return Ensemble(
        scenario=scenario,
        seed=seed,
        engine=engine_in_words(engine, model_class),
        version=simulator_version(),
        first=first,
        draws=None if draws is None else values_drawn(draws, first, replications),
        values=np.concatenate(
            # The empty one is for no replications at all.
            [np.empty((0, len(outcomes.TOTALS))), *(batch.totals[0] for batch in batches)]
        ),
        bands=bands.tables(),
        models=_together([table for batch in batches for table in batch.models]),
        events=_together([table for batch in batches for table in batch.events]),
    )


def values_drawn(draws: Drawn, first: int, replications: int) -> pd.DataFrame:
    """Return the values that replications have of draws: a row for each, by its number."""
    return draws.part(first, replications).table().rename_axis("replication")


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Return tables one below the other; None if there are none."""
    return pd.concat(tables, ignore_index=True) if tables else None


def _check_draws(
    draws: Drawn | None, scenarios: Sequence[Scenario], first: int, replications: int
) -> None:
    if draws is None:
        return
    end = draws.first + len(draws)
    if first < draws.first or first + replications > end:
        asked = f"{first:,} to {first + replications - 1:,}"
        raise ValueError(f"there are draws {draws.first:,} to {end - 1:,}, not {asked}")
    for scenario in scenarios:
        draws.check(scenario)


_SIZES = (
    "horizon_days",
    "portfolio.initial_models",
    "portfolio.initial_ideas",
    "portfolio.ideas_per_year",
    "team.developers",
)
"""What decides how long a replication takes, and how much memory."""


def _sized(scenario: Scenario, draws: Drawn | None, of: Callable[[Any], Any]) -> Scenario:
    """Return a scenario of the size that draws of it have, by their largest or mean values."""
    columns = {} if draws is None else draws.columns
    sizes = {name: of(columns[name]) for name in _SIZES if name in columns}
    # Whole numbers stay whole, as they are counted with.
    return with_columns(
        scenario,
        {name: np.asarray(size).astype(columns[name].dtype) for name, size in sizes.items()},
    )


class _Work:
    """Knows how to run a block of each scenario, its size in replications, and what is kept."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        draws: Drawn | None,
        seed: int,
        wanted: Wanted,
        runner: Runner,
        kept: KeptRuns | None,
    ) -> None:
        self._seed, self._wanted, self._runner, self._kept = seed, wanted, runner, kept
        self.is_in_full = runner.engine == "mesa" or wanted.models or wanted.events
        self.size = 1
        if runner.engine == "ensemble":
            prepare_kernel()
            sized = [_sized(each, draws, np.mean) for each in scenarios]
            self.size = replications_per_block(sized, with_tables=self.is_in_full)
        self._scenarios, self._draws = list(scenarios), draws
        self._prepared: dict[int, Inputs] = {}
        self._paces = [Pace() for _ in scenarios]
        self._keys = [None if kept is None else kept.key_of(each) for each in scenarios]
        self._digests: dict[int, str] = {}

    def submit(
        self, pool: Executor, start: int, count: int, together: int, *, place: int
    ) -> list[Future[list[Batch]]]:
        """Submit a block of replications of every scenario, so many blocks at a time.

        On the shared threads they come by their places: of several streams of one account, none
        runs ahead while the beginning of another waits.
        """
        everyone = range(len(self._scenarios))
        if isinstance(pool, Caller) and not self.is_in_full:
            return [self._block(pool, each, start, count, place) for each in everyone]
        rest = (self._wanted, self._seed, start, count)
        run: Callable[..., Batch] = full_block if self.is_in_full else ensemble_block
        arguments: list[tuple[Any, ...]] = (
            [
                (self._of_each(each, start, count), self._runner, *rest[:-1])
                for each in self._scenarios
            ]
            if self.is_in_full
            else [(self._part(each, start, count), *rest) for each in everyone]
        )
        return [pool.submit(several, run, some) for some in batched(arguments, together)]

    def _block(
        self, pool: Caller, which: int, start: int, count: int, place: int
    ) -> Future[list[Batch]]:
        """Submit a block of replications of one scenario, unless it is kept."""
        rest = (self._wanted, self._seed, start, count)
        kept, key = self._kept, self._keys[which]
        if kept is None or key is None:
            part = self._part(which, start, count)
            return pool.submit_in_slices(partial(_alone, self._paces[which], part, *rest), place)
        what = (key, self._drawn(start, count), *rest)
        if (batch := kept.get(what)) is not None:
            done: Future[list[Batch]] = Future()
            done.set_result([batch])
            return done
        part = self._part(which, start, count)

        def run_and_keep() -> Generator[None, None, list[Batch]]:
            (block,) = yield from _alone(self._paces[which], part, *rest)
            kept.add(what, block)
            return [block]

        return pool.submit_in_slices(run_and_keep, place)

    def _drawn(self, start: int, count: int) -> str | None:
        """Return what tells the draws of some replications from others; None if there are none."""
        if self._draws is None:
            return None
        if start not in self._digests:  # once for all scenarios
            self._digests[start] = _digest_of(self._draws, start, count)
        return self._digests[start]

    def _part(self, place: int, start: int, count: int) -> Inputs:
        """Return what a scenario's block of replications takes."""
        if place not in self._prepared:  # not before: all of its blocks may be kept
            self._prepared[place] = _inputs(self._scenarios[place], self._draws)
        return self._prepared[place].part(start, count)

    def _of_each(self, scenario: Scenario, start: int, count: int) -> list[Scenario]:
        """Return the scenario of each of some replications."""
        if self._draws is None:
            return [scenario] * count
        return [self._draws.applied_to(scenario, each) for each in range(start, start + count)]


def _inputs(scenario: Scenario, draws: Drawn | None) -> Inputs:
    if draws is None:
        return prepared(scenario)
    if takes(scenario, draws.columns):
        return prepared_rows(scenario, draws.columns, draws.first)
    # Something else than numbers depends on them: one by one, which takes longer than to run them.
    numbers = range(draws.first, draws.first + len(draws))
    return prepared_each([draws.applied_to(scenario, each) for each in numbers], draws.first)


def _digest_of(draws: Drawn, start: int, count: int) -> str:
    """Return a digest of the values that some replications have, wherever they are drawn from."""
    digest = hashlib.sha256()
    for name, column in draws.columns.items():
        rows = column[start - draws.first :][:count]
        # An array of objects holds addresses, not what is there.
        content = repr(rows.tolist()).encode() if rows.dtype.kind == "O" else rows.tobytes()
        digest.update(f"{name} {rows.dtype.str} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _alone(*arguments: Any) -> Generator[None, None, list[Batch]]:
    """Run a block in slices, and return it as `several` does."""
    block = yield from ensemble_block_in_slices(*arguments)
    return [block]


def _next_batch(waiting: deque[list[Future[list[Batch]]]], cancel: threading.Event | None) -> Batch:
    one, *others = _results(waiting[0], cancel)
    waiting.popleft()
    return one.beside(others)


def _results(
    promised: Sequence[Future[list[Batch]]], cancel: threading.Event | None
) -> list[Batch]:
    """Wait for blocks, and look now and then whether they are still wanted."""
    unfinished = True
    while unfinished:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        # With a limit, as setting `cancel` wakes nobody here.
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
