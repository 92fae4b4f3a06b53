"""Morris screening: which of many assumptions matter at all, for few runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import LEVEL
from modelops_abm.experiments.running import Keeping
from modelops_abm.experiments.sensitivity.problem import problem_of
from modelops_abm.experiments.sensitivity.question import Question
from modelops_abm.experiments.sweep.designs import at_positions
from modelops_abm.experiments.winners import may_lead
from modelops_abm.parameters import InputError

type Floats = NDArray[np.float64]

_LEVELS = 4
_RESAMPLES = 1000


@dataclass(frozen=True)
class Morris:
    """Elementary effects of the assumptions, in the unit of the answer over their whole range.

    Attributes
    ----------
    question, trajectories, replications
        What was asked, with how many trajectories, and how many replications of each point.
    names
        Of the inputs.
    mean_absolute
        Mean absolute effect, mu* (Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004).
    half_width
        Half the width of its 95 % interval, by bootstrap over the trajectories.
    mean
        Mean effect, mu: smaller than mu* where the effect turns round.
    deviation
        Standard deviation of the effects, sigma: large where they depend on other inputs.
    """

    question: Question
    trajectories: int
    replications: int
    names: tuple[str, ...]
    mean_absolute: Floats
    half_width: Floats
    mean: Floats
    deviation: Floats

    @property
    def may_be_largest(self) -> tuple[str, ...]:
        """Inputs whose mean absolute effect may be the largest, the largest estimate first."""
        table = self.table()
        low, high = (table["mean_absolute"] + side * table["half_width"] for side in (-1, 1))
        return tuple(may_lead(list(table.index), low.tolist(), high.tolist()))

    def table(self) -> pd.DataFrame:
        """Return the effects, an input a row, the largest first."""
        table = pd.DataFrame(
            {
                "mean_absolute": self.mean_absolute,
                "half_width": self.half_width,
                "mean": self.mean,
                "deviation": self.deviation,
            },
            index=pd.Index(self.names, name="input"),
        )
        return table.sort_values("mean_absolute", ascending=False, kind="stable")


def morris(
    question: Question,
    trajectories: int = 16,
    replications: int = 20,
    *,
    seed_of_points: int = 0,
    **keeping: Unpack[Keeping],
) -> Morris:
    """Screen assumptions by their elementary effects (Morris 1991).

    doi:10.1080/00401706.1991.10484804.

    Parameters
    ----------
    question
        What is asked, and over what.
    trajectories
        How many; each runs (inputs + 1) points on a grid of four levels.
    replications
        How many at each point.
    seed_of_points
        Decides on the trajectories.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there are fewer than two trajectories, if each capability may be chosen (effects have
        sizes, which alternative wins has none), if the plan does not take a value, or the outcome
        exists in no replication.
    """
    if question.with_each:
        raise InputError(
            "Morris screening measures how large effects are, and which alternative wins has no"
            " size; tornado and sobol tell which wins"
        )
    if trajectories < 2:
        raise InputError(f"an interval takes two trajectories or more, not {trajectories}")
    positions = morris_positions(len(question.inputs), trajectories, seed_of_points)
    points = at_positions(question.inputs, positions)
    means = question.answers(question.outcomes(points, replications, **keeping)).mean(axis=1)
    names = tuple(entry.name for entry in question.inputs)
    found = effects_of(names, positions, means, seed_of_points)
    return Morris(question, trajectories, replications, names, *found)


def morris_positions(inputs: int, trajectories: int, seed: int = 0) -> Floats:
    """Return the positions of the points: trajectories x (inputs + 1) points x inputs."""
    from SALib.sample import morris as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, trajectories, num_levels=_LEVELS, seed=seed))


def effects_of(
    names: tuple[str, ...], positions: Floats, answers: Floats, seed: int = 0
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mu*, its half-width, mu and sigma of answers at `morris_positions`."""
    from SALib.analyze import morris as analysis

    found = analysis.analyze(
        problem_of(names),
        positions,
        answers,
        num_resamples=_RESAMPLES,
        conf_level=LEVEL,
        num_levels=_LEVELS,
        seed=seed,
    )
    mean_absolute, half_width, mean, deviation = (
        np.ma.filled(np.ma.asarray(found[key]), 0.0).astype(float)
        for key in ("mu_star", "mu_star_conf", "mu", "sigma")
    )
    return mean_absolute, half_width, mean, deviation
