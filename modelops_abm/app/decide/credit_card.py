"""Which capability of a plan earns it: three questions, and the answers to the one that is chosen.

An answer and a credit come by themselves: `known_credit` puts them together, so that all that is
said of one plan adds up to one number. Then the answers as sentence, rows and table; then the card,
which fills as they become known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide.rail import explain
from modelops_abm.app.drawing.cards import card_head, table
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import LIKE_YOURS, Answer, credit_told
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import Notation, notation_of
from modelops_abm.charts.figure import Axis, Table, value_axis
from modelops_abm.experiments import Comparison, Credit, PairedDifference
from modelops_abm.experiments.credit_reasons import earning
from modelops_abm.experiments.credit_shares import QUESTIONS, CreditQuestion
from modelops_abm.experiments.plans import raised
from modelops_abm.experiments.words import capitalised
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.text import all_of


def credit_of(session: Session) -> Credit | None:
    """Return the credit of the plan that is answered; None while that is not known."""
    answer = session.answer.value
    return None if answer is None else known_credit(answer, session.credit.value)


def rests_on(credit: Credit) -> str:
    """Return on how many futures a credit of several capabilities rests, and what it leaves out."""
    if "share" not in credit.questions:
        dropped = formats.plural(credit.replications_for("dropped"), "future")
        return f"From {dropped} of the plan without each. Fair shares were not found out yet."
    futures = credit.replications_for("share")
    return f"From {formats.plural(futures, 'future')} of every combination."


def fewer_in_words(credit: Credit, answer: Answer | None, question: CreditQuestion) -> str:
    """Return on how many futures a question rests, if they are fewer than those of its plan.

    What all are worth together is of all of them; a part is moved with that, and still what it is
    alone, or what would be left, is another number than a plan of its own has (see `known_with`).
    """
    if answer is None or len(credit.capabilities) < 2 or question not in credit.questions:
        return ""
    futures, of_plan = credit.replications_for(question), answer.shown.replications
    what = "futures" if answer.over is None else "organisations"
    counted = formats.count_of(futures, of_plan)
    return f"From the first {counted} {what}; together from all" if futures < of_plan else ""


def known_credit(answer: Answer, found: CreditSoFar | None) -> Credit | None:
    """Return the credit of a plan, with what all make together as its answer has it.

    Parameters
    ----------
    answer
        The answer.
    found
        What was found out last; it may be of another plan, and does not count then.
    """
    if len(raised(answer.plan.scenario)) == 1:
        return credit_told(answer)
    if found is None or found.credit is None or not found.is_of(answer):
        return None
    credit = found.credit
    whole = answer.shown.difference("npv").values
    return credit.known_with(whole) if credit.capabilities else credit


# --------------------------------------------------------------------------------------
# What each capability of a plan has to do with its worth, as one of three questions asks for it.


TITLE = "Which capability earns it"
_TONES = {"earns": "earns", "costs": "costs", "can't tell": "untold"}
_NO_DIFFERENCE = "nothing"
"""Where a future with it is the same as without, in every one: that is told."""


@dataclass(frozen=True)
class CreditShares:
    """The answer to one question for each capability, highest first.

    Attributes
    ----------
    notation
        How the worth of the plan is written.
    question
        The question.
    shares
        Of each capability, in $ of day 0.
    together
        What the plan is worth.
    is_over
        Whether that is over what the organisation may be.
    """

    notation: Notation
    question: CreditQuestion
    shares: dict[CapabilityName, PairedDifference]
    together: PairedDifference
    is_over: bool = False

    @property
    def unit(self) -> str:
        """The unit in words, and what was asked."""
        return f"{self.notation.money.unit}, {QUESTIONS[self.question].heading}"

    def amount(self, difference: PairedDifference) -> str:
        """Return the answer for a capability, as it is written everywhere."""
        mean = difference.estimate.mean
        return self.notation.worth(mean) if len(self.shares) == 1 else self.notation.part(mean)

    @property
    def intervals(self) -> dict[CapabilityName, Interval]:
        """The marks: over what the organisation may be hatched and with a ring, as all marks."""
        marks = {name: Interval.of(share) for name, share in self.shares.items()}
        if not self.is_over:
            return marks
        return {
            name: replace(mark, middle=None, futures=None, unknown=mark.futures, ring=mark.middle)
            for name, mark in marks.items()
        }


def shares_of(
    credit: Credit, comparison: Comparison, question: CreditQuestion = "dropped"
) -> CreditShares:
    """Return what the card shows of a credit of a plan that is answered by a comparison."""
    order = credit.ranking(question=question).order
    shares = {name: credit.worth(name, question) for name in order}
    whole = comparison.difference("npv")
    is_over = comparison.over is not None
    return CreditShares(notation_of(comparison), question, shares, whole, is_over)


_WITHOUT = {
    "dropped": ("the plan would earn {} more without {}", "dropping {} makes no difference"),
    "share": ("{1} costs {0}", "{} cannot be told from zero"),
    "alone": ("{1} alone would cost {0}", "{} alone cannot be told from zero"),
}
_IDLE = {
    "dropped": "dropping {} makes no difference",
    "share": "{} makes no difference",
    "alone": "{} alone makes no difference",
}
_EARN = {
    "dropped": "What the plan would lose without each, all others as they are.",
    "share": "What each earns, in whatever order they come.",
    "alone": "What each would earn alone.",
}


def finding(shown: CreditShares) -> str:
    """Return what the card shows, in a sentence."""
    costing = [name for name, share in shown.shares.items() if share.verdict == "loses"]
    idle = [name for name, share in shown.shares.items() if not share.values.any()]
    untold = [
        name
        for name, share in shown.shares.items()
        if share.verdict == "cannot tell yet" and name not in idle
    ]
    costs, no_difference = _WITHOUT[shown.question]
    parts = []
    if costing:
        worst = min(costing, key=lambda name: shown.shares[name].estimate.mean or 0.0)
        amount = shown.amount(shown.shares[worst]).lstrip(formats.MINUS)
        parts.append(costs.format(f"${amount}{shown.notation.money.short}", worst))
    if idle:
        parts.append(_IDLE[shown.question].format(all_of(idle)))
    if untold:
        who = (
            all_of(untold) if len(untold) < 3 else f"{formats.count_in_words(len(untold))} of them"
        )
        told = no_difference.format(who)
        parts.append(f"{told} that can be told" if shown.question == "dropped" else told)
    if not parts:
        return _EARN[shown.question] if len(shown.shares) > 1 else "It earns all of it."
    return f"{capitalised('; '.join(parts))}."


def rows(shown: CreditShares) -> h.Element:
    """Return the answers as marks on a common scale, with numbers and words."""
    intervals = shown.intervals
    scale = Scale.around(intervals.values())
    size = shown.notation.money.size
    axis = value_axis([scale.low / size, scale.high / size], signed=True)
    if not any(end for interval in intervals.values() for end in interval.ends):
        axis = replace(axis, ticks=(0.0,), labels=("0",))  # nothing else to measure by
    return h.div(".credit-rows", role="table", aria_label=finding(shown))[
        h.div(".credit-lines", aria_hidden="true")[_grid_lines(axis, scale, size)],
        (_row(shown, name, interval, scale) for name, interval in intervals.items()),
        h.div(".credit-row.together", role="row")[
            h.strong(role="rowheader")["Together"],
            h.span(".numbers", aria_hidden="true")[_axis_numbers(axis, scale, size)],
            h.strong(".number.plan", role="cell", data_worth="together")[
                shown.notation.worth(shown.together.estimate.mean)
            ],
            h.span(role="cell"),
        ],
    ]


def questions(chosen: CreditQuestion) -> h.Element:
    """Return the switch between the questions, each with what it asks where one points at it."""
    return h.div(".tabs", role="group", aria_label="What is asked of each capability")[
        (
            h.button(
                data_action="question",
                data_value=name,
                aria_pressed=str(name == chosen).lower(),
                title=capitalised(asked.meaning),
            )[capitalised(asked.heading)]
            for name, asked in QUESTIONS.items()
        )
    ]


def waiting_rows(names: Iterable[CapabilityName]) -> h.Element:
    """Return the places of the answers, as high as these will be, before there are any."""
    nothing = Interval(None, None, None, is_told=False)
    return h.div(".credit-rows", aria_hidden="true")[
        (
            h.div(".credit-row", data_key=name)[
                h.span[h.span(".link")[label_of(name)]],
                interval_mark(nothing, Scale(-1.0, 1.0), ticks=()),
                h.span(".number.label")[formats.NOTHING],
                h.span,
            ]
            for name in names
        ),
        h.div(".credit-row.together")[h.strong["Together"], h.span(".numbers"), h.span, h.span],
    ]


def progress_words(futures: int, aim: int) -> str:
    """Return how far the credit has come, in words."""
    return f"{formats.count_of(futures, aim)} futures of each combination"


def credit_table(credit: Credit, comparison: Comparison) -> Table:
    """Return the answers to all questions as a table, in the order of the first."""
    shown, asked = shares_of(credit, comparison), credit.questions
    cells = [
        (
            label_of(name),
            *(_with_interval(shown, credit.worth(name, question)) for question in asked),
        )
        for name in shown.shares
    ]
    headings = (capitalised(QUESTIONS[question].heading) for question in asked)
    unit = f"{shown.notation.money.unit}, 95{formats.NARROW_SPACE}% interval of the average"
    return Table(f"What each capability earns, {unit}", ("Capability", *headings), cells)


_VERBS = {_NO_DIFFERENCE: "makes no difference"}


def _row(shown: CreditShares, name: CapabilityName, interval: Interval, scale: Scale) -> h.Element:
    share = shown.shares[name]
    word = earning(share) if share.values.any() else _NO_DIFFERENCE
    return h.div(".credit-row", role="row", data_key=name)[
        h.span(role="rowheader")[
            h.button(
                ".link",
                data_action="explain",
                data_value=name,
                aria_label=f"Why {name} {_VERBS.get(word, word)}",
            )[label_of(name)]
        ],
        interval_mark(interval, scale, ticks=()),
        h.strong(".number", role="cell")[shown.amount(share)],
        h.span(class_=["word", f"tone-{_TONES.get(word, 'untold')}"], role="cell")[word],
    ]


def _with_interval(shown: CreditShares, difference: PairedDifference) -> str:
    width, size = difference.estimate.half_width or 0.0, shown.notation.money.size
    return f"{shown.amount(difference)} ±{formats.number(width / size, shown.notation.digits + 1)}"


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
    zero = axis.ticks.index(0.0) if 0.0 in axis.ticks else 0
    return [
        h.span(
            class_={"between": (place - zero) % 2 == 1},  # left out where there is no room for all
            style=f"left: {scale.percent(tick * size)}%",
        )[words]
        for place, (tick, words) in enumerate(zip(axis.ticks, axis.labels, strict=True))
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
    credit, answer, question = credit_of(session), session.answer.value, session.question.value

    def act(action: Action) -> None:
        match action:
            case ("table", _):
                session.is_credit_table.set(not session.is_credit_table.value)
            case ("question", asked) if asked in QUESTIONS:
                session.question.set(asked)
            case ("explain", name):
                explain(session, name)

    futures = 0 if credit is None else _futures_for(credit, question)
    Markup(
        h.section(
            ".credit-shares",
            data_part="credit",
            data_futures=str(futures),
            data_answers=answer.plan.key if futures and answer is not None else "",
        )[_content(session, credit)],
        reported(session, act),
        css_class="credit-place",
    )


@solara.component
def CreditProgress(session: Session) -> None:
    """Show how far the credit has come, until it is known."""
    done, aim = session.credit_progress.value
    words = ""
    if not raised(session.plan.scenario):
        words = "The plan raises no capability."
    elif 0 < done < aim:
        words = progress_words(done, aim)
    elif (credit := credit_of(session)) is None:
        words = "Computed once the plan itself is known"
    else:
        words = fewer_in_words(credit, session.answer.value, session.question.value)
    Markup(h.p(".credit-progress")[words])


def _futures_for(credit: Credit, question: CreditQuestion) -> int:
    """Return over how many futures a question is answered; 0 if it is not."""
    return credit.replications_for(question) if question in credit.questions else 0


def _content(session: Session, credit: Credit | None) -> h.Fragment:
    answer = session.answer.value
    planned = raised((session.plan if answer is None else answer.plan).scenario)
    is_table, question = session.is_credit_table.value, session.question.value
    title: h.Node = TITLE
    if len(planned) > 1 and not is_table:  # of one capability all questions have one answer
        title = h.fragment[h.h2[TITLE], questions(question)]
    if is_table:  # in the order of the first question; the others come as they are answered
        question = "dropped"
    if credit is None or answer is None or not _futures_for(credit, question):
        money = "$" if answer is None else notation_of(answer.shown).money.unit
        of_whom = f", average of {LIKE_YOURS}" if session.is_over.value else ""
        awaited = [card_head(title, f"{money}{of_whom}", "\u00a0"), waiting_rows(planned)]
        return h.fragment[awaited if planned else card_head(TITLE, "")]
    shown = shares_of(credit, answer.shown, question)
    unit = f"{shown.notation.money.unit}{answer.of_whom}"
    head = card_head(title, unit, finding(shown), is_table=is_table)
    content = table(credit_table(credit, answer.shown)) if is_table else rows(shown)
    return h.fragment[head, content]
