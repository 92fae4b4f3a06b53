"""Plans against a baseline over the same luck: all at once, or look by look as futures come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

from modelops_abm.experiments.comparison.futures import futures_of
from modelops_abm.experiments.comparison.gathering import Gathering
from modelops_abm.experiments.comparison.results import Comparison, SideBySide
from modelops_abm.experiments.looks import LOOKS, checked_looks, looks_up_to
from modelops_abm.experiments.running import Keeping, engine_of, refuses_unknown
from modelops_abm.parameters import Scenario, baseline_of
from modelops_abm.simulate import Series

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
