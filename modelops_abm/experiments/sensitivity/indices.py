"""Sensitivity indices with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Indices:
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


def problem_of(names: tuple[str, ...]) -> dict[str, object]:
    """Return inputs with positions from 0 to 1, as SALib takes them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
