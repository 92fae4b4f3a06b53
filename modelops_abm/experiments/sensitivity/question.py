"""What is asked of every point of a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.inputs import Input, check_inputs, varied
from modelops_abm.experiments.running import Keeping, totals_of
from modelops_abm.experiments.samples import outcome_of
from modelops_abm.experiments.sweep import Point
from modelops_abm.parameters import Scenario, baseline_of

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """An outcome of a plan, as a function of its assumptions.

    Attributes
    ----------
    plan
        The plan, with the assumptions as they are.
    inputs
        The assumptions that are varied. In the plan and in its baseline they are the same.
    outcome
        Name of an outcome of the run summary.
    against_baseline
        Whether the difference that the plan makes is asked for, future by future, and not the
        outcome itself. The decision is about the difference.
    """

    plan: Scenario
    inputs: tuple[Input, ...]
    outcome: str = "npv"
    against_baseline: bool = True

    def answers(
        self, points: Sequence[Point], replications: int, **keeping: Unpack[Keeping]
    ) -> Floats:
        """Return the outcome at every point: points x replications, the same luck for all.

        A replication in which it does not exist at one of the points is NaN at all of them.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        InputError
            If the plan does not take a value.
        """
        check_inputs(self.plan, self.inputs)
        plans = [varied(self.plan, point) if point else self.plan for point in points]
        asked = [baseline_of(plan) for plan in plans] if self.against_baseline else []
        totals = totals_of([*plans, *asked], replications, **keeping)
        found = outcome_of(self.outcome, totals)
        answers = found[: len(plans)]
        if self.against_baseline:
            answers = answers - found[len(plans) :]
        return np.where(np.isnan(answers).any(axis=0), np.nan, answers)


def mean_answers(answers: Floats) -> Floats:
    """Return the mean over the replications that count, of every point.

    Raises
    ------
    ValueError
        If there is none in which the outcome exists at every point.
    """
    counted = answers[:, ~np.isnan(answers).any(axis=0)]
    if counted.shape[1] == 0:
        raise ValueError("the outcome does not exist at every point in any of the replications")
    return np.asarray(counted.mean(axis=1))
