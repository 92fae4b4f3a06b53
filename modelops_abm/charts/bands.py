"""A daily outcome over many futures, as charts draw it: its average and the two bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from modelops_abm.charts.figure import Band, Floats, Line, Stroke, months
from modelops_abm.charts.palette import Colour

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
