"""Which capability of a plan earns it: the share of each in what they make together.

An answer and a credit come by themselves: `credit_of` says whether they are of one plan. Then the
shares as sentence, rows and table; then the card, which fills as they become known.
"""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h
import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.rail import explain
from modelops_abm.app.drawing.cards import card_head, table
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import key_of
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import Money
from modelops_abm.charts.figure import Axis, Table, value_axis
from modelops_abm.experiments import Credit, PairedDifference
from modelops_abm.experiments.credit_reasons import earning
from modelops_abm.experiments.plans import raised
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.text import all_of


def credit_of(session: Session) -> Credit | None:
    """Return the credit of the plan that is answered; None while it is that of another one."""
    answer, credit = session.answer.value, session.credit.value
    if answer is None or credit is None or key_of(credit.plan) != answer.plan.key:
        return None
    return credit


# --------------------------------------------------------------------------------------
# Which capability of a plan earns it: the share of each in what they make together.


TITLE = "Which capability earns it"
_TONES = {"earns": "earns", "costs": "costs", "can't tell": "untold"}


@dataclass(frozen=True)
class CreditShares:
    """The share of each capability, highest first.

    Attributes
    ----------
    money
        The unit.
    shares
        Of each capability, in $ of day 0.
    together
        The difference that they make together.
    """

    money: Money
    shares: dict[CapabilityName, PairedDifference]
    together: PairedDifference


def shares_of(credit: Credit) -> CreditShares:
    """Return what the card shows of a credit."""
    shares = {name: credit.share(name) for name in credit.ranking().order}
    largest = float(np.max(np.abs(np.mean(credit.worths["npv"], axis=1))))
    return CreditShares(Money(*formats.money_scale(largest)), shares, credit.together())


def finding(shown: CreditShares) -> str:
    """Return what the card shows, in a sentence."""
    costing = [name for name, share in shown.shares.items() if share.verdict == "loses"]
    untold = [name for name, share in shown.shares.items() if share.verdict == "cannot tell yet"]
    parts = []
    if costing:
        worst = min(costing, key=lambda name: shown.shares[name].estimate.mean or 0.0)
        amount = _amount(shown, shown.shares[worst]).lstrip(formats.MINUS)
        parts.append(f"{worst} costs {amount}{shown.money.short}")
    if untold:
        who = all_of(untold) if len(untold) == 1 else formats.count_in_words(len(untold))
        parts.append(f"{who} cannot be told from zero")
    if not parts:
        return "Each capability earns." if len(shown.shares) > 1 else "It earns all of it."
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def rows(shown: CreditShares, whole: PairedDifference | None = None) -> h.Element:
    """Return the shares as marks on a common scale, with numbers and words.

    Parameters
    ----------
    whole
        What the plan is worth as the verdict has it; by default what the shares add up to.
    """
    intervals = {name: Interval.of(share) for name, share in shown.shares.items()}
    scale = Scale.around(intervals.values())
    size = shown.money.size
    axis = value_axis([scale.low / size, scale.high / size], signed=True)
    return h.div(".credit-rows", role="table", aria_label=finding(shown))[
        h.div(".credit-lines", aria_hidden="true")[_grid_lines(axis, scale, size)],
        (_row(shown, name, interval, scale) for name, interval in intervals.items()),
        h.div(".credit-row.together", role="row")[
            h.strong(role="rowheader")["Together"],
            h.span,
            h.strong(".number.plan", role="cell")[
                _amount(shown, shown.together) if whole is None else shown.money.worth(whole)
            ],
            h.span(role="cell"),
        ],
        h.div(".credit-row.credit-axis", aria_hidden="true")[
            h.span, h.span(".numbers")[_axis_numbers(axis, scale, size)]
        ],
    ]


def waiting(futures: int, aim: int) -> h.Element:
    """Return what stands in the rows' place while the credit is computed.

    Parameters
    ----------
    futures, aim
        How many futures of all combinations have been run, and of how many.
    """
    words = progress_words(futures, aim) if aim else "Computed once the plan itself is known"
    share = 100.0 * futures / aim if aim else 0.0
    return h.div(".credit-waiting")[
        h.div(
            ".bar",
            role="progressbar",
            aria_label="Credit of each capability",
            aria_valuenow=f"{share:.0f}",
            aria_valuemin="0",
            aria_valuemax="100",
        )[h.div(style=f"width: {share:.1f}%")],
        h.p(".label")[words],
    ]


def progress_words(futures: int, aim: int) -> str:
    """Return how far the credit has come, in words."""
    return f"{formats.count_of(futures, aim)} futures of every combination"


def credit_table(credit: Credit) -> Table:
    """Return the same numbers as a table, with what each makes alone and on top of the others."""
    shown = shares_of(credit)
    cells = [
        (
            label_of(name),
            *(
                _with_interval(shown, difference)
                for difference in (credit.share(name), credit.alone(name), credit.last(name))
            ),
        )
        for name in shown.shares
    ]
    columns = ("Capability", "Share", "Alone", "Added last")
    unit = f"{shown.money.unit}, 95{formats.NARROW_SPACE}% interval of the average"
    return Table(f"Net value earned by each capability, {unit}", columns, cells)


def _row(shown: CreditShares, name: CapabilityName, interval: Interval, scale: Scale) -> h.Element:
    share = shown.shares[name]
    word = earning(share)
    return h.div(".credit-row", role="row", data_key=name)[
        h.span(role="rowheader")[
            h.button(
                ".link", data_action="explain", data_value=name, aria_label=f"Why {name} {word}"
            )[label_of(name)]
        ],
        interval_mark(interval, scale, ticks=()),
        h.strong(".number", role="cell")[_amount(shown, share)],
        h.span(class_=["word", f"tone-{_TONES[word]}"], role="cell")[word],
    ]


def _amount(shown: CreditShares, difference: PairedDifference) -> str:
    """Return a difference with the digits that suit all shares."""
    mean = difference.estimate.mean
    if mean is None:
        return formats.NOTHING
    widest = max(share.estimate.half_width or 0.0 for share in shown.shares.values())
    return shown.money.difference(mean, widest)


def _with_interval(shown: CreditShares, difference: PairedDifference) -> str:
    known = difference.estimate
    half_width = f" ±{formats.number((known.half_width or 0.0) / shown.money.size, 2)}"
    return _amount(shown, difference) + half_width


def _grid_lines(axis: Axis, scale: Scale, size: float) -> list[h.Element]:
    return [
        h.i(
            class_=["grid-line", {"zero": tick == 0.0}],
            style=f"left: {scale.percent(tick * size)}%",
        )
        for tick in axis.ticks
        if scale.low <= tick * size <= scale.high
    ]


def _axis_numbers(axis: Axis, scale: Scale, size: float) -> list[h.Element]:
    return [
        h.span(style=f"left: {scale.percent(tick * size)}%")[words]
        for tick, words in zip(axis.ticks, axis.labels, strict=True)
        if scale.low <= tick * size <= scale.high
    ]


# --------------------------------------------------------------------------------------
# The card that says which capability earns the plan's worth, as it becomes known.


@solara.component
def CreditCard(session: Session) -> None:
    """Show the share of each capability in what the plan is worth."""
    with solara.Div(classes=["card", "credit"]):
        # Two components: progress comes every second, and need not make the shares anew.
        Shares(session)
        CreditProgress(session)


@solara.component
def Shares(session: Session) -> None:
    """Show the shares that are known."""
    is_table, show_table = solara.use_state(False)
    credit, answer = credit_of(session), session.answer.value

    def act(action: Action) -> None:
        match action:
            case ("table", _):
                show_table(not is_table)
            case ("explain", name):
                explain(session, name)

    is_known = credit is not None and answer is not None
    Markup(
        h.section(
            ".credit-shares",
            data_part="credit",
            data_futures=str(credit.replications) if credit is not None else "0",
            data_answers=answer.plan.key if is_known and answer is not None else "",
        )[_content(credit, answer, is_table=is_table)],
        reported(session, act),
        css_class="credit-place",
    )


@solara.component
def CreditProgress(session: Session) -> None:
    """Show how far the credit has come, until it is known."""
    done, aim = session.credit_progress.value
    is_known = credit_of(session) is not None
    if not raised(session.plan.scenario):
        Markup(h.p(".label")["The plan raises no capability."])
    elif not is_known:
        Markup(waiting(done, aim))
    elif 0 < done < aim:
        Markup(h.p(".label")[progress_words(done, aim)])
    else:
        # Empty, but markup as before: the browser keeps the element, and nothing below it jumps.
        Markup(h.fragment[()])


def _content(credit: Credit | None, answer: Answer | None, *, is_table: bool) -> h.Fragment:
    if credit is None or not credit.capabilities or answer is None:
        return h.fragment[card_head(TITLE, "")]
    shown = shares_of(credit)
    as_set = "" if answer.over is None else ", as set"
    unit = f"{shown.money.unit}, share of the difference{as_set}"
    head = card_head(TITLE, unit, finding(shown), is_table=is_table)
    whole = answer.comparison.difference("npv")
    body = table(credit_table(credit)) if is_table else rows(shown, whole)
    return h.fragment[head, body]
