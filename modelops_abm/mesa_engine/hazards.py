"""A model's exposure to incidents, and the next one on the calendar."""

from __future__ import annotations

from collections.abc import Callable

from mesa.time import Event

from modelops_abm.compiled import direct
from modelops_abm.core.events import Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.calendar import Calendar, cancel
from modelops_abm.rules.hazards import (
    Hazards,
    break_time,
    exposed,
    first_thresholds,
    next_incident,
    renewed,
    threshold,
)

NO_RATES = Hazards(*[0.0] * len(Hazards._fields))


class Exposure:
    """Accumulates exposure while the current version serves, and plans the next incident.

    Parameters
    ----------
    entity
        Key of the model.
    number
        Number of the model.
    calendar
        Where incidents are planned.
    strike
        Bound method called with the cause when an incident strikes.
    break_previous
        Bound method called when the previous version, which served, breaks.
    """

    def __init__(
        self,
        entity: int,
        number: int,
        calendar: Calendar,
        strike: Callable[[Cause], None],
        break_previous: Callable[[], None],
    ) -> None:
        self._entity = entity
        self._number = number
        self._calendar = calendar
        self._strike = strike
        self._break_previous = break_previous
        self._left = first_thresholds(entity)
        self._day_rates = NO_RATES
        self._rates = NO_RATES
        self._planned: Event | None = None
        self._cause = Cause.PIPELINE
        # Of the previous version while it serves: exposure left, since when, and at which rate.
        self._previous_left = self._previous_since = self._previous_rate = 0.0
        self.counts = [0] * len(Hazards._fields)

    def set_rates(self, rates: Hazards, *, drifting: bool) -> None:
        """Take over the rates of a day; there is no drift onset while a drift is active."""
        self._day_rates = rates
        self.set_drifting(drifting)

    def set_drifting(self, drifting: bool) -> None:
        """Stop or resume the hazard of a drift."""
        # `renewed` replaces one number of several: here it is the rate of drift, by 0.
        rates = self._day_rates
        self._rates = renewed(rates, Cause.DRIFT.value, 0.0) if drifting else rates

    def accumulate(self, days: float) -> None:
        """Add days during which the current version served."""
        self._left = direct(exposed)(self._left, self._rates, days)

    def plan(self, day_end: float) -> None:
        """Plan the next incident of this day, if there is one, at the present rates."""
        self.forget()
        incident = direct(next_incident)(self._calendar.now, day_end, self._left, self._rates)
        # What strikes later is planned when its day opens: rates hold for one day (0011).
        if incident.time < day_end:
            self._cause = Cause(incident.cause)
            self._planned = self._calendar.schedule(
                self._happen, incident.time, Rank.INCIDENT, self._number, incident.cause
            )

    def begin_previous(self, left: float) -> None:
        """Let a previous version serve that breaks when so much exposure is used up."""
        self._previous_left, self._previous_since = left, self._calendar.now
        self._previous_rate = 0.0

    def plan_previous(self, day_end: float) -> None:
        """Plan when the previous version breaks, if it does on this day, at today's rate."""
        self.forget()
        now = self._calendar.now
        # At the rate until now, which at the opening of a day is that of the day before.
        self._previous_left -= self._previous_rate * (now - self._previous_since)
        self._previous_since, self._previous_rate = now, self._day_rates.pipeline
        at = direct(break_time)(now, day_end, self._previous_left, self._previous_rate)
        # In the place of the incident of the current version, which is not exposed meanwhile.
        if at < day_end:
            self._planned = self._calendar.schedule(
                self._happen_to_previous, at, Rank.INCIDENT, self._number, Cause.PIPELINE.value
            )

    def forget(self) -> None:
        """Take the planned incident off the calendar."""
        cancel(self._planned)
        self._planned = None

    def count(self, cause: Cause) -> int:
        """Number a new incident of a cause from 0, and draw the threshold of the next."""
        number = self.counts[cause]
        self.counts[cause] = number + 1
        # Keyed by its number: under any plan it is the same threshold.
        value = threshold(self._entity, cause.value, number + 1)
        self._left = renewed(self._left, cause.value, value)
        return number

    def _happen(self) -> None:
        self._planned = None
        self._strike(self._cause)

    def _happen_to_previous(self) -> None:
        self._planned = None
        self._break_previous()
