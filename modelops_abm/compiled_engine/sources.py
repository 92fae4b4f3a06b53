"""Shared sources over records; `mesa_engine.sources` does the same with agents."""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.capability import levels
from modelops_abm.compiled_engine.developer import REPAIR, submit_task
from modelops_abm.compiled_engine.initial_state import arrival_slot
from modelops_abm.compiled_engine.layout import (
    ONLINE,
    SHARED,
    Record,
    log,
    model_of,
    production_of,
    setting_at,
    source_of,
    task_of,
)
from modelops_abm.compiled_engine.ml_model import lose_source, regain_source
from modelops_abm.core.events import FIRST_SOURCE_STREAM, NOBODY, LogKind, Rank
from modelops_abm.core.randomness import Origin, entity_key
from modelops_abm.core.statechart import State
from modelops_abm.rules.constants import source_rate
from modelops_abm.rules.hazards import source_exposure_left, source_failure, threshold
from modelops_abm.rules.maintenance import source_effort

_RETRAINING = State.RETRAINING.value
_OFFLINE_ISSUE = State.OFFLINE_ISSUE.value


@part_of_kernel
def found_sources(setting: int, org: Record, seed: int, replication: int) -> None:
    """Let all sources work, and plan which of them fail on the first day."""
    for number in range(setting_at(setting).shared_sources):
        source = source_of(org, number)
        source.entity = entity_key(seed, replication, Origin.SHARED_SOURCE.value, number)
        source.left = threshold(source.entity, SHARED, 0)
    open_sources(setting, org)


@part_of_kernel
def open_sources(setting: int, org: Record) -> None:
    """Take over the rate of today in every source, and plan which of them fail."""
    # Nothing at all where there are none, which is the default.
    if setting_at(setting).shared_sources == 0:
        return
    rate = source_rate(setting_at(setting).constants.rates, levels(org))
    for number in range(setting_at(setting).shared_sources):
        _account(org, number)
        source_of(org, number).rate = rate
        _plan(setting, org, number)


@part_of_kernel
def _account(org: Record, number: int) -> None:
    """Enter the time since the last accounting, in which a source that worked gathered exposure."""
    source = source_of(org, number)
    if not source.down:
        source.left = source_exposure_left(source.left, source.rate, org.clock - source.since)
    source.since = org.clock


@part_of_kernel
def _plan(setting: int, org: Record, number: int) -> None:
    source = source_of(org, number)
    slot = arrival_slot(org) + 1 + number
    cancel(org, slot)
    if source.down:
        return
    day_end = org.day + 1.0
    at = source_failure(org.clock, day_end, source.left, source.rate)
    # What fails later is planned when its day opens: the rate holds for one day (0011).
    if at < day_end:
        schedule(setting, org, slot, at, Rank.SHARED_FAILURE, number, 0)


@part_of_kernel
def _is_struck(org: Record, number: int, source: int) -> bool:
    """Return whether the failure of a source takes a model offline."""
    model = model_of(org, number)
    return bool(model.source == source and (model.state == ONLINE or model.state == _RETRAINING))


@part_of_kernel
def fail_source(setting: int, org: Record, number: int) -> None:
    """Let a source fail: its models go offline, and it waits for its repair."""
    source = source_of(org, number)
    source.failures += 1
    source.left = threshold(source.entity, SHARED, source.failures)
    source.down = 1
    source.failed_at = org.clock
    totals.tally(org, totals.SOURCE_FAILURES, 1.0)
    affected, lowest = 0, 0
    for index in range(org.in_production - 1, -1, -1):
        if _is_struck(org, production_of(org, index).number, number):
            affected, lowest = affected + 1, production_of(org, index).number
    log(org, LogKind.SOURCE_FAILED, number, NOBODY, NOBODY, float(affected))
    for index in range(org.in_production):
        if _is_struck(org, production_of(org, index).number, number):
            lose_source(setting, org, production_of(org, index).number)
    # It belongs to no model: there is one however many models are affected, or none.
    stream = FIRST_SOURCE_STREAM + number
    task = org.first_source_task + number
    submit_task(setting, org, task, REPAIR, lowest, SHARED, stream, 0)


@part_of_kernel
def begin_repair(setting: int, org: Record, task: int) -> float:
    """Return the developer-days of a source's repair, on which work first starts now."""
    source = source_of(org, task_of(org, task).stream - FIRST_SOURCE_STREAM)
    source.began_at = org.clock
    care = setting_at(setting).constants.care
    return source_effort(care, levels(org), source.entity, source.failures - 1)


@part_of_kernel
def end_repair(setting: int, org: Record, task: int) -> None:
    """Let a source work again, and the models that are offline for it return, by number."""
    task_of(org, task).exists = 0
    number = task_of(org, task).stream - FIRST_SOURCE_STREAM
    source = source_of(org, number)
    log(org, LogKind.SOURCE_RESTORED, number, NOBODY, NOBODY, org.clock - source.failed_at)
    # Before its models return, which ask whether it works.
    source.down = 0
    source.since = org.clock
    _plan(setting, org, number)
    for index in range(org.in_production):
        model = model_of(org, production_of(org, index).number)
        if model.source == number and model.state == _OFFLINE_ISSUE:
            regain_source(setting, org, production_of(org, index).number, source.began_at)
