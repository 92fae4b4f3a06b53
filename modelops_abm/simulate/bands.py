"""Bands of daily outcomes over replications, period by period, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.simulate.periods import Series
from modelops_abm.simulate.quantiles import Histograms, exact_quantiles
from modelops_abm.simulate.student import half_widths

Floats = NDArray[np.float64]

EXACT_UP_TO = 512
BAND_SHARES = (0.025, 0.25, 0.5, 0.75, 0.975)


class Bands:
    """Mean with its interval, and quantiles, of daily outcomes in each period.

    Up to `EXACT_UP_TO` replications are kept and the quantiles are exact. With more of them, they
    are counted in bins, as many at a time, and a quantile is at most one bin off (see
    `quantiles.Histograms`). What is returned does not depend on how the replications came in.

    Parameters
    ----------
    series
        The outcomes and the length of the periods.
    horizon_days
        Length of the runs.
    """

    def __init__(self, series: Series, horizon_days: int) -> None:
        self._series = series
        self._last_days = series.last_days(horizon_days)
        self._kept: list[Floats] = []
        self._kept_count = 0
        self._moments = _Moments.of(np.empty((0, len(series.names) * len(self._last_days))))
        self._histograms: Histograms | None = None

    def add(self, values: Floats) -> None:
        """Add replications in their order: replications x outcomes x periods."""
        self._kept.append(values.reshape(len(values), -1))
        self._kept_count += len(values)
        while self._kept_count > EXACT_UP_TO:
            together = np.concatenate(self._kept)
            self._absorb(together[:EXACT_UP_TO])
            self._kept = [together[EXACT_UP_TO:]]
            self._kept_count -= EXACT_UP_TO

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return a table for each outcome: a row for each period, named by its last day.

        Its columns are the mean over the replications, half the width of the 95 % interval of that
        mean by Student's t, the quantiles of `BAND_SHARES`, and the number of replications in
        which the outcome exists. NaN stands for what cannot be said.
        """
        kept = np.concatenate(self._kept) if self._kept else np.empty((0, len(self._moments.n)))
        moments = self._moments.merged_with(_Moments.of(kept))
        quantiles = zip(BAND_SHARES, self._quantiles(kept), strict=True)
        columns = {
            "mean": np.where(moments.n > 0, moments.mean, np.nan),
            "half_width": half_widths(moments.n, moments.variance),
            **{f"{share:.1%}": values for share, values in quantiles},
            "n": moments.n,
        }
        days = pd.Index(np.tile(self._last_days, len(self._series.names)), name="day")
        table = pd.DataFrame(columns, index=days)
        return {
            name: table.iloc[self._cells(place)] for place, name in enumerate(self._series.names)
        }

    def _cells(self, place: int) -> slice:
        """Return where the periods of an outcome are."""
        return slice(place * len(self._last_days), (place + 1) * len(self._last_days))

    def _absorb(self, values: Floats) -> None:
        """Count values that need not be kept any longer."""
        self._moments = self._moments.merged_with(_Moments.of(values))
        if self._histograms is None:
            self._histograms = Histograms(values)
        else:
            self._histograms.count(values)

    def _quantiles(self, kept: Floats) -> Floats:
        shares = np.array(BAND_SHARES)
        if self._histograms is None:
            return exact_quantiles(kept, shares)
        return self._histograms.with_values(kept).quantiles(shares)


class _Moments(NamedTuple):
    """Number, mean and sum of squared deviations from it, of each cell."""

    n: NDArray[np.int64]
    mean: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Return the moments of replications x cells; NaN values do not exist."""
        exists = ~np.isnan(values)
        n = exists.sum(axis=0)
        mean = np.where(exists, values, 0.0).sum(axis=0) / np.maximum(n, 1)
        deviations = np.where(exists, values - mean, 0.0)
        return cls(n, mean, (deviations * deviations).sum(axis=0))

    def merged_with(self, other: Self) -> Self:
        """Return the moments of both together (Chan, Golub and LeVeque 1983)."""
        n = self.n + other.n
        part = other.n / np.maximum(n, 1)
        apart = other.mean - self.mean
        squares = self.squares + other.squares + apart * apart * self.n * part
        return type(self)(n, self.mean + apart * part, squares)

    @property
    def variance(self) -> Floats:
        """Unbiased variance; of no meaning for fewer than two values."""
        return self.squares / np.maximum(self.n - 1, 1)
