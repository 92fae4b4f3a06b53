"""Replications of several scenarios as they come in, and the comparison that they make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from modelops_abm import outcomes
from modelops_abm.experiments.comparison.finance import finance
from modelops_abm.experiments.comparison.futures import Futures
from modelops_abm.experiments.comparison.results import Comparison, SideBySide
from modelops_abm.experiments.looks import is_known
from modelops_abm.parameters import Scenario
from modelops_abm.results import Ensemble
from modelops_abm.simulate import Series
from modelops_abm.simulate.bands import Bands
from modelops_abm.simulate.many import totals_table
from modelops_abm.version import __version__

type Floats = NDArray[np.float64]

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
