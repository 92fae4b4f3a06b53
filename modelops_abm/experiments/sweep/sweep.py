"""Running a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from modelops_abm.experiments.inputs import Input, check_inputs, varied
from modelops_abm.experiments.running import (
    Keeping,
    check_room,
    engine_of,
    refuses_unknown,
    totals_of,
)
from modelops_abm.experiments.sweep.designs import Point
from modelops_abm.experiments.sweep.results import SweepResult
from modelops_abm.parameters import InputError, Scenario
from modelops_abm.representation import Represented


@dataclass(frozen=True, repr=False)
class Sweep(Represented):
    """A scenario, and the points at which it is looked at.

    Attributes
    ----------
    scenario
        The scenario from which every point departs.
    inputs
        What is varied.
    points
        A value of every input each.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    points: tuple[Point, ...]

    def scenarios(self) -> list[Scenario]:
        """Return the scenario of every point.

        Raises
        ------
        InputError
            With everything that is wrong with the inputs; or with the first point whose values do
            not go together.
        """
        check_inputs(self.scenario, self.inputs)
        names = {entry.name for entry in self.inputs}
        for point in self.points:
            if {*point} != names:
                raise InputError(f"a point has values of {sorted(point)}, not of {sorted(names)}")
        return [self._at(point) for point in self.points]

    def _at(self, point: Point) -> Scenario:
        try:
            return varied(self.scenario, point)
        except InputError as error:
            values = ", ".join(f"{name}={value}" for name, value in point.items())
            raise InputError(
                [*error.problems, *InputError(f"this is at {values}").problems]
            ) from None


@refuses_unknown
def run_sweep(sweep: Sweep, replications: int, **keeping: Unpack[Keeping]) -> SweepResult:
    """Run a scenario, and every point of a sweep, over the same replications.

    Parameters
    ----------
    sweep
        What is run.
    replications
        How many of each point.
    keeping
        See `running.Keeping`. With a store, what was run before is not run again.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the scenario does not take a value, or there is not enough memory for it.
    ValueError
        If a number is not allowed, or the store is of another seed or engine.
    """
    check_room(1 + len(sweep.points), replications)
    scenarios = [sweep.scenario, *sweep.scenarios()]
    totals = totals_of(scenarios, replications, **keeping)
    return SweepResult(
        scenario=sweep.scenario,
        inputs=sweep.inputs,
        points=sweep.points,
        seed=keeping.get("seed", 0),
        engine=engine_of(keeping),
        totals=totals,
    )
