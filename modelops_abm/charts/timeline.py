"""What is drawn over time: the axis of a scenario with its changes, bins of days, and bands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats, Integers
from modelops_abm.charts.figure import Axis, Band, Line, Stroke, months, time_axis
from modelops_abm.charts.palette import Colour
from modelops_abm.scenario import Distribution, Scenario
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.scenario import timeline


def time_axis_of(scenario: Scenario) -> Axis:
    """Return the axis over which all of a scenario is drawn, its changes marked."""
    return time_axis(scenario.horizon_days, tuple(changes_in_words(scenario)))


def changes_in_words(scenario: Scenario) -> Iterator[tuple[int, str]]:
    """Yield each day on which values change, and what: developers 8 to 4.

    >>> changes = [{"day": 180, "team.developers": 4, "capabilities.lineage.maximum": 0.5}]
    >>> list(changes_in_words(Scenario.model_validate({"changes": changes})))
    [(180, 'team 8 to 4, lineage: level 0 to 0.5')]
    """
    for day in timeline(scenario):
        words = (
            f"{name_in_words(name).lower()} {_value(value_at(scenario, name))} to {_value(value)}"
            for name, value in day.values.items()
        )
        yield day.day, ", ".join(words)
        scenario = day.scenario


def team_in_words(scenario: Scenario) -> str:
    """Return how many developers there are in the course of a run: 8 developers, 4 to 9 developers.

    >>> team_in_words(Scenario.model_validate({"changes": [{"day": 9, "team.developers": 4}]}))
    '4 to 8 developers'
    """
    days = [scenario, *(day.scenario for day in timeline(scenario))]
    fewest, most = (end(each.team.developers for each in days) for end in (min, max))
    return f"{formats.number(fewest)} to " * (fewest < most) + formats.plural(most, "developer")


def _value(value: float | Distribution) -> str:
    number = value.mean if isinstance(value, Distribution) else value
    return f"{number:,.6g}"


# --------------------------------------------------------------------------------------
# Equal bins of a run, to add days up in.


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
    """Spans of whole days."""

    edges: Integers
    """Days at which they begin, and the day at which the last ends."""
    word: str
    """What one is called."""

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


# --------------------------------------------------------------------------------------
# A daily outcome over many futures: its average and the two bands.


_FEWEST_MONTHS = 6
_LOW, _HIGH = "2.5%", "97.5%"
FUTURES, AVERAGE = "15%", "34%"
"""Strength of the light band, 95 of 100 futures, and of the dark one, the interval of the mean."""


class Bands(NamedTuple):
    """A daily outcome by period, in the unit of a chart."""

    months: Floats
    mean: Floats
    half_width: Floats
    low: Floats
    high: Floats

    @property
    def ends(self) -> Floats:
        """Every value that an axis must show."""
        return np.concatenate([self.low, self.high, self.mean])

    def futures(self, name: str, colour: Colour, label: str = "") -> Band:
        """Return the light band: 95 of 100 futures."""
        strength = f"{colour} {FUTURES}"
        return Band(f"{name}-futures", self.months, self.low, self.high, strength, label)

    def unknown(self, name: str, colour: Colour, label: str = "") -> Band:
        """Return the hatched band: 95 of 100 futures of what the organisation may be."""
        strength = f"{colour} {AVERAGE}"
        return Band(
            f"{name}-unknown", self.months, self.low, self.high, strength, label, is_hatched=True
        )

    def average(self, name: str, colour: Colour) -> Band:
        """Return the dark band: the 95 % interval of the average."""
        low, high = self.mean - self.half_width, self.mean + self.half_width
        return Band(f"{name}-average", self.months, low, high, f"{colour} {AVERAGE}")

    def line(self, name: str, colour: Colour, label: str = "", note: str = "") -> Line:
        """Return the line of the average; that of a baseline is dashed."""
        stroke: Stroke = "dashed" if colour == "baseline" else "solid"
        return Line(name, self.months, self.mean, colour, 2.0, stroke, label, note)


def bands_of(table: pd.DataFrame, size: float = 1.0) -> Bands:
    """Return what a table of bands holds, divided by the size of the chart's unit."""
    columns = (table[name].to_numpy() / size for name in ("mean", "half_width", _LOW, _HIGH))
    # Days are numbered from 0 and a value is that of the end of its day, hence a day later.
    return Bands(np.round(months(table.index.to_numpy() + 1.0), 3), *columns)


def by_month(bands: Bands) -> Bands:
    """Return bands by month: the averages of the periods that end in each, if there are several.

    Half-widths and ranges are those of a typical period of the month.
    """
    # What ends with the month belongs to it, also if its place was rounded up.
    number = np.ceil(bands.months - 1e-9)
    kept = np.unique(number)
    if len(kept) < _FEWEST_MONTHS or len(kept) > len(bands.months) / 2.0:
        return bands
    members = number == kept[:, np.newaxis]
    means = (_means(values, members) for values in bands[1:])
    return Bands(np.minimum(kept, bands.months[-1]), *means)


def _means(values: Floats, members: np.ndarray) -> Floats:
    """Return the mean of each row of members; NaN if it has no value."""
    held = members & np.isfinite(values)
    count = held.sum(axis=1)
    total = np.where(held, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def quarters(periods: Floats) -> list[int]:
    """Return the periods that end a quarter, and the last one."""
    quarter = np.floor(periods / 3.0 + 1e-9)
    ends = np.flatnonzero(np.diff(quarter) > 0) + 1
    return sorted({*(int(place) for place in ends), len(periods) - 1})
