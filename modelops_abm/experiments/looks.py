"""When to look at a growing number of replications, and when to stop.

Stopping as soon as an interval is narrow prefers samples that happen to vary little, and their
intervals hold the truth less often than they say. With few values this costs a point of the 95 %
or more; so nothing stops before `FEWEST`, and looks are few. `tests/verification` has the coverage,
and docs/decisions/0015 what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.intervals import estimate

LOOKS = (16, 48, 100, 200, 400)
"""Replications after which there is something to see."""
FEWEST = 100
"""Replications before which no comparison stops."""


def looks_up_to(replications: int) -> tuple[int, ...]:
    """Return `LOOKS` and then doublings, as far as below a number of replications, and that."""
    doublings = takewhile(replications.__gt__, (LOOKS[-1] * 2**times for times in count(1)))
    return (*(look for look in LOOKS if look < replications), *doublings, replications)


def checked_looks(looks: Sequence[int]) -> tuple[int, ...]:
    """Return looks that are whole numbers, 1 or more, each greater than the one before.

    Raises
    ------
    ValueError
        If they are not.
    """
    whole = all(isinstance(look, int) for look in looks)
    if not (whole and looks) or any(look >= later for look, later in pairwise((0, *looks))):
        raise ValueError(f"looks must be whole numbers that grow from 1 on, not {looks}")
    return tuple(looks)


def is_known(differences: NDArray[np.float64], half_width: float) -> bool:
    """Return whether a mean is known as well as wanted, by enough values to trust that."""
    reached = estimate(differences).half_width
    return len(differences) >= FEWEST and reached is not None and reached <= half_width
