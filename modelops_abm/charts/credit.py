"""Pictures of a credit: which capability earns what, and which do the same work twice."""

from __future__ import annotations

import math

from modelops_abm import formats
from modelops_abm.charts.charts import HEADING, Box, write_heading
from modelops_abm.charts.palette import COSTS, EARNS, INK, INK_2, INK_3, PLAN, SURFACE, tint
from modelops_abm.charts.rows import Mark, Row, draw_rows, height_of, money_scale
from modelops_abm.charts.sheet import MARGIN, Picture, shortened, write
from modelops_abm.experiments import Credit, PairedDifference
from modelops_abm.experiments.words import known_money, mean_of
from modelops_abm.scenario import CapabilityName
from modelops_abm.text import all_of
from modelops_abm.version import __version__

_CELL, _HEADS = Box(0.0, 0.0, 150.0, 48.0), 150.0


def credit_waterfall(credit: Credit) -> Picture:
    """Draw how the shares of the capabilities add up to what they are worth together.

    Parameters
    ----------
    credit
        A credit of net present value.

    Raises
    ------
    ValueError
        If the plan raises no capability.
    """
    _check(credit)
    rows, level = [], 0.0
    for name in credit.ranking().order:
        share = credit.share(name)
        rows.append(_share_row(name, share, level))
        level += mean_of(share)
    together = credit.together()
    mark = Mark(mean_of(together), *_ends(together), PLAN, bar_from=0.0)
    rows.append(Row("Together", [mark], _in_words(together), is_strong=True))
    shows = (
        "Each capability's share of what they are worth together: the average of what it adds over"
        f" all orders in which they could come. {_luck(credit)}"
    )
    picture = Picture(_finding(credit), shows, _source(credit), height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.low, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Net present value", values))
    return picture


def credit_synergies(credit: Credit) -> Picture:
    """Draw what every pair of capabilities adds beyond what the two add apart.

    Raises
    ------
    ValueError
        If the plan raises fewer than two capabilities.
    """
    names = credit.capabilities
    if len(names) < 2:
        raise ValueError("a synergy takes two capabilities, and the plan raises fewer")
    pairs = {
        (one, other): credit.synergy(one, other)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    }
    largest = max(abs(mean_of(pair)) for pair in pairs.values()) or 1.0
    shows = (
        "What two add together beyond what they add apart, on average over the others. Below zero"
        f" they do in part the same work; grey cannot be told from zero. {_luck(credit)}"
    )
    height = 40.0 + _CELL.height * len(names)
    picture = Picture(_synergy_finding(pairs), shows, _source(credit), height)
    for place, name in enumerate(names[1:]):
        x = MARGIN + _HEADS + _CELL.width * (place + 0.5)
        write(picture.plane, x, 22.0, name, size=HEADING, colour=INK, across="center")
    for row, one in enumerate(names[:-1]):
        y = 36.0 + _CELL.height * row
        write_heading(picture, MARGIN, y + _CELL.height / 2.0 + 4.0, one)
        for column in range(row, len(names) - 1):
            pair = pairs[one, names[column + 1]]
            left = MARGIN + _HEADS + _CELL.width * column
            _draw_pair(picture, Box(left, y, _CELL.width, _CELL.height), pair, largest)
    return picture


def _share_row(name: CapabilityName, share: PairedDifference, level: float) -> Row:
    mean = mean_of(share)
    colour = {"earns": EARNS, "loses": COSTS}.get(share.verdict, INK_3)
    low, high = _ends(share)
    mark = Mark(level + mean, level + low, level + high, colour, bar_from=level)
    return Row(name.capitalize(), [mark], _in_words(share))


def _draw_pair(picture: Picture, box: Box, pair: PairedDifference, largest: float) -> None:
    mean = mean_of(pair)
    middle, centre = box.top + box.height / 2.0, box.left + box.width / 2.0
    colour = {"earns": EARNS, "loses": COSTS}.get(pair.verdict)
    shade = SURFACE if colour is None else tint(colour, 0.12 + 0.4 * abs(mean) / largest)
    picture.plane.barh(
        middle, box.width - 3.0, box.height - 3.0, box.left, color=shade, linewidth=0.0
    )
    words = known_money(pair, signed=True)
    tone = INK_3 if colour is None else INK
    write(picture.plane, centre, middle, words, colour=tone, across="center")
    known = pair.estimate.half_width
    if known is not None:
        words = f"±{formats.money(known)}"
        write(picture.plane, centre, middle + 16.0, words, size=10.0, colour=INK_2, across="center")


def _finding(credit: Credit) -> str:
    together, ranking = credit.together(), credit.ranking()
    over = f"over {formats.span(credit.plan.horizon_days)}"
    if together.verdict == "cannot tell yet":
        return f"What the capabilities are worth together {over} cannot be told from nothing"
    verb = "are worth" if together.verdict == "earns" else "lose"
    best = all_of(list(ranking.may_be_best))
    most = f"{best} earns most" if ranking.is_decided else f"most of it may be due to {best}"
    sentence = f"Together they {verb} {known_money(together)} {over}"
    return f"{sentence}; {most}" if together.verdict == "earns" else sentence


def _synergy_finding(pairs: dict[tuple[CapabilityName, CapabilityName], PairedDifference]) -> str:
    told = {pair: found for pair, found in pairs.items() if found.verdict != "cannot tell yet"}
    if not told:
        return "No pair of capabilities can be told to help or to replace each other"
    pair = max(told, key=lambda each: abs(mean_of(told[each])))
    worth = known_money(told[pair])
    if told[pair].verdict == "loses":
        return f"{all_of(pair).capitalize()} do in part the same work, worth {worth}"
    return f"{all_of(pair).capitalize()} help each other most, by {worth}"


def _in_words(share: PairedDifference) -> str:
    low, high = _ends(share)
    worth = known_money(share, signed=True)
    return worth if math.isnan(low) else f"{worth}  ({formats.money_interval(low, high)})"


def _ends(share: PairedDifference) -> tuple[float, float]:
    low, high = share.estimate.low, share.estimate.high
    return (math.nan, math.nan) if low is None or high is None else (low, high)


def _luck(credit: Credit) -> str:
    futures = formats.plural(credit.replications, "future")
    return f"All {1 << len(credit.capabilities)} combinations in the same {futures}."


def _source(credit: Credit) -> str:
    name = shortened(credit.plan.name)
    luck = f"seed {credit.seed}. Intervals: 95 %, luck only"
    return f"Scenario {name}, {luck}. modelops_abm {__version__}."


def _check(credit: Credit) -> None:
    if not credit.capabilities:
        raise ValueError("the plan raises no capability, so there is nothing to share")
