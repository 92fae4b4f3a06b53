"""Plans against their baseline over the same luck: paired differences, and when to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.finance import Finance, finance, payback_days
from modelops_abm.experiments.intervals import Estimate, Share, bootstrap_interval, estimate, share
from modelops_abm.parameters import Scenario, baseline_of
from modelops_abm.results import Ensemble
from modelops_abm.simulate import Batch, stream
from modelops_abm.simulate.bands import DailyBands
from modelops_abm.simulate.many import band_table, totals_table
from modelops_abm.version import __version__

Floats = NDArray[np.float64]
Verdict = Literal["earns", "loses", "cannot tell yet"]

_DISCOUNTED = "discounted_net_value"
FEWEST, BATCH = 32, 16


@dataclass(frozen=True)
class PairedDifference:
    """An outcome of the plan less that of the baseline, replication by replication.

    Attributes
    ----------
    estimate
        Mean difference with its interval, over the replications in which both exist.
    bootstrap
        Interval of the mean by bootstrap, for skewed outcomes; None for fewer than two.
    plan_higher
        Share of the replications in which the plan's outcome is the higher one.
    """

    estimate: Estimate
    bootstrap: tuple[float, float] | None
    plan_higher: Share

    @property
    def verdict(self) -> Verdict:
        """Whether a higher outcome earns, loses, or cannot be told from none yet."""
        low, high = self.estimate.low, self.estimate.high
        if low is None or high is None or low <= 0.0 <= high:
            return "cannot tell yet"
        return "earns" if low > 0.0 else "loses"


@dataclass(frozen=True)
class Comparison:
    """A plan and its baseline over the same replications.

    Attributes
    ----------
    plan, baseline
        Both ensembles.
    finance
        The finance view.
    bands
        Of each daily outcome asked for: the difference by day.
    """

    plan: Ensemble
    baseline: Ensemble
    finance: Finance
    bands: dict[str, pd.DataFrame]

    @property
    def replications(self) -> int:
        """Number of paired replications."""
        return self.plan.replications

    def difference(self, outcome: str) -> PairedDifference:
        """Return the paired difference of an outcome of the run summary.

        Raises
        ------
        KeyError
            If there is no such outcome.
        """
        values = (self.plan.summaries()[outcome] - self.baseline.summaries()[outcome]).to_numpy()
        present = values[~np.isnan(values)]
        return PairedDifference(
            estimate(values),
            bootstrap_interval(values) if len(present) > 1 else None,
            share(int(np.sum(present > 0.0)), len(present)),
        )

    def table(self) -> pd.DataFrame:
        """Return mean of plan and baseline, and the difference with its interval, by outcome."""
        plan, baseline = self.plan.summaries(), self.baseline.summaries()
        rows = {
            name: (
                estimate(plan[name].to_numpy()).mean,
                estimate(baseline[name].to_numpy()).mean,
                (paired := estimate((plan[name] - baseline[name]).to_numpy())).mean,
                paired.half_width,
                paired.n,
            )
            for name in (outcome.name for outcome in outcomes.SUMMARY)
        }
        columns = ["plan", "baseline", "difference", "half_width", "n"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def compare(
    plan: Scenario,
    replications: int = 400,
    *,
    baseline: Scenario | None = None,
    half_width: float | None = None,
    seed: int = 0,
    daily: tuple[str, ...] = (),
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
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
    half_width
        Stop when the 95 % interval of the mean NPV difference is this narrow, in $ of day 0; looked
        at after `FEWEST` replications and then after every `BATCH`.
    daily
        Names of the daily outcomes of which bands are wanted.
    progress
        Called with the replications done and those in all.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    ValueError
        If a number or name is not allowed, or the horizons differ.
    """
    gathered = _Gathered(plan, baseline or baseline_of(plan), seed, daily)
    for batch in _batches(gathered, replications, executor, cancel):
        gathered.add(batch)
        if progress is not None:
            progress(gathered.replications, replications)
        if half_width is not None and gathered.is_as_narrow_as(half_width):
            break
    return gathered.comparison()


def _batches(
    gathered: _Gathered,
    replications: int,
    executor: Executor | None,
    cancel: threading.Event | None,
) -> Iterator[Batch]:
    return stream(
        [gathered.plan, gathered.baseline],
        replications,
        seed=gathered.seed,
        daily=(_DISCOUNTED, *gathered.daily),
        executor=executor,
        cancel=cancel,
    )


class _Gathered:
    """What has come in so far."""

    def __init__(
        self, plan: Scenario, baseline: Scenario, seed: int, daily: tuple[str, ...]
    ) -> None:
        self.plan, self.baseline, self.seed, self.daily = plan, baseline, seed, daily
        self.replications = 0
        self._totals: tuple[list[Floats], list[Floats]] = ([], [])
        self._paybacks: list[Floats] = []
        self._bands = [{name: DailyBands(plan.horizon_days) for name in daily} for _ in range(3)]

    def add(self, batch: Batch) -> None:
        """Add a batch of both scenarios."""
        self.replications += batch.totals.shape[1]
        for kept, totals in zip(self._totals, batch.totals, strict=True):
            kept.append(totals)
        self._paybacks.append(payback_days(batch.series[0, :, 0] - batch.series[1, :, 0]))
        for place, name in enumerate(self.daily, start=1):
            plan, baseline = batch.series[:, :, place]
            for bands, series in zip(self._bands, (plan, baseline, plan - baseline), strict=True):
                bands[name].add(series)

    def is_as_narrow_as(self, half_width: float) -> bool:
        """Return whether the mean NPV difference is known as well as wanted."""
        if self.replications < FEWEST or self.replications % BATCH:
            return False
        reached = estimate(self._difference(_DISCOUNTED)).half_width
        return reached is not None and reached <= half_width

    def comparison(self) -> Comparison:
        """Return what has come in as a comparison."""
        paybacks = np.concatenate(self._paybacks) if self._paybacks else np.empty(0)
        return Comparison(
            self._ensemble(self.plan, 0),
            self._ensemble(self.baseline, 1),
            finance(
                self.plan.horizon_days,
                self._difference(_DISCOUNTED),
                self._difference("discounted_investment"),
                paybacks,
            ),
            {name: band_table(bands) for name, bands in self._bands[2].items()},
        )

    def _difference(self, total: str) -> Floats:
        place = outcomes.TOTALS.index(total)
        plan, baseline = (np.concatenate(kept)[:, place] for kept in self._totals)
        return np.asarray(plan - baseline)

    def _ensemble(self, scenario: Scenario, place: int) -> Ensemble:
        return Ensemble(
            scenario=scenario,
            seed=self.seed,
            engine="ensemble",
            version=__version__,
            totals=totals_table(self._totals[place], 0),
            bands={name: band_table(bands) for name, bands in self._bands[place].items()},
        )
