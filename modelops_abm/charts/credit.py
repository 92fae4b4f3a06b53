"""Figures of a credit: what earns what, what does the same work, what a level is worth."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from modelops_abm import formats
from modelops_abm.charts.amounts import Money, between
from modelops_abm.charts.comparison import in_words, money_rows
from modelops_abm.charts.figure import (
    Axis,
    Bar,
    Cell,
    Cells,
    Dot,
    Figure,
    Mark,
    Panel,
    Row,
    Table,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import VERDICTS
from modelops_abm.charts.timeline import Bands
from modelops_abm.experiments import Credit, LevelWorth, PairedDifference
from modelops_abm.experiments.plans import STOPS
from modelops_abm.experiments.words import known_money, level_of_capability, level_word, mean_of
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.text import all_of
from modelops_abm.version import __version__


def credit_waterfall(credit: Credit) -> Figure:
    """Return how the shares of the capabilities add up to what they are worth together.

    Parameters
    ----------
    credit
        A credit of net present value.

    Raises
    ------
    ValueError
        If the plan raises no capability.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> [row[0] for row in sorted(credit_waterfall(experiments.credit(plan, 5)).as_table().rows)]
    ['Automation', 'Autoscaling', 'Lineage', 'Monitoring', 'Rollback', 'Together']
    """
    if not credit.capabilities:
        raise ValueError("the plan raises no capability, so there is nothing to share")
    rows, level = [], 0.0
    for name in credit.ranking().order:
        share = credit.share(name)
        rows.append(_share_row(label_of(name), share, level))
        level += mean_of(share)
    rows.append(_share_row("Together", credit.together(), 0.0))
    ends = [end for row in rows for mark in row.marks for end in mark[:3] if isinstance(end, float)]
    body = money_rows("Net present value", tuple(rows), ends)
    return Figure(
        _finding(credit),
        ((body,),),
        "Which capability earns it",
        shows="Each capability's share of what they are worth together: the average of what it"
        f" adds over all orders in which they could come. {_chance(credit)}",
        source=_source(credit),
        table=lambda: Table(
            "Share of each capability",
            ("Capability", "Share"),
            [(row.label, *row.cells) for row in rows],
        ),
    )


def _share_row(label: str, share: PairedDifference, level: float) -> Row:
    mean, known = mean_of(share), share.estimate
    is_sum = label == "Together"
    colour = "plan" if is_sum else VERDICTS.get(share.verdict, "ink-3")
    marks: list[Bar | Mark] = [Bar(level, level + mean, f"{colour} 55%")]
    if known.low is not None and known.high is not None:
        # The interval alone: the end of the bar is the average.
        ends = level + known.low, level + known.high
        marks.append(Mark(math.nan, *ends, colour))
    return Row(label, tuple(marks), (in_words(share),), is_strong=is_sum, tone=colour)


def credit_synergies(credit: Credit) -> Figure:
    """Return what every pair of capabilities adds beyond what the two add apart.

    Raises
    ------
    ValueError
        If the plan raises fewer than two capabilities.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> credit_synergies(experiments.credit(plan, 5)).title
    'Pairs of capabilities'
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
    rows = tuple(
        (
            label_of(one),
            True,
            tuple(
                _pair_cell(pairs[one, other], largest) if (one, other) in pairs else None
                for other in names[1:]
            ),
        )
        for one in names[:-1]
    )
    body = Cells("", "", tuple(map(label_of, names[1:])), rows, height=48.0, label_width=150)
    return Figure(
        _synergy_finding(pairs),
        ((body,),),
        "Pairs of capabilities",
        shows="What two add together beyond what they add apart, on average over the others. Below"
        " zero they do in part the same work; grey cannot be told from zero."
        f" {_chance(credit)}",
        source=_source(credit),
    )


def _pair_cell(pair: PairedDifference, largest: float) -> Cell:
    colour = VERDICTS.get(pair.verdict)
    strength = 12.0 + 40.0 * abs(mean_of(pair)) / largest
    half_width = pair.estimate.half_width
    return Cell(
        known_money(pair, signed=True),
        "" if half_width is None else f"±{formats.money(half_width)}",
        f"{colour} {strength:.0f}%" if colour else "",
        is_quiet=colour is None,
    )


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


def _chance(credit: Credit) -> str:
    futures = formats.plural(credit.replications, "future")
    return f"All {1 << len(credit.capabilities)} combinations in the same {futures}."


def _source(credit: Credit) -> str:
    ran = f"seed {credit.seed}. Intervals: 95 %, chance only"
    return f"Scenario {shortened(credit.plan.name)}, {ran}. modelops_abm {__version__}."


# What every level of a capability is worth

LEVELS = Axis(0.0, 1.0, STOPS, tuple(level_word(stop).capitalize() for stop in STOPS))
"""The axis of a capability's level."""


type Written = Callable[[float | None], str]
"""How a worth is written, without its unit: +0.80."""


def worth_of_levels(
    worth: LevelWorth,
    money: Money,
    written: Written,
    here: PairedDifference | None = None,
    *,
    is_over: bool = False,
) -> Figure:
    """Return what every level of a capability is worth here, as a curve over the levels tried.

    Parameters
    ----------
    worth
        What is known of the levels.
    money, written
        The unit, and how a worth is written in it: as all that is said of the plan.
    here
        What the plan's own level is worth, if that is known better.
    is_over
        Whether all is over what the organisation may be, whose band is hatched.
    """
    own = here or worth.worth(worth.here)
    bands = _bands_of_levels(worth, money, own)
    unit = f"{money.unit} against {_start(worth)}, rest kept"
    means = {level: worth.worth(level).estimate.mean for level in worth.levels}
    means[worth.here] = own.estimate.mean
    told = (
        f"{level_word(level)} {money.all_with_unit(written(means[level]))}"
        for level in worth.levels[1:]
    )
    cells = [
        (
            level_word(level).capitalize(),
            written(means[level]),
            _futures(worth, level, money, written),
        )
        for level in worth.levels
    ]
    panel = Panel(
        "",
        "",
        LEVELS,
        value_axis([0.0, *bands.ends], signed=True),
        (
            (bands.unknown if is_over else bands.futures)("levels", "plan"),
            bands.average("levels", "plan"),
            bands.line("levels", "plan"),
            Dot(
                "here",
                worth.here,
                (own.estimate.mean or 0.0) / money.size,
                words=f"{money.all_with_unit(written(own.estimate.mean))}",
                note="you are here",
                is_strong=True,
            ),
        ),
        texts=tuple(
            f"{name}\n{money.all_with_unit(mean)} ({futures})" for name, mean, futures in cells
        ),
    )
    return Figure(
        f"Worth of {worth.capability} against {_start(worth)}: {', '.join(told) or 'none'}.",
        ((panel,),),
        f"Worth of {worth.capability}",
        unit,
        table=lambda: Table(
            f"Worth of {worth.capability}, {unit}", ("Level", "Worth", "95 of 100 futures"), cells
        ),
    )


def _bands_of_levels(worth: LevelWorth, money: Money, own: PairedDifference) -> Bands:
    """Return the worth by level, the levels in place of months, through the plan's own."""
    rows = []
    for level in worth.levels:
        difference = own if level == worth.here else worth.worth(level)
        known = difference.estimate
        low, high = difference.futures or (0.0, 0.0)
        rows.append((known.mean or 0.0, known.half_width or 0.0, low, high))
    mean, half_width, low, high = np.array(rows).T / money.size
    return Bands(np.array(worth.levels), mean, half_width, low, high)


def _start(worth: LevelWorth) -> str:
    return level_of_capability(worth.capability, worth.levels[0])


def _futures(worth: LevelWorth, level: float, money: Money, written: Written) -> str:
    """Return the range of 95 of 100 futures, as a mean is written; a dash at the start level."""
    ends = worth.worth(level).futures
    if level == worth.levels[0] or ends is None:
        return formats.NOTHING
    low, high = ends
    return between(low / money.size, high / money.size, len(written(0.0).partition(".")[2]))
