"""What would settle the decision: the questions whose answers are worth most before deciding."""

from __future__ import annotations

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
_MOST = 5


@solara.component
def SettleCard(session: Session) -> None:
    """Show what an answer to each question is worth, once that is known."""
    answer = session.answer.value
    over = None if answer is None else answer.over
    Markup(h.section(".card.settles", data_part="settles")[settles(over)], css_class="card-place")


def settles(over: Comparison | None) -> h.Fragment:
    """Return the content of the card.

    Parameters
    ----------
    over
        The answer over what the organisation may be; None before there is any.
    """
    if over is not None and over.is_of_baseline:
        return h.fragment[card_head(TITLE, "", "There is nothing to decide yet.")]
    if over is None or not over.settles:
        return h.fragment[card_head(TITLE, "", "Found out once all organisations are run.")]
    first = dict(list(over.settles.items())[:_MOST])
    money = Money(*formats.money_scale(max(each.worth.mean for each in over.settles.values())))
    finding = "What an answer saves on average, by deciding better."
    if not any(_is_something(each) for each in first.values()):
        return h.fragment[
            card_head(
                TITLE,
                "",
                "No single answer can be told to be worth finding out: none would change"
                " the decision often, or by much.",
            )
        ]
    largest = max(each.worth.mean for each in first.values())
    return h.fragment[
        card_head(TITLE, f"{money.unit}, worth finding out", finding),
        h.ul(".settle-rows")[
            (
                h.li(title=each.asks)[
                    h.span[QUESTIONS[name].label],
                    h.i(style=f"width: {100.0 * each.worth.mean / largest:.1f}%"),
                    h.strong(".number")[_worth(each, money)],
                ]
                for name, each in first.items()
                if _is_something(each)
            )
        ],
        h.p(".label")["Tell it under Your organisation, and the answer follows."],
    ]


def _is_something(asking: Asking) -> bool:
    return asking.worth.mean > 0.0


def _worth(asking: Asking, money: Money) -> str:
    """Return what an answer is worth; of what may be nothing, up to how much."""
    worth = asking.worth
    if worth.low > 0.0 or worth.high is None:
        return formats.number(worth.mean / money.size, formats.digits_of(worth.mean / money.size))
    high = worth.high / money.size
    return f"0 to {formats.number(high, formats.digits_of(high))}"
