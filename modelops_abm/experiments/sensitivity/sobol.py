"""Sobol indices: which assumptions make the spread of the answer, and of the decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import LEVEL, Share, share
from modelops_abm.experiments.running import Keeping
from modelops_abm.experiments.sensitivity.indices import Indices, problem_of
from modelops_abm.experiments.sensitivity.question import Question, mean_answers
from modelops_abm.experiments.sweep.designs import at_positions
from modelops_abm.parameters import InputError

type Floats = NDArray[np.float64]

_RESAMPLES = 1000


@dataclass(frozen=True)
class Sobol:
    """Sobol indices of an answer, and of whether it is above zero.

    Attributes
    ----------
    question, base_points, replications
        What was asked, with how large a base sample, and how many replications of each point.
    answers
        Mean answer at every point.
    indices
        Of the answer.
    decision
        Of 1 where the answer is above zero, and 0 elsewhere; None if it is on one side of zero at
        every point, so that no assumption matters to the decision.
    positive
        In which share of the independent points the answer is above zero.
    flips
        In which share of the base points another value of one input, drawn from its range, turns
        the sign of the answer; an input each.
    """

    question: Question
    base_points: int
    replications: int
    answers: Floats
    indices: Indices
    decision: Indices | None
    positive: Share
    flips: tuple[Share, ...]


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
        doi:10.1016/j.cpc.2009.09.018), with the baseline twice as many scenarios.
    replications
        How many at each point.
    seed_of_points
        Scrambles the sequence.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the base sample is no power of two, or the plan does not take a value.
    ValueError
        If the outcome does not exist at some point.
    """
    if base_points < 2 or base_points & (base_points - 1):
        raise InputError(f"the base sample must be 2, 4, 8, 16 ..., not {base_points}")
    positions = sobol_positions(len(question.inputs), base_points, seed_of_points)
    points = at_positions(question.inputs, positions)
    means = mean_answers(question.answers(points, replications, **keeping))
    names = tuple(entry.name for entry in question.inputs)
    is_positive = means > 0.0
    by_base = is_positive.reshape(base_points, -1)
    independent = by_base[:, [0, -1]]
    turned = by_base[:, 1:-1] != by_base[:, :1]
    return Sobol(
        question=question,
        base_points=base_points,
        replications=replications,
        answers=means,
        indices=indices_of(names, means, seed_of_points),
        decision=(
            None
            if is_positive.all() or not is_positive.any()
            else indices_of(names, is_positive.astype(float), seed_of_points)
        ),
        positive=share(int(independent.sum()), independent.size),
        flips=tuple(share(int(count), base_points) for count in turned.sum(axis=0)),
    )


def sobol_positions(inputs: int, base_points: int, seed: int = 0) -> Floats:
    """Return the positions of the points: base_points x (inputs + 2) points x inputs."""
    from SALib.sample import sobol as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, base_points, calc_second_order=False, seed=seed))


def indices_of(names: tuple[str, ...], answers: Floats, seed: int = 0) -> Indices:
    """Return the indices of answers at the points of `sobol_positions`."""
    if np.ptp(answers) == 0.0:  # nothing varies, so there is nothing to share out
        zeros = np.zeros(len(names))
        return Indices(names, zeros, zeros, zeros, zeros)
    from SALib.analyze import sobol as analysis

    analyse: Callable[..., dict[str, Floats]] = analysis.analyze
    found = analyse(
        problem_of(names),
        answers,
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        conf_level=LEVEL,
        seed=seed,
    )
    return Indices(names, *(np.asarray(found[key]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
