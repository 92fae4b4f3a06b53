"""The developers' work queue over records.

The rules are those of `modelops_abm.mesa_engine.scheduler`.

Every class has a heap of its eligible tasks, and every class that maintenance may interrupt a heap
of the developers at work on it, the last to start first. An entry whose serial number is no longer
its task's or developer's is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.layout import (
    CLASSES,
    FIRST_INTERRUPTIBLE,
    Record,
    developer_of,
    idle_of,
    queued_of,
    setting_at,
    task_of,
)
from modelops_abm.core.events import TaskClass

NO_TASK = -1
_BUILD = TaskClass.BUILD.value
_RETRAIN = TaskClass.RETRAIN.value


class Entry(NamedTuple):
    """An entry of a heap; what it is ordered by, its serial number, and the task or developer."""

    order: float
    fresh: int
    number: int
    stream: int
    serial: int
    item: int


@part_of_kernel
def submit(setting: int, org: Record, task: int) -> None:
    """Take in a task; it is eligible at once unless it is held."""
    record = task_of(org, task)
    org.waiting[record.task_class] += 1
    if not record.held:
        _push(setting, org, task)
    org.dispatch = 1


@part_of_kernel
def hold(org: Record, task: int) -> None:
    """Make a waiting task wait for something else than a developer."""
    task_of(org, task).held = 1
    task_of(org, task).serial = 0


@part_of_kernel
def release(setting: int, org: Record, task: int) -> None:
    """Make a held task eligible again."""
    task_of(org, task).held = 0
    _push(setting, org, task)


@part_of_kernel
def forget(org: Record, task: int) -> None:
    """Forget a waiting task."""
    record = task_of(org, task)
    org.waiting[record.task_class] -= 1
    record.serial = 0
    record.exists = 0


@part_of_kernel
def finish(org: Record, task: int) -> None:
    """Take a task in progress off its developer, who is idle now."""
    developer = task_of(org, task).worker
    stop(org, task)
    _push_idle(org, developer)


@part_of_kernel
def stop(org: Record, task: int) -> None:
    """Take a task in progress off its developer."""
    record = task_of(org, task)
    developer = developer_of(org, record.worker)
    developer.task = NO_TASK
    developer.serial = 0
    record.worker = -1
    org.in_progress[record.task_class] -= 1


@part_of_kernel
def requeue(setting: int, org: Record, task: int, held: int) -> None:
    """Put interrupted work back into the queue."""
    task_of(org, task).interrupted = 1
    task_of(org, task).held = held
    submit(setting, org, task)


@part_of_kernel
def assign(org: Record, task: int, developer: int) -> None:
    """Give a waiting task to a developer."""
    record = task_of(org, task)
    org.waiting[record.task_class] -= 1
    org.in_progress[record.task_class] += 1
    record.serial = 0
    record.worker = developer
    developer_of(org, developer).task = task
    if record.task_class > _RETRAIN:
        _push_at_work(org, developer, _at_work(record.task_class))


@part_of_kernel
def _class_at(setting: int, rank: int) -> int:
    """Return the task class of a rank."""
    priorities = setting_at(setting).priorities
    if rank == 0:
        return priorities.first
    if rank == 1:
        return priorities.second
    if rank == 2:
        return priorities.third
    return priorities.fourth if rank == 3 else priorities.fifth


@part_of_kernel
def best(setting: int, org: Record, maintenance_only: bool) -> int:
    """Return the first eligible task of the first class that has one, or none."""
    for rank in range(CLASSES):
        task_class = _class_at(setting, rank)
        if maintenance_only and task_class > _RETRAIN:
            continue
        while org.queued[task_class] > 0:
            if _is_valid(org, task_class, 0):
                return int(queued_of(org, task_class, 0).item)
            _drop_first(org, task_class)
    return NO_TASK


@part_of_kernel
def victim(setting: int, org: Record, task_class: int) -> int:
    """Return who does the lowest work below a class, the last to start, or -1."""
    for rank in range(CLASSES - 1, -1, -1):
        lower = _class_at(setting, rank)
        if lower == task_class:
            return -1
        if lower > _RETRAIN and org.in_progress[lower] > 0:
            return _last_to_start(org, lower)
    return -1


@part_of_kernel
def _at_work(task_class: int) -> int:
    """Return the heap of the developers at work on a class that maintenance may interrupt."""
    return task_class - FIRST_INTERRUPTIBLE + CLASSES


@part_of_kernel
def _is_valid(org: Record, queue: int, index: int) -> bool:
    """Return whether an entry of a heap still stands for its task or developer."""
    entry = queued_of(org, queue, index)
    if queue < CLASSES:
        return bool(task_of(org, entry.item).serial == entry.serial)
    return bool(developer_of(org, entry.item).serial == entry.serial)


@part_of_kernel
def _last_to_start(org: Record, task_class: int) -> int:
    """Return who started last on work of a class; of several the highest number."""
    queue = _at_work(task_class)
    while not _is_valid(org, queue, 0):
        _drop_first(org, queue)
    return int(queued_of(org, queue, 0).item)


@part_of_kernel
def _push_at_work(org: Record, developer: int, queue: int) -> None:
    if org.queued[queue] == org.queue_room:
        _compact(org, queue)
    org.serial += 1
    developer_of(org, developer).serial = org.serial
    index = org.queued[queue]
    org.queued[queue] = index + 1
    _rise(org, queue, index, Entry(-org.clock, 0, -developer, 0, org.serial, developer))


@part_of_kernel
def _push(setting: int, org: Record, task: int) -> None:
    record = task_of(org, task)
    queue = record.task_class
    if org.queued[queue] == org.queue_room:
        _compact(org, queue)
    org.serial += 1
    record.serial = org.serial
    by_score = queue == _BUILD and setting_at(setting).best_idea_first
    order = -record.score if by_score else record.submitted_at
    fresh = 0 if record.interrupted else 1
    index = org.queued[queue]
    org.queued[queue] = index + 1
    _rise(org, queue, index, Entry(order, fresh, record.number, record.stream, record.serial, task))


@part_of_kernel
def _entry(org: Record, queue: int, index: int) -> Entry:
    entry = queued_of(org, queue, index)
    return Entry(entry.order, entry.fresh, entry.number, entry.stream, entry.serial, entry.item)


@part_of_kernel
def _put(org: Record, queue: int, index: int, entry: Entry) -> None:
    place = queued_of(org, queue, index)
    place.order = entry.order
    place.fresh = entry.fresh
    place.number = entry.number
    place.stream = entry.stream
    place.serial = entry.serial
    place.item = entry.item


@part_of_kernel
def _before(one: Entry, other: Entry) -> bool:
    if one.fresh != other.fresh:
        return bool(one.fresh < other.fresh)
    if one.order != other.order:
        return bool(one.order < other.order)
    if one.number != other.number:
        return bool(one.number < other.number)
    return bool(one.stream < other.stream)


@part_of_kernel
def _rise(org: Record, queue: int, index: int, entry: Entry) -> None:
    """Put an entry where it belongs on the way from a free place to the top."""
    while index > 0:
        above = _entry(org, queue, (index - 1) // 2)
        if not _before(entry, above):
            break
        _put(org, queue, index, above)
        index = (index - 1) // 2
    _put(org, queue, index, entry)


@part_of_kernel
def _drop_first(org: Record, queue: int) -> None:
    """Drop the top: its place goes down to the end of the heap, and the last rises from there."""
    size = org.queued[queue] - 1
    org.queued[queue] = size
    if size == 0:
        return
    index, child = 0, 1
    while child < size:
        below = _entry(org, queue, child)
        if child + 1 < size:
            other = _entry(org, queue, child + 1)
            if _before(other, below):
                child, below = child + 1, other
        _put(org, queue, index, below)
        index, child = child, 2 * child + 1
    _rise(org, queue, index, _entry(org, queue, size))


@part_of_kernel
def _compact(org: Record, queue: int) -> None:
    """Drop what is no longer valid; there is room for every task and developer."""
    kept = 0
    for index in range(org.queued[queue]):
        if _is_valid(org, queue, index):
            _rise(org, queue, kept, _entry(org, queue, index))
            kept += 1
    org.queued[queue] = kept


@part_of_kernel
def _swap_idle(org: Record, one: int, other: int) -> None:
    first, second = idle_of(org, one), idle_of(org, other)
    value = first.value
    first.value = second.value
    second.value = value


@part_of_kernel
def _push_idle(org: Record, developer: int) -> None:
    index = org.idle
    org.idle = index + 1
    idle_of(org, index).value = developer
    while index > 0 and idle_of(org, (index - 1) // 2).value > idle_of(org, index).value:
        _swap_idle(org, index, (index - 1) // 2)
        index = (index - 1) // 2


@part_of_kernel
def take_idle(org: Record) -> int:
    """Return the idle developer with the lowest number, who is taken off the idle."""
    first = int(idle_of(org, 0).value)
    size = org.idle - 1
    org.idle = size
    _swap_idle(org, 0, size)
    index = 0
    while True:
        child = 2 * index + 1
        if child >= size:
            return first
        if child + 1 < size and idle_of(org, child + 1).value < idle_of(org, child).value:
            child += 1
        if idle_of(org, child).value >= idle_of(org, index).value:
            return first
        _swap_idle(org, index, child)
        index = child
