"""Student's t, for intervals of means; and quantiles of many cells at once.

Quantiles are exact, from all values, or come from counts in bounded memory. A cell is one daily
outcome in one period.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import special

from modelops_abm.arrays import Floats, Integers

LEVEL = 0.95


def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """Return the factor of a two-sided interval by Student's t."""
    return float(special.stdtrit(degrees, 0.5 + level / 2.0))


def half_widths(n: Integers, variance: Floats) -> Floats:
    """Return half the width of the 95 % interval of each mean of a kind.

    Parameters
    ----------
    n
        Number of independent values behind each mean.
    variance
        Of the values.

    Returns
    -------
    array
        NaN for fewer than two values.
    """
    # Many cells, but few different numbers of values: each t is worked out once.
    sizes, places = np.unique(n, return_inverse=True)
    factors = [t_quantile(int(size) - 1) / size**0.5 if size > 1 else np.nan for size in sizes]
    return np.asarray(np.array(factors)[places] * np.sqrt(variance))


# --------------------------------------------------------------------------------------
# Quantiles of many cells at once: exact ones, and from counts in bounded memory.


BINS = 400
_MARGIN = 0.5


def exact_quantiles(values: Floats, shares: Floats) -> Floats:
    """Return quantiles by linear interpolation: shares x cells.

    The same as `numpy.nanquantile` along the first axis, to the bit, and many times faster: all
    cells are sorted once, and NaN, which sorts last, needs no second way.

    Parameters
    ----------
    values
        Replications x cells; NaN for what does not exist.
    """
    if not len(values):
        return np.full((len(shares), values.shape[1]), np.nan)
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    last = np.maximum(ordered.shape[1] - np.isnan(ordered).sum(axis=1) - 1, 0)
    return np.array([_interpolated(ordered, share * last, last) for share in shares])


def _interpolated(ordered: Floats, rank: Floats, last: Integers) -> Floats:
    """Return values between two neighbours, reckoned from the nearer one as NumPy does."""
    below = np.floor(rank).astype(np.int64)
    cells = np.arange(len(ordered))
    low, high = ordered[cells, below], ordered[cells, np.minimum(below + 1, last)]
    part = rank - below
    nearer_low = part < 0.5
    return np.where(nearer_low, low + (high - low) * part, high - (high - low) * (1.0 - part))


class Histograms:
    """Counts of values in `BINS` bins of each cell.

    The bins cover the range of the first values, widened by half on each side; what falls outside
    counts in the outermost bins.

    Parameters
    ----------
    values
        The first replications x cells; NaN for what does not exist.
    """

    def __init__(self, values: Floats) -> None:
        exists = ~np.isnan(values)
        nowhere = ~exists.any(axis=0)
        low = np.where(nowhere, 0.0, np.where(exists, values, np.inf).min(axis=0))
        high = np.where(nowhere, 0.0, np.where(exists, values, -np.inf).max(axis=0))
        margin = _MARGIN * (high - low)
        self._low = low - margin
        # Not 0 where all first values are equal: any later one would lie infinitely many bins away.
        self._width = np.maximum((high - low + 2.0 * margin) / BINS, 1e-12)
        self._counts = np.zeros((values.shape[1], BINS), dtype=np.int64)
        self.count(values)

    def count(self, values: Floats) -> None:
        """Count further replications x cells."""
        self._counts += self._counted(values)

    def with_values(self, values: Floats) -> Self:
        """Return what these would be after counting further values."""
        other = object.__new__(type(self))
        other._low, other._width = self._low, self._width
        other._counts = self._counts + self._counted(values)
        return other

    def _counted(self, values: Floats) -> Integers:
        places = np.clip(np.floor((values - self._low) / self._width), 0, BINS - 1)
        exists = ~np.isnan(values)
        cells = np.broadcast_to(np.arange(values.shape[1]), values.shape)[exists]
        # All cells are counted in one go, each over numbers of its own.
        flat = cells * BINS + places[exists].astype(np.int64)
        return np.bincount(flat, minlength=self._counts.size).reshape(self._counts.shape)

    def quantiles(self, shares: Floats) -> Floats:
        """Return quantiles, each at most one bin off: shares x cells."""
        upto = np.cumsum(self._counts, axis=1)
        return np.array([self._quantile(share, upto) for share in shares])

    def _quantile(self, share: float, upto: Integers) -> Floats:
        n = upto[:, -1]
        # The place among n values that linear interpolation has, each value taken at its middle.
        rank = share * (n - 1) + 0.5
        place = np.minimum((upto < rank[:, None]).sum(axis=1), BINS - 1)
        cells = np.arange(len(place))
        inside = self._counts[cells, place]
        below = upto[cells, place] - inside
        part = np.clip((rank - below) / np.maximum(inside, 1), 0.0, 1.0)
        return np.where(n > 0, self._low + self._width * (place + part), np.nan)
