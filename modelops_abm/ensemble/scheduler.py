"""The developers' work queue over records; the rules are those of `modelops_abm.scheduler`.

Every class has a heap of its eligible tasks, and every class that maintenance may interrupt a heap
of the developers at work on it, the last to start first. An entry whose serial number is no longer
its task's or developer's is passed over.
"""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.ensemble.layout import (
    CLASSES,
    FIRST_INTERRUPTIBLE,
    Record,
    developer_of,
    idle_of,
    queued_of,
    setting_at,
    task_of,
)
from modelops_abm.events import TaskClass

NO_TASK = -1
_BUILD = TaskClass.BUILD.value
_RETRAIN = TaskClass.RETRAIN.value


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
    entry = queued_of(org, queue, index)
    entry.order = -org.clock
    entry.fresh = 0
    entry.number = -developer
    entry.stream = 0
    entry.serial = org.serial
    entry.item = developer
    org.queued[queue] = index + 1
    _rise(org, queue, index)


@part_of_kernel
def _push(setting: int, org: Record, task: int) -> None:
    record = task_of(org, task)
    task_class = record.task_class
    if org.queued[task_class] == org.queue_room:
        _compact(org, task_class)
    org.serial += 1
    record.serial = org.serial
    index = org.queued[task_class]
    entry = queued_of(org, task_class, index)
    by_score = task_class == _BUILD and setting_at(setting).best_idea_first
    entry.order = -record.score if by_score else record.submitted_at
    entry.fresh = 0 if record.interrupted else 1
    entry.number = record.number
    entry.stream = record.stream
    entry.serial = record.serial
    entry.item = task
    org.queued[task_class] = index + 1
    _rise(org, task_class, index)


@part_of_kernel
def _before(org: Record, task_class: int, one: int, other: int) -> bool:
    a, b = queued_of(org, task_class, one), queued_of(org, task_class, other)
    if a.fresh != b.fresh:
        return bool(a.fresh < b.fresh)
    if a.order != b.order:
        return bool(a.order < b.order)
    if a.number != b.number:
        return bool(a.number < b.number)
    return bool(a.stream < b.stream)


@part_of_kernel
def _swap(org: Record, task_class: int, one: int, other: int) -> None:
    a, b = queued_of(org, task_class, one), queued_of(org, task_class, other)
    order, fresh, number = a.order, a.fresh, a.number
    stream, serial, item = a.stream, a.serial, a.item
    a.order, a.fresh, a.number = b.order, b.fresh, b.number
    a.stream, a.serial, a.item = b.stream, b.serial, b.item
    b.order, b.fresh, b.number = order, fresh, number
    b.stream, b.serial, b.item = stream, serial, item


@part_of_kernel
def _rise(org: Record, task_class: int, index: int) -> None:
    while index > 0:
        parent = (index - 1) // 2
        if not _before(org, task_class, index, parent):
            return
        _swap(org, task_class, index, parent)
        index = parent


@part_of_kernel
def _sink(org: Record, task_class: int, index: int) -> None:
    size = org.queued[task_class]
    while True:
        child = 2 * index + 1
        if child >= size:
            return
        if child + 1 < size and _before(org, task_class, child + 1, child):
            child += 1
        if not _before(org, task_class, child, index):
            return
        _swap(org, task_class, child, index)
        index = child


@part_of_kernel
def _drop_first(org: Record, task_class: int) -> None:
    size = org.queued[task_class] - 1
    org.queued[task_class] = size
    if size > 0:
        _swap(org, task_class, 0, size)
        _sink(org, task_class, 0)


@part_of_kernel
def _compact(org: Record, task_class: int) -> None:
    """Drop what is no longer valid; there is room for every task and developer."""
    kept = 0
    for index in range(org.queued[task_class]):
        if _is_valid(org, task_class, index):
            if index != kept:
                _swap(org, task_class, index, kept)
            kept += 1
    org.queued[task_class] = kept
    for index in range(kept // 2 - 1, -1, -1):
        _sink(org, task_class, index)


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
