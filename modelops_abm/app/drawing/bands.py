"""A daily outcome over many futures, as charts draw it: its average and the two bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.app.drawing.axes import Extent, months

type Floats = NDArray[np.float64]

_FEWEST_MONTHS = 6
_LOW, _HIGH = "2.5%", "97.5%"


class Bands(NamedTuple):
    """A daily outcome by period, in the unit of a chart."""

    months: Floats
    mean: Floats
    half_width: Floats
    low: Floats
    high: Floats

    @property
    def extent(self) -> Extent:
        """What an axis must show of it."""
        values = np.concatenate([self.low, self.high, self.mean])
        present = values[np.isfinite(values)]
        return Extent(float(present.min()), float(present.max())) if len(present) else Extent(0, 1)


def by_month(bands: Bands) -> Bands:
    """Return bands by month: the averages of the periods that end in each, if there are several.

    Half-widths and ranges are those of a typical period of the month.
    """
    number = np.ceil(bands.months - 1e-9)
    kept = np.unique(number)
    if len(kept) < _FEWEST_MONTHS or len(kept) > len(bands.months) / 2.0:
        return bands
    members = number == kept[:, np.newaxis]
    means = (_means(values, members) for values in bands[1:])
    return Bands(np.minimum(kept, bands.months[-1]), *means)


def _means(values: Floats, members: NDArray[np.bool_]) -> Floats:
    """Return the mean of each row of members; NaN if it has no value."""
    held = members & np.isfinite(values)
    count = held.sum(axis=1)
    total = np.where(held, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def bands_of(table: pd.DataFrame, size: float = 1.0) -> Bands:
    """Return what a table of bands holds, divided by the size of the chart's unit."""
    columns = (table[name].to_numpy() / size for name in ("mean", "half_width", _LOW, _HIGH))
    return Bands(np.array([months(day + 1.0) for day in table.index]), *columns)


def quarters(bands: Bands) -> list[int]:
    """Return the periods that end a quarter, and the last one."""
    quarter = np.floor(bands.months / 3.0 + 1e-9)
    ends = np.flatnonzero(np.diff(quarter) > 0) + 1
    return sorted({*(int(place) for place in ends), len(bands.months) - 1})
