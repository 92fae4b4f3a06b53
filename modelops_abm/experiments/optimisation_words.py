"""A road map and what it is worth, in sentences made of the measured numbers alone."""

from __future__ import annotations

import math
from itertools import groupby

from modelops_abm import formats
from modelops_abm.experiments.optimisation_results import LAST_PART, Optimised
from modelops_abm.experiments.optimisation_search import Fit, Measured
from modelops_abm.experiments.plans import known_money, level_of_capability, listed
from modelops_abm.experiments.road_maps import RoadMap, Step, nothing_of, road_map_of
from modelops_abm.experiments.statistics import Estimate, PairedDifference
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import Scenario

_NOT_TOLD = "cannot tell yet"


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
        return _nothing(found)
    words = road_map_in_words(found.recommended, found.plan)
    if found.confirmed.recommended.worth.verdict == "earns":
        return words
    return f"The best that was found may be luck: {words[:1].lower()}{words[1:]}"


def _nothing(found: Optimised) -> str:
    """Return why to do nothing: because nothing is worth it, or because nothing is affordable."""
    cheapest, budget = found.search.cheapest, found.budget_per_year
    if budget is None or cheapest is None or found.search.affordable:
        return f"Do nothing: no re-checked road map{_known_within(found)} is worth more."
    spent = formats.money(cheapest.dearest_year.mean or 0.0)
    return (
        f"Nothing can be recommended: of {formats.plural(found.tried - 1, 'road map')} that"
        f" {'is' if found.tried == 2 else 'were'} looked at none is within the budget of"
        f" {formats.money(budget)} a year. The cheapest, {in_short(cheapest.road_map, found.plan)},"
        f" spends {spent} in its dearest year."
    )


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
    best = found.best
    span = formats.span(found.plan.horizon_days)
    amount = best.worth.estimate.mean
    spent = with_error(best.total_spend, of=amount)
    dearest = with_error(best.dearest_year, of=amount)
    worth = (
        f"is worth {known_money(best.worth)} ({interval_of(best.worth.estimate)})"
        if best.worth.verdict == "earns"
        else f"{_against(best.worth)} doing nothing"
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
    gain = found.gain
    size = f"{known_money(gain)} ({interval_of(_size_of(gain).estimate)})"
    if gain.verdict == _NOT_TOLD:
        said = f"It cannot be told from the plan given: {interval_of(gain.estimate)} on average"
    elif gain.verdict == "earns":
        said = f"Against the plan given it is worth {size} more"
    else:
        said = f"Against the plan given it is worth {size} less"
    return f"{said}{_plan_and_budget(found)}."


def undecided(found: Optimised) -> str:
    """Return what would be worth more, but is not known to be within the budget; if anything is."""
    better = [
        each.rechecked
        for each in found.finalists
        if each.rechecked.fit(found.budget_per_year) == "not known"
        and each.rechecked.mean_gain > found.best.mean_gain
    ]
    if not better:
        return ""
    first, needed = better[0], found.replications_to_tell(better[0])
    told = "" if needed is None else f"; about {formats.number(_about(needed))} futures would tell"
    return (
        f"Worth more, {known_money(first.worth)}, but not known to be within the budget:"
        f" {in_short(first.road_map, found.plan)}, which spends"
        f" {interval_of(first.dearest_year)} in its dearest year{told}."
    )


def settled(found: Optimised) -> str:
    """Return whether the search has settled, by its own evidence; nothing if it saw all."""
    search = found.search
    if search.tried >= found.decisions.size:
        return ""
    tried, near = formats.number(search.tried), formats.number(search.neighbours)
    if search.is_settled:
        last = formats.number(search.tried - search.best_came)
        return (
            f"The search has settled: the last {last} of its {tried} road maps were no better, and"
            f" all {near} that differ from the best in one thing were looked at."
        )
    reasons = []
    if search.best_came > (1.0 - LAST_PART) * search.tried:
        reasons.append(f"its best came as number {formats.number(search.best_came)} of {tried}")
    if search.unseen_neighbours:
        unseen = formats.count_of(search.unseen_neighbours, search.neighbours)
        reasons.append(
            f"{unseen} road maps that differ from the best in one thing were not looked at"
        )
    return f"The search has not settled: {listed(reasons)}. More trials may find a better one."


def certainty(found: Optimised) -> str:
    """Return which figures to trust, and why."""
    tried = formats.plural(found.tried, "road map")
    possible = formats.number(found.decisions.size)
    measured = f"all {tried}" if found.is_complete else f"{tried} of {possible} possible"
    share = formats.share(LEVEL, 0)
    among = "all of them" if found.is_complete else "those re-checked"
    among += _known_within(found, verb="are")
    return (
        f"The search measured {measured}, and luck helps to choose the best of many: worth is told"
        f" from {formats.plural(found.replications, 'future')} that the search has not seen, the"
        f" re-check. With {share} confidence the best of {among} is one of those marked."
        f"{_last_check(found)}"
    )


def _last_check(found: Optimised) -> str:
    """Return the worth of the recommended one where luck had no part in choosing it."""
    if found.recommended == nothing_of(found.plan):
        return ""
    worth = found.confirmed.recommended.worth
    said = (
        f"was worth {known_money(worth)} ({interval_of(worth.estimate)})"
        if worth.verdict == "earns"
        else f"{_against(worth)} doing nothing"
    )
    return f" In as many others, which had no part in any choice, the recommended one {said}."


def interval_of(estimate: Estimate) -> str:
    """Return the 95 % interval of a mean amount of money; a dash if there is none."""
    if estimate.low is None or estimate.high is None or not estimate.half_width:
        return formats.NOTHING
    return formats.money_interval(estimate.low, estimate.high, signed=estimate.low < 0.0)


def with_error(estimate: Estimate, of: float | None = None) -> str:
    """Return a mean amount of money with half its 95 % interval, in the unit of an amount."""
    return formats.money_and_error(estimate.mean or 0.0, estimate.half_width, of=of)


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
        return f"With {confidence} confidence no other finalist{_known_within(found)} is better."
    road_maps = [each for each in others if each != nothing]
    names = [formats.plural(len(road_maps), "other finalist")] if road_maps else []
    is_said = found.best.worth.verdict != "earns"
    names += ["doing nothing"] if nothing in others and not is_said else []
    if not names:
        return ""
    return f"In the re-check it cannot be told from {listed(names)}."


def _known_within(found: Optimised, *, verb: str = "is") -> str:
    return "" if found.budget_per_year is None else f" that {verb} known to be within the budget"


def _plan_and_budget(found: Optimised) -> str:
    fit = found.given.fit(found.budget_per_year)
    if fit == "within":
        return ""
    return f"; but that plan is {budget_in_words(found.given, fit)} in its dearest year"


def budget_in_words(measured: Measured, fit: Fit) -> str:
    """Return how a road map stands to a budget that it is not known to be within."""
    year = measured.dearest_year
    if fit == "over":
        return f"over the budget, with {formats.money(year.mean or 0.0)}"
    return f"not known to be within the budget: {interval_of(year)}"


def _about(count: int) -> int:
    """Return a count with two digits, as many as a spread of few futures tells."""
    return round(count, 1 - math.floor(math.log10(max(count, 1))))


def _by_start(road_map: RoadMap) -> list[tuple[float, list[Step]]]:
    parts = groupby(road_map.in_order, key=lambda step: step.start_day)
    return [(start_day, list(steps)) for start_day, steps in parts]


def _list_of(steps: list[Step]) -> str:
    return listed([level_of_capability(step.capability, step.level) for step in steps])


def _when(start_day: float) -> str:
    return "at once" if start_day == 0.0 else f"from {formats.month_of(start_day)}"


def _when_in_short(start_day: float) -> str:
    return "" if start_day == 0.0 else f"{formats.month_of(start_day)}: "
