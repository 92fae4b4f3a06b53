"""The figure of an advice: what the road map is worth, from the unkind futures to the kind ones."""

from __future__ import annotations

import numpy as np

from modelops_abm import formats
from modelops_abm.charts.figure import (
    Band,
    Figure,
    Floats,
    Line,
    Panel,
    Table,
    share_axis,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.experiments.advice import UNKIND, Advice
from modelops_abm.experiments.optimisation_words import in_short
from modelops_abm.version import __version__

_PERCENT = (0, 5, 10, 25, 50, 75, 90, 95, 100)


def worth_by_future(advice: Advice) -> Figure:
    """Return the worth of what is recommended in every future, the least first.

    Beside it, if it is another one, stands the safe road map; the worst tenth is shaded.

    Parameters
    ----------
    advice
        The advice; of one that buys nothing the line is flat.
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
        _finding(advice),
        ((panel,),),
        "What it is worth, future by future",
        shows=f"Futures are {drawn}, ordered for each line by its own worth; shaded: the worst"
        " tenth. Below the dashed line it loses against doing nothing.",
        source=f"Scenario {shortened(advice.plan.name)}, seed {found.seed}."
        f" modelops_abm {__version__}.",
        table=lambda: _table(worths),
    )


def _finding(advice: Advice) -> str:
    if not advice.is_to_buy:
        return f"Nothing is worth buying for {formats.money(advice.capital)} of capital"
    paid = advice.worth.higher
    what = in_short(advice.road_map, advice.plan)
    return f"{what[:1].upper()}{what[1:]} pays in {formats.count_of(paid.count, paid.n)} futures"


def _table(worths: dict[str, Floats]) -> Table:
    rows = [
        (
            f"{percent} %",
            *(formats.money(float(np.quantile(each, percent / 100.0))) for each in worths.values()),
        )
        for percent in _PERCENT
    ]
    return Table("Worth that so many futures stay below, $ of day 0", ("Futures", *worths), rows)
