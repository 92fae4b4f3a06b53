"""Equal bins of a run to add days up in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import formats
from modelops_abm.charts.figure import Floats, months

_SHORT_DAYS = 62
_BINS = (
    (1.0, "day"),
    (7.0, "week"),
    (formats.MONTH_DAYS, "month"),
    (3.0 * formats.MONTH_DAYS, "quarter"),
    (365.0, "year"),
)


@dataclass(frozen=True, slots=True)
class Bins:
    """Spans of whole days.

    Attributes
    ----------
    edges
        Days at which they begin, and the day at which the last ends.
    word
        What one is called.
    """

    edges: NDArray[np.int64]
    word: str

    @property
    def days(self) -> Floats:
        """Length of each in days."""
        return np.diff(self.edges).astype(float)

    @property
    def months(self) -> Floats:
        """Edges in months."""
        return months(self.edges)

    def sums(self, daily: pd.Series[float]) -> Floats:
        """Return the sum of a daily flow in each."""
        values = daily.to_numpy(dtype=float)
        return np.array([values[start:end].sum() for start, end in pairwise(self.edges)])

    def per_day(self, daily: pd.Series[float]) -> Floats:
        """Return the mean of a daily flow in each."""
        return self.sums(daily) / self.days


def bins_of(horizon_days: int, *, shortest: str, at_most: int) -> Bins:
    """Return bins over a run: the finest allowed that are not too many.

    Parameters
    ----------
    shortest
        The shortest bin to use, unless the run is too short for it: day, week, month ...
    at_most
        How many there may be.
    """
    if horizon_days <= _SHORT_DAYS:
        shortest = "day"
    words = [word for _, word in _BINS]
    usable = _BINS[words.index(shortest) :]
    days, word = next(
        (each for each in usable if math.ceil(horizon_days / each[0]) <= at_most), usable[-1]
    )
    inner = np.arange(0, math.ceil(horizon_days / days)) * days
    edges = np.append(np.round(inner), horizon_days).astype(np.int64)
    # The last bin may round to nothing: its start is then the horizon.
    return Bins(np.unique(edges), word)
