"""Morris screening: which of many assumptions matter at all, for few runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from scipy import special

from modelops_abm.arrays import Floats
from modelops_abm.experiments.alternatives import may_lead
from modelops_abm.experiments.running import Keeping, check_room, refuses_unknown
from modelops_abm.experiments.sensitivity import (
    MOST_ROWS,
    NOTHING_MOVES,
    RANGES,
    Question,
    most,
    problem_of,
    with_rest,
)
from modelops_abm.experiments.statistics import estimate, without_rounding
from modelops_abm.experiments.sweep import at_positions
from modelops_abm.representation import Reported, Row, Table, numbers, plain_rows, words
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import InputError
from modelops_abm.scenario.names import name_in_words

_LEVELS = 4
_RESAMPLES = 1000


@dataclass(frozen=True, repr=False)
class Morris(Reported):
    """Elementary effects of the assumptions, in the unit of the answer over their whole range.

    Attributes
    ----------
    question, trajectories, replications
        What was asked, with how many trajectories, and how many replications of each point.
    names
        Of the inputs.
    effects
        Elementary effects: trajectories x inputs.
    deviation_half_width
        Half the width of the 95 % interval of each standard deviation, by bootstrap over the
        trajectories.
    seed
        Of the random numbers.

    See Also
    --------
    morris : gives it, and has an example.
    """

    question: Question
    trajectories: int
    replications: int
    names: tuple[str, ...]
    effects: Floats
    deviation_half_width: Floats
    seed: int = 0

    def table(self) -> pd.DataFrame:
        """Return what the effects of each input are, an input a row, the largest first.

        ``mean_absolute`` is mu* (Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004);
        ``mean`` is mu, smaller than mu* where the effect turns round; ``deviation`` is sigma, large
        where it depends on other inputs. Intervals of means are Student's t over the trajectories.
        """
        sizes, means = np.abs(self.effects), self.effects
        table = pd.DataFrame(
            {
                "mean_absolute": sizes.mean(axis=0),
                "half_width": _half_widths(sizes),
                "mean": means.mean(axis=0),
                "mean_half_width": _half_widths(means),
                "deviation": means.std(axis=0, ddof=1),
                "deviation_half_width": self.deviation_half_width,
            },
            index=pd.Index(self.names, name="input"),
        )
        return table.sort_values("mean_absolute", ascending=False, kind="stable")

    @property
    def may_be_largest(self) -> tuple[str, ...]:
        """Inputs whose mean absolute effect may be the largest, the largest estimate first."""
        table = self.table()
        low, high = (table["mean_absolute"] + side * table["half_width"] for side in (-1, 1))
        return tuple(may_lead(list(table.index), low.tolist(), high.tolist()))

    @property
    def finding(self) -> str:
        """Which assumption moves the answer most, if that can be told, without a full stop."""
        if not self.effects.any():
            return NOTHING_MOVES
        return most(self.may_be_largest, f"moves {self.question.subject} most over its range")

    def sentence(self) -> str:
        """Return the finding."""
        return f"{self.finding}."

    def tables(self) -> tuple[Table]:
        """Return the effects, the largest first."""
        pairs = (
            ("mean_absolute", "half_width"),
            ("mean", "mean_half_width"),
            ("deviation", "deviation_half_width"),
        )
        rows = []
        for name, row in self.table().head(MOST_ROWS).iterrows():
            known = [(float(row[middle]), float(row[width])) for middle, width in pairs]
            cells = [self.question.span(mean - width, mean + width) for mean, width in known]
            rows.append(Row((name_in_words(str(name)), *cells)))
        columns = (*words("Assumption"), *numbers("mean effect", "with its sign", "std dev"))
        rows = with_rest(rows, len(self.names))
        return (Table("effects", columns, rows, numbers=self.table),)

    def notes(self) -> str:
        """Return what the effects are, and what the intervals are over."""
        return (
            "95 % intervals over the trajectories. Mean effect: of a whole range, whatever its"
            " sign, while the others vary too. Where the standard deviation is as large, it depends"
            f" on the others. {RANGES}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return what was asked, and the effects, as plain data."""
        asked = self.question.to_json(self.replications, self.seed)
        return {**asked, "effects": plain_rows(self.table().reset_index())}


@refuses_unknown
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
        Decides on the trajectories and on the bootstrap.
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
    ValueError
        If a number is not allowed, there is no such outcome, or the store is of another seed or
        engine.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> from modelops_abm.experiments import parse_input
    >>> inputs = (parse_input("team.focus=0.5..0.7"), parse_input("drift.severity=0.1..0.4"))
    >>> morris(Question(plan, inputs), trajectories=4, replications=2).names
    ('team.focus', 'drift.severity')
    """
    if question.with_each:
        raise InputError(
            "Morris screening measures how large effects are, and which alternative wins has no"
            " size; tornado and sobol tell which wins"
        )
    if trajectories < 2:
        raise InputError(f"an interval takes two trajectories or more, not {trajectories}")
    count = trajectories * (len(question.inputs) + 1) * len(question.alternatives)
    check_room(count, replications)
    positions = morris_positions(len(question.inputs), trajectories, seed_of_points)
    points = at_positions(question.inputs, positions)
    outcomes = question.outcomes(points, replications, **keeping)
    means = question.answers(outcomes).mean(axis=1)
    names = tuple(entry.name for entry in question.inputs)
    # What moves the plan and the baseline alike would else have an effect of rounding.
    effects = without_rounding(effects_of(positions, means), np.abs(outcomes).max())
    wide = deviation_half_width(effects, seed_of_points)
    seed = keeping.get("seed", 0)
    return Morris(question, trajectories, replications, names, effects, wide, seed)


def morris_positions(inputs: int, trajectories: int, seed: int = 0) -> Floats:
    """Return the positions of the points: trajectories x (inputs + 1) points x inputs."""
    # Here, as it takes long to import (docs/decisions/0039).
    from SALib.sample import morris as sampling

    problem = problem_of(tuple(map(str, range(inputs))))
    return np.asarray(sampling.sample(problem, trajectories, num_levels=_LEVELS, seed=seed))


def _half_widths(values: Floats) -> list[float]:
    """Return half the width of the interval of each column's mean."""
    return [estimate(column).half_width or 0.0 for column in values.T]


def effects_of(positions: Floats, answers: Floats) -> Floats:
    """Return the elementary effects of answers at `morris_positions`: trajectories x inputs.

    Each step of a trajectory moves one input; its effect is the change of the answer, times the
    steps of this size that the whole range has.
    """
    inputs = positions.shape[1]
    steps = np.diff(positions.reshape(-1, inputs + 1, inputs), axis=1)
    changes = np.diff(answers.reshape(-1, inputs + 1), axis=1)
    # A trajectory moves the inputs in an order of its own; effects are put back in that of the
    # inputs.
    moved = np.argmax(np.abs(steps), axis=2)
    ratios = changes / np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    effects = np.empty_like(ratios)
    np.put_along_axis(effects, moved, ratios, axis=1)
    return effects


def deviation_half_width(effects: Floats, seed: int) -> Floats:
    """Return half the width of the 95 % interval of each input's standard deviation, by bootstrap.

    Parameters
    ----------
    effects
        As `effects_of` gives them.
    seed
        Decides on the bootstrap.
    """
    # Whole trajectories, as the effects in one share their points.
    drawn = np.random.default_rng(seed).integers(len(effects), size=(_RESAMPLES, len(effects)))
    deviations = effects[drawn].std(axis=1, ddof=1)
    return np.asarray(special.ndtri(0.5 + LEVEL / 2.0) * deviations.std(axis=0, ddof=1))
