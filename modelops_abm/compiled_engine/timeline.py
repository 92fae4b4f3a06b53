"""Values that change as a day opens, and what that does at once.

What only looks a value up when it uses it needs nothing here: it finds the setting in force. See
`mesa_engine.timeline`.
"""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.capability import change_maximum
from modelops_abm.compiled_engine.developer import change_pace, enter_time
from modelops_abm.compiled_engine.dispatch import take_back
from modelops_abm.compiled_engine.initial_state import schedule_arrival
from modelops_abm.compiled_engine.layout import (
    CAPABILITIES,
    Record,
    capability_of,
    day_of_changes,
    developer_of,
    log,
    new_value_of,
    setting_at,
)
from modelops_abm.compiled_engine.scheduler import NO_TASK, dismiss, hire
from modelops_abm.core.events import NOBODY, LogKind
from modelops_abm.rules.population import arrival_exposure_left


@part_of_kernel
def change_values(org: Record) -> None:
    """Let the values of the day that opens come into force."""
    if org.changed == org.timeline or day_of_changes(org, org.changed).day != org.day:
        return
    entry = day_of_changes(org, org.changed)
    org.changed += 1
    before, setting = org.setting_at, org.settings_at + entry.setting
    org.setting_at = setting
    for index in range(entry.first, entry.first + entry.count):
        new = new_value_of(org, index)
        log(org, LogKind.VALUE_CHANGED, NOBODY, NOBODY, new.number, new.value)
    _change_team(setting, org)
    if setting_at(setting).focus != setting_at(before).focus:
        for developer in range(org.developers):
            change_pace(setting, org, developer)
    _change_ideas(setting, org, setting_at(before).ideas_per_year)
    for number in range(CAPABILITIES):
        maximum = setting_at(setting).maxima[number]
        if maximum != capability_of(org, number).maximum:
            change_maximum(setting, org, number, maximum)
    # A model that has come back has planned at the rates of before, and so have those founded.
    org.replan = 1


@part_of_kernel
def _change_team(setting: int, org: Record) -> None:
    """Let the developers with the highest numbers leave, or those with the next ones join."""
    for developer in range(setting_at(setting).developers, org.developers):
        _let_go(setting, org, developer)
    for developer in range(org.developers, setting_at(setting).developers):
        _join(setting, org, developer)
    org.developers = setting_at(setting).developers


@part_of_kernel
def _join(setting: int, org: Record, developer: int) -> None:
    """Let a developer join the team, idle."""
    developer_of(org, developer).accounted_at = org.clock
    hire(org, developer)
    change_pace(setting, org, developer)
    log(org, LogKind.DEVELOPER_JOINED, NOBODY, developer, NOBODY, 0.0)


@part_of_kernel
def _let_go(setting: int, org: Record, developer: int) -> None:
    """Let a developer leave the team at once; the work in hand goes back to the queue."""
    if developer_of(org, developer).task != NO_TASK:
        take_back(setting, org, developer_of(org, developer).task)
    dismiss(org, developer)
    # The hours up to this instant are theirs, and none after it.
    enter_time(org, developer)
    log(org, LogKind.DEVELOPER_LEFT, NOBODY, developer, NOBODY, 0.0)


@part_of_kernel
def _change_ideas(setting: int, org: Record, before: float) -> None:
    """Let ideas arrive at another rate: the exposure gathered so far is kept."""
    if setting_at(setting).ideas_per_year != before:
        org.idea_left = arrival_exposure_left(org.ideas_since, org.idea_left, before, org.clock)
        org.ideas_since = org.clock
        schedule_arrival(setting, org)
