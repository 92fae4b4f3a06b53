"""What a likelihood on a grid says of one number: a range, or in words why it says none.

Estimates from logs are likelihoods over a grid of what could be, flat in the scale of the grid: a
log says what it says, and what was known before is for the fit to add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modelops_abm.arrays import Floats
from modelops_abm.evidence.statements import Statement
from modelops_abm.formats import number
from modelops_abm.scenario.knowledge import SpreadFamily

QUANTILES = (0.05, 0.5, 0.95)
"""The ends of a range of 90 %, and its middle."""
_AT_EDGE = 0.01
"""Chance within the last two points of a grid from which that side is open."""
_NEXT_TO_NOTHING = 0.75
"""Part of the grid that a range may cover, in the scale of the grid, to say something."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its range of 90 %, and which of its ends the data really give.

    Attributes
    ----------
    low, middle, high
        5 %, 50 % and 95 % of the chances.
    has_low, has_high
        Whether there is an end on that side: without, nothing in the data speaks against less (or
        more), as far as was looked.
    """

    low: float
    middle: float
    high: float
    has_low: bool = True
    has_high: bool = True

    @property
    def is_known(self) -> bool:
        """Whether it is a range, open on neither side."""
        return self.has_low and self.has_high

    def in_words(self, unit: str = "") -> str:
        """Return the range: 0.24 (0.18 to 0.31) a year; what is open is called that.

        >>> Estimate(0.18, 0.24, 0.31).in_words("a year")
        '0.24 (0.18 to 0.31) a year'
        >>> Estimate(0.001, 0.01, 0.05, has_low=False).in_words("a year")
        'at most 0.05 a year, or as little as nothing'
        """
        after = f" {unit}" if unit else ""
        if self.is_known:
            middle, low, high = (_short(each) for each in (self.middle, self.low, self.high))
            return f"{middle} ({low} to {high}){after}"
        if self.has_high:
            return f"at most {_short(self.high)}{after}, or as little as nothing"
        return f"at least {_short(self.low)}{after}" if self.has_low else "not known"

    def statement(
        self, about: str, source: str, family: SpreadFamily = "lognormal"
    ) -> Statement | None:
        """Return it as a statement; None where it is open on a side."""
        if not self.is_known or not self.low < self.middle < self.high:
            return None
        return Statement(about, self.low, self.middle, self.high, family, "computed", source=source)


def _short(value: float) -> str:
    """Return a number with three digits."""
    digits = max(0, 2 - int(np.floor(np.log10(abs(value))))) if value else 0
    text = number(value, min(digits, 6))
    return text.rstrip("0").rstrip(".") if "." in text else text


def estimate(points: Floats, chances: Floats) -> Estimate:
    """Return what chances at the points of a grid say of its number.

    Parameters
    ----------
    points
        Rising, evenly spaced in the scale in which the likelihood is flat.
    chances
        At each, adding up to 1.

    Examples
    --------
    >>> points = np.geomspace(0.01, 100.0, 401)
    >>> told = estimate(points, normalised(-0.5 * (np.log(points) / 0.2) ** 2))
    >>> round(told.low, 2), round(told.middle, 2), told.is_known
    (0.72, 1.0, True)
    """
    # Chances are those of the cells around the points, so the middle of a step is half of its own.
    below = np.cumsum(chances) - chances / 2.0
    places = np.interp(QUANTILES, below, np.arange(points.size))
    low, middle, high = np.exp(np.interp(places, np.arange(points.size), np.log(points)))
    covers_all = places[2] - places[0] > _NEXT_TO_NOTHING * points.size
    has_low = bool(chances[:2].sum() < _AT_EDGE) and not covers_all
    has_high = bool(chances[-2:].sum() < _AT_EDGE) and not covers_all
    return Estimate(float(low), float(middle), float(high), has_low, has_high)


def normalised(log_likelihood: Floats) -> Floats:
    """Return chances that add up to 1 from what they are the logarithms of."""
    found = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(found / found.sum())
