"""What each level of one capability is worth, with the rest of the plan kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

import pandas as pd

from modelops_abm.experiments.credit.reasons import OUTCOMES, Reasons, reasons_of
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.ranking import Ranking, rank
from modelops_abm.experiments.running import Keeping, refuses_unknown
from modelops_abm.experiments.samples import LOOKS, Samples, sampled
from modelops_abm.experiments.tables import difference_table
from modelops_abm.experiments.variants import STOPS, check_level, level_of, start_of, with_levels
from modelops_abm.parameters import CapabilityName, Scenario
from modelops_abm.representation import Represented


@dataclass(frozen=True, repr=False)
class LevelWorth(Represented):
    """A plan with one capability at several levels, over the same replications.

    Attributes
    ----------
    plan, seed
        What was run.
    capability
        The capability.
    levels
        Those tried, rising: the start level first, and the plan's own.
    samples
        Of each outcome of `reasons.OUTCOMES`: levels x replications.
    """

    plan: Scenario
    seed: int
    capability: CapabilityName
    levels: tuple[float, ...]
    samples: Samples

    @property
    def replications(self) -> int:
        """Number of replications of each level."""
        return int(self.samples["npv"].shape[1])

    @property
    def here(self) -> float:
        """The plan's own level."""
        return level_of(self.plan, self.capability)

    def worth(self, level: float, against: float | None = None) -> PairedDifference:
        """Return the difference of NPV between two levels, in $ of day 0.

        Parameters
        ----------
        level
            One of `levels`.
        against
            Another one; the start level if None.

        Raises
        ------
        ValueError
            If a level has not been tried.
        """
        npv, start = self.samples["npv"], self.levels[0]
        other = npv[self._place(start if against is None else against)]
        return PairedDifference(npv[self._place(level)] - other)

    def ranking(self) -> Ranking[float]:
        """Return the levels by their NPV, highest first, and which may be the best of them.

        The best one tried looks a little better than it is, since luck has helped to choose it.
        """
        return rank(self.levels, self.samples["npv"])

    def table(self) -> pd.DataFrame:
        """Return the worth of each level against the start level; see `difference_table`."""
        return difference_table({level: self.worth(level) for level in self.levels})

    def reasons(self, level: float | None = None) -> Reasons:
        """Return what a level, by default the plan's own, changes against the start level.

        Raises
        ------
        ValueError
            If the level has not been tried.
        """
        chosen = self.here if level is None else level
        place = self._place(chosen)
        differences = {name: values[place] - values[0] for name, values in self.samples.items()}
        return reasons_of(self.plan, self.capability, chosen, differences)

    def _place(self, level: float) -> int:
        if level not in self.levels:
            tried = ", ".join(f"{entry:g}" for entry in self.levels)
            raise ValueError(f"level {level:g} of {self.capability} was not tried ({tried} were)")
        return self.levels.index(level)


@refuses_unknown
def stream_level_worth(
    plan: Scenario,
    capability: CapabilityName,
    levels: Sequence[float] = STOPS,
    looks: Sequence[int] = LOOKS,
    **keeping: Unpack[Keeping],
) -> Iterator[LevelWorth]:
    """Yield what each level of a capability is worth, better known from look to look.

    Parameters
    ----------
    plan
        The plan; all but this capability stays as it is.
    levels
        Levels to try, 0 to 1. The start level and the plan's own are tried anyway; what is below
        the start level is not, as nothing is ever taken away.
    looks
        After how many replications of each level to yield.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If a level is not from 0 to 1, or the looks are none or do not grow.
    """
    tried = _to_try(levels, start_of(plan, capability), level_of(plan, capability))
    scenarios = [with_levels(plan, {capability: level}) for level in tried]
    for samples in sampled(scenarios, looks, OUTCOMES, **keeping):
        yield LevelWorth(plan, keeping.get("seed", 0), capability, tried, samples)


@refuses_unknown
def level_worth(
    plan: Scenario,
    capability: CapabilityName,
    levels: Sequence[float] = STOPS,
    replications: int = 200,
    **keeping: Unpack[Keeping],
) -> LevelWorth:
    """Return what each level of a capability is worth, from replications of every level.

    See Also
    --------
    stream_level_worth : for the other parameters and the errors.
    """
    return next(stream_level_worth(plan, capability, levels, (replications,), **keeping))


@refuses_unknown
def why(
    plan: Scenario, capability: CapabilityName, replications: int = 200, **keeping: Unpack[Keeping]
) -> Reasons:
    """Return why a capability earns or costs: what the plan changes by raising it.

    See Also
    --------
    stream_level_worth : for the parameters and the errors; its results give the same reasons.
    """
    return level_worth(plan, capability, (), replications, **keeping).reasons()


def _to_try(levels: Sequence[float], start: float, own: float) -> tuple[float, ...]:
    """Return the start level and what lies above it, the plan's own level included."""
    for level in levels:
        check_level(level)
    return (start, *sorted({level for level in (*levels, own) if level > start}))
