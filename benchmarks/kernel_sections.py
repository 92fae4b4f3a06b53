"""Where the time of a replication goes, by section of the compiled kernel.

    python benchmarks/kernel_sections.py [--factor 10]

Compiles a kernel of its own, which reads the processor's counter between the sections (the
`readcyclecounter` of LLVM, on x86-64). `--factor` multiplies the reference organisation. The last
lines tell what reading the counter takes.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numba
import numpy as np
from engines import scaled
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine import kernel
from modelops_abm.compiled_engine.addresses import record_at
from modelops_abm.compiled_engine.calendar import begin_day, next_time, take_next
from modelops_abm.compiled_engine.close import (
    account_developers,
    book_money,
    collect,
    end,
    integrate_models,
    open_day,
    raise_levels,
    retire_abandoned,
)
from modelops_abm.compiled_engine.dispatch import dispatch
from modelops_abm.compiled_engine.events import _happen
from modelops_abm.compiled_engine.inputs import Prepared, prepared
from modelops_abm.compiled_engine.layout import (
    NUMBER,
    Floats2,
    Integers,
    Record,
    Tables,
    setting_at,
)
from modelops_abm.compiled_engine.run import prepare_kernel, run_block
from modelops_abm.compiled_engine.timeline import change_values
from modelops_abm.compiled_engine.totals import NPV
from modelops_abm.core import outcomes

SECTIONS = (
    "founding: all models drawn, the portfolio at the start",
    "close of the models' days: stocks, flows, sums",
    "books: developers, levels, money, the abandoned",
    "collection of the daily outcomes",
    "opening of the models' days: power, rates, incidents",
    "calendar: putting in, taking off",
    "events: what happens",
    "dispatch: queues, who works on what",
)
FOUNDING, CLOSE, BOOKS, COLLECTION, OPENING, CALENDAR, EVENTS, DISPATCH = range(len(SECTIONS))
SPENT = np.zeros(len(SECTIONS), np.int64)
SPENT_AT = SPENT.ctypes.data
RUNS, TRIES = 10, 40

_spent_at = record_at(NUMBER)


@intrinsic  # type: ignore[misc]
def ticks(_typing: Any) -> Any:
    """Return the processor's counter."""

    def generate(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        counter = builder.module.declare_intrinsic(
            "llvm.readcyclecounter", fnty=ir.FunctionType(ir.IntType(64), [])
        )
        return builder.call(counter, [])

    return types.int64(), generate


@part_of_kernel
def spend(section: int, since: int) -> int:
    """Count the time since the last reading for a section, and return the reading now."""
    now = ticks()
    _spent_at(SPENT_AT, section).value += now - since
    return now


@part_of_kernel
def run_events(setting: int, org: Record, now: int) -> int:
    """Do what `events.run_events` does."""
    end = org.day + 1.0
    begin_day(org)
    while True:
        at = next_time(org)
        if org.dispatch and at > org.clock:
            now = spend(CALENDAR, now)
            dispatch(setting, org)
            org.dispatch = 0
            now = spend(DISPATCH, now)
        elif at < end:
            slot, rank = take_next(org)
            now = spend(CALENDAR, now)
            _happen(setting, org, slot, rank)
            now = spend(EVENTS, now)
        else:
            return spend(CALENDAR, now)


_begin = kernel._begin


@part_of_kernel
def begin(setting: int, tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Do what `kernel._begin` does."""
    now = ticks()
    _begin(setting, tables, org, seed, replication)
    spend(FOUNDING, now)


@part_of_kernel
def live_day(org: Record, wanted: Integers, series: Floats2) -> None:
    """Do what `day.live_day` does."""
    setting = org.setting_at
    now = run_events(setting, org, ticks())
    org.clock = org.day + 1.0
    integrate_models(setting, org)
    now = spend(CLOSE, now)
    account_developers(org)
    raise_levels(org)
    book_money(setting, org)
    retire_abandoned(org)
    now = spend(BOOKS, now)
    collect(org, wanted, series)
    now = spend(COLLECTION, now)
    org.day += 1
    if org.day < setting_at(setting).horizon_days:
        change_values(org)
        open_day(org.setting_at, org)
        spend(OPENING, now)
    else:
        end(org)


def compiled_with_sections() -> Callable[..., Any]:
    """Return `kernel.run_block`, compiled with the days of this module."""
    kernel._begin, kernel.live_day = begin, live_day
    kernel._founded = part_of_kernel(kernel._founded.py_func)
    options = {"nogil": True, "error_model": "numpy"}
    block: Callable[..., Any] = numba.njit(**options)(kernel.run_block.py_func)
    return block


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--factor", type=int, default=1, help="times the reference organisation")
    if platform.machine().lower() not in ("x86_64", "amd64"):
        sys.exit("kernel_sections.py reads a counter that only x86-64 processors have")
    scenario = prepared(scaled(arguments.parse_args().factor))
    prepare_kernel()
    plain = [
        fastest(partial(run_block, scenario, 1, number, 1, ("npv",))) for number in range(RUNS)
    ]
    run = compiled_with_sections()
    read = [fastest(partial(run_with, run, scenario, number)) for number in range(RUNS)]
    spent = np.mean([try_.spent for try_ in read], axis=0)
    seconds = statistics.mean(try_.seconds for try_ in read)
    for section, part in zip(SECTIONS, spent / spent.sum(), strict=True):
        row(section, part * seconds, f"{part:7.1%}")
    row("one replication, with the readings of the counter", seconds)
    row("one replication, without them", statistics.mean(try_.seconds for try_ in plain))


def run_with(run: Callable[..., Any], scenario: Prepared, number: int) -> None:
    """Run one replication with one daily outcome, as `run.run_block` does."""
    totals, series = np.empty((1, len(outcomes.TOTALS))), np.empty((1, 1, scenario.horizon_days))
    place = np.array([NPV], np.int64)
    run(scenario.words.ctypes.data, scenario.tables, 1, number, place, totals, series)


class Try(NamedTuple):
    """The time of a replication, and the ticks by section."""

    seconds: float
    spent: NDArray[np.int64]


def fastest(action: Callable[[], object]) -> Try:
    """Return the fastest of many tries, each short enough to be left alone by other work."""
    return min((timed(action) for _ in range(TRIES)), key=lambda entry: entry.seconds)


def timed(action: Callable[[], object]) -> Try:
    SPENT[:] = 0
    began = time.perf_counter()
    action()
    return Try(time.perf_counter() - began, SPENT.copy())


def row(what: str, seconds: float, share: str = "") -> None:
    print(f"{what:58} {seconds * 1e6:9,.0f} us {share}")


if __name__ == "__main__":
    main()
