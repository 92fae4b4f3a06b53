"""Running the kernel: one replication in full, or a block of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from modelops_abm import outcomes
from modelops_abm.compiled import Progress, compiling, everything, prepare
from modelops_abm.ensemble import kernel
from modelops_abm.ensemble.layout import Floats, Records
from modelops_abm.ensemble.setting import Prepared, prepared
from modelops_abm.parameters import Scenario

_PLACES = {outcome.name: place for place, outcome in enumerate(outcomes.DAILY)}
_FIRST_LOG_ROOM = 16_384
_preparing = threading.Lock()
_is_prepared = threading.Event()


class Replication(NamedTuple):
    """One replication in full.

    Attributes
    ----------
    totals
        By the order of `outcomes.TOTALS`.
    daily
        A row for each day, a column for each of `outcomes.DAILY`; NaN for what does not exist.
    log
        Records of the event log.
    models, developers
        Records by number, as at the end.
    """

    totals: Floats
    daily: Floats
    log: Records
    models: Records
    developers: Records


class Block(NamedTuple):
    """Consecutive replications.

    Attributes
    ----------
    totals
        Replications x `outcomes.TOTALS`.
    series
        Replications x wanted daily outcomes x days.
    """

    totals: Floats
    series: Floats


def prepare_kernel(progress: Progress | None = None) -> None:
    """Compile equations and kernel, or load them; safe to call from several threads.

    Parameters
    ----------
    progress
        See `compiled.compiling`.
    """
    if _is_prepared.is_set():
        return
    with _preparing:
        if not _is_prepared.is_set():
            _prepare(progress)
            _is_prepared.set()


def _prepare(progress: Progress | None) -> None:
    with compiling(everything(), progress):
        prepare()
        run_block(prepared(_smallest()), 0, 0, 1, ())
        run_block(prepared(_smallest()), 0, 0, 1, ("npv",))
        _run_in_full(prepared(_smallest()), 0, 0)


def run_in_full(scenario: Scenario, seed: int, replication: int) -> Replication:
    """Run one replication and keep everything."""
    prepare_kernel()
    return _run_in_full(prepared(scenario), seed, replication)


def run_block(
    scenario: Prepared, seed: int, first: int, count: int, wanted: Sequence[str]
) -> Block:
    """Run consecutive replications; the interpreter is free for other threads meanwhile.

    Parameters
    ----------
    scenario
        See `prepared`.
    first, count
        Number of the first replication, and how many.
    wanted
        Names of the daily outcomes to keep.
    """
    days = scenario.horizon_days if wanted else 0
    totals = np.empty((count, len(outcomes.TOTALS)))
    series = np.empty((count, len(wanted), days))
    kernel.run_block(
        scenario.words.ctypes.data,
        scenario.tables,
        seed,
        first,
        np.array([_PLACES[name] for name in wanted], dtype=np.int64),
        totals,
        np.empty((days, len(outcomes.DAILY))),
        series,
    )
    return Block(totals, series)


def _run_in_full(scenario: Prepared, seed: int, replication: int) -> Replication:
    """Run with room for the event log; a log that did not fit tells how much it needs."""
    room = _FIRST_LOG_ROOM
    while True:
        daily = np.empty((scenario.horizon_days, len(outcomes.DAILY)))
        run = kernel.run_replication(
            scenario.words.ctypes.data, scenario.tables, seed, replication, daily, room
        )
        if run.logged <= room:
            log = run.log[: run.logged]
            return Replication(run.totals, daily, log, run.models, run.developers)
        room = run.logged


def _smallest() -> Scenario:
    """Return a scenario that runs in no time."""
    return Scenario.model_validate(
        {"horizon_days": 1, "portfolio": {"initial_models": 1, "initial_ideas": 0}}
    )
