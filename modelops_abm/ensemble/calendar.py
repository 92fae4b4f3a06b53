"""The event calendar: a binary heap by time and place; a cancelled event is passed over."""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.ensemble.layout import Record, event_of, setting_at, slot_of
from modelops_abm.events import place, rank_of


@part_of_kernel
def _precedes(time: float, event_place: int, other: Record) -> bool:
    """Return whether an event comes before an entry of the heap."""
    if time != other.time:
        return bool(time < other.time)
    return bool(event_place < other.place)


@part_of_kernel
def _is_before(one: Record, other: Record) -> int:
    """Return 1 if an entry of the heap comes before another, else 0, without a branch."""
    first = (one.time < other.time) | ((one.time == other.time) & (one.place < other.place))
    return 1 if first else 0


@part_of_kernel
def _put(entry: Record, time: float, event_place: int, serial: int, slot: int) -> None:
    entry.time = time
    entry.place = event_place
    entry.serial = serial
    entry.slot = slot


@part_of_kernel
def _rise(org: Record, index: int, time: float, event_place: int, serial: int, slot: int) -> None:
    """Put an event where it belongs on the way from a free place to the top."""
    while index > 0:
        parent = event_of(org, (index - 1) // 2)
        if not _precedes(time, event_place, parent):
            break
        _put(event_of(org, index), parent.time, parent.place, parent.serial, parent.slot)
        index = (index - 1) // 2
    _put(event_of(org, index), time, event_place, serial, slot)


@part_of_kernel
def _fill(org: Record, time: float, event_place: int, serial: int, slot: int) -> None:
    """Put an event where it belongs while the top is free.

    The free place goes down to the end of the heap, and the event rises from there: one that
    comes from the end nearly always belongs there again.
    """
    index, child, size = 0, 1, org.events
    while child < size:
        if child + 1 < size:
            child += _is_before(event_of(org, child + 1), event_of(org, child))
        below = event_of(org, child)
        _put(event_of(org, index), below.time, below.place, below.serial, below.slot)
        index, child = child, 2 * child + 1
    _rise(org, index, time, event_place, serial, slot)


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
            entry = event_of(org, index)
            _rise(org, kept, entry.time, entry.place, entry.serial, entry.slot)
            kept += 1
    org.events = kept


@part_of_kernel
def _drop_first(org: Record) -> None:
    org.events -= 1
    if org.events > 0:
        last = event_of(org, org.events)
        _fill(org, last.time, last.place, last.serial, last.slot)


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
    slot_of(org, slot).value = org.serial
    org.events += 1
    _rise(org, org.events - 1, at, place(rank, number, cause), org.serial, slot)


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
