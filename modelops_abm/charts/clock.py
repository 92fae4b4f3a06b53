"""Time of a run for pictures: months or days on the axis, and equal bins to add days up in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import formats

_SHORT_DAYS = 62
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_DAY_STEPS = (1, 2, 5, 10, 20)
_MOST_STEPS = 8
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
    def days(self) -> NDArray[np.float64]:
        """Length of each in days."""
        return np.diff(self.edges).astype(float)

    def sums(self, daily: pd.Series[float]) -> NDArray[np.float64]:
        """Return the sum of a daily flow in each."""
        values = daily.to_numpy(dtype=float)
        return np.array([values[start:end].sum() for start, end in pairwise(self.edges)])

    def per_day(self, daily: pd.Series[float]) -> NDArray[np.float64]:
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
    return Bins(np.unique(edges), word)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time axis of a run; positions on it are days."""

    horizon_days: int

    @property
    def unit(self) -> str:
        """Unit of the axis: month, or day for a run of two months or less."""
        return "day" if self.horizon_days <= _SHORT_DAYS else "month"

    def ticks(self) -> tuple[list[float], list[str]]:
        """Return days and labels; the last label says the unit."""
        unit_days = 1.0 if self.unit == "day" else formats.MONTH_DAYS
        end = self.horizon_days / unit_days
        steps = _DAY_STEPS if self.unit == "day" else _STEPS
        step = next((step for step in steps if end / step <= _MOST_STEPS), steps[-1])
        numbers = range(0, math.floor(end + 1e-9) + 1, step)
        labels = [formats.number(number) for number in numbers]
        labels[-1] = f"{self.unit} {labels[-1]}"
        return [number * unit_days for number in numbers], labels

    def words(self, day: float) -> str:
        """Return a day in words, counted from 1: month 18."""
        if self.unit == "day":
            return f"day {math.ceil(day)}"
        return f"month {max(1, math.ceil(day / formats.MONTH_DAYS - 1e-9))}"
