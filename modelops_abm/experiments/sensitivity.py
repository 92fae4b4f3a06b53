"""What is asked of every point of a sensitivity analysis, and inputs as SALib takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.alternatives import names_of, outcomes_at, variants_of
from modelops_abm.experiments.inputs import Input, check_inputs, varied
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.sweep import Point
from modelops_abm.representation import Represented
from modelops_abm.scenario import InputError, Scenario


def problem_of(names: tuple[str, ...]) -> dict[str, object]:
    """Return inputs with positions from 0 to 1, as SALib takes them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


# --------------------------------------------------------------------------------------
# What is asked of every point of a sensitivity analysis.


type Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Question(Represented):
    """An outcome of a plan, as a function of its assumptions.

    Attributes
    ----------
    plan
        The plan, with the assumptions as they are.
    inputs
        The assumptions that are varied. In the plan and in its alternatives they are the same.
    outcome
        Name of an outcome of the run summary.
    against_baseline
        Whether the difference that the plan makes is asked for, future by future, and not the
        outcome itself. Then there is a decision too: which alternative has the highest outcome.
    with_each
        Whether each capability that the plan raises may be chosen alone.

    Raises
    ------
    InputError
        If there is nothing to choose, but each capability may be chosen.
    """

    plan: Scenario
    inputs: tuple[Input, ...]
    outcome: str = "npv"
    against_baseline: bool = True
    with_each: bool = False

    def __post_init__(self) -> None:
        if self.with_each and not self.against_baseline:
            raise InputError(
                "a plan that is asked for alone leaves nothing to choose; to choose among its"
                " capabilities, ask for its difference from the baseline"
            )

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Names of the alternatives, the plan last; of a plan asked for alone that is all."""
        if not self.against_baseline:
            return ("the plan",)
        return names_of(self.plan, with_each=self.with_each)

    @refuses_unknown
    def outcomes(
        self,
        points: Sequence[Point],
        replications: int,
        *,
        first: int = 0,
        **keeping: Unpack[Keeping],
    ) -> Floats:
        """Return the outcome of every alternative at every point, common random numbers for all.

        Returns
        -------
        array
            Alternatives x points x those replications in which it exists for all of them.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        InputError
            If the plan does not take a value, or the outcome exists in no replication.
        """
        check_inputs(self.plan, self.inputs)
        plans = [varied(self.plan, point) if point else self.plan for point in points]
        # The names are those of the plan as it is: at a point where a level is varied to 0 it would
        # have fewer alternatives, and the array no shape.
        names = self.alternatives
        alternatives = [tuple(variants_of(plan, names).values()) for plan in plans]
        return outcomes_at(points, alternatives, self.outcome, replications, first=first, **keeping)

    def answers(self, outcomes: Floats) -> Floats:
        """Return the answer: the plan's outcome, or what that is more than the baseline's.

        Parameters
        ----------
        outcomes
            Alternatives first, as `Question.outcomes` gives them.
        """
        return np.asarray(outcomes[-1] - outcomes[0] if self.against_baseline else outcomes[-1])
