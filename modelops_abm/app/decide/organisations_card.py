"""A hundred organisations as dots: how many a plan earns in, how many it loses in, and how much."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import htpy as h
import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.sentences import in_hundred
from modelops_abm.app.drawing.cards import card_head, table
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import LIKE_YOURS
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.arrays import Floats
from modelops_abm.charts.amounts import digits_for, notation_of
from modelops_abm.charts.figure import Axis, Table, value_axis
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.statistics import LOOKS
from modelops_abm.experiments.words import capitalised

TITLE = f"100 {LIKE_YOURS}"
DOTS = 100
_COLUMNS = 16
_ENDS = (0.025, 0.975)
_FIVE = (0.05, 0.95)
_STEP, _RADIUS, _HEIGHT = 9.0, 2.9, 70.0
"""Of the dots, in pixels: from one to the next, how large, and the height of the piles."""
_HIGHEST = 6.5


class Dots(NamedTuple):
    """A hundred futures of as many organisations.

    Attributes
    ----------
    values
        What the plan is worth in each, lowest first, in the unit.
    losing, same
        How many of them lose; they come first. How many end as the baseline does; they come next.
    axis
        Along which they are drawn; what lies beyond is at its end.
    """

    values: Floats
    losing: int
    same: int
    axis: Axis

    @property
    def earning(self) -> int:
        """How many of them earn."""
        return len(self.values) - self.losing - self.same


def dots_of(over: Comparison, size: float) -> Dots:
    """Return a hundred dots that are spread as all futures are, and of which as many earn.

    Parameters
    ----------
    over
        Over what the organisation may be.
    size
        What an amount is divided by.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import compare, draws_of
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> len(dots_of(compare(plan, 20, draws=draws_of(plan, 20)), 1e6).values)
    100
    """
    difference = over.difference("npv")
    worth = np.sort(difference.values) / size
    kinds = [worth[worth < 0.0], worth[worth == 0.0], worth[worth > 0.0]]
    earning = round(DOTS * over.chance.share)
    if 0 < over.chance.count < over.chance.n:  # never all or none unless it is so
        earning = min(max(earning, 1), DOTS - 1)
    losing = _part(kinds[0], kinds[1], DOTS - earning)
    counts = losing, DOTS - earning - losing, earning
    values = np.concatenate(
        [_spread(kind, count) for kind, count in zip(kinds, counts, strict=True)]
    )
    low, high = np.quantile(worth, _ENDS)
    axis = value_axis([0.0, low, high], steps=7, signed=True)
    if not worth.any():
        axis = replace(axis, ticks=(0.0,), labels=("0",))  # nothing else to measure by
    return Dots(values, losing, counts[1], axis)


def _part(one: Floats, other: Floats, count: int) -> int:
    """Return how many of a count fall to the first of two kinds; each has one, if it exists."""
    if not len(one) or not len(other) or not count:
        return count if len(one) else 0
    part = round(count * len(one) / (len(one) + len(other)))
    return min(max(part, 1), count - 1) if count > 1 else part


def _spread(values: Floats, count: int) -> Floats:
    """Return so many values that are spread as others are."""
    if not count:
        return np.empty(0)
    return np.asarray(np.quantile(values, (np.arange(count) + 0.5) / count))


def dots(found: Dots) -> h.Element:
    """Return the dots piled up along their axis: filled ones earn, hollow ones lose.

    Grey ones end as the baseline does.
    """
    places = _piled(found)
    highest = max(level for _, level in places) + 1
    # Piles as high as there is room: where most are alike, dots lie closer.
    step, height = min(_STEP, _STEP * _HIGHEST / highest), _HEIGHT
    scale = Scale(found.axis.low, found.axis.high)
    return h.svg(".dots", height=f"{height + 20.0:g}", width="100%", aria_hidden="true")[
        h.line(".base", x1="0", x2="100%", y1=f"{height:g}", y2=f"{height:g}"),
        h.line(
            ".zero",
            x1=f"{scale.percent(0.0)}%",
            x2=f"{scale.percent(0.0)}%",
            y1="0",
            y2=f"{height:g}",
        ),
        (
            h.circle(
                class_=_kind_of(found, place),
                cx=f"{scale.percent(x)}%",
                cy=f"{height - 6.0 - step * level:.1f}",
                r=f"{min(_RADIUS, 0.45 * step):g}",
            )
            for place, (x, level) in enumerate(places)
        ),
        (
            h.text(x=f"{scale.percent(tick)}%", y=f"{height + 15.0:g}", text_anchor="middle")[words]
            for tick, words in zip(found.axis.ticks, found.axis.labels, strict=True)
        ),
    ]


def _kind_of(found: Dots, place: int) -> str:
    if place < found.losing:
        return "lose"
    return "same" if place < found.losing + found.same else "earn"


def _piled(found: Dots) -> list[tuple[float, int]]:
    """Return for each dot where its pile stands, and how many lie below it."""
    low, high = found.axis.low, found.axis.high
    width = (high - low) / _COLUMNS
    piles: dict[float, int] = {}
    places = []
    for number, value in enumerate(found.values):
        # From zero on, so that no pile holds dots that earn and dots that lose.
        pile = math.floor(float(np.clip(value, low, high)) / width)
        pile = min(pile, -1) if number < found.losing else max(pile, 0)
        at = min(max((pile + 0.5) * width, low), high)
        if _kind_of(found, number) == "same":  # on the line itself
            at = 0.0
        level = piles.get(at, 0)
        piles[at] = level + 1
        places.append((at, level))
    return places


@solara.component
def OrganisationsCard(session: Session) -> None:
    """Show a hundred organisations, once the answer is over what the organisation may be."""
    is_table, show_table = solara.use_state(False)
    answer = session.answer.value
    over = None if answer is None else answer.over

    def act(action: Action) -> None:
        if action.name == "table":
            show_table(lambda shown: not shown)

    content: h.Node = card_head(TITLE, "", "First estimate in a moment")
    if over is not None and over.is_of_baseline:
        content = card_head(TITLE, "", "This is the baseline: it earns and loses nothing.")
    elif over is not None and answer is not None:
        content = organisations(answer.comparison, over, is_table=is_table)
    Markup(
        h.section(".card.organisations", data_part="organisations")[content],
        reported(session, act),
        css_class="card-place",
    )


def organisations(
    comparison: Comparison, over: Comparison, *, is_table: bool | None = None
) -> h.Fragment:
    """Return the content of the card.

    Parameters
    ----------
    comparison, over
        As set, and over what the organisation may be.
    is_table
        Whether the table is shown in place of the dots; None if there is no switch.
    """
    if over.replications < LOOKS[0]:  # of a hundred they say nothing yet
        return h.fragment[card_head(TITLE, "", f"Once {LOOKS[0]} of them are run.")]
    as_set, difference = comparison.difference("npv"), over.difference("npv")
    notation = notation_of(comparison)
    money, found = notation.money, dots_of(over, notation.money.size)
    digits = digits_for(difference, money.size)
    own = notation._replace(digits=digits)
    worst, best, mean = (
        own.worth(value)
        for value in (*np.quantile(difference.values, _FIVE), difference.estimate.mean or 0.0)
    )
    head = card_head(
        TITLE,
        f"{money.unit}, a future each",
        f"{capitalised(in_hundred(over))} earn. Each dot is one that fits all that is known.",
        is_table=is_table,
    )
    if is_table:
        return h.fragment[head, table(_table(difference.values / money.size, money.unit, digits))]
    scale = Scale(found.axis.low * money.size, found.axis.high * money.size)
    return h.fragment[
        head,
        h.div(".dot-words")[
            h.p[h.strong[f"{found.losing} lose"], found.losing > 0 and f", worst 5 below {worst}"],
            found.same > 0 and h.p[h.strong[f"{found.same} as the baseline"]],
            h.p(".plan")[
                h.strong[f"{found.earning} earn"], found.earning > 0 and f", best 5 above {best}"
            ],
        ],
        dots(found),
        interval_mark(Interval.of(as_set, difference), scale),
        h.p(".label.averages")[
            f"average of all {money.all_with_unit(mean)}",
            h.strong[f"as set {money.all_with_unit(notation.worth(as_set.estimate.mean))}"],
        ],
    ]


def _table(values: Floats, unit: str, digits: int) -> Table:
    """Return the same as a table: of 100 organisations so many are worth less."""
    shares = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
    rows = [
        (
            f"{100.0 * share:g}",
            formats.number(float(np.quantile(values, share)), digits, signed=True),
        )
        for share in shares
    ]
    return Table(
        f"What the plan is worth, {unit}", ("Of 100, so many are worth less than", unit), rows
    )
