"""The event calendar: a heap of the events of the open day, and a list for each later day.

Most events are planned weeks ahead, and many are planned anew before their time. In the list of
its day an event costs the same however many there are, and is taken off it at once. When the day
begins its events go into the heap, by time and place; one that is cancelled there is passed over.
"""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.layout import Record, day_of, event_of, setting_at, slot_of
from modelops_abm.core.events import place, rank_of


@part_of_kernel
def _precedes(time: float, event_place: int, other: Record) -> bool:
    """Return whether an event comes before an entry of the heap."""
    if time != other.time:
        return bool(time < other.time)
    return bool(event_place < other.place)


@part_of_kernel
def _is_before(one: Record, other: Record) -> int:
    """Return 1 if an entry of the heap comes before another, else 0, without a branch."""
    # Which child of two comes first is a toss-up, so a branch would be guessed wrong half the time.
    # Hence `&` and `|`: `and` and `or` are branches.
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
    return bool(slot_of(org, entry.slot).serial == entry.serial)


@part_of_kernel
def _compact(org: Record) -> None:
    """Drop the cancelled events; there is room for an event of every slot."""
    kept = 0
    # In place: nothing is put behind the entry that is looked at.
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
def _push(org: Record, slot: int) -> None:
    """Put the event of a slot into the heap."""
    if org.events == org.calendar_room:
        _compact(org)
    planned = slot_of(org, slot)
    # From 1 on, as a slot without a valid event has the serial 0. An earlier entry of the slot
    # stays in the heap, and is told by its other serial.
    org.serial += 1
    planned.serial = org.serial
    org.events += 1
    _rise(org, org.events - 1, planned.time, planned.place, planned.serial, slot)


@part_of_kernel
def _list(org: Record, slot: int) -> None:
    """Put the event of a slot first into the list of its day."""
    # In no order: the heap gives them one when their day begins.
    planned = slot_of(org, slot)
    first = day_of(org, int(planned.time))
    planned.listed = 1
    planned.previous = 0
    planned.next = first.value
    if first.value > 0:
        slot_of(org, first.value - 1).previous = slot + 1
    first.value = slot + 1


@part_of_kernel
def _take_off_list(org: Record, slot: int) -> None:
    planned = slot_of(org, slot)
    planned.listed = 0
    if planned.previous > 0:
        slot_of(org, planned.previous - 1).next = planned.next
    else:
        day_of(org, int(planned.time)).value = planned.next
    if planned.next > 0:
        slot_of(org, planned.next - 1).previous = planned.previous


@part_of_kernel
def schedule(
    setting: int, org: Record, slot: int, at: float, rank: int, number: int, cause: int
) -> None:
    """Schedule the event of a slot in place of an earlier one; none at or after the horizon."""
    cancel(org, slot)
    # Not `>=`: NaN is not scheduled either, as a list by its day would be anywhere in memory.
    if not at < setting_at(setting).horizon_days:
        return
    planned = slot_of(org, slot)
    planned.time = at
    planned.place = place(rank, number, cause)
    # The list of the open day is empty by now, or about to be emptied into the heap.
    if at < org.day + 1.0:
        _push(org, slot)
    else:
        _list(org, slot)


@part_of_kernel
def cancel(org: Record, slot: int) -> None:
    """Cancel the event of a slot, if there is one."""
    planned = slot_of(org, slot)
    planned.serial = 0
    if planned.listed:
        _take_off_list(org, slot)


@part_of_kernel
def begin_day(org: Record) -> None:
    """Put the events of the open day that were planned before into the heap."""
    first = day_of(org, org.day)
    while first.value > 0:
        slot = first.value - 1
        _take_off_list(org, slot)
        _push(org, slot)


@part_of_kernel
def next_time(org: Record) -> float:
    """Return the time of the next event, infinite if there is none."""
    while org.events > 0 and not _is_valid(org, 0):
        _drop_first(org)
    return float(event_of(org, 0).time) if org.events > 0 else np.inf


@part_of_kernel
def take_next(org: Record) -> tuple[int, int]:
    """Take the next event off the calendar, set the clock, and return its slot and rank."""
    # The top is valid, as `next_time` has dropped what was not.
    entry = event_of(org, 0)
    slot, rank = entry.slot, rank_of(entry.place)
    org.clock = entry.time
    # Before the event happens, which may plan the next one of this slot.
    slot_of(org, slot).serial = 0
    _drop_first(org)
    return slot, rank
