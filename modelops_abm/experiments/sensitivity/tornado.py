"""One assumption at a time: how far each moves the answer over its range."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.experiments.inputs import Input
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.running import Keeping
from modelops_abm.experiments.sensitivity.question import Question

type Floats = NDArray[np.float64]

POINTS_EACH = 5
"""Values of each range: enough to see that an effect turns round on the way."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Swing:
    """What one assumption does while all others stay as they are.

    Attributes
    ----------
    input
        The assumption.
    values
        At which values it was looked at.
    answers
        The answer at each: values x replications.
    base
        The answer with all assumptions as they are, by replication.
    """

    input: Input
    values: tuple[Any, ...]
    answers: Floats
    base: Floats

    @property
    def means(self) -> Floats:
        """Mean answer at each value."""
        return np.asarray(np.nanmean(self.answers, axis=1))

    @property
    def reach(self) -> PairedDifference:
        """The highest mean less the lowest, paired by replication; it is 0 or above.

        Picking the extremes makes it look a little larger than it is.
        """
        means = self.means
        return PairedDifference(self.answers[np.argmax(means)] - self.answers[np.argmin(means)])

    @property
    def has_effect(self) -> bool:
        """Whether any value changes the answer in any replication, by more than rounding."""
        change = np.nanmax(np.abs(self.answers - self.base), initial=0.0)
        return bool(change > _ROUNDING * np.nanmax(np.abs(self.base), initial=0.0))

    @property
    def turns_the_decision(self) -> bool:
        """Whether the plan can be told to earn at one value and to lose at another."""
        verdicts = {PairedDifference(row).verdict for row in (*self.answers, self.base)}
        return {"earns", "loses"} <= verdicts

    @property
    def is_monotonic(self) -> bool:
        """Whether the answer cannot be told to turn round over the range."""
        steps = {
            PairedDifference(later - sooner).verdict for sooner, later in pairwise(self.answers)
        }
        return not {"earns", "loses"} <= steps

    def table(self) -> pd.DataFrame:
        """Return the answer at each value, and its change to the base, with half-widths."""
        rows = []
        for value, row in zip(self.values, self.answers, strict=True):
            level, change = (
                PairedDifference(row).estimate,
                PairedDifference(row - self.base).estimate,
            )
            rows.append(
                (str(value), level.mean, level.half_width, change.mean, change.half_width, level.n)
            )
        columns = ["value", "mean", "half_width", "change", "change_half_width", "n"]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Tornado:
    """What every assumption does alone.

    Attributes
    ----------
    question
        What was asked.
    base
        The answer with all assumptions as they are, by replication.
    swings
        Of every assumption, the largest reach first.
    """

    question: Question
    base: Floats
    swings: tuple[Swing, ...]

    @property
    def replications(self) -> int:
        """Number of replications of each point."""
        return len(self.base)

    @property
    def effective(self) -> tuple[Swing, ...]:
        """Those that change anything."""
        return tuple(swing for swing in self.swings if swing.has_effect)

    def table(self) -> pd.DataFrame:
        """Return `Swing.table` of every assumption, one below the other."""
        tables = {swing.input.name: swing.table() for swing in self.swings}
        return pd.concat(tables, names=["input", "point"]) if tables else pd.DataFrame()


def tornado(
    question: Question,
    replications: int = 100,
    *,
    points_each: int = POINTS_EACH,
    **keeping: Unpack[Keeping],
) -> Tornado:
    """Vary one assumption at a time.

    Parameters
    ----------
    question
        What is asked, and over what.
    replications
        How many at each point.
    points_each
        Values of each range, ends included.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If the plan does not take a value.
    """
    values = [entry.points(points_each) for entry in question.inputs]
    points = [
        {entry.name: value}
        for entry, chosen in zip(question.inputs, values, strict=True)
        for value in chosen
    ]
    answers = question.answers([{}, *points], replications, **keeping)
    base, rest = answers[0], answers[1:]
    edges = np.cumsum([len(chosen) for chosen in values])[:-1]
    parts = np.split(rest, edges) if question.inputs else []
    swings = [
        Swing(entry, chosen, part, base)
        for entry, chosen, part in zip(question.inputs, values, parts, strict=True)
    ]
    swings.sort(key=lambda swing: -(swing.reach.estimate.mean or 0.0))
    return Tornado(question, base, tuple(swings))
