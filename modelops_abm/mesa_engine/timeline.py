"""Values that change as a day opens, and what that does at once.

What only looks a value up when it uses it needs nothing here: it finds the scenario in force. See
`compiled_engine.timeline`.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelops_abm.core.events import LogKind
from modelops_abm.mesa_engine.close import Close
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.rules.constants import constants_of
from modelops_abm.rules.population import arrival_exposure_left
from modelops_abm.scenario.scenario import DayOfChanges, Scenario
from modelops_abm.scenario.timeline import CHANGEABLE


class Timeline(Close):
    """The days on which values change.

    Attributes
    ----------
    in_force
        The scenario with the values of today.
    """

    in_force: Scenario
    _to_come: Sequence[DayOfChanges]
    _ideas_since: float
    _idea_left: float

    def add_developer(self) -> Developer:
        """Let the developer with the next number join the team, and return them."""
        raise NotImplementedError

    def schedule_arrival(self) -> None:
        """Put the arrival of the next idea on the calendar, at the rate in force."""
        raise NotImplementedError

    def change_values(self) -> bool:
        """Let the values of the day that opens come into force; tell whether there are any."""
        if not self._to_come or self._to_come[0].day != self.day:
            return False
        entry, *self._to_come = self._to_come
        before, self.in_force = self.in_force, entry.scenario
        self.constants = constants_of(self.in_force)
        for name, value in entry.values.items():
            self.log(LogKind.VALUE_CHANGED, cause=CHANGEABLE.index(name), detail=float(value))
        self._change_team(before.team.developers)
        if self.in_force.team.focus != before.team.focus:
            for developer in self.developers:
                if developer.left_at is None:
                    developer.change_pace()
        self._change_ideas(before)
        for capability in self.capabilities:
            maximum = getattr(self.in_force.capabilities, capability.name).maximum
            if maximum != capability.maximum:
                capability.change_maximum(maximum)
        return True

    def _change_team(self, before: int) -> None:
        """Let the developers with the highest numbers leave, or those with the next ones join."""
        wanted = self.in_force.team.developers
        for developer in self.developers[wanted:before]:
            developer.remove()
        for number in range(before, wanted):
            if number < len(self.developers):
                self.developers[number].join()
            else:
                self.add_developer()

    def _change_ideas(self, before: Scenario) -> None:
        """Let ideas arrive at another rate: the exposure gathered so far is kept."""
        rate = before.portfolio.ideas_per_year
        if self.in_force.portfolio.ideas_per_year != rate:
            now = self.calendar.now
            self._idea_left = arrival_exposure_left(self._ideas_since, self._idea_left, rate, now)
            self._ideas_since = now
            self.schedule_arrival()
