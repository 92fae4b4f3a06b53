"""Looking for road maps: how bad the worst futures are, what a road map does, and the search.

First the mean of the worst futures; then how a road map is measured against doing nothing; then the
search itself, which measures all of them if they are few, and what Optuna suggests otherwise.
docs/decisions/0022.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import batched, chain
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import binom

from modelops_abm.arrays import Floats
from modelops_abm.core.outcomes import LEVEL_STATES
from modelops_abm.errors import needs
from modelops_abm.experiments.road_maps import Decisions, RoadMap, nothing_of, with_road_map
from modelops_abm.experiments.running import Keeping, outcome_of, totals_of
from modelops_abm.experiments.statistics import Estimate, PairedDifference, estimate
from modelops_abm.runs import replicate
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import Scenario

if TYPE_CHECKING:
    import optuna

WORST = 0.05
"""Share of the futures that counts as the worst."""


def expected_shortfall(values: Floats, share: float = WORST) -> Estimate:
    """Return the mean of the worst values, with its interval.

    The mean of ``q - max(q - x, 0) / share`` over all values x is the conditional value at risk if
    q is the quantile (Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038). These terms vary
    like the estimator itself (Hong, Hu and Liu 2014, doi:10.1145/2661631), which gives the
    interval.

    Parameters
    ----------
    values
        One for each replication; the lowest are the worst.
    share
        Share of the values that are the worst, above 0 and at most 1.

    Examples
    --------
    >>> expected_shortfall(np.arange(100.0), 0.05).mean
    2.0
    """
    if len(values) == 0:
        return Estimate(0, None, None, None)
    quantile = np.sort(values)[math.ceil(share * len(values)) - 1]
    return estimate(quantile - np.maximum(quantile - values, 0.0) / share)


# --------------------------------------------------------------------------------------
# What a road map does beyond doing nothing, future by future: its worth and its spending.
#
# Spending follows the developers' work, which the plan does not command, so that it is measured.
# What is spent by the end of a year is the total of the same futures, cut off there: chance does
# not know how long a run is.


type Fit = Literal["within", "over", "not known"]
type Told = Callable[[int, int], None]

YEAR_DAYS = 365
FUTURES_OF_SPENDING = 8
"""How many futures show a road map's spending during the search: it hardly varies."""
FUTURES_OF_LEVELS = 32
"""How many futures show how the levels rise."""
_SPENT = ("capital", "upkeep", "payroll")


@dataclass(frozen=True)
class Measured:
    """A road map against doing nothing, over common random numbers.

    Attributes
    ----------
    road_map
        The road map.
    gains
        Difference of net present value in each future, in $ of day 0.
    spend
        Difference of capital, upkeep and payroll, in $: years x futures, which may be fewer.
    capital
        Difference of capital over the whole time, in $, in each future.
    """

    road_map: RoadMap
    gains: Floats
    spend: Floats
    capital: Floats = field(default_factory=lambda: np.zeros(1))

    @cached_property
    def worth(self) -> PairedDifference:
        """The difference of net present value."""
        return PairedDifference(self.gains)

    @cached_property
    def mean_gain(self) -> float:
        """Mean difference of net present value, in $ of day 0."""
        return float(np.mean(self.gains))

    @cached_property
    def downside(self) -> Estimate:
        """Mean difference in the worst 5 % of futures."""
        return expected_shortfall(self.gains)

    @cached_property
    def total_spend(self) -> Estimate:
        """What is spent beyond doing nothing over the whole time, in $."""
        return estimate(self.spend.sum(axis=0))

    @cached_property
    def yearly_spend(self) -> tuple[Estimate, ...]:
        """The same in each year from day 0; the last one may be shorter."""
        return tuple(estimate(year) for year in self.spend)

    @property
    def dearest_year(self) -> Estimate:
        """What is spent in the year with the highest mean."""
        return max(self.yearly_spend, key=lambda year: year.mean or 0.0)

    @cached_property
    def total_capital(self) -> Estimate:
        """Capital beyond that of doing nothing over the whole time, in $."""
        return estimate(self.capital)

    def enough_capital(self, chance: float) -> Estimate:
        """Return the capital that is enough in such a share of the futures.

        Its interval reaches as far up as the futures leave open (order statistics), and as far
        down, so that its end decides on a budget as that of a mean does.
        """
        values, count = np.sort(self.capital), len(self.capital)
        middle = float(np.quantile(values, chance))
        place = int(binom.ppf(0.5 + LEVEL / 2.0, count, chance))
        high = float(values[min(place, count - 1)])
        return Estimate(count, middle, float(values.std(ddof=min(count - 1, 1))), high - middle)

    def limited(
        self, per_year: float | None, capital: float | None = None, chance: float | None = None
    ) -> list[tuple[Estimate, float]]:
        """Return what is spent with what may be spent of it: each year, and capital in all.

        Parameters
        ----------
        per_year
            What may be spent in a year on average, in $; None for any amount.
        capital
            What may be spent on capital over the whole time; None for any amount.
        chance
            In which share of the futures that holds; None if on average.
        """
        years = [] if per_year is None else [(year, per_year) for year in self.yearly_spend]
        if capital is None:
            return years
        spent = self.total_capital if chance is None else self.enough_capital(chance)
        return [*years, (spent, capital)]

    def excess(
        self, per_year: float | None, capital: float | None = None, chance: float | None = None
    ) -> float:
        """Return by how much a budget is exceeded, in $; 0 or less fits."""
        limited = self.limited(per_year, capital, chance)
        return max(((spent.mean or 0.0) - limit for spent, limit in limited), default=0.0)

    def fit(
        self, per_year: float | None, capital: float | None = None, chance: float | None = None
    ) -> Fit:
        """Tell whether every mean is known to be within a budget, or one to be over it."""
        # By the ends of the interval: a mean that seems just below the budget is over it as often
        # as not.
        limited = self.limited(per_year, capital, chance)
        ends = [
            (_end(spent, spent.low), _end(spent, spent.high), limit) for spent, limit in limited
        ]
        if all(high <= limit for _, high, limit in ends):
            return "within"
        return "over" if any(low > limit for low, _, limit in ends) else "not known"

    def is_within(
        self, per_year: float | None, capital: float | None = None, chance: float | None = None
    ) -> bool:
        """Tell whether every mean is known to be within a budget: its interval is."""
        return self.fit(per_year, capital, chance) == "within"

    def tightest(
        self, per_year: float | None, capital: float | None = None, chance: float | None = None
    ) -> Estimate:
        """Return what exceeds its limit most, or comes closest to it; the dearest year without."""
        limited = self.limited(per_year, capital, chance)
        if not limited:
            return self.dearest_year
        return max(limited, key=lambda each: (each[0].mean or 0.0) - each[1])[0]

    def followed_by(self, more: Measured) -> Measured:
        """Return it with worth and capital in further futures."""
        return replace(
            self,
            gains=np.concatenate((self.gains, more.gains)),
            capital=np.concatenate((self.capital, more.capital)),
        )


def _end(spent: Estimate, end: float | None) -> float:
    return (spent.mean if end is None else end) or 0.0


def mean_of(measured: Measured) -> float:
    """Return what a road map is worth on average, in $."""
    return measured.mean_gain


def spend_of(measured: Measured) -> float:
    """Return what a road map spends beyond doing nothing on average, in $."""
    return measured.total_spend.mean or 0.0


def worst_of(measured: Measured) -> float:
    """Return the mean gain in the worst futures, in $."""
    return measured.downside.mean or 0.0


class Measuring:
    """Runs road maps of a plan, and its baseline, over common random numbers.

    Parameters
    ----------
    plan
        The plan that the road maps depart from.
    keeping
        How they are run; `progress` is not called.
    """

    def __init__(self, plan: Scenario, keeping: Keeping) -> None:
        self._plan = plan
        self._keeping = keeping

    def measure(
        self,
        road_maps: Sequence[RoadMap],
        replications: int,
        *,
        first: int = 0,
        of_spending: int | None = None,
        told: Told | None = None,
    ) -> list[Measured]:
        """Return what road maps do.

        Parameters
        ----------
        road_maps
            What to run.
        replications, first
            In how many futures, and the number of the first.
        of_spending
            In how many of them the spending is measured; in all if None.
        told
            Called with the replications done and those in all, as far as the worth goes.

        Raises
        ------
        Cancelled
            If it was cancelled.
        """
        # Doing nothing runs in the same call, and so in the same futures, and is subtracted in
        # each.
        tried = [nothing_of(self._plan), *road_maps]
        scenarios = [with_road_map(self._plan, road_map) for road_map in tried]
        keeping = self._keeping.copy()
        keeping["progress"] = told
        totals = totals_of(scenarios, replications, first=first, **keeping)
        npv = outcome_of("npv", totals)
        count = replications if of_spending is None else min(of_spending, replications)
        spend = self._spend(scenarios, totals[:, :count], first)
        capital = outcome_of("capital", totals)
        return [
            Measured(
                road_map,
                npv[place] - npv[0],
                spend[:, place] - spend[:, 0],
                capital[place] - capital[0],
            )
            for place, road_map in enumerate(tried)
            if place > 0
        ]

    def again(
        self, road_maps: Sequence[RoadMap], replications: int, first: int, told: Told | None
    ) -> list[Measured]:
        """Return what road maps do in the same draws by other chances; of spending nothing.

        Parameters
        ----------
        road_maps, replications, first, told
            As `measure` has them.
        """
        draws = self._keeping.get("draws")
        assert draws is not None, "there are draws to be run again"
        other = draws.again()
        runs = Measuring(self._plan, {**self._keeping, "draws": other})
        shift = other.first - draws.first
        return runs.measure(road_maps, replications, first=first + shift, of_spending=1, told=told)

    def levels(self, road_map: RoadMap) -> Floats:
        """Return how the levels rise: capabilities x days, the mean at the end of each day."""
        keeping = self._keeping
        draws = keeping.get("draws")
        count = FUTURES_OF_LEVELS if draws is None else min(FUTURES_OF_LEVELS, len(draws))
        ensemble = replicate(
            with_road_map(self._plan, road_map),
            count,
            seed=keeping.get("seed", 0),
            daily=LEVEL_STATES,
            engine=keeping.get("engine", "ensemble"),
            model_class=keeping.get("model_class"),
            draws=None if draws is None else draws.part(0, count),
            executor=keeping.get("executor"),
            cancel=keeping.get("cancel"),
        )
        return np.array([ensemble.bands[name]["mean"].to_numpy() for name in LEVEL_STATES])

    def _spend(self, scenarios: Sequence[Scenario], totals: Floats, first: int) -> Floats:
        """Return what is spent: years x scenarios x replications."""
        horizon, replications = self._plan.horizon_days, totals.shape[1]
        ends = range(YEAR_DAYS, horizon, YEAR_DAYS)
        # By end and then by scenario, as the reshaping below has it. The last year, whole or not,
        # ends with the run itself.
        cut = [_until(end, scenario) for end in ends for scenario in scenarios]
        keeping = self._keeping.copy()
        keeping["progress"] = None
        until = totals_of(cut, replications, first=first, **keeping)
        by_end = [*until.reshape(len(ends), *totals.shape), totals]
        spent = np.array([sum(outcome_of(name, each) for name in _SPENT) for each in by_end])
        return np.diff(spent, axis=0, prepend=0.0)


def _until(end: int, scenario: Scenario) -> Scenario:
    """Return a scenario that ends sooner, without what comes on a day that it does not reach."""
    start = scenario.start_date
    reached = {
        name: tuple(each for each in known if each.day_from(start) < end)
        for name, known in (("changes", scenario.changes), ("requests", scenario.requests))
    }
    return scenario.model_copy(update={"horizon_days": end, **reached})


# --------------------------------------------------------------------------------------
# Looking through road maps: all of them if they are few, else those that Optuna suggests.
#
# First comes each capability alone. Then, up to half of all, road maps are suggested for the
# highest worth, and a quarter for the frontier of worth and spending, both by a tree-structured
# Parzen estimator (Bergstra et al. 2011, Algorithms for hyper-parameter optimization, NeurIPS 24;
# several aims: Ozaki et al. 2022, doi:10.1613/jair.1.13188) that knows what was measured before.
# The rest are neighbours of the best found. Suggestions come in batches of a fixed size, so that
# they are the same whatever the number of cores.


type Measure = Callable[[Sequence[RoadMap]], list[Measured]]
type Direction = Literal["maximize", "minimize"]
type Aims = Callable[[Measured], list[float]]

type Limits = tuple[float | None, float | None, float | None]
"""What may be spent in a year, and on capital in all, in $, None for any amount; and in which share
of the futures the latter holds, None if on average."""

_BATCH, _BATCH_OF_ALL = 16, 128
_FIRST_AT_RANDOM, _PATIENCE = 0.2, 3
_EXCESS = "excess over the budget"
_LARGEST_SEED = 2**32


def searched(
    decisions: Decisions,
    measure: Measure,
    trials: int,
    *,
    limits: Limits,
    is_safe: bool = False,
    seed: int,
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
    limits
        What may be spent; suggestions keep away from what exceeds it.
    is_safe
        Whether to look also for what is worth most in the worst futures, in place of what is worth
        most for what it spends.
    seed
        Decides the suggestions.
    """
    if is_small(decisions, trials):
        parts = batched(decisions.every(), _BATCH_OF_ALL)
        return [measured for part in parts for measured in measure(part)]
    search = _Search(decisions, measure, limits, is_safe)
    quarter = trials // 4
    search.start(quarter)
    with _quiet():
        search.suggest(_study(["maximize"], trials, seed), trials - 2 * quarter, _worth)
        other: Direction = "maximize" if is_safe else "minimize"
        both = _study(["maximize", other], trials, seed + 1)
        aims = _worth_and_downside if is_safe else _worth_and_spend
        search.suggest(both, trials - quarter, aims)
    search.climb(trials)
    return list(search.found.values())


def is_small(decisions: Decisions, trials: int) -> bool:
    """Tell whether so many trials are enough for every road map."""
    return decisions.size <= trials


class _Search:
    """What has been measured so far, and where."""

    def __init__(
        self, decisions: Decisions, measure: Measure, limits: Limits, is_safe: bool
    ) -> None:
        self._decisions, self._measure, self._limits = decisions, measure, limits
        # Doing nothing is the safest more often than not, and has the neighbours that came first.
        self._ranked_by = (mean_of, worst_of) if is_safe else (mean_of,)
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
            # A batch may have the same suggestion twice.
            self._add([each for each in dict.fromkeys(road_maps) if each not in self.found])
            for trial, road_map in asked:
                self._tell(study, trial, self.found[road_map], aims)

    def climb(self, trials: int) -> None:
        """Measure neighbours of the best, then of the next best, up to so many road maps in all."""
        while (left := trials - len(self.found)) > 0 and (new := self._next_neighbours()):
            self._add(new[:left])

    def _next_neighbours(self) -> list[RoadMap]:
        """Return what is new beside the best road map that has something new beside it."""
        within = [each for each in self.found.values() if each.excess(*self._limits) <= 0.0]
        ranked = [sorted(within, key=lambda each: -value(each)) for value in self._ranked_by]
        for each in chain.from_iterable(zip(*ranked, strict=True)):
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
            # Enqueued, it comes back as the next suggestion, and is told of like one.
            study.enqueue_trial(self._decisions.places_of(road_map))
            trial, _ = self._suggestion(study)
            self._tell(study, trial, measured, aims)

    def _new_suggestion(self, study: optuna.Study, aims: Aims) -> tuple[optuna.Trial, RoadMap]:
        """Return a suggestion that was not made before, unless that comes up again and again."""
        for _ in range(_PATIENCE):
            trial, road_map = self._suggestion(study)
            if road_map not in self.found:
                break
            # Told at once, so that the study turns to something else.
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
        # Before it is told, which closes the trial.
        trial.set_constraint(_EXCESS, measured.excess(*self._limits))
        study.tell(trial, aims(measured))


def _worth(measured: Measured) -> list[float]:
    return [measured.mean_gain]


def _worth_and_spend(measured: Measured) -> list[float]:
    return [measured.mean_gain, measured.total_spend.mean or 0.0]


def _worth_and_downside(measured: Measured) -> list[float]:
    return [measured.mean_gain, worst_of(measured)]


def _study(directions: list[Direction], trials: int, seed: int) -> optuna.Study:
    # Jointly, as the start of a capability means nothing without its level. Optuna takes seeds of
    # 32 bits.
    import optuna

    sampler = optuna.samplers.TPESampler(
        seed=seed % _LARGEST_SEED,
        multivariate=True,
        n_startup_trials=max(_BATCH, int(_FIRST_AT_RANDOM * trials)),
    )
    return optuna.create_study(directions=directions, sampler=sampler)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling of every study; without Optuna there is none."""
    try:
        import optuna
    except ImportError:
        raise needs("Optuna is needed to search among so many road maps", "optimise") from None
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(verbosity)
