"""How large replications are, and what this machine gives for them: cores and memory.

First how many a worker runs at a time and what memory they take, by measured rules; then what there
is, as far as this process may use it.
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Sequence
from pathlib import Path

from modelops_abm.core import outcomes
from modelops_abm.formats import number
from modelops_abm.scenario import InputError, Scenario

MOST_REPLICATIONS = 8
_MODEL_DAYS_PER_BLOCK = 3_000_000
_MODELS_PER_DEVELOPER = 30
_TABLES_FACTOR = 4
_BYTES_PER_MODEL, _BYTES_PER_MODEL_IN_FULL = 2_500, 8_000
_BYTES_PER_DAY, _BYTES_PER_EVENT, _BYTES_PER_MODEL_DAY = 7_000, 400, 700
_BYTES_PER_REPLICATION = 3 * 8 * len(outcomes.TOTALS)
"""Totals as they come, together, and what is made of them."""
_BYTES_PER_MODEL_KEPT, _BYTES_PER_EVENT_KEPT = 600, 200
_EVENTS_PER_DEVELOPER_DAY, _EVENTS_PER_MODEL_DAY = 1.0, 0.5


def replications_per_block(scenarios: Sequence[Scenario], *, with_tables: bool = False) -> int:
    """Return how many replications of the ensemble engine make a block.

    A block takes some 25 ms on a present-day core, so that handing it out costs little beside it,
    and its results take little room. It is one replication at least; how long others wait for that
    is another question, see `compiled_engine.run.block_in_slices`. No result depends on the size.
    Sizes are powers of two, so that a large block ends where a small one does.

    Parameters
    ----------
    scenarios
        Scenarios whose blocks are of one size.
    with_tables
        Whether tables of models or events are made, which takes several times longer.

    Notes
    -----
    Time goes with the model-days. Events cost more than days, and are bounded by what the team can
    handle: measured over portfolios of 1 to 2,400 models and teams of 1 to 80, a developer adds as
    much as some 30 models.
    """
    work = max((model_days(scenario) for scenario in scenarios), default=0)
    work *= _TABLES_FACTOR if with_tables else 1
    size = MOST_REPLICATIONS
    while size > 1 and size * work > _MODEL_DAYS_PER_BLOCK:
        size //= 2
    return size


def model_days(scenario: Scenario) -> int:
    """Return the size of a replication: days of models, and of developers as so many models."""
    imported = scenario.imported
    models = len(imported.models) if imported else scenario.portfolio.initial_models
    return scenario.horizon_days * (models + _MODELS_PER_DEVELOPER * scenario.team.developers)


def bytes_of_run(scenario: Scenario, *, in_full: bool, with_model_days: bool = False) -> float:
    """Return about how much memory a replication takes while it is run.

    Parameters
    ----------
    in_full
        Whether every day, every event and every model is kept, as of a single run.
    with_model_days
        Whether every day of every model is kept, too.

    Notes
    -----
    Measured over 20,000 models and 30,000 events.
    """
    days = scenario.horizon_days
    initial, arriving = _models(scenario)
    if not in_full:
        return _BYTES_PER_MODEL * (initial + arriving)
    return (
        _BYTES_PER_MODEL_IN_FULL * (initial + arriving)
        + _BYTES_PER_DAY * days
        + _BYTES_PER_EVENT * _events(scenario)
        + _BYTES_PER_MODEL_DAY * days * (initial + arriving / 2.0) * with_model_days
    )


def bytes_of_results(
    scenario: Scenario, replications: int, *, models: bool = False, events: bool = False
) -> float:
    """Return about how much memory the results of replications take, with the tables asked for."""
    each = float(_BYTES_PER_REPLICATION)
    each += _BYTES_PER_MODEL_KEPT * sum(_models(scenario)) * models
    each += _BYTES_PER_EVENT_KEPT * _events(scenario) * events
    return each * replications


def _events(scenario: Scenario) -> float:
    """Return a bound of the events: what developers can handle, and what models have."""
    days = scenario.horizon_days
    initial, arriving = _models(scenario)
    return min(
        _EVENTS_PER_DEVELOPER_DAY * days * scenario.team.developers,
        _EVENTS_PER_MODEL_DAY * days * (initial + arriving / 2.0),
    )


def _models(scenario: Scenario) -> tuple[float, float]:
    """Return how many models, in whatever stage, there are at first, and how many arrive."""
    portfolio, imported = scenario.portfolio, scenario.imported
    initial = portfolio.initial_models + portfolio.initial_ideas
    if imported:
        initial = len(imported.models)
    return initial, portfolio.ideas_per_year * scenario.horizon_days / 365.0


# --------------------------------------------------------------------------------------
# What this machine gives: cores and memory, as far as this process may use them.


_GROUP = Path("/sys/fs/cgroup")
_NEGLIGIBLE_BYTES = 200e6
_GIGABYTE = 1e9


def cores() -> int:
    """Return how many cores this process may use: by its affinity and its container's quota."""
    # The number of the machine is too high where a container or a scheduler gives a part of it; as
    # many threads would hinder each other.
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return max(1, min(allowed, _quota(allowed)))


def _quota(otherwise: int) -> int:
    """Return the container's quota in whole cores, rounded up."""
    try:
        microseconds, period = (_GROUP / "cpu.max").read_text(encoding="ascii").split()
        return math.ceil(int(microseconds) / int(period))
    except (OSError, ValueError):  # no container, or "max"
        return otherwise


def check_memory(needed_bytes: float, remedy: str) -> None:
    """Check that there is memory for what is about to be computed, before any of it is taken.

    Parameters
    ----------
    needed_bytes
        An estimate.
    remedy
        What would take less.

    Raises
    ------
    InputError
        If more is needed than is free.
    """
    if needed_bytes < _NEGLIGIBLE_BYTES:
        return
    free_bytes = _free_memory_bytes()
    if needed_bytes > free_bytes:
        needed, free = (number(each / _GIGABYTE, 1) for each in (needed_bytes, free_bytes))
        raise InputError(
            f"this takes some {needed} GB of memory, and {free} GB are free here: {remedy}"
        )


def give_back_memory() -> None:
    """Give memory that is free in this process back to the system, where its C library can.

    The C library of GNU keeps what its many threads have freed, some 100 MB after an ensemble with
    daily outcomes, until it is asked to hand it back; that takes some milliseconds.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return
    trim(0)


def _free_memory_bytes() -> float:
    """Return the memory that can be had without swapping, here and within a container's limit."""
    import psutil  # only what is large asks for it

    return min(float(psutil.virtual_memory().available), _free_in_container())


def _free_in_container() -> float:
    """Return what is left of a container's limit; what only caches files can be had again."""
    try:
        limit, used = (
            int((_GROUP / name).read_text(encoding="ascii"))
            for name in ("memory.max", "memory.current")
        )
        lines = (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
        cached = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):  # no container, or "max"
        return math.inf
    return float(limit - used + cached)
