"""Quantiles of daily outcomes over replications, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT_UP_TO = 512
BINS = 400
_MARGIN = 0.5


class DailyBands:
    """Mean and quantiles of one daily outcome, day by day.

    Up to `EXACT_UP_TO` replications are kept and the quantiles are exact. Their range, widened by
    half on each side, is then divided into `BINS` bins for each day, in which all are counted; a
    quantile is interpolated within its bin, so its error is at most one bin. Values beyond the
    range count in the outermost bins. A day on which the outcome does not exist counts as missing.

    Parameters
    ----------
    days
        Number of days.
    """

    def __init__(self, days: int) -> None:
        self._kept: list[Floats] = []
        self._sum = np.zeros(days)
        self._n = np.zeros(days, dtype=np.int64)
        self._counts: NDArray[np.int64] | None = None
        self._low = self._width = np.zeros(days)

    def add(self, series: Floats) -> None:
        """Add replications in their order: an array of replications by days."""
        for run in series:
            exists = ~np.isnan(run)
            self._sum += np.where(exists, run, 0.0)
            self._n += exists
        if self._counts is None:
            self._kept.append(np.array(series))
            if sum(map(len, self._kept)) > EXACT_UP_TO:
                self._begin_to_count()
        else:
            self._count(series)

    @property
    def n(self) -> NDArray[np.int64]:
        """Replications in which the outcome exists, by day."""
        return self._n

    def mean(self) -> Floats:
        """Return the mean by day; NaN where the outcome never exists."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._sum / self._n

    def quantiles(self, shares: Floats) -> Floats:
        """Return quantiles by day: an array of shares by days."""
        if self._counts is not None:
            return np.array([self._binned(share) for share in shares])
        together = np.concatenate(self._kept)
        missing = self._n == 0
        together[:, missing] = 0.0
        result = np.nanquantile(together, shares, axis=0)
        result[:, missing] = np.nan
        return np.asarray(result)

    def _begin_to_count(self) -> None:
        together = np.concatenate(self._kept)
        together[:, self._n == 0] = 0.0
        low, high = np.nanmin(together, axis=0), np.nanmax(together, axis=0)
        margin = _MARGIN * (high - low)
        self._low = low - margin
        self._width = np.maximum((high - low + 2.0 * margin) / BINS, 1e-12)
        self._counts = np.zeros((len(low), BINS), dtype=np.int64)
        kept, self._kept = self._kept, []
        for series in kept:
            self._count(series)

    def _count(self, series: Floats) -> None:
        assert self._counts is not None
        bins = np.floor((series - self._low) / self._width)
        for run in bins:
            days = np.flatnonzero(~np.isnan(run))
            places = np.clip(run[days], 0, BINS - 1).astype(np.int64)
            self._counts[days, places] += 1

    def _binned(self, share: float) -> Floats:
        """Return a quantile by day from the bins."""
        assert self._counts is not None
        upto = np.cumsum(self._counts, axis=1)
        rank = share * (self._n - 1) + 0.5
        place = np.minimum((upto < rank[:, None]).sum(axis=1), BINS - 1)
        days = np.arange(len(place))
        below = upto[days, place] - self._counts[days, place]
        inside = np.maximum(self._counts[days, place], 1)
        value = self._low + self._width * (place + np.clip((rank - below) / inside, 0.0, 1.0))
        return np.where(self._n > 0, value, np.nan)
