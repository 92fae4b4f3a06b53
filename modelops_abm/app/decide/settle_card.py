"""What would settle the decision: the questions whose answers are worth most before deciding."""

from __future__ import annotations

from typing import NamedTuple

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.drawing.cards import card_head
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.charts.amounts import Money
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.information import Asking

TITLE = "What would settle it"
NOTHING_SETTLES = (
    "No single answer can be told to be worth finding out: none would change the decision often,"
    " or by much."
)
_MOST = 5


@solara.component
def SettleCard(session: Session) -> None:
    """Show what an answer to each question is worth, once that is known."""
    answer = session.answer.value
    over = None if answer is None else answer.over
    Markup(h.section(".card.settles", data_part="settles")[settles(over)], css_class="card-place")


class Found(NamedTuple):
    """What an answer is worth before deciding.

    Attributes
    ----------
    label, asks
        What it is called, and the question.
    share
        Of the largest.
    words
        How much, in the unit; of what may be nothing, up to how much.
    """

    label: str
    asks: str
    share: float
    words: str


def is_found_out(over: Comparison | None) -> bool:
    """Tell whether it is known what would settle the decision, if there is one."""
    return over is not None and not over.is_of_baseline and over.settles is not None


def is_awaited(over: Comparison | None) -> bool:
    """Tell whether what would settle the decision is still to be found out."""
    return over is not None and not over.is_of_baseline and over.settles is None


def worth_finding_out(over: Comparison | None) -> tuple[Money, list[Found]]:
    """Return the unit, and what is worth finding out, most first; nothing if that is not known."""
    if over is None or not is_found_out(over) or not over.settles:
        return Money(*formats.money_scale(0.0)), []
    largest = max(each.worth.mean for each in over.settles.values())
    money = Money(*formats.money_scale(largest))
    return money, [
        Found(QUESTIONS[name].label, each.asks, each.worth.mean / largest, _worth(each, money))
        for name, each in list(over.settles.items())[:_MOST]
        if each.worth.mean > 0.0
    ]


def settles(over: Comparison | None) -> h.Fragment:
    """Return the content of the card.

    Parameters
    ----------
    over
        The answer over what the organisation may be; None before there is any.
    """
    money, rows = worth_finding_out(over)
    if over is not None and over.is_of_baseline:
        return h.fragment[card_head(TITLE, "", "There is nothing to decide yet.")]
    if not is_found_out(over):
        return h.fragment[card_head(TITLE, "", "Found out once all organisations are run.")]
    if not rows:
        return h.fragment[card_head(TITLE, "", NOTHING_SETTLES)]
    finding = "What each answer would save on average."
    return h.fragment[
        card_head(TITLE, money.unit, finding, is_saved=True),
        h.ul(".settle-rows")[
            (
                h.li(title=row.asks)[
                    h.span[row.label],
                    h.i(style=f"width: {100.0 * row.share:.1f}%"),
                    h.strong(".number")[row.words],
                ]
                for row in rows
            )
        ],
        h.p(".label.hint")["Tell it under Your organisation."],
    ]


def _worth(asking: Asking, money: Money) -> str:
    worth = asking.worth
    if worth.low <= 0.0 and worth.high is not None:
        high = worth.high / money.size
        return f"0 to {formats.number(high, formats.digits_of(high))}"
    mean = formats.number(worth.mean / money.size, formats.digits_of(worth.mean / money.size))
    return f"about {mean}" if worth.high is None else mean
