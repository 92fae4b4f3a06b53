"""Plans against a baseline over common random numbers: all at once, or look by look.

First the replications: those that a store has, then those that are to be run. Then what gathers
them into a comparison. Then what is called: `compare` and `comparisons` for one plan,
`side_by_side` and `sides_by_side` for several. docs/decisions/0015 says when a comparison may stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Unpack

import numpy as np

from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.comparison import Comparison
from modelops_abm.experiments.comparison_many import SideBySide
from modelops_abm.experiments.finance import finance, payback_days
from modelops_abm.experiments.running import (
    Keeping,
    batches_of,
    checked_store,
    engine_of,
    keys_of,
    outcome_of,
    refuses_unknown,
)
from modelops_abm.experiments.spread import Over, again_of, both_ways, count_again
from modelops_abm.experiments.statistics import (
    LOOKS,
    checked_looks,
    is_known,
    looks_up_to,
    without_rounding,
)
from modelops_abm.experiments.store import Store, pair_of
from modelops_abm.runs import Batch, Series
from modelops_abm.runs.bands import Bands
from modelops_abm.runs.replications import Drawn, values_drawn
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import Scenario, baseline_of

_NPV = "discounted_net_value"
_PLAN, _BASELINE = "plan", "baseline"
_NET_VALUE = Series(("discounted_net_value",))


def replications_of(
    scenarios: Mapping[str, Scenario],
    baseline: str,
    looks: Sequence[int],
    wanted: Series,
    keeping: Keeping,
) -> Iterator[tuple[Batch, Floats]]:
    """Yield the replications of scenarios in order, none of the parts going beyond a look.

    With each batch come the days of payback of every scenario against the baseline: scenarios x
    replications. If daily outcomes are wanted, they are the last series of the batch.

    A store has no daily outcomes: with them, all is run again.

    Parameters
    ----------
    scenarios, baseline
        What to run, by name, and which of them is the baseline.
    looks
        Numbers of replications, ascending; the last is how many there are.
    wanted
        Daily outcomes that are wanted.
    keeping
        How to run; `progress` is not called.

    Raises
    ------
    Cancelled
        If `cancel` was set; a store has then what was run.
    ValueError
        If a number is not allowed, or the store is of another seed or engine.
    """
    store = checked_store(keeping)
    place = list(scenarios).index(baseline)
    kept = None
    if store is not None:
        kept = _Kept(store, keys_of(list(scenarios.values()), keeping), place)
    # Only what every scenario has, from the first replication on: half a pair is no difference.
    known = 0 if kept is None or wanted.names else kept.count(looks[-1])
    if kept is not None:
        # What was kept comes look by look too, so that a comparison that is repeated stops where it
        # stopped.
        for start, end in pairwise((0, *(look for look in looks if look < known), known)):
            if end > start:
                yield kept.replications(start, end)
    # The day of payback follows from the days of both runs, which are at hand only here, and not
    # kept.
    series = [_NET_VALUE, wanted] if wanted.names else [_NET_VALUE]
    for batch in batches_of(list(scenarios.values()), known, looks[-1], keeping, series):
        for part in batch.cut(looks):
            paybacks = _paybacks(part.series[0][:, :, 0], place)
            if kept is not None:
                kept.add(part, paybacks)
            yield part, paybacks


def _paybacks(net_value: Floats, baseline: int) -> Floats:
    """Return days of payback from net value by day: scenarios x replications x days."""
    differences = net_value - net_value[baseline]
    return np.array([payback_days(np.cumsum(each, axis=1)) for each in differences])


class _Kept:
    """What a store has of some scenarios and a baseline.

    Parameters
    ----------
    store
        The store.
    keys, baseline
        Their keys, and the place of the baseline among them.
    """

    def __init__(self, store: Store, keys: Sequence[str], baseline: int) -> None:
        self._store = store
        self._keys = keys
        self._pairs = [pair_of(key, self._keys[baseline]) for key in self._keys]

    def count(self, most: int) -> int:
        """Return how many replications it has of all of them, counted from the first."""
        runs, paybacks = self._store.runs, self._store.paybacks
        return min(
            *(runs.first_missing(key, 0, most) for key in self._keys),
            *(paybacks.first_missing(pair, 0, most) for pair in self._pairs),
        )

    def replications(self, start: int, end: int) -> tuple[Batch, Floats]:
        """Return replications that are there, with their paybacks."""
        runs, paybacks = self._store.runs, self._store.paybacks
        totals = np.array([runs.rows(key, start, end - start) for key in self._keys])
        days = [paybacks.rows(pair, start, end - start)[:, 0] for pair in self._pairs]
        return Batch(start, totals), np.array(days)

    def add(self, batch: Batch, paybacks: Floats) -> None:
        """Keep replications."""
        self._store.runs.add(self._keys, batch.first, batch.totals)
        self._store.paybacks.add(self._pairs, batch.first, paybacks[:, :, np.newaxis])


class Gathering:
    """What has come in so far of a baseline and some plans.

    Parameters
    ----------
    baseline
        Name of the scenario that the others are compared with.
    scenarios
        All scenarios by name.
    seed, engine
        Seed of the random numbers that they share, and the engine that runs them.
    wanted
        Daily outcomes of which bands are wanted.
    draws
        What all scenarios may be, if they are not only as they say.
    """

    def __init__(
        self,
        baseline: str,
        scenarios: Mapping[str, Scenario],
        wanted: Series,
        *,
        seed: int,
        engine: str,
        draws: Drawn | None = None,
    ) -> None:
        self._baseline, self._scenarios, self._draws = baseline, scenarios, draws
        self._seed, self._engine = seed, engine
        self._is_daily = bool(wanted.names)
        self._totals: list[Floats] = []
        self._paybacks: list[Floats] = []
        plans = [name for name in scenarios if name != baseline]
        horizon_days = scenarios[baseline].horizon_days
        self._levels = {name: Bands(wanted, horizon_days) for name in scenarios}
        self._differences = {name: Bands(wanted, horizon_days) for name in plans}
        self.replications = 0

    def add(self, batch: Batch, paybacks: Floats) -> None:
        """Add replications of all scenarios, in their order."""
        self.replications += batch.totals.shape[1]
        self._totals.append(batch.totals)
        self._paybacks.append(paybacks)
        if self._is_daily:
            self._add_to_bands(self._named(batch.series[-1]))

    def _add_to_bands(self, values: Mapping[str, Floats]) -> None:
        for name, bands in self._levels.items():
            bands.add(values[name])
        # The band of the differences, which no two bands of the scenarios tell.
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
        apart = {
            name: without_rounding(npv[name] - npv[self._baseline], np.abs(npv[self._baseline]))
            for name in self._differences
        }
        time = self._total("discounted_capability_time")
        paybacks = self._named(np.concatenate(self._paybacks, axis=1))
        baseline = self._baseline
        comparisons = {
            name: Comparison(
                plan=ensembles[name],
                baseline=ensembles[baseline],
                finance=finance(
                    self._scenarios[name].horizon_days,
                    apart[name],
                    investment[name] - investment[baseline],
                    time[name] - time[baseline],
                    paybacks[name],
                ),
                bands=bands.tables(),
            )
            for name, bands in self._differences.items()
        }
        return SideBySide(baseline, comparisons)

    def _ensembles(self) -> dict[str, Ensemble]:
        totals = self._named(np.concatenate(self._totals, axis=1))
        draws = self._draws
        return {
            name: Ensemble(
                scenario=scenario,
                seed=self._seed,
                engine=self._engine,
                version=simulator_version(),
                first=0,
                draws=None if draws is None else values_drawn(draws, 0, self.replications),
                values=totals[name],
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
# Plans against a baseline over common random numbers: all at once, or look by look as futures come
# in.


class Settings(Keeping, total=False):
    """Keywords that every comparison takes, besides those of `running.Keeping`.

    A store keeps totals and paybacks. It has no bands: a comparison with `daily` runs everything.
    """

    half_width: float | None
    """End at the first look at which half the 95 % interval of the mean NPV difference is no wider
    than this, in $ of day 0, though not before `statistics.FEWEST` replications. If None, end at
    the last look."""
    daily: Sequence[str]
    """Names of the daily outcomes of which bands are wanted: of each scenario, and of the
    difference between each plan and the baseline."""
    period_days: int
    """Length of the periods by which they are summarised, see `runs.Series`; 1 if not given."""


@refuses_unknown
def compare(
    plan: Scenario,
    replications: int = 400,
    *,
    baseline: Scenario | None = None,
    **settings: Unpack[Settings],
) -> Comparison:
    """Compare a plan with its baseline over common random numbers.

    Parameters
    ----------
    plan
        The plan.
    replications
        How many at most.
    baseline
        Another baseline than the plan with every capability held at its start level.
    settings
        See `Settings`: precision, draws, seed, bands, store, engine, executor, progress, cancel.
        With draws, the same is run at the values as set, and one draw in five once more.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there is not enough memory for it, or a scenario refuses the values of a draw.
    ValueError
        If a number or name is not allowed, or the horizons differ.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> comparison = compare(plan, 50)
    >>> availability = comparison.difference("availability")
    >>> availability.estimate.n, availability.verdict
    (50, 'earns')

    Over what the organisation may be:

    >>> from modelops_abm.experiments import draws_of
    >>> over = compare(plan, 50, draws=draws_of(plan, 50)).over
    >>> over.as_set.replications, len(over.again)
    (50, 10)
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

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> [known.replications for known in comparisons(plan, (25, 50))]
    [25, 50]
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
    """Compare several scenarios over common random numbers.

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
    Cancelled, InputError, ValueError
        As `compare` does, and a ValueError of fewer than two scenarios.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> slow = with_values(plan, {"team.developers": 4}, source="example")
    >>> sides = side_by_side({"eight": plan, "four": slow}, 20, baseline="four")
    >>> sides.baseline, list(sides.comparisons)
    ('four', ['eight'])
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

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> slow = with_values(plan, {"team.developers": 4}, source="example")
    >>> looks = sides_by_side({"eight": plan, "four": slow}, (10, 20), baseline="four")
    >>> list(list(looks)[-1].comparisons)
    ['eight']
    """
    checked_looks(looks)
    _check(scenarios, baseline)
    if settings.get("draws") is None:
        yield from _looked_at(scenarios, looks, baseline, settings)
        return
    over, as_set = both_ways(settings)
    as_set["half_width"] = None  # it stops where the answer over draws is known
    again = np.empty((len(scenarios), 0, len(outcomes.TOTALS)))
    for drawn, found in zip(
        _looked_at(scenarios, looks, baseline, over),
        _looked_at(scenarios, looks, baseline, as_set),
        strict=False,
    ):
        wanted = count_again(drawn.replications) - again.shape[1]
        more = again_of(list(scenarios.values()), again.shape[1], wanted, settings)
        again = np.concatenate([again, more], axis=1)
        yield _over(drawn, found, dict(zip(scenarios, again, strict=True)))


def _over(drawn: SideBySide, as_set: SideBySide, again: Mapping[str, Floats]) -> SideBySide:
    """Return comparisons over draws with those at the values as set, and with pairs."""
    npv = {name: outcome_of("npv", totals) for name, totals in again.items()}
    comparisons = {
        name: replace(each, over=Over(as_set.comparisons[name], npv[name] - npv[drawn.baseline]))
        for name, each in drawn.comparisons.items()
    }
    return SideBySide(drawn.baseline, comparisons)


def _looked_at(
    scenarios: Mapping[str, Scenario], looks: Sequence[int], baseline: str, settings: Settings
) -> Iterator[SideBySide]:
    """Yield the comparison, over draws or at the values as set, as replications come in."""
    wanted = Series(tuple(settings.get("daily", ())), settings.get("period_days", 1))
    gathering = Gathering(
        baseline,
        scenarios,
        wanted,
        seed=settings.get("seed", 0),
        engine=engine_of(settings),
        draws=settings.get("draws"),
    )
    half_width, progress = settings.get("half_width"), settings.get("progress")
    for batch, paybacks in replications_of(scenarios, baseline, looks, wanted, settings):
        gathering.add(batch, paybacks)
        if progress is not None:
            progress(gathering.replications, looks[-1])
        # Batches are cut at the looks, so none is missed. Nothing stops between them: each further
        # chance to stop makes the intervals hold less often than they say.
        if gathering.replications in looks:
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
