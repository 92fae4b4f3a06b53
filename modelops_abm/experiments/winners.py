"""Which of several alternatives wins at each of many points, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import Share, share

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]


def winners(utilities: Floats) -> Places:
    """Return the place of the best alternative at each point; of equals the first.

    Parameters
    ----------
    utilities
        Alternatives x points.
    """
    return np.argmax(utilities, axis=0)


def wins(names: Sequence[str], won: Places) -> Mapping[str, Share]:
    """Return the share of independent points at which each alternative wins.

    Parameters
    ----------
    names
        Of the alternatives.
    won
        As `winners` gives it.
    """
    counts = np.bincount(won, minlength=len(names)).tolist()
    return {name: share(count, len(won)) for name, count in zip(names, counts, strict=True)}


def may_lead[Name](
    names: Sequence[Name], low: Sequence[float], high: Sequence[float]
) -> list[Name]:
    """Return what may have the highest of several values, as far as their intervals tell.

    It is what reaches the highest lower end; that is more cautious than a test of the difference.

    Parameters
    ----------
    names
        What has the values.
    low, high
        Ends of their intervals.
    """
    bar = max(low, default=0.0)
    return [name for name, end in zip(names, high, strict=True) if end >= bar]
