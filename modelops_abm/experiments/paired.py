"""Differences between two scenarios, replication by replication."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import Estimate, Share, bootstrap_interval, estimate, share
from modelops_abm.representation import Represented, in_short

type Floats = NDArray[np.float64]
type Verdict = Literal["earns", "loses", "cannot tell yet"]

FUTURES = (0.025, 0.975)
"""Between these lie 95 of 100 futures."""


@dataclass(frozen=True, repr=False)
class PairedDifference(Represented):
    """An outcome of one scenario less that of another.

    Attributes
    ----------
    values
        A difference for each replication; NaN where the outcome does not exist in both.
    """

    values: Floats

    def _facts(self) -> dict[str, str]:
        return {"n": in_short(self.estimate.n), "mean": in_short(self.estimate)}

    @cached_property
    def estimate(self) -> Estimate:
        """Mean difference with its interval, over the replications in which it exists."""
        return estimate(self.values)

    @cached_property
    def bootstrap(self) -> tuple[float, float] | None:
        """Interval of the mean by bootstrap, for skewed outcomes; None for fewer than two."""
        return bootstrap_interval(self.values) if len(self._present) > 1 else None

    @property
    def futures(self) -> tuple[float, float] | None:
        """Range of 95 of 100 futures: what may happen, not how well the mean is known."""
        if not len(self._present):
            return None
        low, high = np.quantile(self._present, FUTURES)
        return float(low), float(high)

    @property
    def higher(self) -> Share:
        """Share of the replications in which the first scenario has the higher outcome."""
        return share(int(np.sum(self._present > 0.0)), len(self._present))

    @property
    def verdict(self) -> Verdict:
        """Whether a higher outcome earns, loses, or cannot be told from none yet."""
        low, high = self.estimate.low, self.estimate.high
        if low is None or high is None or low <= 0.0 <= high:
            return "cannot tell yet"
        return "earns" if low > 0.0 else "loses"

    @property
    def _present(self) -> Floats:
        return self.values[~np.isnan(self.values)]
