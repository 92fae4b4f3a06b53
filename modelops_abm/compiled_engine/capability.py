"""Capabilities over records: stocks that developers' work fills up to the level of investment."""

from __future__ import annotations

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.developer import (
    CAPABILITY as CAPABILITY_WORK,
    capability_slot,
    submit_task,
    withdraw,
    work_task,
)
from modelops_abm.compiled_engine.layout import (
    CAPABILITIES,
    Record,
    capability_of,
    log,
    season_of,
    setting_at,
    task_of,
)
from modelops_abm.core import registry
from modelops_abm.core.events import NOBODY, LogKind, Rank
from modelops_abm.rules import registered
from modelops_abm.rules.constants import Levels, common_rates
from modelops_abm.rules.day import CommonRates, demand_scale


@part_of_kernel
def plan_capabilities(setting: int, org: Record) -> None:
    """Take over the start levels, and plan the start of the work."""
    # Tasks of streams come after those of the models.
    first = work_task(org, org.model_room)
    for number in range(CAPABILITIES):
        capability = capability_of(org, number)
        capability.first = first
        first += capability.streams
        if capability.level < capability.maximum:
            _plan_start(setting, org, number)


@part_of_kernel
def _plan_start(setting: int, org: Record, number: int) -> None:
    slot, at = capability_slot(org, number), capability_of(org, number).start_day
    schedule(setting, org, slot, at, Rank.CAPABILITY_START, number, 0)


@part_of_kernel
def submit_package(setting: int, org: Record, number: int, stream: int) -> None:
    """Submit the next package of work of a stream."""
    task = capability_of(org, number).first + stream
    submit_task(setting, org, task, CAPABILITY_WORK, number, NOBODY, stream, 0)


@part_of_kernel
def start_capability(setting: int, org: Record, number: int) -> None:
    """Submit the first package of each stream."""
    capability = capability_of(org, number)
    log(org, LogKind.CAPABILITY_STARTED, number, NOBODY, NOBODY, capability.maximum)
    for stream in range(capability.streams):
        submit_package(setting, org, number, stream)


def _level(number: int) -> registered.Part:
    # A function for each, in which the number is a constant: a tuple's fields are not made in a
    # loop.
    @inner_loop
    def level(org: Record) -> float:
        return capability_of(org, number).level

    return level


_registered_levels = registered.tuple_of(
    [_level(number) for number in range(len(registry.BUILT_IN_CAPABILITIES), len(Levels._fields))],
    "levels",
)


@inner_loop
def levels(org: Record) -> Levels:
    """Return the levels of the capabilities."""
    own = (
        capability_of(org, 0).level,
        capability_of(org, 1).level,
        capability_of(org, 2).level,
        capability_of(org, 3).level,
        capability_of(org, 4).level,
    )
    return Levels(*(own + _registered_levels(org)))


@inner_loop
def rates_of_today(setting: int, org: Record) -> CommonRates:
    """Return what the rates of all models have in common today."""
    rates = setting_at(setting).constants.rates
    return common_rates(rates, levels(org), scale_of_today(setting, org))


@inner_loop
def scale_of_today(setting: int, org: Record) -> float:
    """Return what multiplies the demand of all models today."""
    return demand_scale(setting_at(setting).constants.demand_factor, season_of(org, org.day).value)


@part_of_kernel
def finish_capability(org: Record, number: int) -> None:
    """Withdraw the packages that are left; nobody works on a full stock."""
    _withdraw_packages(org, number)
    log(org, LogKind.CAPABILITY_REACHED, number, NOBODY, NOBODY, capability_of(org, number).level)


@part_of_kernel
def _withdraw_packages(org: Record, number: int) -> None:
    capability = capability_of(org, number)
    # Streams work on packages at once, and the level may be full before the last is done.
    for stream in range(capability.streams):
        task = capability.first + stream
        if task_of(org, task).exists:
            withdraw(org, task)


@part_of_kernel
def change_maximum(setting: int, org: Record, number: int, maximum: float) -> None:
    """Invest up to another level from now on; what is reached stays."""
    capability = capability_of(org, number)
    was_open = capability.level < capability.maximum
    capability.maximum = maximum
    is_open = capability.level < maximum
    # Where work goes on its streams share what is left of it, as before.
    if is_open and not was_open:
        if capability.start_day <= org.clock:
            start_capability(setting, org, number)
        else:
            _plan_start(setting, org, number)
    elif was_open and not is_open:
        cancel(org, capability_slot(org, number))
        _withdraw_packages(org, number)
