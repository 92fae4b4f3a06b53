"""Looking through road maps: all of them if they are few, else those that Optuna suggests.

First comes each capability alone. Then, up to half of all, road maps are suggested for the highest
worth, and a quarter for the frontier of worth and spending, both by a tree-structured Parzen
estimator (Bergstra et al. 2011, Algorithms for hyper-parameter optimization, NeurIPS 24; several
aims: Ozaki et al. 2022, doi:10.1613/jair.1.13188) that knows what was measured before. The rest are
neighbours of the best found. Suggestions come in batches of a fixed size, so that they are the same
whatever the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Literal

import optuna

from modelops_abm.experiments.optimise.decisions import Decisions
from modelops_abm.experiments.optimise.measuring import Measured
from modelops_abm.experiments.optimise.road_map import RoadMap

type Measure = Callable[[Sequence[RoadMap]], list[Measured]]
type Direction = Literal["maximize", "minimize"]
type Aims = Callable[[Measured], list[float]]

_BATCH, _BATCH_OF_ALL = 16, 128
_FIRST_AT_RANDOM, _PATIENCE = 0.2, 3
_EXCESS = "excess over the budget"
_LARGEST_SEED = 2**32


def searched(
    decisions: Decisions, measure: Measure, trials: int, *, budget: float | None, seed: int
) -> list[Measured]:
    """Return what was measured of the road maps that were looked at, each once.

    Parameters
    ----------
    decisions
        What may be decided.
    measure
        Measures road maps.
    trials
        How many road maps to look at.
    budget
        What may be spent in a year on average, in $; None for any amount. Suggestions keep away
        from what exceeds it.
    seed
        Decides the suggestions.
    """
    if is_small(decisions, trials):
        parts = batched(decisions.every(), _BATCH_OF_ALL)
        return [measured for part in parts for measured in measure(part)]
    search = _Search(decisions, measure, budget)
    quarter = trials // 4
    search.start(quarter)
    with _quiet():
        search.suggest(_study(["maximize"], trials, seed), trials - 2 * quarter, _worth)
        both = _study(["maximize", "minimize"], trials, seed + 1)
        search.suggest(both, trials - quarter, _worth_and_spend)
    search.climb(trials)
    return list(search.found.values())


def is_small(decisions: Decisions, trials: int) -> bool:
    """Tell whether so many trials are enough for every road map."""
    return decisions.size <= trials


class _Search:
    """What has been measured so far, and where."""

    def __init__(self, decisions: Decisions, measure: Measure, budget: float | None) -> None:
        self._decisions, self._measure, self._budget = decisions, measure, budget
        self.found: dict[RoadMap, Measured] = {}

    def start(self, trials: int) -> None:
        """Measure doing nothing and its neighbours, up to so many road maps."""
        nothing = self._decisions.chosen({})
        self._add([nothing, *self._decisions.neighbours(nothing)][:trials])

    def suggest(self, study: optuna.Study, trials: int, aims: Aims) -> None:
        """Measure what a study suggests, up to about so many road maps in all."""
        self._remind(study, aims)
        for numbers in batched(range(len(self.found), trials), _BATCH):
            asked = [self._new_suggestion(study, aims) for _ in numbers]
            road_maps = [road_map for _, road_map in asked]
            self._add([each for each in dict.fromkeys(road_maps) if each not in self.found])
            for trial, road_map in asked:
                self._tell(study, trial, self.found[road_map], aims)

    def climb(self, trials: int) -> None:
        """Measure neighbours of the best, then of the next best, up to so many road maps in all."""
        while (left := trials - len(self.found)) > 0 and (new := self._next_neighbours()):
            self._add(new[:left])

    def _next_neighbours(self) -> list[RoadMap]:
        """Return what is new beside the best road map that has something new beside it."""
        within = [each for each in self.found.values() if each.excess(self._budget) <= 0.0]
        for each in sorted(within, key=lambda each: -each.mean_gain):
            neighbours = self._decisions.neighbours(each.road_map)
            if new := [other for other in neighbours if other not in self.found]:
                return new
        return []

    def _add(self, new: Sequence[RoadMap]) -> None:
        if new:
            self.found.update(zip(new, self._measure(new), strict=True))

    def _remind(self, study: optuna.Study, aims: Aims) -> None:
        """Tell a study what was measured before."""
        for road_map, measured in self.found.items():
            study.enqueue_trial(self._decisions.places_of(road_map))
            trial, _ = self._suggestion(study)
            self._tell(study, trial, measured, aims)

    def _new_suggestion(self, study: optuna.Study, aims: Aims) -> tuple[optuna.Trial, RoadMap]:
        """Return a suggestion that was not made before, unless that comes up again and again."""
        for _ in range(_PATIENCE):
            trial, road_map = self._suggestion(study)
            if road_map not in self.found:
                break
            self._tell(study, trial, self.found[road_map], aims)
        else:
            trial, road_map = self._suggestion(study)
        return trial, road_map

    def _suggestion(self, study: optuna.Study) -> tuple[optuna.Trial, RoadMap]:
        trial = study.ask()
        axes = self._decisions.axes.items()
        places = {name: trial.suggest_int(name, 0, count - 1) for name, count in axes}
        return trial, self._decisions.chosen(places)

    def _tell(
        self, study: optuna.Study, trial: optuna.Trial, measured: Measured, aims: Aims
    ) -> None:
        trial.set_constraint(_EXCESS, measured.excess(self._budget))
        study.tell(trial, aims(measured))


def _worth(measured: Measured) -> list[float]:
    return [measured.mean_gain]


def _worth_and_spend(measured: Measured) -> list[float]:
    return [measured.mean_gain, measured.total_spend.mean or 0.0]


def _study(directions: list[Direction], trials: int, seed: int) -> optuna.Study:
    sampler = optuna.samplers.TPESampler(
        seed=seed % _LARGEST_SEED,
        multivariate=True,
        n_startup_trials=max(_BATCH, int(_FIRST_AT_RANDOM * trials)),
    )
    return optuna.create_study(directions=directions, sampler=sampler)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling of every study."""
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(verbosity)
