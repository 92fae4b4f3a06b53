"""Requests to a model: when they come, what answers them, and their deadline."""

from __future__ import annotations

import math
from typing import Protocol

from mesa.time import Event

from modelops_abm.core.events import FIRST_REQUEST_STREAM, LogKind, Rank, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.rules.requests import RequestLaw, request_effort, request_time


class Owner(Protocol):
    """The model that is asked about."""

    model: Organisation
    number: int
    entity: int

    def log(self, kind: LogKind, cause: int, detail: float = 0.0) -> None:
        """Record an event of this model."""

    def on_deadline_missed(self) -> None:
        """Stop serving, now or on the return online."""


class Requests:
    """Requests of one kind to one model, of which one may be open at a time.

    Parameters
    ----------
    owner
        The model.
    kind
        Place of the kind in the scenario's list.
    law
        The kind.

    Attributes
    ----------
    task
        Work on the answer to the open request; None if none is open.
    begun_at
        When work on it first started; NaN before.
    deadline_at
        Its deadline.
    is_late
        Whether it is past its deadline: a ban is in force.
    """

    def __init__(self, owner: Owner, kind: int, law: RequestLaw) -> None:
        self._owner = owner
        self._kind = kind
        self.law = law
        self.task: Task | None = None
        self.begun_at = self.deadline_at = math.nan
        self.is_late = False
        self.count = 0
        self._event: Event | None = None

    def plan(self) -> None:
        """Plan the next request; a model has to be in production."""
        owner, law = self._owner, self.law
        now = owner.model.calendar.now
        at = request_time(now, law.per_year, owner.entity, law.arrival_key, self.count)
        # After the model's other causes.
        place = len(Cause) + self._kind
        self._event = owner.model.calendar.schedule(
            self.receive, at, Rank.INCIDENT, owner.number, place
        )

    def receive(self) -> None:
        """Open a request, with its task and its deadline."""
        owner = self._owner
        model, now = owner.model, owner.model.calendar.now
        self.count += 1
        self.deadline_at = now + self.law.deadline_days
        model.tally("requests_received", 1.0)
        owner.log(LogKind.REQUEST_RECEIVED, self._kind)
        self._event = model.calendar.schedule(
            self._miss, self.deadline_at, Rank.DEADLINE, owner.number, self._kind
        )
        stream = FIRST_REQUEST_STREAM + self._kind
        self.task = Task(TaskClass.RESPOND, owner.number, now, Cause.COMPLIANCE, stream=stream)
        model.submit(self.task)

    def effort(self) -> float:
        """Return the developer-days of the answer, on which work first starts now."""
        law, model = self.law, self._owner.model
        self.begun_at = model.calendar.now
        return request_effort(
            law.effort,
            law.lineage_saving,
            model.levels.lineage,
            self._owner.entity,
            law.effort_key,
            self.count - 1,
        )

    def answer(self) -> None:
        """Close the request, which is answered, and plan the next."""
        assert self.task is not None
        owner = self._owner
        owner.log(
            LogKind.REQUEST_ANSWERED,
            self._kind,
            owner.model.calendar.now - self.task.submitted_at,
        )
        if not self.is_late:
            owner.model.tally("requests_in_time", 1.0)
        self._close()
        self.plan()

    def withdraw(self) -> None:
        """Let nobody ask or answer any more, as the model retires."""
        if self.task is not None:
            self._owner.model.withdraw(self.task)
            if not self.is_late:
                self._owner.model.tally("requests_withdrawn", 1.0)
        self._close()

    def count_open(self) -> None:
        """Count a request that is open at the horizon, before its deadline."""
        if self.task is not None and not self.is_late:
            self._owner.model.tally("requests_open", 1.0)

    def _close(self) -> None:
        cancel(self._event)
        self._event = self.task = None
        self.is_late = False

    def _miss(self) -> None:
        assert self.task is not None
        owner = self._owner
        self._event = None
        self.is_late = True
        owner.model.tally("requests_late", 1.0)
        owner.log(LogKind.DEADLINE_MISSED, self._kind)
        owner.model.reclassify(self.task, TaskClass.REPAIR)
        owner.on_deadline_missed()
