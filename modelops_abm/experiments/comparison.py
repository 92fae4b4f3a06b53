"""What a comparison holds: a plan against its baseline, or several plans side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Unpack

import numpy as np
import pandas as pd

from modelops_abm.core import outcomes
from modelops_abm.experiments.comparison_runs import Futures, futures_of
from modelops_abm.experiments.finance import Finance, finance
from modelops_abm.experiments.running import Keeping, engine_of, refuses_unknown
from modelops_abm.experiments.statistics import (
    LOOKS,
    Floats,
    PairedDifference,
    Ranking,
    checked_looks,
    estimate,
    is_known,
    looks_up_to,
    rank,
)
from modelops_abm.representation import Represented, in_short
from modelops_abm.runs import Series
from modelops_abm.runs.bands import Bands
from modelops_abm.runs.replications import totals_table
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import Scenario, baseline_of, fingerprint_of, levels_reached
from modelops_abm.version import __version__

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


# --------------------------------------------------------------------------------------
# Replications of several scenarios as they come in, and the comparison that they make.


_NPV = "discounted_net_value"


class Gathering:
    """What has come in so far of a baseline and some plans.

    Parameters
    ----------
    baseline
        Name of the scenario that the others are compared with.
    scenarios
        All scenarios by name.
    seed, engine
        Seed of the luck that they share, and the engine that runs them.
    wanted
        Daily outcomes of which bands are wanted.
    """

    def __init__(
        self,
        baseline: str,
        scenarios: Mapping[str, Scenario],
        wanted: Series,
        *,
        seed: int,
        engine: str,
    ) -> None:
        self._baseline, self._scenarios = baseline, scenarios
        self._seed, self._engine = seed, engine
        self._totals: list[Floats] = []
        self._paybacks: list[Floats] = []
        plans = [name for name in scenarios if name != baseline]
        horizon_days = scenarios[baseline].horizon_days
        self._levels = {name: Bands(wanted, horizon_days) for name in scenarios}
        self._differences = {name: Bands(wanted, horizon_days) for name in plans}
        self.replications = 0

    def add(self, futures: Futures) -> None:
        """Add replications of all scenarios, in their order."""
        self.replications += futures.totals.shape[1]
        self._totals.append(futures.totals)
        self._paybacks.append(futures.paybacks)
        if futures.daily is not None:
            self._add_to_bands(self._named(futures.daily))

    def _add_to_bands(self, values: Mapping[str, Floats]) -> None:
        for name, bands in self._levels.items():
            bands.add(values[name])
        for name, bands in self._differences.items():
            bands.add(values[name] - values[self._baseline])

    def is_known(self, half_width: float) -> bool:
        """Return whether every plan's mean NPV difference is known as well as wanted."""
        npv = self._total(_NPV)
        baseline = npv[self._baseline]
        return all(is_known(npv[name] - baseline, half_width) for name in self._differences)

    def side_by_side(self) -> SideBySide:
        """Return what has come in as comparisons with the baseline."""
        ensembles = self._ensembles()
        npv, investment = self._total(_NPV), self._total("discounted_investment")
        paybacks = self._named(np.concatenate(self._paybacks, axis=1))
        baseline = self._baseline
        comparisons = {
            name: Comparison(
                plan=ensembles[name],
                baseline=ensembles[baseline],
                finance=finance(
                    self._scenarios[name].horizon_days,
                    npv[name] - npv[baseline],
                    investment[name] - investment[baseline],
                    paybacks[name],
                ),
                bands=bands.tables(),
            )
            for name, bands in self._differences.items()
        }
        return SideBySide(baseline, comparisons)

    def _ensembles(self) -> dict[str, Ensemble]:
        totals = self._named(np.concatenate(self._totals, axis=1))
        return {
            name: Ensemble(
                scenario=scenario,
                seed=self._seed,
                engine=self._engine,
                version=__version__,
                totals=totals_table([totals[name]], 0),
                bands=self._levels[name].tables(),
            )
            for name, scenario in self._scenarios.items()
        }

    def _total(self, name: str) -> dict[str, Floats]:
        place = outcomes.TOTALS.index(name)
        return self._named(np.concatenate([totals[:, :, place] for totals in self._totals], axis=1))

    def _named(self, by_scenario: Floats) -> dict[str, Floats]:
        return dict(zip(self._scenarios, by_scenario, strict=True))


# --------------------------------------------------------------------------------------
# Plans against a baseline over the same luck: all at once, or look by look as futures come in.


_PLAN, _BASELINE = "plan", "baseline"


class Settings(Keeping, total=False):
    """Keywords that every comparison takes, besides those of `running.Keeping`.

    A store keeps totals and paybacks. It has no bands: a comparison with `daily` runs everything.

    Attributes
    ----------
    half_width
        End at the first look at which half the 95 % interval of the mean NPV difference is no
        wider than this, in $ of day 0, though not before `looks.FEWEST` replications. If None, end
        at the last look.
    daily
        Names of the daily outcomes of which bands are wanted: of each scenario, and of the
        difference between each plan and the baseline.
    period_days
        Length of the periods by which they are summarised, see `simulate.Series`; 1 if not given.
    """

    half_width: float | None
    daily: Sequence[str]
    period_days: int


@refuses_unknown
def compare(
    plan: Scenario,
    replications: int = 400,
    *,
    baseline: Scenario | None = None,
    **settings: Unpack[Settings],
) -> Comparison:
    """Compare a plan with its baseline over the same luck.

    Parameters
    ----------
    plan
        The plan.
    replications
        How many at most.
    baseline
        Another baseline than the plan with every capability held at its start level.
    settings
        See `Settings`: precision, seed, bands, store, engine, executor, progress, cancel.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If a number or name is not allowed, or the horizons differ.
    """
    looks = _looks(replications, settings)
    *_, last = comparisons(plan, looks, baseline=baseline, **settings)
    return last


@refuses_unknown
def comparisons(
    plan: Scenario,
    looks: Sequence[int] = LOOKS,
    *,
    baseline: Scenario | None = None,
    **settings: Unpack[Settings],
) -> Iterator[Comparison]:
    """Yield the comparison of a plan with its baseline as replications come in.

    Parameters
    ----------
    looks
        After how many replications to yield; each comparison holds all of them so far.

    See Also
    --------
    compare : for the other parameters and the errors.
    """
    scenarios = {_BASELINE: baseline or baseline_of(plan), _PLAN: plan}
    for side_by_side in sides_by_side(scenarios, looks, baseline=_BASELINE, **settings):
        yield side_by_side.comparisons[_PLAN]


@refuses_unknown
def side_by_side(
    scenarios: Mapping[str, Scenario],
    replications: int = 400,
    *,
    baseline: str,
    **settings: Unpack[Settings],
) -> SideBySide:
    """Compare several scenarios over the same luck.

    Parameters
    ----------
    scenarios
        Two or more scenarios by name.
    replications
        How many at most.
    baseline
        Name of the one that the others are compared with.
    settings
        See `Settings`; `half_width` is that of all plans.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If a number or name is not allowed, or the horizons differ.
    """
    looks = _looks(replications, settings)
    *_, last = sides_by_side(scenarios, looks, baseline=baseline, **settings)
    return last


@refuses_unknown
def sides_by_side(
    scenarios: Mapping[str, Scenario],
    looks: Sequence[int] = LOOKS,
    *,
    baseline: str,
    **settings: Unpack[Settings],
) -> Iterator[SideBySide]:
    """Yield the comparison of several scenarios as replications come in.

    Parameters
    ----------
    looks
        After how many replications to yield; each comparison holds all of them so far.

    See Also
    --------
    side_by_side : for the other parameters and the errors.
    """
    edges = checked_looks(looks)
    _check(scenarios, baseline)
    wanted = Series(tuple(settings.get("daily", ())), settings.get("period_days", 1))
    gathering = Gathering(
        baseline,
        scenarios,
        wanted,
        seed=settings.get("seed", 0),
        engine=engine_of(settings),
    )
    half_width, progress = settings.get("half_width"), settings.get("progress")
    for futures in futures_of(scenarios, baseline, edges, wanted, settings):
        gathering.add(futures)
        if progress is not None:
            progress(gathering.replications, edges[-1])
        if gathering.replications in edges:
            yield gathering.side_by_side()
            if half_width is not None and gathering.is_known(half_width):
                return


def _check(scenarios: Mapping[str, Scenario], baseline: str) -> None:
    if len(scenarios) < 2 or baseline not in scenarios:
        raise ValueError(f"there must be a scenario {baseline!r}, and others to compare with it")
    horizons = {name: scenario.horizon_days for name, scenario in scenarios.items()}
    if len(set(horizons.values())) > 1:
        days = ", ".join(f"{name} {horizon}" for name, horizon in horizons.items())
        raise ValueError(f"scenarios must have one horizon to be compared, but have days: {days}")


def _looks(replications: int, settings: Settings) -> tuple[int, ...]:
    """Return the looks of a comparison of which only the last is wanted."""
    if settings.get("half_width") is None:
        return (replications,)
    return looks_up_to(replications)
