"""A block of replications of one scenario: what a worker runs, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.ensemble import engine as ensemble
from modelops_abm.ensemble.engine import Pace, block_in_slices, prepare_kernel, run_block
from modelops_abm.ensemble.setting import Prepared
from modelops_abm.parameters import Scenario
from modelops_abm.simulate.periods import Series, by_period, outcomes_behind
from modelops_abm.simulate.single import Engine, ModelClass, simulate

Floats = NDArray[np.float64]


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


class Runner(NamedTuple):
    """What runs replications one by one: see `simulate`."""

    engine: Engine
    model_class: ModelClass | None = None


class Block(NamedTuple):
    """Consecutive replications of one scenario.

    Attributes
    ----------
    totals
        Replications x `outcomes.TOTALS`.
    series
        For each of the wanted: replications x outcomes x periods. They are summarised here, by the
        worker, so that days that nobody asked for are neither kept nor copied.
    models, events
        One below the other, with the number of the replication; None if not wanted.
    """

    totals: Floats
    series: tuple[Floats, ...]
    models: pd.DataFrame | None = None
    events: pd.DataFrame | None = None


def ensemble_block(setting: Prepared, wanted: Wanted, seed: int, first: int, count: int) -> Block:
    """Run replications on the ensemble engine, without tables."""
    prepare_kernel()
    names = outcomes_behind(wanted.series)
    return _of_ensemble(run_block(setting, seed, first, count, names), wanted)


def ensemble_block_in_slices(
    pace: Pace, setting: Prepared, wanted: Wanted, seed: int, first: int, count: int
) -> Generator[None, None, Block]:
    """Run replications as `ensemble_block` does; yields after a slice of time."""
    prepare_kernel()
    names = outcomes_behind(wanted.series)
    block = yield from block_in_slices(setting, seed, first, count, names, pace)
    return _of_ensemble(block, wanted)


def _of_ensemble(block: ensemble.Block, wanted: Wanted) -> Block:
    names = outcomes_behind(wanted.series)
    days = {name: block.series[:, place] for place, name in enumerate(names)}
    return Block(block.totals, _summarised(days, wanted.series))


def several(run: Callable[..., Block], all_arguments: Sequence[tuple[Any, ...]]) -> list[Block]:
    """Run blocks one after the other: one message to a worker far away, and one back."""
    return [run(*arguments) for arguments in all_arguments]


def full_block(
    scenario: Scenario, runner: Runner, wanted: Wanted, seed: int, first: int, count: int
) -> Block:
    """Run replications one by one in full, on either engine."""
    numbers = range(first, first + count)
    runs = [simulate(scenario, seed=seed, replication=each, **runner._asdict()) for each in numbers]
    totals = np.array([[run.totals[name] for name in outcomes.TOTALS] for run in runs])
    days = {
        name: np.array([run.daily[name].to_numpy(dtype=np.float64) for run in runs])
        for name in outcomes_behind(wanted.series)
    }
    return Block(
        totals,
        _summarised(days, wanted.series),
        _stacked(numbers, [run.models for run in runs]) if wanted.models else None,
        _stacked(numbers, [run.events for run in runs]) if wanted.events else None,
    )


def _summarised(days: Mapping[str, Floats], wanted: Iterable[Series]) -> tuple[Floats, ...]:
    return tuple(by_period(days, series) for series in wanted)


def _stacked(numbers: Iterable[int], tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other, with the number of the replication in front."""
    numbered = [table.copy() for table in tables]
    for number, table in zip(numbers, numbered, strict=True):
        table.insert(0, "replication", number)
    return pd.concat(numbered, ignore_index=True)
