"""Sensitivity indices with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from modelops_abm.experiments.intervals import LEVEL
from modelops_abm.experiments.winners import may_lead
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]

_RESAMPLES = 1000
_ROUNDING = 1e-12


@dataclass(frozen=True, repr=False)
class Indices(Represented):
    """Shares of the variance of an answer, by assumption (Sobol 2001).

    doi:10.1016/S0378-4754(00)00270-6.

    Attributes
    ----------
    names
        Of the inputs.
    first
        First-order index: the part of the variance that goes if this input alone is known.
    total
        Total index (Homma and Saltelli 1996, doi:10.1016/0951-8320(96)00002-6): the part that stays
        if all but this input are known.
    first_half_width, total_half_width
        Half the widths of their 95 % intervals, by bootstrap over the points.
    """

    names: tuple[str, ...]
    first: Floats
    first_half_width: Floats
    total: Floats
    total_half_width: Floats

    @property
    def order(self) -> tuple[int, ...]:
        """Places of the inputs, the largest total index first."""
        return tuple(int(place) for place in np.argsort(-self.total, kind="stable"))

    @property
    def may_be_largest(self) -> tuple[str, ...]:
        """Inputs whose total index may be the largest, as far as the intervals tell.

        The largest estimate comes first. All of them if none can be told from zero.
        """
        names = [self.names[place] for place in self.order]
        low, high = (
            (self.total + side * self.total_half_width)[list(self.order)].tolist()
            for side in (-1.0, 1.0)
        )
        return tuple(may_lead(names, low, high) if max(low) > 0.0 else names)

    def table(self) -> pd.DataFrame:
        """Return the indices, an input a row, the largest total index first."""
        table = pd.DataFrame(
            {
                "first": self.first,
                "first_half_width": self.first_half_width,
                "total": self.total,
                "total_half_width": self.total_half_width,
            },
            index=pd.Index(self.names, name="input"),
        )
        return table.iloc[list(self.order)]


def indices_of(names: tuple[str, ...], answers: Floats, seed: int = 0) -> Indices:
    """Return the indices of answers at the points of `sobol.sobol_positions`.

    First-order and total indices as Saltelli et al. 2010 estimate them
    (doi:10.1016/j.cpc.2009.09.018). Of an answer with several components, numerators and variances
    are summed over the components (Lamboni, Monod and Makowski 2011,
    doi:10.1016/j.ress.2010.12.002; Gamboa, Janon, Klein and Lagnoux 2014, doi:10.1214/14-EJS895).

    Parameters
    ----------
    names
        Of the inputs.
    answers
        Points, or points x components.
    seed
        Decides on the bootstrap.

    Returns
    -------
    Indices
        All 0 if no component varies over the independent points.
    """
    parts = _Parts.of(answers.reshape(len(answers), -1), len(names))
    count = len(parts.squares)
    estimates = parts.ratios(np.full((1, count), 1.0 / count))
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    wide = float(special.ndtri(0.5 + LEVEL / 2.0))
    first, total = (
        (own[0], wide * resampled.std(axis=0, ddof=1))
        for own, resampled in zip(estimates, parts.ratios(drawn / count), strict=True)
    )
    return Indices(names, *first, *total)


@dataclass(frozen=True)
class _Parts:
    """What each base point adds to the numerators and to the variance; all are averaged.

    Attributes
    ----------
    first, total
        To the numerators: base points x inputs.
    squares, centres
        To the mean square, summed over components, and to the means: base points x components.
    """

    first: Floats
    total: Floats
    squares: Floats
    centres: Floats

    @classmethod
    def of(cls, answers: Floats, inputs: int) -> _Parts:
        """Return the parts of answers: points x components."""
        centred = answers - answers.mean(axis=0)
        by_base = centred.reshape(-1, inputs + 2, answers.shape[1])
        own, mixed, other = by_base[:, :1], by_base[:, 1:-1], by_base[:, -1:]
        return cls(
            first=np.sum(other * (mixed - own), axis=2),
            total=0.5 * np.sum((own - mixed) ** 2, axis=2),
            squares=0.5 * np.sum(own**2 + other**2, axis=(1, 2)),
            centres=0.5 * (own + other)[:, 0],
        )

    def ratios(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return first-order and total indices: samples x inputs.

        Parameters
        ----------
        weights
            Samples x base points; they add up to 1 in each sample.
        """
        variance = weights @ self.squares - np.sum((weights @ self.centres) ** 2, axis=1)
        varies = variance > _ROUNDING * self.squares.max(initial=0.0)
        scale = np.where(varies, 1.0 / np.where(varies, variance, 1.0), 0.0)[:, None]
        return scale * (weights @ self.first), scale * (weights @ self.total)
