"""Several plans against one baseline."""

from __future__ import annotations

import math

from modelops_abm import formats
from modelops_abm.charts.palette import COSTS, EARNS, INK_3
from modelops_abm.charts.rows import Mark, Row, draw_rows, height_of, money_scale
from modelops_abm.charts.sheet import Picture, shortened
from modelops_abm.experiments import SideBySide
from modelops_abm.experiments.words import known_money
from modelops_abm.text import all_of

_COLOURS = {"earns": EARNS, "loses": COSTS}


def side_by_side(found: SideBySide) -> Picture:
    """Draw what every plan is worth against the baseline.

    Parameters
    ----------
    found
        Plans and baseline over the same replications.
    """
    order = [name for name in found.ranking().order if name != found.baseline]
    rows = [_row(found, name) for name in order]
    shows = (
        f"Net present value less that of the baseline, in the same"
        f" {formats.plural(found.replications, 'future')}. Lines: 95 of 100 futures; dots: the"
        " average, whose 95 % interval is in brackets."
    )
    picture = Picture(_finding(found), shows, _source(found), height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.low, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Against the baseline", values))
    return picture


def _row(found: SideBySide, name: str) -> Row:
    worth = found.comparisons[name].difference("npv")
    low, high = worth.futures or (math.nan, math.nan)
    mean = worth.estimate.mean if worth.estimate.mean is not None else math.nan
    mark = Mark(mean, low, high, _COLOURS.get(worth.verdict, INK_3))
    ends = worth.estimate.low, worth.estimate.high
    words = known_money(worth, signed=True)
    if ends[0] is not None and ends[1] is not None:
        words = f"{words}  ({formats.money_interval(ends[0], ends[1])})"
    return Row(shortened(name, 40), [mark], words, name in found.ranking().may_be_best)


def _finding(found: SideBySide) -> str:
    ranking = found.ranking()
    if not ranking.is_decided:
        return f"The best is among {all_of([shortened(name, 30) for name in ranking.may_be_best])}"
    if ranking.order[0] == found.baseline:
        return "No plan is worth it: the baseline is best"
    best = found.comparisons[ranking.order[0]].difference("npv")
    over = formats.span(next(iter(found.comparisons.values())).finance.horizon_days)
    return f"{shortened(ranking.order[0], 40)} is best, worth {known_money(best)} over {over}"


def _source(found: SideBySide) -> str:
    first = next(iter(found.ensembles.values()))
    name = shortened(first.scenario.name)
    return f"Against {name}, seed {first.seed}. modelops_abm {first.version}."
