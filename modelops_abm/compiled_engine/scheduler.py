"""The developers' work queue over records.

The rules are those of `modelops_abm.mesa_engine.scheduler`.

Every class has a heap of its eligible tasks, in which an entry whose serial number is no longer its
task's is passed over. Every class that maintenance may interrupt has a list of the developers at
work on it, the last to start first: time only goes on, so whoever starts comes near the front.
"""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine.layout import (
    CLASSES,
    Record,
    developer_of,
    heap_of,
    idle_of,
    model_of,
    queued_at,
    setting_at,
    task_of,
)
from modelops_abm.core.events import FIRST_SOURCE_STREAM, TaskClass

NO_TASK = -1
IDLE = TaskClass.IDLE.value
_BUILD = TaskClass.BUILD.value
# Streams of sources go from `FIRST_SOURCE_STREAM`, and their number is bounded far below.
_STREAM_BITS = FIRST_SOURCE_STREAM.bit_length()
_REPAIR, _RESPOND, _RETRAIN = (
    TaskClass.REPAIR.value,
    TaskClass.RESPOND.value,
    TaskClass.RETRAIN.value,
)


class Entry(NamedTuple):
    """An entry of a heap: what it is ordered by - `fresh`, `order`, `tie` -, and whose it is."""

    order: float
    fresh: int
    tie: int
    serial: int
    task: int


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
    # Its entry stays in the heap, stale: to take it out, it would have to be searched.
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
def reclassify(setting: int, org: Record, task: int, task_class: int) -> None:
    """Make a task, waiting or in progress, one of another class of maintenance."""
    record = task_of(org, task)
    if record.worker >= 0:
        # Who does maintenance is in no list.
        record.task_class = task_class
        developer_of(org, record.worker).activity = task_class
        return
    org.waiting[record.task_class] -= 1
    record.task_class = task_class
    submit(setting, org, task)


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
    # Maintenance has the first numbers. Who does it is in no list, as nobody may interrupt it.
    if record.task_class > _RETRAIN:
        _leave_at_work(org, record.worker, record.task_class)
    keep_build_days(org, record.worker)
    developer_of(org, record.worker).task = NO_TASK
    developer_of(org, record.worker).activity = IDLE
    record.worker = -1


@part_of_kernel
def keep_build_days(org: Record, developer: int) -> None:
    """Enter the days of the build in hand, if there is one, into its model."""
    record = developer_of(org, developer)
    if record.activity == _BUILD:
        model_of(org, task_of(org, record.task).number).build_days = record.build_days


@part_of_kernel
def requeue(setting: int, org: Record, task: int, held: int) -> None:
    """Put interrupted work back into the queue."""
    task_of(org, task).interrupted = 1
    task_of(org, task).held = held
    submit(setting, org, task)


@part_of_kernel
def assign(org: Record, task: int, developer: int) -> None:
    """Give a waiting task, which is what `best` has returned, to a developer."""
    record = task_of(org, task)
    org.waiting[record.task_class] -= 1
    # It is the first of its heap; there is nothing stale to look at the next time then.
    _drop_first(org, record.task_class)
    record.serial = 0
    record.worker = developer
    # What every day needs of the work is in the developer's record meanwhile.
    developer_of(org, developer).task = task
    developer_of(org, developer).activity = record.task_class
    if record.task_class == _BUILD:
        developer_of(org, developer).build_days = model_of(org, record.number).build_days
    if record.task_class > _RETRAIN:
        _enter_at_work(org, developer, record.task_class)


@part_of_kernel
def take_priorities(setting: int, org: Record) -> None:
    """Take over the task classes from first to last priority."""
    priorities = setting_at(setting).priorities
    org.priorities[0] = priorities.first
    org.priorities[1] = priorities.second
    org.priorities[2] = priorities.third
    org.priorities[3] = priorities.fourth
    org.priorities[4] = priorities.fifth
    org.priorities[5] = priorities.sixth


@part_of_kernel
def best(org: Record, maintenance_only: bool) -> int:
    """Return the first eligible task of the first class that has one, or none."""
    # As mostly: what is urgent is worked on.
    if maintenance_only and org.queued[_REPAIR] + org.queued[_RESPOND] + org.queued[_RETRAIN] == 0:
        return NO_TASK
    for rank in range(CLASSES):
        task_class = org.priorities[rank]
        if maintenance_only and task_class > _RETRAIN:
            continue
        while org.queued[task_class] > 0:
            if _is_valid(org, heap_of(org, task_class), 0):
                return int(queued_at(heap_of(org, task_class), 0).task)
            _drop_first(org, task_class)
    return NO_TASK


@part_of_kernel
def victim(org: Record, task_class: int) -> int:
    """Return who does the lowest work below a class, the last to start, or -1."""
    # From the lowest priority up to the task's own; the lists of maintenance are always empty.
    for rank in range(CLASSES - 1, -1, -1):
        lower = org.priorities[rank]
        if lower == task_class:
            return -1
        if org.last_at_work[lower] > 0:
            return int(org.last_at_work[lower] - 1)
    return -1


@part_of_kernel
def _enter_at_work(org: Record, developer: int, task_class: int) -> None:
    """Put who starts now before whoever started earlier, or now with a lower number."""
    # Compared with the clock, as this developer's own start is entered later (`developer.begin`).
    later, earlier = 0, org.last_at_work[task_class]
    while earlier - 1 > developer and developer_of(org, earlier - 1).started_at == org.clock:
        later, earlier = earlier, developer_of(org, earlier - 1).previous
    record = developer_of(org, developer)
    record.previous = earlier
    record.next = later
    if earlier > 0:
        developer_of(org, earlier - 1).next = developer + 1
    if later > 0:
        developer_of(org, later - 1).previous = developer + 1
    else:
        org.last_at_work[task_class] = developer + 1


@part_of_kernel
def _leave_at_work(org: Record, developer: int, task_class: int) -> None:
    record = developer_of(org, developer)
    if record.previous > 0:
        developer_of(org, record.previous - 1).next = record.next
    if record.next > 0:
        developer_of(org, record.next - 1).previous = record.previous
    else:
        org.last_at_work[task_class] = record.previous


@part_of_kernel
def _is_valid(org: Record, heap: int, index: int) -> bool:
    """Return whether an entry of a heap still stands for its task."""
    entry = queued_at(heap, index)
    return bool(task_of(org, entry.task).serial == entry.serial)


@part_of_kernel
def _push(setting: int, org: Record, task: int) -> None:
    record = task_of(org, task)
    queue = record.task_class
    if org.queued[queue] == org.queue_room:
        _compact(org, queue)
    org.serial += 1
    record.serial = org.serial
    # The best score first, so the smallest of its opposite.
    by_score = queue == _BUILD and setting_at(setting).best_idea_first
    order = -record.score if by_score else record.submitted_at
    fresh = 0 if record.interrupted else 1
    index = org.queued[queue]
    org.queued[queue] = index + 1
    # By number, then by stream: the repair of a shared source has a model's number, and a stream
    # above all of the model's own.
    tie = (record.number << _STREAM_BITS) + record.stream
    _rise(heap_of(org, queue), index, Entry(order, fresh, tie, record.serial, task))


@part_of_kernel
def _entry(heap: int, index: int) -> Entry:
    entry = queued_at(heap, index)
    return Entry(entry.order, entry.fresh, entry.tie, entry.serial, entry.task)


@part_of_kernel
def _put(heap: int, index: int, entry: Entry) -> None:
    place = queued_at(heap, index)
    place.order = entry.order
    place.fresh = entry.fresh
    place.tie = entry.tie
    place.serial = entry.serial
    place.task = entry.task


@inner_loop
def _before(one: Entry, other: Entry) -> int:
    """Return 1 if an entry comes first, else 0, without a branch, as the calendar does."""
    same = one.fresh == other.fresh
    same_order = same & (one.order == other.order)
    first = (one.fresh < other.fresh) | (same & (one.order < other.order))
    return 1 if first | (same_order & (one.tie < other.tie)) else 0


@part_of_kernel
def _rise(heap: int, index: int, entry: Entry) -> None:
    """Put an entry where it belongs on the way from a free place to the top."""
    while index > 0:
        above = _entry(heap, (index - 1) // 2)
        if not _before(entry, above):
            break
        _put(heap, index, above)
        index = (index - 1) // 2
    _put(heap, index, entry)


@part_of_kernel
def _drop_first(org: Record, queue: int) -> None:
    """Drop the top: its place goes down to the end of the heap, and the last rises from there."""
    size = org.queued[queue] - 1
    org.queued[queue] = size
    if size == 0:
        return
    heap, index, child = heap_of(org, queue), 0, 1
    while child < size:
        if child + 1 < size:
            child += _before(_entry(heap, child + 1), _entry(heap, child))
        _put(heap, index, _entry(heap, child))
        index, child = child, 2 * child + 1
    _rise(heap, index, _entry(heap, size))


@part_of_kernel
def _compact(org: Record, queue: int) -> None:
    """Drop what is no longer valid; there is room for every task and developer."""
    heap, kept = heap_of(org, queue), 0
    for index in range(org.queued[queue]):
        if _is_valid(org, heap, index):
            _rise(heap, kept, _entry(heap, index))
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
def hire(org: Record, developer: int) -> None:
    """Give work to a developer who is idle now."""
    developer_of(org, developer).task = NO_TASK
    developer_of(org, developer).activity = IDLE
    _push_idle(org, developer)
    org.dispatch = 1


@part_of_kernel
def dismiss(org: Record, developer: int) -> None:
    """Give an idle developer no more work."""
    others = org.idle
    org.idle = 0
    # In place: none is put behind the one that is looked at.
    for index in range(others):
        number = int(idle_of(org, index).value)
        if number != developer:
            _push_idle(org, number)


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
