"""The event calendar: Mesa's own, with the total order of simultaneous events on top.

Everything that touches Mesa's notion of time is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mesa.time import Event

from modelops_abm.compiled import direct
from modelops_abm.core.events import Rank, place

# Above all of Mesa's priorities: its step, which closes a day, comes before the events of that time
# (0003).
_AFTER_THE_STEP = 100


@dataclass(frozen=True, slots=True)
class Order:
    """Place of an event among those of one instant; Mesa sorts them by the `value`."""

    value: int


class Calendar:
    """Schedules events of one model on Mesa's calendar.

    Parameters
    ----------
    model
        The Mesa model, whose clock counts days.
    horizon_days
        End of the run: an event at or after it never happens and is not scheduled.
    """

    def __init__(self, model: Any, horizon_days: int) -> None:
        self._model = model
        self._horizon_days = float(horizon_days)
        self._dispatch_at = -1.0

    @property
    def now(self) -> float:
        """Time in days."""
        return float(self._model.time)

    def schedule(
        self, function: Callable[[], None], at: float, rank: Rank, number: int = 0, cause: int = 0
    ) -> Event | None:
        """Schedule a bound method, or return None if that is not before the horizon."""
        # Not `>=`: NaN is never scheduled either. Mesa would accept it, and sort by it.
        if not at < self._horizon_days:
            return None
        # Mesa holds the function weakly: a method of something that lives on, as a closure would be
        # gone before its time, without a word.
        event: Event = self._model.schedule_event(
            function, at=at, priority=Order(_AFTER_THE_STEP + direct(place)(rank, number, cause))
        )
        return event

    def request_dispatch(self) -> None:
        """Let work be assigned at the end of this instant, once."""
        now = self.now
        if self._dispatch_at != now:
            self._dispatch_at = now
            self.schedule(self._dispatch, now, Rank.DISPATCH)

    def _dispatch(self) -> None:
        # First, as what is assigned may ask for another round at this instant: a task without
        # effort is done at once.
        self._dispatch_at = -1.0
        self._model.dispatch()


def cancel(event: Event | None) -> None:
    """Cancel an event that has not happened; it leaves no trace."""
    if event is not None:
        event.cancel()
