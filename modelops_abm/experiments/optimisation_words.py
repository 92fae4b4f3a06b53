"""Road maps, their worth and their spending in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from modelops_abm import formats
from modelops_abm.experiments.optimisation_search import Fit, Measured
from modelops_abm.experiments.road_maps import RoadMap, Step
from modelops_abm.experiments.statistics import Estimate, PairedDifference
from modelops_abm.experiments.words import known_money, level_of_capability
from modelops_abm.scenario import Scenario
from modelops_abm.text import all_of


def in_short(road_map: RoadMap, plan: Scenario) -> str:
    """Return a road map in a few words: full rollback at once; month 13: half automation."""
    parts = [
        f"{_when_in_short(start_day)}{_list_of(steps)}" for start_day, steps in _by_start(road_map)
    ]
    if road_map.developers != plan.team.developers:
        parts.append(formats.plural(road_map.developers, "developer"))
    return "; ".join(parts) or "do nothing"


def road_map_in_words(road_map: RoadMap, plan: Scenario) -> str:
    """Return what a road map tells to do."""
    parts = [f"{_list_of(steps)} {_when(start_day)}" for start_day, steps in _by_start(road_map)]
    steps = f"Build {', '.join(parts)}" if parts else "Build no capability"
    if road_map.developers == plan.team.developers:
        return f"{steps}."
    return f"{steps}, with {formats.plural(road_map.developers, 'developer')}."


def interval_of(estimate: Estimate) -> str:
    """Return the 95 % interval of a mean amount of money; a dash if there is none."""
    if estimate.low is None or estimate.high is None or not estimate.half_width:
        return formats.NOTHING
    return formats.money_interval(estimate.low, estimate.high, signed=estimate.low < 0.0)


def with_error(estimate: Estimate, of: float | None = None) -> str:
    """Return a mean amount of money with half its 95 % interval, in the unit of an amount."""
    return formats.money_and_error(estimate.mean or 0.0, estimate.half_width, of=of)


def size_of(gain: PairedDifference) -> PairedDifference:
    """Return a gain, or a loss as what is lost."""
    return PairedDifference(-gain.values) if gain.verdict == "loses" else gain


def against_nothing(worth: PairedDifference) -> str:
    """Return that a road map loses, or cannot be told from doing nothing."""
    if worth.verdict == "loses":
        lost = interval_of(size_of(worth).estimate)
        return f"loses {known_money(worth)} ({lost}) against doing nothing"
    return f"cannot be told ({interval_of(worth.estimate)}) from doing nothing"


def budget_in_full(
    per_year: float | None, capital: float | None, chance: float | None = None
) -> tuple[str, str]:
    """Return a budget in words, and of what a road map may exceed it."""
    parts = [] if per_year is None else [f"{formats.money(per_year)} a year"]
    parts += [] if capital is None else [f"{formats.money(capital)} of capital"]
    of_it = "in its dearest year" if capital is None else "of capital"
    if chance is not None:
        of_it = f"of capital in {chance:.0%} of the futures"
    return all_of(parts), of_it


def budget_in_words(
    measured: Measured,
    fit: Fit,
    per_year: float | None = None,
    capital: float | None = None,
    chance: float | None = None,
) -> str:
    """Return how a road map stands to a budget that it is not known to be within."""
    year = measured.tightest(per_year, capital, chance)
    if fit == "over":
        return f"over the budget, with {formats.money(year.mean or 0.0)}"
    return f"not known to be within the budget: {interval_of(year)}"


def known_to(spends: Sequence[Estimate]) -> str:
    """Return how well amounts are known at least; nothing if that cannot be told."""
    widest = max((spend.half_width or 0.0 for spend in spends), default=0.0)
    largest = max((abs(spend.mean or 0.0) for spend in spends), default=0.0)
    if widest == 0.0:
        return ""
    return f", known to ±{formats.money(widest, half_width=widest, of=largest)}"


def _by_start(road_map: RoadMap) -> list[tuple[float, list[Step]]]:
    parts = groupby(road_map.in_order, key=lambda step: step.start_day)
    return [(start_day, list(steps)) for start_day, steps in parts]


def _list_of(steps: list[Step]) -> str:
    return all_of([level_of_capability(step.capability, step.level) for step in steps])


def _when(start_day: float) -> str:
    return "at once" if start_day == 0.0 else f"from {formats.month_of(start_day)}"


def _when_in_short(start_day: float) -> str:
    return "" if start_day == 0.0 else f"{formats.month_of(start_day)}: "
