"""Running the kernel: one replication in full, a block of them, or a block in slices of time.

The kernel takes addresses, places and arrays of the right size, which are made here of a scenario
and of names. Before the first run it is compiled.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled import Progress, compiling, everything, prepare
from modelops_abm.compiled_engine import kernel
from modelops_abm.compiled_engine.inputs import Inputs, Prepared, prepared
from modelops_abm.compiled_engine.layout import Floats, Records
from modelops_abm.core import outcomes
from modelops_abm.scenario import Scenario

_PLACES = {outcome.name: place for place, outcome in enumerate(outcomes.DAILY)}
# Records. Where they do not do, the replication runs again with as many as it has counted.
_FIRST_LOG_ROOM = 16_384
SLICE_SECONDS = 0.025
"""Processor time after which work that is done in slices can be left for other work."""
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
        # Equations first: each has one version by then, and the kernel asks for no other. The
        # kernel's types come from its arguments, so it is called as it will be called later.
        prepare()
        run_block(prepared(_smallest()), 0, 0, 1, ())
        run_block(prepared(_smallest()), 0, 0, 1, ("npv",))
        # Not `run_in_full`, which would wait for the lock that this thread holds.
        _run_in_full(prepared(_smallest()), 0, 0)
        list(block_in_slices(prepared(_smallest()), 0, 0, 1, ("npv",), Pace()))


def run_in_full(scenario: Scenario, seed: int, replication: int) -> Replication:
    """Run one replication and keep everything."""
    prepare_kernel()
    return _run_in_full(prepared(scenario), seed, replication)


def run_block(scenario: Inputs, seed: int, first: int, count: int, wanted: Sequence[str]) -> Block:
    """Run consecutive replications; the interpreter is free for other threads meanwhile.

    Parameters
    ----------
    scenario
        See `prepared` and `prepared_rows`.
    first, count
        Number of the first replication, and how many.
    wanted
        Names of the daily outcomes to keep.
    """
    block = _empty_block(scenario, count, wanted)
    _fill(scenario, seed, first, wanted, block)
    return block


class Pace:
    """How long a replication of one scenario takes, learned while it runs.

    It may be shared by threads: who reads an older value only makes a slice longer or shorter.

    Parameters
    ----------
    clock
        Processor time of the thread that asks, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self.clock = clock
        self._seconds: float | None = None

    def learn(self, replications: int, seconds: float) -> None:
        """Take note of how long some replications took."""
        self._seconds = seconds / replications

    def replications(self, most: int) -> int:
        """Return how many replications fit into a slice, so many at most; 0 before one is known."""
        if self._seconds is None:
            return 0
        return min(most, int(SLICE_SECONDS / max(self._seconds, 1e-9)))

    def days(self, lived: int, seconds: float) -> int:
        """Return how many days fit into a slice after some took so long; at most twice as many."""
        if not lived:
            return 1
        # From one day by doubling at most: where the clock is coarse, a few days may take no time,
        # and would promise any number of them.
        return max(1, min(2 * lived, int(lived * SLICE_SECONDS / max(seconds, 1e-9))))


def block_in_slices(
    scenario: Inputs, seed: int, first: int, count: int, wanted: Sequence[str], pace: Pace
) -> Generator[None, None, Block]:
    """Run consecutive replications like `run_block`, bit for bit; yields after a slice of time."""
    block = _empty_block(scenario, count, wanted)
    done = 0
    while done < count:
        together = pace.replications(count - done)
        began = pace.clock()
        if together:
            part = Block(block.totals[done : done + together], block.series[done : done + together])
            _fill(scenario, seed, first + done, wanted, part)
            pace.learn(together, pace.clock() - began)
            done += together
        else:
            # It fills more than a slice, or nobody knows yet: it is cut between days, which changes
            # no bit (0028).
            part = Block(block.totals[done : done + 1], block.series[done : done + 1])
            one = scenario.of(first + done)
            yield from _one_in_slices(one, seed, first + done, wanted, part, pace)
            done += 1
        if done < count:
            yield
    return block


def _one_in_slices(
    scenario: Prepared, seed: int, number: int, wanted: Sequence[str], block: Block, pace: Pace
) -> Generator[None]:
    """Run one replication and put it into a block of one."""
    words, places = scenario.words.ctypes.data, _places(wanted)
    began = pace.clock()
    memory = kernel.found_replication(words, scenario.tables, seed, number, 0)
    # The founding cannot be cut, so its time counts for the first slice.
    slice_seconds = pace.clock() - began
    spent, lately, day, days = slice_seconds, 0.0, 0, 0
    while day < scenario.horizon_days:
        # The next days may take a whole slice: with half of one gone, others come first.
        if slice_seconds > SLICE_SECONDS / 2.0:
            yield
            slice_seconds = 0.0
        days = min(pace.days(days, lately), scenario.horizon_days - day)
        began = pace.clock()
        kernel.live_until(memory, day + days, places, block.series[0])
        lately = pace.clock() - began
        day, spent, slice_seconds = day + days, spent + lately, slice_seconds + lately
    pace.learn(1, spent)
    block.totals[0] = memory.totals


def _empty_block(scenario: Inputs, count: int, wanted: Sequence[str]) -> Block:
    days = scenario.horizon_days if wanted else 0
    totals = np.empty((count, len(outcomes.TOTALS)))
    return Block(totals, np.empty((count, len(wanted), days)))


def _fill(scenario: Inputs, seed: int, first: int, wanted: Sequence[str], block: Block) -> None:
    """Run as many replications as a block has room for."""
    places = _places(wanted)
    for one, start, count in scenario.runs(first, len(block.totals)):
        rows = slice(start - first, start - first + count)
        kernel.run_block(
            one.words.ctypes.data,
            one.tables,
            seed,
            start,
            places,
            block.totals[rows],
            block.series[rows],
        )


def _places(wanted: Sequence[str]) -> NDArray[np.int64]:
    return np.array([_PLACES[name] for name in wanted], dtype=np.int64)


def _run_in_full(scenario: Prepared, seed: int, replication: int) -> Replication:
    """Run with room for the event log; a log that did not fit tells how much it needs."""
    room, words = _FIRST_LOG_ROOM, scenario.words.ctypes.data
    places = np.arange(len(outcomes.DAILY))
    while True:
        series = np.empty((len(places), scenario.horizon_days))
        run = kernel.found_replication(words, scenario.tables, seed, replication, room)
        kernel.live_until(run, scenario.horizon_days, places, series)
        logged = int(run.organisation[0]["logged"])
        if logged <= room:
            daily = np.ascontiguousarray(series.T)
            return Replication(run.totals, daily, run.log[:logged], run.models, run.developers)
        room = logged


def _smallest() -> Scenario:
    """Return a scenario that runs in no time."""
    return Scenario.model_validate(
        {"horizon_days": 1, "portfolio": {"initial_models": 1, "initial_ideas": 0}}
    )
