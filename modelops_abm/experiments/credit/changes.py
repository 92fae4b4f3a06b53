"""Which single change of a plan's levels helps most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.ranking import Ranking, rank
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.samples import LOOKS, sampled
from modelops_abm.experiments.tables import difference_table
from modelops_abm.experiments.variants import STOPS, level_of, start_of, with_levels
from modelops_abm.parameters import CAPABILITY_NAMES, CapabilityName, Scenario, baseline_of
from modelops_abm.representation import Represented

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class LevelChange(Represented):
    """Another level of one capability."""

    capability: CapabilityName
    level: float


@dataclass(frozen=True, repr=False)
class SingleChanges(Represented):
    """A plan with one of its levels changed, every such change over the same replications.

    Attributes
    ----------
    plan, seed
        What was run.
    changes
        Those tried.
    npv
        In $ of day 0: the baseline, the plan as it is and each change x replications.
    """

    plan: Scenario
    seed: int
    changes: tuple[LevelChange, ...]
    npv: Floats

    @property
    def replications(self) -> int:
        """Number of replications of each change."""
        return int(self.npv.shape[1])

    def worth(self, change: LevelChange | None) -> PairedDifference:
        """Return the NPV of the changed plan against the baseline; None is the plan as it is."""
        return PairedDifference(self.npv[self._place(change)] - self.npv[0])

    def gain(self, change: LevelChange) -> PairedDifference:
        """Return the NPV of the changed plan against the plan as it is."""
        return PairedDifference(self.npv[self._place(change)] - self.npv[1])

    def ranking(self) -> Ranking[LevelChange | None]:
        """Return the changes by their NPV, highest first, and which may be the best of them.

        None is the plan as it is. The best one tried looks a little better than it is, since luck
        has helped to choose it.
        """
        return rank((None, *self.changes), self.npv[1:])

    def table(self) -> pd.DataFrame:
        """Return the gain of each change over the plan as it is; see `difference_table`."""
        return difference_table(
            {(change.capability, change.level): self.gain(change) for change in self.changes}
        )

    def _place(self, change: LevelChange | None) -> int:
        return 1 if change is None else 2 + self.changes.index(change)


def single_changes(plan: Scenario) -> tuple[LevelChange, ...]:
    """Return what may be changed: each level up or down to the next stop, or down to its start."""
    return tuple(
        LevelChange(name, level)
        for name in CAPABILITY_NAMES
        for level in _other_levels(level_of(plan, name), start_of(plan, name))
    )


@refuses_unknown
def stream_single_changes(
    plan: Scenario, looks: Sequence[int] = LOOKS, **keeping: Unpack[Keeping]
) -> Iterator[SingleChanges]:
    """Yield what every change of `single_changes` brings, better known from look to look.

    Parameters
    ----------
    plan
        The plan.
    looks
        After how many replications of each change to yield.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If the looks are none or do not grow.
    """
    changes = single_changes(plan)
    changed = [with_levels(plan, {change.capability: change.level}) for change in changes]
    for samples in sampled([baseline_of(plan), plan, *changed], looks, ("npv",), **keeping):
        yield SingleChanges(plan, keeping.get("seed", 0), changes, samples["npv"])


@refuses_unknown
def try_single_changes(
    plan: Scenario, replications: int = 200, **keeping: Unpack[Keeping]
) -> SingleChanges:
    """Return what every change of `single_changes` brings.

    See Also
    --------
    stream_single_changes : for the other parameters and the errors.
    """
    return next(stream_single_changes(plan, (replications,), **keeping))


def _other_levels(level: float, start: float) -> list[float]:
    """Return the next stop above a level, the next below, and the start, as far as they differ."""
    above = [stop for stop in STOPS if stop > level][:1]
    below = [max(start, stop) for stop in STOPS if stop < level][-1:]
    return sorted({*above, *below, start} - {level})
