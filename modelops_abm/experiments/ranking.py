"""Which of several alternatives is the best, and which may still be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import LEVEL, t_quantile

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking[Alternative]:
    """Alternatives in the order of their means.

    Attributes
    ----------
    order
        Highest mean first; equal means as they were given.
    may_be_best
        Those that cannot be told from the best, in the same order: with 95 % confidence the
        alternative whose true mean is highest is among them.
    """

    order: tuple[Alternative, ...]
    may_be_best: tuple[Alternative, ...]

    @property
    def is_decided(self) -> bool:
        """Whether the first can be told from all others."""
        return len(self.may_be_best) == 1


def rank[Alternative](
    alternatives: Sequence[Alternative], samples: Floats, level: float = LEVEL
) -> Ranking[Alternative]:
    """Rank alternatives that were tried in the same replications; the highest mean is the best.

    An alternative is out if another beats it in a paired t test. It is two-sided, so that of two
    alternatives one is out just when the interval of their difference leaves out zero. The true
    best is out only if one of the others wrongly beats it, so each test takes an equal part of the
    permitted error (Bonferroni), which asks nothing of how they share their luck (Nelson and
    Matejcik 1995, doi:10.1287/mnsc.41.12.1935). The goal is that of subset selection (Gupta 1965,
    Technometrics 7, 225-245). Each look holds by itself; over many looks the error adds up.

    Parameters
    ----------
    alternatives
        What is ranked.
    samples
        Alternatives x replications. A replication in which one of them is NaN is left out.
    level
        Confidence that the best one is among `Ranking.may_be_best`.
    """
    paired = samples[:, ~np.isnan(samples).any(axis=0)]
    if paired.shape[1] == 0:
        return Ranking(tuple(alternatives), tuple(alternatives))
    order = np.argsort(-paired.mean(axis=1), kind="stable")
    kept = [index for index in order if not _is_beaten(paired, index, level)]
    return Ranking(
        tuple(alternatives[index] for index in order),
        tuple(alternatives[index] for index in kept),
    )


def _is_beaten(paired: Floats, index: int, level: float) -> bool:
    """Tell whether an alternative loses the test against one of the others."""
    others, n = len(paired) - 1, paired.shape[1]
    if others == 0 or n < 2:
        return False
    each = 1.0 - (1.0 - level) / others
    behind = np.delete(paired, index, axis=0) - paired[index]
    allowed = t_quantile(n - 1, each) * behind.std(axis=1, ddof=1) / math.sqrt(n)
    return bool(np.any(behind.mean(axis=1) > allowed))
