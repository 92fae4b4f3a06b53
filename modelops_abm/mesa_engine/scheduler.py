"""The developers' work queue: classes, priority, preemption.

Classes go by the scenario's order. Within a class interrupted work goes first, then what was
submitted first - ideas by their score instead -, then the lower number, then the lower stream.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from modelops_abm.core.events import MAINTENANCE, TaskClass
from modelops_abm.core.statechart import Cause

type QueueKey = tuple[bool, float, int, int]


class Worker(Protocol):
    """What the scheduler needs to know of a developer."""

    number: int
    task: Task | None
    started_at: float


@dataclass(slots=True, eq=False)
class Task:
    """A piece of work for one developer.

    Attributes
    ----------
    task_class
        Its class.
    number, stream
        Number of the model, or of the capability and its stream. For a shared source that is
        repaired that of the lowest model offline for it, and a stream of its own.
    submitted_at
        Time.
    cause
        Why it is to be done; None for new work.
    score
        Of an idea, $ per year and developer-day.
    effort_left
        Developer-days; None until work on it first starts.
    interrupted
        Whether it was begun and waits again.
    held
        Whether it waits for something else than a developer.
    worker
        Who works on it.
    """

    task_class: TaskClass
    number: int
    submitted_at: float
    cause: Cause | None = None
    stream: int = 0
    score: float = 0.0
    effort_left: float | None = None
    interrupted: bool = False
    held: bool = False
    worker: Worker | None = None
    entry: int = -1


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to begin what, and what that interrupts."""

    task: Task
    worker: Worker
    interrupts: Task | None


class Scheduler:
    """Decides who works on what.

    Parameters
    ----------
    workers
        All developers, by number; all idle.
    order
        The task classes from first to last priority.
    preemptive
        Whether maintenance takes a developer off lower work.
    best_idea_first
        Whether ideas go by score, or by arrival.

    Attributes
    ----------
    workers
        The developers, by number; those who have left, too.
    waiting, in_progress
        How many tasks of each class wait, or are worked on.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        order: Sequence[TaskClass],
        *,
        preemptive: bool,
        best_idea_first: bool,
    ) -> None:
        self.workers = workers
        self._order = tuple(order)
        self._preemptive = preemptive
        self._best_idea_first = best_idea_first
        self._rank = {task_class: rank for rank, task_class in enumerate(order)}
        # Ascending numbers are a heap already.
        self._idle = [worker.number for worker in workers]
        self._queues: dict[TaskClass, list[tuple[QueueKey, int, Task]]] = {
            task_class: [] for task_class in order
        }
        self._entries = 0
        self.waiting = dict.fromkeys(order, 0)
        self.in_progress = dict.fromkeys(order, 0)

    def submit(self, task: Task) -> None:
        """Take in a task; it is eligible at once unless it is held."""
        self.waiting[task.task_class] += 1
        if not task.held:
            self._push(task)

    def hold(self, task: Task) -> None:
        """Make a waiting task wait for something else than a developer."""
        task.held = True
        # Its entry stays in the queue, stale: to take it out, it would have to be searched.
        task.entry = -1

    def release(self, task: Task) -> None:
        """Make a held task eligible again."""
        task.held = False
        self._push(task)

    def withdraw(self, task: Task) -> Worker | None:
        """Forget a task; return the developer whom that frees, if any."""
        if task.worker is not None:
            return self.finish(task)
        self.waiting[task.task_class] -= 1
        task.entry = -1
        return None

    def reclassify(self, task: Task, task_class: TaskClass) -> None:
        """Make a task, waiting or in progress, one of another class of maintenance."""
        old, task.task_class = task.task_class, task_class
        if task.worker is not None:
            self.in_progress[old] -= 1
            self.in_progress[task_class] += 1
            return
        self.waiting[old] -= 1
        self.submit(task)

    def finish(self, task: Task) -> Worker:
        """Take a task in progress off its developer, who is idle now."""
        worker = self._stop(task)
        heapq.heappush(self._idle, worker.number)
        return worker

    def interrupt(self, task: Task, *, held: bool) -> Worker:
        """Put a task in progress back into the queue; its developer is idle now."""
        worker = self.finish(task)
        self._requeue(task, held=held)
        return worker

    def _stop(self, task: Task) -> Worker:
        assert task.worker is not None
        worker, task.worker = task.worker, None
        worker.task = None
        self.in_progress[task.task_class] -= 1
        return worker

    def _requeue(self, task: Task, *, held: bool) -> None:
        task.interrupted, task.held = True, held
        self.submit(task)

    def next_assignment(self) -> Assignment | None:
        """Make the next assignment, or return None when there is nothing more to assign."""
        if self._idle:
            task = self._best(self._order)
            if task is None:
                return None
            return self._assign(task, self.workers[heapq.heappop(self._idle)], None)
        if not self._preemptive:
            return None
        return self._preempt()

    def _preempt(self) -> Assignment | None:
        task = self._best([entry for entry in self._order if entry in MAINTENANCE])
        if task is None:
            return None
        victim = self._victim(self._rank[task.task_class])
        # Nobody does lower work than the most urgent task, so nobody does for the others.
        if victim is None or victim.task is None:
            return None
        interrupted = victim.task
        self._stop(interrupted)
        self._requeue(interrupted, held=False)
        return self._assign(task, victim, interrupted)

    def _assign(self, task: Task, worker: Worker, interrupts: Task | None) -> Assignment:
        self.waiting[task.task_class] -= 1
        self.in_progress[task.task_class] += 1
        task.entry = -1
        task.worker = worker
        worker.task = task
        return Assignment(task, worker, interrupts)

    def _best(self, classes: Sequence[TaskClass]) -> Task | None:
        """Return the first eligible task of the first of the classes that has one."""
        for task_class in classes:
            queue = self._queues[task_class]
            while queue and queue[0][2].entry != queue[0][1]:
                heapq.heappop(queue)
            if queue:
                return queue[0][2]
        return None

    def key(self, task: Task) -> QueueKey:
        """Return what a waiting task is ordered by within its class, the least first.

        It is asked once, when the task enters the queue. Override it for an order of your own, such
        as the models with most users first: `docs/guides/an-own-scheduler.md`.

        Parameters
        ----------
        task
            With its model, class, score and the day of its submission.

        Returns
        -------
        tuple
            Whether it was never begun (what was interrupted goes first), the day of submission or
            less the score, the number of the model, and the stream of a capability's work.
        """
        by_score = task.task_class is TaskClass.BUILD and self._best_idea_first
        order = -task.score if by_score else task.submitted_at
        return (not task.interrupted, order, task.number, task.stream)

    def _victim(self, rank: int) -> Worker | None:
        """Return who does the lowest work below a rank: the last to start, the highest number."""
        for task_class in reversed(self._order[rank + 1 :]):
            if task_class not in MAINTENANCE and self.in_progress[task_class]:
                at_work = (
                    worker
                    for worker in self.workers
                    if worker.task is not None and worker.task.task_class is task_class
                )
                return max(at_work, key=lambda worker: (worker.started_at, worker.number))
        return None

    def _push(self, task: Task) -> None:
        # A new number makes earlier entries of the task stale. Being unique, it also keeps the heap
        # from comparing tasks, which have no order.
        self._entries += 1
        task.entry = self._entries
        heapq.heappush(self._queues[task.task_class], (self.key(task), task.entry, task))

    def employs(self, worker: Worker) -> bool:
        """Tell whether a worker is given work."""
        return worker.task is not None or worker.number in self._idle

    def hire(self, worker: Worker) -> None:
        """Give work to a worker who is idle, and among the workers by number."""
        heapq.heappush(self._idle, worker.number)

    def dismiss(self, worker: Worker) -> None:
        """Give an idle worker no more work."""
        self._idle.remove(worker.number)
        heapq.heapify(self._idle)
