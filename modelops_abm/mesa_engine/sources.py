"""Shared sources: what several models read, and what takes them all offline when it fails.

`compiled_engine.sources` does the same over records.
"""

from __future__ import annotations

from mesa.time import Event

from modelops_abm.compiled import direct
from modelops_abm.core.events import FIRST_SOURCE_STREAM, LogKind, Rank, TaskClass
from modelops_abm.core.randomness import Origin, entity_key
from modelops_abm.core.statechart import Cause, State
from modelops_abm.mesa_engine.calendar import cancel
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.organisation import Organisation
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.rules.hazards import source_exposure_left, source_failure, threshold
from modelops_abm.rules.maintenance import source_effort

_SHARED = Cause.SHARED.value


class SharedSource:
    """A feed, feature store or platform; it works, or has failed and waits for its repair.

    Parameters
    ----------
    model
        The organisation.
    number
        From 0.

    Attributes
    ----------
    failures
        How often it has failed.
    failed_at
        When it failed; None while it works.
    repair
        Its repair, which waits or is done; None while it works.
    """

    def __init__(self, model: Organisation, number: int) -> None:
        self.model = model
        self.number = number
        self.failures = 0
        self.failed_at: float | None = None
        self.repair: Task | None = None
        self._entity = entity_key(model.seed, model.replication, Origin.SHARED_SOURCE.value, number)
        self._left = threshold(self._entity, _SHARED, 0)
        self._rate = 0.0
        self._since = 0.0
        self._began_at = 0.0
        self._planned: Event | None = None

    @property
    def is_down(self) -> bool:
        """Whether it has failed and is not repaired yet."""
        return self.failed_at is not None

    def open_day(self, rate: float) -> None:
        """Take over the rate of a day, and plan whether it fails."""
        self._account()
        self._rate = rate
        self._plan()

    def _account(self) -> None:
        """Enter the time since the last accounting, exposure if it worked."""
        now = self.model.calendar.now
        if not self.is_down:
            self._left = direct(source_exposure_left)(self._left, self._rate, now - self._since)
        self._since = now

    def _plan(self) -> None:
        cancel(self._planned)
        self._planned = None
        if self.is_down:
            return
        calendar, day_end = self.model.calendar, self.model.day + 1.0
        at = direct(source_failure)(calendar.now, day_end, self._left, self._rate)
        # What fails later is planned when its day opens: the rate holds for one day (0011).
        if at < day_end:
            self._planned = calendar.schedule(self._fail, at, Rank.SHARED_FAILURE, self.number)

    def _models(self, *states: State) -> list[MLModel]:
        """Return its models in some states, by number."""
        live = self.model.in_production()
        return [each for each in live if each.source == self.number and each.state in states]

    def _fail(self) -> None:
        self._planned = None
        self.failures += 1
        self._left = threshold(self._entity, _SHARED, self.failures)
        self.failed_at = self.model.calendar.now
        self.model.tally("source_failures", 1.0)
        affected = self._models(State.ONLINE, State.RETRAINING)
        self.model.log(LogKind.SOURCE_FAILED, self.number, detail=float(len(affected)))
        for ml_model in affected:
            ml_model.lose_source()
        # It belongs to no model: there is one however many models are affected, or none.
        self.repair = Task(
            TaskClass.REPAIR,
            affected[0].number if affected else 0,
            self.failed_at,
            Cause.SHARED,
            stream=FIRST_SOURCE_STREAM + self.number,
        )
        self.model.submit(self.repair)

    def begin_repair(self) -> float:
        """Return the developer-days of its repair, on which work first starts now."""
        self._began_at = self.model.calendar.now
        care, levels = self.model.constants.care, self.model.levels
        return source_effort(care, levels, self._entity, self.failures - 1)

    def end_repair(self) -> None:
        """Work again, and let the models that are offline for it return, by number."""
        assert self.failed_at is not None
        now = self.model.calendar.now
        self.model.log(LogKind.SOURCE_RESTORED, self.number, detail=now - self.failed_at)
        # Before its models return, which ask whether it works.
        self.failed_at = self.repair = None
        self._since = now
        self._plan()
        for ml_model in self._models(State.OFFLINE_ISSUE):
            if ml_model.cause is Cause.SHARED:
                ml_model.regain_source(self._began_at)
