"""What a comparison holds: a plan against its baseline, or several plans side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from modelops_abm import outcomes
from modelops_abm.experiments.comparison.finance import Finance
from modelops_abm.experiments.intervals import estimate
from modelops_abm.experiments.paired import Floats, PairedDifference
from modelops_abm.experiments.ranking import Ranking, rank
from modelops_abm.parameters import fingerprint_of, levels_reached
from modelops_abm.representation import Represented, in_short
from modelops_abm.results import Ensemble

_LEAKAGE = ("ideal_value", *(f"lost_{cause}" for cause in outcomes.LOSSES), "value")


@dataclass(frozen=True, repr=False)
class Comparison(Represented):
    """A plan and its baseline over the same replications.

    Attributes
    ----------
    plan, baseline
        Both ensembles, with bands of each daily outcome asked for.
    finance
        The finance view.
    bands
        Of each daily outcome asked for: the difference, in tables like those of the ensembles.
    """

    plan: Ensemble
    baseline: Ensemble
    finance: Finance
    bands: Mapping[str, pd.DataFrame]

    def _facts(self) -> dict[str, str]:
        return {
            "plan": in_short(self.plan.scenario),
            "baseline": in_short(self.baseline.scenario),
            "seed": in_short(self.plan.seed),
            "replications": in_short(self.replications),
            "npv_difference": in_short(self.finance.npv),
        }

    @property
    def replications(self) -> int:
        """Number of paired replications."""
        return self.plan.replications

    @cached_property
    def is_of_baseline(self) -> bool:
        """Whether the plan does nothing that its baseline does not: no other level, no other value.

        A level to invest up to that lies below the start level builds nothing, as none does.
        """
        plan, baseline = (levels_reached(side.scenario) for side in (self.plan, self.baseline))
        return fingerprint_of(plan) == fingerprint_of(baseline)

    def difference(self, outcome: str) -> PairedDifference:
        """Return the paired difference of an outcome of the run summary.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        plan, baseline = self._summaries
        return PairedDifference((plan[outcome] - baseline[outcome]).to_numpy())

    def means(self, outcome: str) -> tuple[float, float]:
        """Return the mean of an outcome of the run summary with the plan, and without; NaN if none.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        plan, baseline = self._summaries
        return float(plan[outcome].mean()), float(baseline[outcome].mean())

    def table(self) -> pd.DataFrame:
        """Return mean of plan and baseline, and the difference with its interval, by outcome."""
        plan, baseline = self._summaries
        rows = {
            name: _row(plan[name].to_numpy(), baseline[name].to_numpy())
            for name in (outcome.name for outcome in outcomes.SUMMARY)
        }
        columns = ["plan", "baseline", "difference", "half_width", "n"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def leakage(self) -> pd.DataFrame:
        """Return the rows of the table that say where the value went, from ideal to realised.

        What was lost, by cause, and the realised value add up to the ideal value.
        """
        return self.table().loc[list(_LEAKAGE)]

    @cached_property
    def _summaries(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self.plan.summaries(), self.baseline.summaries()


def _row(plan: Floats, baseline: Floats) -> tuple[float | None, ...]:
    paired = estimate(plan - baseline)
    return (estimate(plan).mean, estimate(baseline).mean, paired.mean, paired.half_width, paired.n)


@dataclass(frozen=True, repr=False)
class SideBySide(Represented):
    """Several plans and one baseline over the same replications.

    Attributes
    ----------
    baseline
        Name of the scenario that the others are compared with.
    comparisons
        Every other scenario against it, by name, in the order in which they were given.
    """

    baseline: str
    comparisons: Mapping[str, Comparison]

    @property
    def replications(self) -> int:
        """Number of replications that all scenarios share."""
        return next(iter(self.comparisons.values())).replications

    @property
    def ensembles(self) -> dict[str, Ensemble]:
        """The ensemble of every scenario, the baseline first."""
        first = next(iter(self.comparisons.values())).baseline
        plans = {name: comparison.plan for name, comparison in self.comparisons.items()}
        return {self.baseline: first, **plans}

    def difference(self, outcome: str, one: str, other: str) -> PairedDifference:
        """Return an outcome of one scenario less that of another, the baseline or not.

        Raises
        ------
        KeyError
            If there is no such outcome or scenario.
        """
        first, second = (self.ensembles[name].summaries()[outcome] for name in (one, other))
        return PairedDifference((first - second).to_numpy())

    def ranking(self, outcome: str = "npv") -> Ranking[str]:
        """Return all scenarios by an outcome, the highest first, and which may be the highest.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        names = list(self.ensembles)
        samples = [self.ensembles[name].summaries()[outcome].to_numpy() for name in names]
        return rank(names, np.array(samples))

    def pairs(self, outcome: str = "npv") -> pd.DataFrame:
        """Return how every scenario fares against every other in an outcome, a pair a row.

        Each pair comes once, the one with the higher mean first. Columns: `mean` difference and
        `half_width` of its 95 % interval; `beats`, the share of the futures in which the first has
        the higher outcome, with its interval `beats_low` to `beats_high`; `n` that count.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        rows = {
            (one, other): self.difference(outcome, one, other)
            for one, other in combinations(self.ranking(outcome).order, 2)
        }
        return pd.DataFrame(
            [
                (paired.estimate.mean, paired.estimate.half_width, *_higher(paired))
                for paired in rows.values()
            ],
            index=pd.MultiIndex.from_tuples(rows, names=["one", "other"]),
            columns=["mean", "half_width", "beats", "beats_low", "beats_high", "n"],
            dtype=float,
        )

    def table(self, outcome: str = "npv") -> pd.DataFrame:
        """Return how every scenario fares in an outcome of the run summary, one a row.

        Columns: mean and half the width of its interval; the same of the difference to the
        baseline; the share of the replications that beat it with its interval (all NaN for the
        baseline itself); and for how many replications the difference exists.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        rows = {name: self._row(outcome, name) for name in self.ensembles}
        columns = ["mean", "half_width", "difference", "difference_half_width",
                   "beats", "beats_low", "beats_high", "n"]  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float)

    def _row(self, outcome: str, name: str) -> tuple[float | None, ...]:
        own = estimate(self.ensembles[name].summaries()[outcome].to_numpy())
        if name == self.baseline:
            return own.mean, own.half_width, None, None, None, None, None, None
        difference = self.comparisons[name].difference(outcome)
        paired = difference.estimate
        return own.mean, own.half_width, paired.mean, paired.half_width, *_higher(difference)


def _higher(paired: PairedDifference) -> tuple[float, float, float, int]:
    """Return how often the first is higher: share, its interval, and the futures that count."""
    higher = paired.higher
    return higher.share, higher.low, higher.high, higher.n
