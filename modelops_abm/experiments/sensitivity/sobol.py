"""Sobol indices: which assumptions make the spread of the answer, and of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from modelops_abm.experiments.running import Keeping, check_room, refuses_unknown
from modelops_abm.experiments.sensitivity.decision import Decision, decision_of
from modelops_abm.experiments.sensitivity.indices import Indices, indices_of
from modelops_abm.experiments.sensitivity.problem import problem_of
from modelops_abm.experiments.sensitivity.question import Question
from modelops_abm.experiments.sweep.designs import at_positions
from modelops_abm.parameters import InputError
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]

_SETTLED = 0.25
"""Half the width of the interval of an index, below which it is drawn and told."""


@dataclass(frozen=True, repr=False)
class Sobol(Represented):
    """Sobol indices of an answer, and of the decision.

    Attributes
    ----------
    question, base_points, replications
        What was asked, with how large a base sample, and how many replications of each point.
    answers
        Mean answer at every point.
    indices
        Of the answer.
    ranks
        Of the rank of the answer among all points (Saltelli and Sobol' 1995,
        doi:10.1016/0951-8320(95)00099-2): known where a few very large answers make most of the
        variance. They tell less of what assumptions do together than the indices of the answer.
    decision
        Which alternative wins, and what decides on it; None if the plan was asked for alone.
    """

    question: Question
    base_points: int
    replications: int
    answers: Floats
    indices: Indices
    ranks: Indices
    decision: Decision | None

    @property
    def is_settled(self) -> bool:
        """Whether every total index of the answer is known well enough to be told."""
        return bool(np.all(self.indices.total_half_width <= _SETTLED))


@refuses_unknown
def sobol(
    question: Question,
    base_points: int = 512,
    replications: int = 20,
    *,
    seed_of_points: int = 0,
    **keeping: Unpack[Keeping],
) -> Sobol:
    """Vary all assumptions together, and share out the variance of the answer among them.

    The inputs are independent and uniform over their ranges, those with equal ratios on a
    logarithmic scale. Every point is the mean of the same replications; luck adds no noise between
    points, but the indices are those of this luck, and of more replications would be a little
    different.

    Parameters
    ----------
    question
        What is asked, and over what.
    base_points
        Base sample, a power of two; times (inputs + 2) points are run (Saltelli et al. 2010,
        doi:10.1016/j.cpc.2009.09.018), each as often as there are alternatives.
    replications
        How many at each point.
    seed_of_points
        Scrambles the sequence, and decides on the bootstrap.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the base sample is no power of two, the plan does not take a value, or the outcome exists
        in no replication.
    """
    if base_points < 2 or base_points & (base_points - 1):
        raise InputError(f"the base sample must be 2, 4, 8, 16 ..., not {base_points}")
    count = base_points * (len(question.inputs) + 2) * len(question.alternatives)
    check_room(count, replications)
    positions = sobol_positions(len(question.inputs), base_points, seed_of_points)
    points = at_positions(question.inputs, positions)
    outcomes = question.outcomes(points, replications, **keeping)
    answers = question.answers(outcomes).mean(axis=1)
    names, alternatives = tuple(entry.name for entry in question.inputs), question.alternatives
    is_choice = len(alternatives) > 1
    return Sobol(
        question=question,
        base_points=base_points,
        replications=replications,
        answers=answers,
        indices=indices_of(names, answers, seed_of_points),
        ranks=indices_of(names, stats.rankdata(answers), seed_of_points),
        decision=decision_of(alternatives, names, outcomes, seed_of_points) if is_choice else None,
    )


def sobol_positions(inputs: int, base_points: int, seed: int = 0) -> Floats:
    """Return the positions of the points: base_points x (inputs + 2) points x inputs."""
    from SALib.sample import sobol as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, base_points, calc_second_order=False, seed=seed))
