"""A road map and what it is worth, in sentences made of the measured numbers alone."""

from __future__ import annotations

from itertools import groupby

from modelops_abm import formats
from modelops_abm.experiments.intervals import LEVEL, Estimate
from modelops_abm.experiments.optimise.measuring import Measured
from modelops_abm.experiments.optimise.results import Optimised
from modelops_abm.experiments.optimise.road_map import RoadMap, Step, nothing_of, road_map_of
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.phrases import known_money, level_of_capability, listed
from modelops_abm.parameters import Scenario

_NOT_TOLD = "cannot tell yet"
_ROUNDING = 1e-9
"""A half-width smaller than this part of the mean is rounding, not luck."""


def in_short(road_map: RoadMap, plan: Scenario) -> str:
    """Return a road map in a few words: full rollback at once; month 13: half automation."""
    parts = [
        f"{_when_in_short(start_day)}{_list_of(steps)}" for start_day, steps in _by_start(road_map)
    ]
    if road_map.developers != plan.team.developers:
        parts.append(formats.plural(road_map.developers, "developer"))
    return "; ".join(parts) or "do nothing"


def recommendation(found: Optimised) -> str:
    """Return the road map to recommend as an instruction."""
    if found.recommended == nothing_of(found.plan):
        return f"Do nothing: no road map that was re-checked is worth more{_within(found)}."
    words = road_map_in_words(found.recommended, found.plan)
    if found.confirmed.recommended.worth.verdict == "earns":
        return words
    return f"The best that was found may be luck: {words[:1].lower()}{words[1:]}"


def road_map_in_words(road_map: RoadMap, plan: Scenario) -> str:
    """Return what a road map tells to do."""
    parts = [f"{_list_of(steps)} {_when(start_day)}" for start_day, steps in _by_start(road_map)]
    steps = f"Build {', '.join(parts)}" if parts else "Build no capability"
    if road_map.developers == plan.team.developers:
        return f"{steps}."
    return f"{steps}, with {formats.plural(road_map.developers, 'developer')}."


def worth_in_words(found: Optimised) -> str:
    """Return what the recommended road map is worth, costs, and what else may be as good."""
    if found.recommended == nothing_of(found.plan):
        return ""
    confirmed = found.confirmed.recommended
    span = formats.span(found.plan.horizon_days)
    spent, dearest = with_error(confirmed.total_spend), with_error(confirmed.dearest_year)
    worth = (
        f"is worth {known_money(confirmed.worth)} ({interval_of(confirmed.worth.estimate)})"
        if confirmed.worth.verdict == "earns"
        else f"{_against(confirmed.worth)} doing nothing"
    )
    return (
        f"It {worth} over {span}, and spends {spent}, at most {dearest} in a year on average."
        f" {_others(found)}".rstrip()
    )


def against_the_plan(found: Optimised) -> str:
    """Return how the recommended road map does beside the plan that was given."""
    plan, nothing = road_map_of(found.plan), nothing_of(found.plan)
    if plan == nothing:
        return "The plan given does nothing."
    if found.recommended == plan:
        return "It is the plan that was given."
    gain = found.confirmed.gain
    size = f"{known_money(gain)} ({interval_of(_size_of(gain).estimate)})"
    if gain.verdict == _NOT_TOLD:
        said = f"It cannot be told from the plan given: {interval_of(gain.estimate)} on average"
    elif gain.verdict == "earns":
        said = f"Against the plan given it is worth {size} more"
    else:
        said = f"Against the plan given it is worth {size} less"
    return f"{said}{_plan_and_budget(found)}."


def certainty(found: Optimised) -> str:
    """Return which figures to trust, and why."""
    tried = formats.plural(found.tried, "road map")
    possible = formats.number(found.decisions.size)
    measured = f"all {tried}" if found.is_complete else f"{tried} of {possible} possible"
    share = formats.share(LEVEL, 0)
    among = "all of them" if found.is_complete else "those re-checked"
    among += _within(found)
    return (
        f"The search measured {measured}, and luck helps to choose the best of many: trust"
        f" the re-checked worth, from {formats.plural(found.replications, 'future')} that the"
        f" search has not seen. With {share} confidence the best of {among} is one of those marked."
        " The worth of the recommended one above is from as many others, which had no part in any"
        " choice."
    )


def interval_of(estimate: Estimate) -> str:
    """Return the 95 % interval of a mean amount of money; a dash if there is none."""
    if estimate.low is None or estimate.high is None or not estimate.half_width:
        return formats.NOTHING
    return formats.money_interval(estimate.low, estimate.high, signed=estimate.low < 0.0)


def with_error(estimate: Estimate) -> str:
    """Return a mean amount of money with half its 95 % interval: $149 k ±$0.4 k."""
    mean, half_width = estimate.mean or 0.0, estimate.half_width or 0.0
    if half_width <= _ROUNDING * abs(mean):
        return formats.money(mean)
    return f"{formats.money(mean)} ±{formats.money(half_width)}"


def _size_of(gain: PairedDifference) -> PairedDifference:
    return PairedDifference(-gain.values) if gain.verdict == "loses" else gain


def _against(worth: PairedDifference) -> str:
    if worth.verdict == "loses":
        return f"loses {known_money(worth)} ({interval_of(_size_of(worth).estimate)}) against"
    return f"cannot be told ({interval_of(worth.estimate)}) from"


def _others(found: Optimised) -> str:
    others = [each for each in found.ranking.may_be_best if each != found.recommended]
    nothing = nothing_of(found.plan)
    if not others:
        confidence = formats.share(LEVEL, 0)
        return f"With {confidence} confidence no other finalist{_within(found)} is better."
    road_maps = [each for each in others if each != nothing]
    names = [formats.plural(len(road_maps), "other finalist")] if road_maps else []
    is_said = found.confirmed.recommended.worth.verdict != "earns"
    names += ["doing nothing"] if nothing in others and not is_said else []
    if not names:
        return ""
    return f"In the re-check it cannot be told from {listed(names)}."


def _within(found: Optimised) -> str:
    return "" if found.budget_per_year is None else " within the budget"


def _plan_and_budget(found: Optimised) -> str:
    plan: Measured = found.confirmed.plan
    if plan.is_within(found.budget_per_year):
        return ""
    dearest = formats.money(plan.dearest_year.mean or 0.0)
    return f"; but that plan is over the budget, with {dearest} in its dearest year"


def _by_start(road_map: RoadMap) -> list[tuple[float, list[Step]]]:
    parts = groupby(road_map.in_order, key=lambda step: step.start_day)
    return [(start_day, list(steps)) for start_day, steps in parts]


def _list_of(steps: list[Step]) -> str:
    return listed([level_of_capability(step.capability, step.level) for step in steps])


def _when(start_day: float) -> str:
    return "at once" if start_day == 0.0 else f"from {formats.month_of(start_day)}"


def _when_in_short(start_day: float) -> str:
    return "" if start_day == 0.0 else f"{formats.month_of(start_day)}: "
