"""Figures of an optimisation: the efficient frontier, and the road map that is recommended.

And of an advice: what the road map is worth, from the unkind futures to the kind ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import (
    Band,
    Bars,
    Dot,
    Figure,
    Line,
    Panel,
    Ribbon,
    Row,
    Rows,
    Table,
    months,
    share_axis,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import Colour
from modelops_abm.charts.timeline import time_axis_of
from modelops_abm.experiments.advice import UNKIND, Advice
from modelops_abm.experiments.optimisation_results import Finalist, Optimised
from modelops_abm.experiments.optimisation_search import YEAR_DAYS, Measured, spend_of
from modelops_abm.experiments.optimisation_words import in_short, interval_of, with_error
from modelops_abm.experiments.road_maps import Step, nothing_of, road_map_of
from modelops_abm.experiments.statistics import Estimate
from modelops_abm.experiments.words import known_money, level_word
from modelops_abm.scenario import CAPABILITY_NAMES
from modelops_abm.version import __version__

type Value = Callable[[Measured], Estimate]

_DONE = 0.995
_PERCENT = (0, 5, 10, 25, 50, 75, 90, 95, 100)


def spend_frontier(found: Optimised) -> Figure:
    """Return what the finalists spend and are worth, on average and in the worst futures.

    Parameters
    ----------
    found
        An optimisation.

    Returns
    -------
    Figure
        Both frontiers, every finalist with its interval, the plan and the recommended road map.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> decisions = experiments.Decisions(plan, levels=(1.0,), starts=(0.0,))
    >>> found = experiments.optimise(decisions, trials=32, replications=16, finalists=2)
    >>> spend_frontier(found).title
    'Spent and worth'
    """
    views: tuple[tuple[str, Value, Sequence[Finalist]], ...] = (
        ("Worth on average", lambda each: each.worth.estimate, found.frontier(downside=False)),
        (
            "Average of the worst 5 % of futures",
            lambda each: each.downside,
            found.frontier(downside=True),
        ),
    )
    return Figure(
        _finding_of_frontier(found),
        (tuple(_view(found, *view) for view in views),),
        "Spent and worth",
        shows=f"Each dot is a road map against doing nothing, in {found.replications:,} futures"
        " that the search has not seen; bars: 95 % interval. The line joins those that none beats"
        " for the same money.",
        source=_source(found),
    )


def _source(found: Optimised) -> str:
    tried = formats.plural(found.tried, "road map")
    name = shortened(found.plan.name)
    return f"Scenario {name}, seed {found.seed}, {tried} searched. modelops_abm {__version__}."


def _finding_of_frontier(found: Optimised) -> str:
    """Say how much of the highest worth half of its money buys."""
    efficient = found.frontier()
    best = efficient[-1].rechecked
    if best.mean_gain <= 0.0:
        return "No road map that was re-checked is worth more on average than doing nothing"
    spent = spend_of(best)
    cheaper = [each.rechecked for each in efficient if spend_of(each.rechecked) <= spent / 2.0]
    half = max((each.mean_gain for each in cheaper), default=0.0) / best.mean_gain
    bought = f"{formats.money(spent)} buy {formats.money(best.mean_gain)}"
    if half <= 0.0 or spent <= 0.0:
        return bought
    return f"{bought}; half of the money buys {formats.share(half, 0)} of that"


def _view(found: Optimised, title: str, value: Value, efficient: Sequence[Finalist]) -> Panel:
    """Return spending against one kind of worth, both with zero on their axes."""
    spends = [spend_of(each.rechecked) for each in found.finalists]
    ends = [end for each in found.finalists for end in _ends(value(each.rechecked))]
    across, spend_unit = formats.money_scale(max(map(abs, spends)))
    up, unit = formats.money_scale(max(map(abs, ends)))

    def dot(finalist: Finalist) -> Dot:
        worth = value(finalist.rechecked)
        is_recommended = finalist.road_map == found.recommended
        return Dot(
            repr(finalist.road_map),
            spend_of(finalist.rechecked) / across,
            (worth.mean or 0.0) / up,
            _colour(found, finalist),
            (worth.half_width or 0.0) / up,
            "diamond" if is_recommended else "disc",
            _name(found, finalist),
            is_strong=is_recommended,
        )

    dots = [dot(each) for each in found.finalists]
    line = [dot(each) for each in efficient]
    frontier = Line(
        "frontier",
        np.array([each.x for each in line]),
        np.array([each.y for each in line]),
        "plan 45%",
        2.2,
    )
    return Panel(
        title,
        unit,
        value_axis(
            [-0.02 * max(spends) / across, *(spend / across for spend in [0.0, *spends])], steps=6
        ),
        value_axis([0.0, *(end / up for end in ends)], steps=6),
        (frontier, *dots),
        height=330.0,
        x_title=f"Spent over {formats.span(found.plan.horizon_days)}, {spend_unit}",
    )


def _ends(worth: Estimate) -> tuple[float, float]:
    mean, half = worth.mean or 0.0, worth.half_width or 0.0
    return mean - half, mean + half


def _name(found: Optimised, finalist: Finalist) -> str:
    """Return what the reader looks for: recommended, plan, doing nothing; of others nothing."""
    names = {road_map_of(found.plan): "plan given", nothing_of(found.plan): "nothing"}
    names[found.recommended] = "recommended"
    if finalist.road_map not in names:
        return ""
    over = "" if finalist in found.within_budget else ", over the budget"
    return f"{names[finalist.road_map]}{over}"


def _colour(found: Optimised, finalist: Finalist) -> Colour:
    if finalist not in found.within_budget:
        return "costs"
    return "baseline" if finalist.road_map == nothing_of(found.plan) else "plan"


def road_map(found: Optimised) -> Figure:
    """Return the recommended road map: how the levels rise, and the spending of each year.

    Parameters
    ----------
    found
        An optimisation.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> decisions = experiments.Decisions(plan, levels=(1.0,), starts=(0.0,))
    >>> found = experiments.optimise(decisions, trials=32, replications=16, finalists=2)
    >>> road_map(found).as_table().columns
    ('Capability', 'Level')
    """
    team = formats.plural(found.recommended.developers, "developer")
    rows = tuple(_step_row(step, found) for step in found.recommended.in_order)
    x = time_axis_of(found.plan)
    body = Rows("Capability", "", rows or (Row("None", ()),), x, height=52.0)
    return Figure(
        _finding_of_road_map(found),
        ((body,), (_spending(found),)),
        "Road map",
        shows=f"With {team}. Bars are as thick as the level that is reached, on average over"
        " futures; full is the height of the light band. Spending is what it adds to doing"
        " nothing, ± half the 95 % interval of the mean.",
        source=_source(found),
        table=lambda: Table(
            "Road map", ("Capability", "Level"), [(row.label, *row.cells) for row in rows]
        ),
    )


def _finding_of_road_map(found: Optimised) -> str:
    if found.recommended == nothing_of(found.plan):
        is_dear = found.has_budget and not found.search.affordable
        return (
            "No road map that was looked at is within the budget"
            if is_dear
            else "Doing nothing is the best road map found"
        )
    worth = found.best.worth
    if worth.verdict != "earns":
        return "The best road map found cannot be told from doing nothing"
    span = formats.span(found.plan.horizon_days)
    known = f"{known_money(worth)} ({interval_of(worth.estimate)})"
    return f"The recommended road map is worth {known} over {span}"


def _step_row(step: Step, found: Optimised) -> Row:
    levels = found.levels[CAPABILITY_NAMES.index(step.capability)]
    days = months(np.arange(1.0, len(levels) + 1.0))
    ribbon = Ribbon(days, levels, step.start_day / formats.MONTH_DAYS, "plan")
    words = f"{level_word(step.level)}, {_reached(step, levels, found)}"
    return Row(step.capability.capitalize(), (ribbon,), (words,), is_strong=True)


def _reached(step: Step, levels: Floats, found: Optimised) -> str:
    start = float(getattr(found.plan.capabilities, step.capability).start_level)
    there = np.flatnonzero(levels >= start + _DONE * (step.level - start))
    if not len(there):
        return f"not reached in {formats.span(found.plan.horizon_days)}"
    return f"reached by {formats.month_of(float(there[0]))}"


def _spending(found: Optimised) -> Panel:
    """Return a bar for each year, with the budget across them."""
    horizon, budget = found.plan.horizon_days, found.budget_per_year
    years = np.array([year.mean or 0.0 for year in found.best.yearly_spend])
    highest = max(*np.abs(years), budget or 0.0) or 1.0
    size, unit = formats.money_scale(highest)
    edges = months(np.minimum(np.arange(len(years) + 1) * YEAR_DAYS, horizon))
    bars = Bars("spending", edges, np.zeros(len(years)), years / size, ("plan 30%",))
    names = tuple(
        Dot(
            f"year {place}",
            float(edges[place] + edges[place + 1]) / 2.0,
            # In the middle of its bar, but never so low that the axis runs through the words.
            max(float(years[place]) / 2.0, 0.09 * highest) / size,
            "ink",
            shape="none",
            words=with_error(year),
        )
        for place, year in enumerate(found.best.yearly_spend)
    )
    line: tuple[Line, ...] = ()
    if budget is not None:
        ends, across = np.array([0.0, edges[-1]]), np.full(2, budget / size)
        label = f"budget {formats.money(budget)}"
        line = (Line("budget", ends, across, "costs", 1.5, "dashed", label),)
    return Panel(
        "Spending",
        f"in each year, {unit}",
        time_axis_of(found.plan),
        value_axis([0.0, *years / size, (budget or 0.0) / size], steps=3),
        (bars, *names, *line),
        height=130.0,
    )


# --------------------------------------------------------------------------------------
# An advice.


def worth_by_future(advice: Advice) -> Figure:
    """Return the worth of what is recommended in every future, the least first.

    Beside it, if it is another one, stands the safe road map; the worst tenth is shaded.

    Parameters
    ----------
    advice
        The advice; of one that buys nothing the line is flat.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> few = {"levels": (1.0,), "starts": (0.0,), "trials": 32, "replications": 16}
    >>> worth_by_future(experiments.advise(plan, 1.0, **few)).title
    'What it is worth, future by future'
    """
    over, found = advice.found.over, advice.found
    worths = {"recommended": np.sort(advice.worth.values)}
    if over is not None and over.safe != advice.road_map and over.safe.steps:
        worths["safe"] = np.sort(found.measured(over.safe).worth.values)
    every = np.concatenate([*worths.values(), [0.0]])
    size, unit = formats.money_scale(float(np.abs(every).max()))
    shares = 100.0 * (np.arange(len(advice.worth.values)) + 0.5) / len(advice.worth.values)
    lines = tuple(
        Line(
            name, shares, values / size, "plan" if name == "recommended" else "baseline", label=name
        )
        for name, values in worths.items()
    )
    ends = np.array([0.0, 100.0 * UNKIND])
    axis = value_axis(every / size, steps=5)
    unkind = Band("worst tenth", ends, np.full(2, axis.low), np.full(2, axis.high), "costs 15%")
    nothing = Line("nothing", np.array([0.0, 100.0]), np.zeros(2), "ink-3", 1.0, "dashed")
    panel = Panel(
        "Worth against doing nothing",
        unit,
        share_axis(),
        axis,
        (unkind, nothing, *lines),
        height=300.0,
        x_title="Futures, the one in which it is worth least first, %",
    )
    drawn = "organisations that it may be" if over is not None else "chances"
    return Figure(
        _finding_of_advice(advice),
        ((panel,),),
        "What it is worth, future by future",
        shows=f"Futures are {drawn}, ordered for each line by its own worth; shaded: the worst"
        " tenth. Below the dashed line it loses against doing nothing.",
        source=f"Scenario {shortened(advice.plan.name)}, seed {found.seed}."
        f" modelops_abm {__version__}.",
        table=lambda: _table_of_worths(worths),
    )


def _finding_of_advice(advice: Advice) -> str:
    if not advice.is_to_buy:
        return f"Nothing is worth buying for {formats.money(advice.capital)} of capital"
    paid = advice.worth.higher
    what = in_short(advice.road_map, advice.plan)
    return f"{what[:1].upper()}{what[1:]} pays in {formats.count_of(paid.count, paid.n)} futures"


def _table_of_worths(worths: dict[str, Floats]) -> Table:
    rows = [
        (
            f"{percent} %",
            *(formats.money(float(np.quantile(each, percent / 100.0))) for each in worths.values()),
        )
        for percent in _PERCENT
    ]
    return Table("Worth that so many futures stay below, $ of day 0", ("Futures", *worths), rows)
