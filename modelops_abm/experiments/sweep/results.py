"""What a sweep found: tables by replication and by point, and the effect of each input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.inputs import Input
from modelops_abm.experiments.intervals import estimate
from modelops_abm.experiments.samples import outcome_of
from modelops_abm.experiments.sweep.designs import Point
from modelops_abm.parameters import Scenario
from modelops_abm.representation import Represented
from modelops_abm.version import __version__

type Floats = NDArray[np.float64]

MOST_LEVELS = 12
"""Values of an input that are told apart; of more, equal parts of its values are."""
_PARTS = 5
_MEASURES = ["mean", "half_width", "n", "difference", "difference_half_width"]


@dataclass(frozen=True, repr=False)
class SweepResult(Represented):
    """The outcomes of every point of a sweep, and of the scenario it departs from.

    Attributes
    ----------
    scenario, inputs, points, seed, engine
        What was run.
    totals
        The scenario and then its points x replications x `outcomes.TOTALS`.
    version
        Of the package.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    points: tuple[Point, ...]
    seed: int
    engine: str
    totals: Floats
    version: str = __version__

    @property
    def replications(self) -> int:
        """Number of replications of each point."""
        return int(self.totals.shape[1])

    def values(self, outcome: str) -> Floats:
        """Return an outcome: points x replications; NaN where it does not exist.

        Raises
        ------
        ValueError
            If there is no such outcome or total.
        """
        return self._all_values(outcome)[1:]

    def differences(self, outcome: str) -> Floats:
        """Return how far every point is from the scenario, replication by replication."""
        values = self._all_values(outcome)
        return np.asarray(values[1:] - values[0])

    @cached_property
    def inputs_table(self) -> pd.DataFrame:
        """The values of the inputs: a row for each point."""
        rows = [[_in_cell(point[entry.name]) for entry in self.inputs] for point in self.points]
        table = pd.DataFrame(rows, columns=[entry.name for entry in self.inputs])
        return table.rename_axis(index="point")

    def table(self) -> pd.DataFrame:
        """Return every outcome of the run summary: a row for each point and replication."""
        repeated = self.inputs_table.loc[self.inputs_table.index.repeat(self.replications)]
        table = repeated.reset_index()
        table["replication"] = np.tile(np.arange(self.replications), len(self.points))
        found = {each.name: self.values(each.name).ravel() for each in outcomes.SUMMARY}
        return pd.concat([table, pd.DataFrame(found)], axis=1)

    def summary(self, outcome: str = "npv") -> pd.DataFrame:
        """Return an outcome of every point, with how far it is from the scenario itself.

        Columns: the inputs; `mean`, `half_width` of its 95 % interval and `n`; `difference` and
        `difference_half_width`, paired by replication.
        """
        measured = pd.DataFrame(
            [
                _measured(values, differences)
                for values, differences in zip(
                    self.values(outcome), self.differences(outcome), strict=True
                )
            ],
            columns=_MEASURES,
        ).astype({name: float for name in _MEASURES if name != "n"})
        return pd.concat([self.inputs_table, measured.rename_axis(index="point")], axis=1)

    def effect(self, name: str, outcome: str = "npv") -> pd.DataFrame:
        """Return the average of an outcome over all points with the same value of an input.

        In every replication the points are averaged; the intervals are over the replications. Of an
        input with many values, equal parts of them are averaged.

        Returns
        -------
        DataFrame
            `value` (the mean of a part), and then the columns of `summary`; a row for each value or
            part.

        Raises
        ------
        KeyError
            If no input is of this name.
        """
        column = self.inputs_table[name]
        values, differences = self.values(outcome), self.differences(outcome)
        rows = [
            (value, *_measured(values[places].mean(axis=0), differences[places].mean(axis=0)))
            for value, places in _levels(column)
        ]
        return pd.DataFrame(rows, columns=["value", *_MEASURES])

    def _all_values(self, outcome: str) -> Floats:
        return outcome_of(outcome, self.totals)


def _levels(column: pd.Series[Any]) -> list[tuple[Any, NDArray[np.int64]]]:
    """Return the values of an input, or the means of equal parts of them, with their points."""
    values = column.unique().tolist()
    if len(values) <= MOST_LEVELS or not pd.api.types.is_numeric_dtype(column):
        return [(value, np.flatnonzero(column == value)) for value in _sorted(values)]
    order = np.argsort(column.to_numpy(), kind="stable")
    parts = np.array_split(order, _PARTS)
    return [(float(column.iloc[places].mean()), places) for places in parts]


def _sorted(values: Sequence[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return list(values)


def _measured(values: Floats, differences: Floats) -> tuple[float | None, ...]:
    level, difference = estimate(values), estimate(differences)
    return level.mean, level.half_width, level.n, difference.mean, difference.half_width


def _in_cell(value: Any) -> Any:
    """Return a value that a column of a table takes."""
    return value if isinstance(value, str | bool | int | float) else str(value)
