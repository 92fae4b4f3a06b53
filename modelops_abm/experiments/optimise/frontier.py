"""The efficient frontier: alternatives that no other beats in both of two respects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def frontier[Alternative](
    alternatives: Sequence[Alternative],
    cost: Callable[[Alternative], float],
    value: Callable[[Alternative], float],
) -> list[Alternative]:
    """Return the alternatives that are worth more than every one that costs as much or less.

    Parameters
    ----------
    alternatives
        What there is to choose from.
    cost, value
        What each costs, and what it is worth.

    Returns
    -------
    list
        The cheapest first, each worth more than the one before. Of equal ones, the first given.
    """
    best = -np.inf
    efficient: list[Alternative] = []
    for each in sorted(alternatives, key=lambda each: (cost(each), -value(each))):
        if value(each) > best:
            best = value(each)
            efficient.append(each)
    return efficient


def spread_out[Alternative](
    efficient: Sequence[Alternative], cost: Callable[[Alternative], float], most: int
) -> list[Alternative]:
    """Return so many alternatives at most, ends included, as evenly over the cost as may be."""
    if len(efficient) <= most:
        return list(efficient)
    costs = np.array([cost(each) for each in efficient])
    aims = np.linspace(costs[0], costs[-1], most)
    places = {int(np.argmin(np.abs(costs - aim))) for aim in aims}
    return [efficient[place] for place in sorted(places)]
