"""The event calendar: a binary heap by time and place; a cancelled event is passed over."""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.ensemble.layout import Record, event_of, setting_at, slot_of
from modelops_abm.events import place, rank_of


@part_of_kernel
def _earlier(org: Record, one: int, other: int) -> bool:
    first, second = event_of(org, one), event_of(org, other)
    if first.time != second.time:
        return bool(first.time < second.time)
    return bool(first.place < second.place)


@part_of_kernel
def _swap(org: Record, one: int, other: int) -> None:
    first, second = event_of(org, one), event_of(org, other)
    time, event_place, serial, slot = first.time, first.place, first.serial, first.slot
    first.time, first.place = second.time, second.place
    first.serial, first.slot = second.serial, second.slot
    second.time, second.place, second.serial, second.slot = time, event_place, serial, slot


@part_of_kernel
def _rise(org: Record, index: int) -> None:
    while index > 0:
        parent = (index - 1) // 2
        if not _earlier(org, index, parent):
            return
        _swap(org, index, parent)
        index = parent


@part_of_kernel
def _sink(org: Record, index: int) -> None:
    while True:
        child = 2 * index + 1
        if child >= org.events:
            return
        if child + 1 < org.events and _earlier(org, child + 1, child):
            child += 1
        if not _earlier(org, child, index):
            return
        _swap(org, child, index)
        index = child


@part_of_kernel
def _is_valid(org: Record, index: int) -> bool:
    entry = event_of(org, index)
    return bool(slot_of(org, entry.slot).value == entry.serial)


@part_of_kernel
def _compact(org: Record) -> None:
    """Drop the cancelled events; there is room for an event of every slot."""
    kept = 0
    for index in range(org.events):
        if _is_valid(org, index):
            if index != kept:
                _swap(org, index, kept)
            kept += 1
    org.events = kept
    for index in range(kept // 2 - 1, -1, -1):
        _sink(org, index)


@part_of_kernel
def _drop_first(org: Record) -> None:
    org.events -= 1
    if org.events > 0:
        _swap(org, 0, org.events)
        _sink(org, 0)


@part_of_kernel
def schedule(
    setting: int, org: Record, slot: int, at: float, rank: int, number: int, cause: int
) -> None:
    """Schedule the event of a slot in place of an earlier one; none at or after the horizon."""
    slot_of(org, slot).value = 0
    if not at < setting_at(setting).horizon_days:
        return
    if org.events == org.calendar_room:
        _compact(org)
    org.serial += 1
    index = org.events
    entry = event_of(org, index)
    entry.time = at
    entry.place = place(rank, number, cause)
    entry.serial = org.serial
    entry.slot = slot
    slot_of(org, slot).value = org.serial
    org.events = index + 1
    _rise(org, index)


@part_of_kernel
def cancel(org: Record, slot: int) -> None:
    """Cancel the event of a slot, if there is one."""
    slot_of(org, slot).value = 0


@part_of_kernel
def next_time(org: Record) -> float:
    """Return the time of the next event, infinite if there is none."""
    while org.events > 0 and not _is_valid(org, 0):
        _drop_first(org)
    return float(event_of(org, 0).time) if org.events > 0 else np.inf


@part_of_kernel
def take_next(org: Record) -> tuple[int, int]:
    """Take the next event off the calendar, set the clock, and return its slot and rank."""
    entry = event_of(org, 0)
    slot, rank = entry.slot, rank_of(entry.place)
    org.clock = entry.time
    slot_of(org, slot).value = 0
    _drop_first(org)
    return slot, rank
