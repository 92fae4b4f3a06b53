"""Who works on what: tasks are submitted, assigned, interrupted, completed.

Work is assigned at the end of an instant, after all that happens at it: what is submitted at one
time is compared before anybody begins. `compiled_engine.dispatch` does the same over records.
"""

from __future__ import annotations

from modelops_abm.core.events import FIRST_SOURCE_STREAM, NOBODY, LogKind, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.capability import CapabilityStock
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.mesa_engine.sources import SharedSource


class Dispatch(Organisation):
    """The work of an organisation.

    Attributes
    ----------
    developers, ml_models, capabilities, sources
        By number; retired models and developers who have left among them.
    """

    developers: list[Developer]
    ml_models: list[MLModel]
    capabilities: list[CapabilityStock]
    sources: list[SharedSource]

    def submit(self, task: Task) -> None:
        """Take in a task; it may be assigned at the end of this instant."""
        self.scheduler.submit(task)
        self.calendar.request_dispatch()

    def dispatch(self) -> None:
        """Assign work until there is nobody or nothing more to assign."""
        while (assignment := self.scheduler.next_assignment()) is not None:
            developer = self.developers[assignment.worker.number]
            if assignment.interrupts is not None:
                self._lay_down(developer, assignment.interrupts)
            self._begin(developer, assignment.task)

    def _begin(self, developer: Developer, task: Task) -> None:
        if task.effort_left is None:
            # Only now: capabilities that have risen while the task waited make it smaller.
            task.effort_left = self._effort_of(task)
        developer.begin(task)
        self._log_work(LogKind.WORK_STARTED, developer, task, task.effort_left)
        if task.task_class is not TaskClass.CAPABILITY and task.cause is not Cause.SHARED:
            self.ml_models[task.number].work_began(task)

    def _effort_of(self, task: Task) -> float:
        if task.task_class is TaskClass.CAPABILITY:
            return self.parameters.capabilities.package_days
        if task.cause is Cause.SHARED:
            return self._source_of(task).begin_repair()
        return self.ml_models[task.number].effort_of(task)

    def take_back(self, task: Task) -> None:
        """Stop the work on a task because its developer leaves; it waits as interrupted."""
        # Asked of the task alone: its number need not be a model's.
        if task.cause is Cause.RETRAINING:
            self.ml_models[task.number].stop_retraining()
        else:
            self.interrupt(task, held=False)

    def complete(self, task: Task) -> None:
        """Take over a task that its developer has completed."""
        # Asked first: once the task is finished, nothing tells who did it.
        developer = self._developer_of(task)
        assert developer is not None
        started_at = developer.started_at
        self.scheduler.finish(task)
        waited = self.calendar.now - task.submitted_at
        self._log_work(LogKind.WORK_COMPLETED, developer, task, waited)
        if task.task_class is TaskClass.CAPABILITY:
            self.capabilities[task.number].submit_package(task.stream)
        elif task.cause is Cause.SHARED:
            self._source_of(task).end_repair()
        else:
            self.ml_models[task.number].work_completed(task, started_at)
        self.calendar.request_dispatch()

    def interrupt(self, task: Task, *, held: bool) -> None:
        """Stop the work on a task, which keeps its progress; `held` until it is released."""
        developer = self._developer_of(task)
        assert developer is not None
        # While the task still says who works on it; so does withdrawing.
        self._lay_down(developer, task)
        self.scheduler.interrupt(task, held=held)
        self.calendar.request_dispatch()

    def reclassify(self, task: Task, task_class: TaskClass) -> None:
        """Make a task one of another class; the hours until now are of the old one."""
        developer = self._developer_of(task)
        if developer is not None:
            developer.account(self.calendar.now)
        self.scheduler.reclassify(task, task_class)
        self.calendar.request_dispatch()

    def withdraw(self, task: Task) -> None:
        """Forget a task and free its developer."""
        developer = self._developer_of(task)
        if developer is not None:
            developer.leave(task)
        self.scheduler.withdraw(task)
        self.calendar.request_dispatch()

    def deliver(self, task: Task, effort_days: float) -> None:
        """Credit developer-days of work on a package to its capability."""
        self.capabilities[task.number].deliver(effort_days)

    def enter_build_time(self, task: Task, days: float) -> None:
        """Enter a developer's days on a build."""
        self.ml_models[task.number].build_days += days

    def _lay_down(self, developer: Developer, task: Task) -> None:
        developer.leave(task)
        assert task.effort_left is not None
        self._log_work(LogKind.WORK_INTERRUPTED, developer, task, task.effort_left)

    def _developer_of(self, task: Task) -> Developer | None:
        return None if task.worker is None else self.developers[task.worker.number]

    def _log_work(self, kind: LogKind, developer: Developer, task: Task, detail: float) -> None:
        number = NOBODY if task.cause is Cause.SHARED else task.number
        self.log(kind, number, developer.number, task.task_class, detail)

    def _source_of(self, task: Task) -> SharedSource:
        return self.sources[task.stream - FIRST_SOURCE_STREAM]
