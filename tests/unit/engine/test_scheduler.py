"""The developers' work queue by itself: who does what, and what that interrupts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from modelops_abm.core.events import MAINTENANCE, TaskClass
from modelops_abm.mesa_engine.scheduler import Assignment, Scheduler, Task

REPAIR, RESPOND, RETRAIN, CAPABILITY, DEPLOY, BUILD, _ = TaskClass
ORDER = (REPAIR, RESPOND, RETRAIN, CAPABILITY, DEPLOY, BUILD)


@dataclass
class Hand:
    """A developer who does nothing but stand in the scheduler's books."""

    number: int
    task: Task | None = None
    started_at: float = 0.0


@dataclass
class Office:
    """A scheduler and its hands."""

    size: int = 2
    order: Sequence[TaskClass] = ORDER
    preemptive: bool = True
    best_idea_first: bool = True
    hands: list[Hand] = field(init=False)
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        self.hands = [Hand(number) for number in range(self.size)]
        self.scheduler = Scheduler(
            self.hands,
            self.order,
            preemptive=self.preemptive,
            best_idea_first=self.best_idea_first,
        )

    def submit(
        self,
        task_class: TaskClass,
        number: int = 0,
        at: float = 0.0,
        *,
        score: float = 0.0,
        stream: int = 0,
        interrupted: bool = False,
        held: bool = False,
    ) -> Task:
        task = Task(
            task_class,
            number,
            at,
            score=score,
            stream=stream,
            interrupted=interrupted,
            held=held,
            effort_left=1.0 if interrupted else None,
        )
        self.scheduler.submit(task)
        return task

    def assign(self, now: float = 0.0) -> list[Assignment]:
        made = []
        while (assignment := self.scheduler.next_assignment()) is not None:
            self.hands[assignment.worker.number].started_at = now
            made.append(assignment)
        return made

    def begun(self, now: float = 0.0) -> list[Task]:
        return [assignment.task for assignment in self.assign(now)]


def in_turn(tasks: Sequence[Task], office: Office) -> list[Task]:
    """The order in which one hand does all tasks."""
    done: list[Task] = []
    while True:
        begun = office.begun()
        if not begun:
            return done
        done += begun
        office.scheduler.finish(begun[-1])
        assert len(done) <= len(tasks)


def test_classes_go_by_the_order() -> None:
    for order in itertools.permutations(ORDER):
        office = Office(size=1, order=order, preemptive=False)
        tasks = [office.submit(task_class) for task_class in ORDER]
        assert [task.task_class for task in in_turn(tasks, office)] == list(order)


def test_within_a_class_interrupted_work_goes_first_then_the_oldest_then_the_lowest() -> None:
    office = Office(size=1)
    expected = [
        office.submit(REPAIR, 9, 8.0, interrupted=True),
        office.submit(REPAIR, 3, 9.0, interrupted=True),
        office.submit(REPAIR, 7, 1.0),
        office.submit(REPAIR, 1, 2.0),
        office.submit(REPAIR, 4, 2.0),
    ]
    other = Office(size=1)
    for task in reversed(expected):
        other.scheduler.submit(task)
    assert in_turn(expected, other) == expected


@pytest.mark.parametrize("best_idea_first", [True, False])
def test_ideas_go_by_score_or_by_arrival(best_idea_first: bool) -> None:
    office = Office(size=1, best_idea_first=best_idea_first)
    early = office.submit(BUILD, 0, 1.0, score=5.0)
    late = office.submit(BUILD, 1, 2.0, score=9.0)
    as_good = office.submit(BUILD, 2, 0.5, score=9.0)
    begun_before = office.submit(BUILD, 3, 9.0, score=1.0, interrupted=True)
    expected = [late, as_good, early] if best_idea_first else [as_good, early, late]
    assert in_turn([early, late, as_good, begun_before], office) == [begun_before, *expected]


def test_capability_work_goes_by_capability_and_stream() -> None:
    office = Office(size=1)
    tasks = [office.submit(CAPABILITY, n, stream=s) for n, s in ((2, 0), (0, 1), (1, 0), (0, 0))]
    found = [(task.number, task.stream) for task in in_turn(tasks, office)]
    assert found == [(0, 0), (0, 1), (1, 0), (2, 0)]


def test_the_idle_developer_with_the_lowest_number_takes_the_best_task() -> None:
    office = Office(size=3)
    tasks = [office.submit(BUILD, n, score=-n) for n in range(3)]
    assert office.begun() == tasks
    assert [hand.task for hand in office.hands] == tasks
    office.scheduler.finish(tasks[2])
    office.scheduler.finish(tasks[0])
    again = office.submit(DEPLOY)
    assert office.begun() == [again]
    assert office.hands[0].task is again


def test_maintenance_takes_developers_off_the_lowest_work() -> None:
    """The lowest class, there the last to start, of those the highest number."""
    office = Office(size=5)
    deploy = office.submit(DEPLOY, 0)
    office.assign(1.0)
    builds: list[Task] = []
    for now in (2.0, 3.0, 3.0, 2.5):
        builds.append(office.submit(BUILD, len(builds) + 1))
        office.assign(now)
    victims = []
    for number in range(6):
        repair = office.submit(REPAIR, number, 10.0)
        made = office.assign(10.0)
        if made:
            assert made[0].task is repair
            victims.append(made[0].interrupts)
    assert victims == [builds[2], builds[1], builds[3], builds[0], deploy]
    assert office.scheduler.waiting[REPAIR] == 1  # nobody is taken off maintenance


def test_retraining_never_interrupts_maintenance_or_what_comes_before_it() -> None:
    office = Office(size=1, order=(CAPABILITY, REPAIR, RESPOND, RETRAIN, DEPLOY, BUILD))
    package = office.submit(CAPABILITY)
    office.assign()
    office.submit(REPAIR)
    assert office.assign() == []
    office.scheduler.finish(package)
    office.submit(RETRAIN)
    (repair,) = office.begun()
    assert repair.task_class is REPAIR
    assert office.assign() == []


def test_without_preemption_maintenance_only_goes_first_in_line() -> None:
    office = Office(size=1, preemptive=False)
    build = office.submit(BUILD)
    office.assign()
    repair, other = office.submit(REPAIR), office.submit(BUILD, 1, score=9.0)
    assert office.assign() == []
    office.scheduler.finish(build)
    assert office.begun() == [repair]
    office.scheduler.finish(repair)
    assert office.begun() == [other]


def test_work_that_is_not_maintenance_interrupts_nothing() -> None:
    office = Office(size=1)
    office.submit(BUILD)
    office.assign()
    for task_class in (CAPABILITY, DEPLOY):
        office.submit(task_class)
        assert office.assign() == []


def test_interrupted_work_waits_at_the_head_of_its_class() -> None:
    office = Office(size=1)
    poor = office.submit(BUILD, 0, score=1.0)
    office.assign()
    office.submit(BUILD, 1, score=9.0)
    repair = office.submit(REPAIR)
    assert office.begun() == [repair]
    assert poor.interrupted
    assert poor.worker is None
    office.scheduler.finish(repair)
    assert office.begun() == [poor]


def test_a_held_task_waits_for_its_release() -> None:
    office = Office(size=1)
    held = office.submit(RETRAIN, held=True)
    build = office.submit(BUILD)
    assert office.begun() == [build]
    assert office.scheduler.waiting[RETRAIN] == 1
    office.scheduler.release(held)
    assert office.begun() == [held]
    office.scheduler.interrupt(held, held=True)
    assert office.begun() == [build]
    office.scheduler.release(held)
    assert office.begun() == [held]


def test_a_waiting_task_can_be_held_and_withdrawn() -> None:
    office = Office(size=1)
    first, second = office.submit(RETRAIN, 0), office.submit(RETRAIN, 1)
    office.scheduler.hold(first)
    assert office.begun() == [second]
    assert office.scheduler.withdraw(first) is None
    assert office.scheduler.waiting[RETRAIN] == 0
    assert office.scheduler.withdraw(second) is office.hands[0]
    assert office.hands[0].task is None
    assert office.assign() == []


def _worst(office: Office, waiting: Sequence[Task]) -> bool:
    """Whether an eligible maintenance task waits while somebody does lower work or nothing."""
    eligible = [task for task in waiting if not task.held and task.task_class in MAINTENANCE]
    for task in eligible:
        for hand in office.hands:
            if hand.task is None:
                return True
            doing = hand.task.task_class
            if doing not in MAINTENANCE and (
                office.order.index(doing) > office.order.index(task.task_class)
            ):
                return True
    return False


def _key(task: Task, office: Office) -> tuple[object, ...]:
    by_score = task.task_class is BUILD and office.best_idea_first
    return (
        office.order.index(task.task_class),
        not task.interrupted,
        -task.score if by_score else task.submitted_at,
        task.number,
        task.stream,
    )


@dataclass
class RandomOffice:
    """An office in which anything happens, beside a plain list of what waits."""

    seed: int
    preemptive: bool
    office: Office = field(init=False)
    waiting: list[Task] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        best_first = bool(self.rng.integers(2))
        self.office = Office(size=3, preemptive=self.preemptive, best_idea_first=best_first)
        self.numbers = itertools.count()

    def submit(self, now: float) -> None:
        for _ in range(self.rng.integers(3)):
            task_class = TaskClass(int(self.rng.integers(6)))
            held = task_class is RETRAIN and bool(self.rng.integers(2))
            score, number = float(self.rng.integers(4)), next(self.numbers)
            task = self.office.submit(task_class, number, now, score=score, held=held)
            self.waiting.append(task)

    def disturb(self) -> None:
        """Let some work be done, and some of what waits be held, released or withdrawn."""
        for hand in self.office.hands:
            if hand.task is not None and self.rng.random() < 0.3:
                self.office.scheduler.finish(hand.task)
        for task in [*self.waiting]:
            luck = self.rng.random()
            if task.held and luck < 0.3:
                self.office.scheduler.release(task)
            elif not task.held and task.task_class is RETRAIN and luck < 0.1:
                self.office.scheduler.hold(task)
            elif luck > 0.97:
                self.office.scheduler.withdraw(task)
                self.waiting.remove(task)

    def assign(self, now: float) -> None:
        """Assign, and check every choice against a look at all that waits."""
        while (made := self.office.scheduler.next_assignment()) is not None:
            eligible = [task for task in self.waiting if not task.held]
            if made.interrupts is not None:
                eligible = [task for task in eligible if task.task_class in MAINTENANCE]
                self.waiting.append(made.interrupts)
            assert made.task is min(eligible, key=lambda task: _key(task, self.office))
            self.waiting.remove(made.task)
            self.office.hands[made.worker.number].started_at = now

    def check(self) -> None:
        assert not (self.preemptive and _worst(self.office, self.waiting))
        at_work = [hand.task for hand in self.office.hands if hand.task is not None]
        assert len(at_work) == 3 or all(task.held for task in self.waiting)
        for task_class in ORDER:
            number = sum(task.task_class is task_class for task in self.waiting)
            assert self.office.scheduler.waiting[task_class] == number
            number = sum(task.task_class is task_class for task in at_work)
            assert self.office.scheduler.in_progress[task_class] == number


@pytest.mark.parametrize("preemptive", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_agrees_with_a_look_at_everything(preemptive: bool, seed: int) -> None:
    """Random submissions, completions, holds, releases, withdrawals; books that add up."""
    world = RandomOffice(seed, preemptive)
    for now in range(300):
        world.submit(float(now))
        world.disturb()
        world.assign(float(now))
        world.check()
