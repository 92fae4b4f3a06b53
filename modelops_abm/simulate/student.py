"""Student's t, for intervals of means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

LEVEL = 0.95


def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """Return the factor of a two-sided interval by Student's t."""
    return float(special.stdtrit(degrees, 0.5 + level / 2.0))


def half_widths(n: NDArray[np.int64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
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
    sizes, places = np.unique(n, return_inverse=True)
    factors = [t_quantile(int(size) - 1) / size**0.5 if size > 1 else np.nan for size in sizes]
    return np.asarray(np.array(factors)[places] * np.sqrt(variance))
