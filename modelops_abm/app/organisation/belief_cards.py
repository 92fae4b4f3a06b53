"""What follows from what was told: the belief in words, what was learned, what it predicts.

Sentences are those of the belief itself (`evidence.belief`), which the command line says too; here
they are laid out and drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import htpy as h
import numpy as np

from modelops_abm.app.decide.sentences import awaited, headline, progress
from modelops_abm.app.decide.settle_card import is_found_out
from modelops_abm.app.decide.verdict_card import NOT_YET, told
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.fitting import Fitting
from modelops_abm.app.state.organisation import Organisation
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.evidence.belief import (
    FEW,
    TOO_NARROW,
    Belief,
    Conflict,
    Line,
    label_of,
    name_and_unit,
    scaled_ends,
)
from modelops_abm.evidence.benchmarks import published_evidence
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.evidence.measures import MEASURES, range_in_words, value_in_words
from modelops_abm.evidence.statements import Evidence, Statement
from modelops_abm.experiments.information import Asking
from modelops_abm.experiments.plans import raised
from modelops_abm.formats import money, number, plural
from modelops_abm.scenario import Scenario

_SHOWN = 10


class Outlook(NamedTuple):
    """What the plan is worth with what is believed, which Decide says in the same words.

    Attributes
    ----------
    scenario
        The plan.
    answer
        Its answer so far, or that over fewer draws of what was told; None before the first.
    is_of_all
        Whether it is the answer over all draws that are there.
    """

    scenario: Scenario
    answer: Answer | None = None
    is_of_all: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it is as good as it gets."""
        return self.answer is not None and self.answer.is_settled and self.is_of_all


def outlook_of(session: Session, plan: Plan | None) -> Outlook | None:
    """Return what is known of a plan that would be decided with; None if nothing is told of it."""
    own, ahead = session.organisation.belief.value, session.ahead.value
    if own is None:  # the same sentence will stand there
        return Outlook(session.plan.scenario) if raised(session.plan.scenario) else None
    if plan is None or ahead is None:
        return None if plan is None else Outlook(plan.scenario)
    if not ahead.is_told_as(plan):
        return Outlook(plan.scenario)
    is_of_all = ahead.plan.key == plan.key
    return ahead.answer and Outlook(plan.scenario, ahead.answer, is_of_all)


def belief_card(
    organisation: Organisation,
    *,
    is_in_use: bool,
    outlook: Outlook | None = None,
    helpful: tuple[str, Asking] | None = None,
) -> h.Element:
    """Return what is believed, in words, and what to do with it.

    Parameters
    ----------
    organisation
        What was told, and the belief.
    is_in_use
        Whether Decide has it.
    outlook
        What the plan is worth with it; None if that is not told.
    helpful
        The question whose answer would settle most, with what that is worth.
    """
    own, fitting = organisation.belief.value, organisation.fitting.value
    return h.section(
        ".card.belief",
        data_part="belief",
        data_settled=_settled(own, fitting),
        data_answered=str(outlook is None or outlook.is_settled).lower(),
    )[
        h.p(".secondary")[_lead(organisation)],
        h.h2(".belief-headline")[_headline(own, organisation, outlook)],
        (more := _more(organisation, outlook, helpful)) and h.p(".secondary")[more],
        organisation.problem.value and h.p(".problem", role="alert")[organisation.problem.value],
        [h.p(".label.note")[note] for note in organisation.notes.value],
        h.div(".belief-foot")[
            _buttons(organisation, is_in_use=is_in_use),
            h.div(".belief-state", aria_live="polite")[
                _progress(fitting) if fitting is not None else own and _counted(own)
            ],
        ],
        own is not None and own.belief.at_edge and h.p(".label.note")[_edge(own)],
    ]


def _more(
    organisation: Organisation, outlook: Outlook | None, helpful: tuple[str, Asking] | None
) -> h.Node:
    """Return the line below the headline: how far the answer is, and then what would help most."""
    own, nothing = organisation.belief.value, organisation.said.value.is_nothing
    if own is not None and _is_of_before(own, organisation):
        return "Of what you had told before: your last answer is being weighed."
    if helpful is not None and (own is not None or nothing):
        return _helpful(*helpful)
    if outlook is None or (own is None and (nothing or organisation.problem.value)):
        return own and _before(own)
    answer = outlook.answer
    if answer is None:
        return f"{NOT_YET.futures}."
    if not outlook.is_of_all:
        return "More draws have come: it is found out anew."
    if is_found_out(answer.over):
        return "No single answer can be told to be worth finding out."
    known = progress(answer, is_superseded=False)
    return f"{known.futures}{known.precision and f', {known.precision}'}."


def _is_of_before(own: OwnBelief, organisation: Organisation) -> bool:
    is_weighed = organisation.fitting.value is not None
    return is_weighed and own.answers != organisation.said.value.answers


def _helpful(name: str, asking: Asking) -> h.Fragment:
    most = asking.worth.high  # without it the worth is an estimate, and no bound
    worth = money(float(f"{most or asking.worth.mean:.2g}"))
    return h.fragment[
        "The answer that helps most next: ",
        h.strong[QUESTIONS[name].label.lower()],
        f", worth finding out {'up to' if most else 'for about'} {worth}.",
    ]


def _settled(own: OwnBelief | None, fitting: Fitting | None) -> str:
    return str(own is not None and own.is_settled and fitting is None).lower()


def _lead(organisation: Organisation) -> str:
    own = organisation.belief.value
    if own is None:
        nothing = organisation.said.value.is_nothing
        return "Before you tell us anything" if nothing else "What this makes us believe"
    if own.files and not own.answers:
        return f"What {own.files[0]} makes us believe"
    one = len(organisation.said.value.answers) == 1
    return "What this one answer makes us believe" if one else "What this makes us believe"


def _headline(own: OwnBelief | None, organisation: Organisation, outlook: Outlook | None) -> h.Node:
    if own is None and organisation.said.value.is_nothing:
        return "Your organisation may be any that agrees with what is published."
    if own is None and organisation.problem.value:
        return "No belief yet."
    if outlook is not None:
        if outlook.answer is None:
            return awaited(outlook.scenario, is_over=True)
        return told(headline(outlook.answer.comparison, outlook.answer.over))
    if own is None:
        return f"{NOT_YET.futures}."
    found = [line for line in own.lines if line.moved][:2]
    if not found:
        return "Nothing was learned yet of what nobody knows."
    pieces: list[h.Node] = []
    for place, line in enumerate(found):
        label = line.label if place == 0 else f", and {line.label[0].lower()}{line.label[1:]}"
        pieces += [f"{label}: ", h.span(".plan")[f"{line.after} {line.unit}".rstrip()]]
    return [*pieces, "."]


def _before(own: OwnBelief) -> str:
    found = [line for line in own.lines if line.moved][:2]
    if not found:
        return "Answer another question."
    before = " and ".join(f"{line.before} {line.unit}".rstrip() for line in found)
    return f"Before you told us anything: {before}. 90 of 100 organisations that fit lie within."


def _buttons(organisation: Organisation, *, is_in_use: bool) -> h.Node:
    own = organisation.belief.value
    if own is None:
        return (
            organisation.said.value.is_nothing
            and h.button(".primary", data_action="begin")["Tell us one thing"]
        )
    # Never blocked: few draws and contradictions are said, also where one decides.
    return [
        h.button(".primary", data_action="decide with")["Decide with this", icon("next", 16)],
        h.button(data_action="keep belief")[icon("export", 16), "Keep as a file"],
        is_in_use
        and h.button(
            ".plain",
            data_action="put aside",
            title="Decide goes back to what is believed of any organisation",
        )["In use on Decide: put aside"],
    ]


def _progress(fitting: Fitting) -> h.Fragment:
    """Return how far a fit has come; how many there will be is a guess that grows."""
    if fitting.ahead:
        others = plural(fitting.ahead, "other visitor")
        return h.fragment[
            h.p[f"Waits for {others}: fits go one after the other here."],
            h.button(".plain", data_action="cancel fit")["Stop"],
        ]
    share = fitting.done / fitting.aim if fitting.aim else 0.0
    words = (
        f"{number(fitting.done)} of {number(fitting.aim)} draws tried"
        if fitting.aim
        else "Trying organisations"
    )
    return h.fragment[
        h.p[words, h.button(".plain", data_action="cancel fit")["Stop"]],
        h.div(
            ".bar",
            role="progressbar",
            aria_label="Draws tried",
            aria_valuenow=f"{100 * share:.0f}",
            aria_valuemin="0",
            aria_valuemax="100",
        )[h.i(style=f"width: {100 * share:.1f}%")],
    ]


def _counted(own: OwnBelief) -> h.Fragment:
    belief, count = own.belief, len(own.belief.draws)
    share, few = min(belief.effective / count, 1.0), min(FEW / count, 1.0)
    return h.fragment[
        h.p(class_="costs" if belief.is_thin else None)[
            h.b[number(belief.effective)], belief.counted().removeprefix(number(belief.effective))
        ],
        h.div(".bar", aria_hidden="true")[
            h.i(style=f"width: {100 * share:.1f}%"),
            h.i(".few", style=f"left: {100 * few:.1f}%"),
        ],
        belief.is_thin and h.p(".costs")[belief.thin_sentence()],
        belief.is_too_thin and h.p(".costs")[TOO_NARROW],
    ]


def _edge(own: OwnBelief) -> str:
    labels = ", ".join(label_of(name).lower() for name in own.belief.at_edge[:6])
    return f"At the end of the range we allow: {labels}."


# --------------------------------------------------------------------------------------
# What was learned, most first: before and after, on the scale of what was thought possible.


def learned_card(own: OwnBelief, *, shows_all: bool) -> h.Element:
    """Return what was learned of every number, those first of which most was learned."""
    moved = [line for line in own.lines if line.moved]
    shown = own.lines if shows_all else moved[:_SHOWN]
    left = len(own.lines) - len(moved)
    return h.section(".card", data_part="learned")[
        h.header(".card-head")[
            h.h2["What we learned, most first"],
            h.div(".keys", aria_hidden="true")[
                h.span[h.i(".key-before"), "before"],
                h.span[h.i(".key-after"), "after, 90 of 100, and middle"],
            ],
            save_button(),
        ],
        h.table(".learned")[
            h.thead[
                h.tr[
                    h.th(scope="col")["Parameter"],
                    h.td(aria_hidden="true"),
                    h.th(".number", scope="col")["before"],
                    h.th(scope="col")["after"],
                    h.th(".number", scope="col")["narrower"],
                ]
            ],
            h.tbody[(_learned_row(line) for line in shown)],
        ]
        if shown
        else h.p(".secondary")["Nothing yet."],
        h.p(".card-foot")[
            h.span(".label")[f"{number(left)} more did not move: nothing you told speaks of them."],
            h.button(".plain", data_action="show all", aria_expanded=str(shows_all).lower())[
                "Show less" if shows_all else f"Show all {number(len(own.lines))}"
            ],
        ],
    ]


def _learned_row(line: Line) -> h.Element:
    style = f"--low: {line.low:.3f}; --high: {line.high:.3f}; --middle: {line.middle:.3f}"
    edge = " at the end of the range we allow" if line.at_edge else ""
    return h.tr(class_="moved" if line.moved else None, data_key=line.name)[
        h.th(scope="row")[line.label],
        h.td(".drawn", aria_hidden="true")[h.span(".before-after", style=style)[h.i, h.b]],
        h.td(".number.label")[h.span(".short")["before "], line.before],
        h.td[
            h.span(".arrow", aria_hidden="true")["→ "],
            h.strong[line.after],
            " ",
            line.unit,
            edge and h.span(".label.costs")[edge],
        ],
        h.td(".number.times")[line.times],
    ]


# --------------------------------------------------------------------------------------
# What it predicts for what was told and for what was not, and what does not go together.


def told_in(belief: Belief) -> Evidence:
    """Return what somebody told: the statements that are no published figures."""
    published = set(published_evidence())
    return tuple(each for each in belief.evidence if each not in published)


class _Predicted(NamedTuple):
    """A measure: what was said, what is predicted, where both lie, whether they agree."""

    name: str
    label: str
    unit: str
    said: tuple[float, float] | None
    said_words: str
    low: float
    high: float
    is_met: bool


def predicted_card(own: OwnBelief, answered: Collection[str] = ()) -> h.Element:
    """Return what the belief predicts, beside what was said, and what does not go together.

    Parameters
    ----------
    own
        The belief.
    answered
        What was answered since it was found, of which it says nothing any more.
    """
    rows = [row for row in _predicted(own) if row.name not in answered]
    was_told = bool(told_in(own.belief))
    title = "What we predict for what you told us" if was_told else "What we would expect of you"
    conflicts = own.belief.conflicts() if was_told else ()
    return h.section(".card", data_part="predicted")[
        h.header(".card-head")[
            h.h2[title],
            h.div(".keys", aria_hidden="true")[
                was_told and h.span[h.i(".key-said"), "you said"],
                h.span[h.i(".key-predicted"), "we predict, 90 of 100"],
            ],
            save_button(),
        ],
        h.table(".predicted")[
            h.thead(".spoken")[
                h.tr[
                    h.th(scope="col")["What"],
                    h.th(scope="col")["you said"],
                    h.td,
                    h.th(scope="col")["we predict"],
                ]
            ],
            h.tbody[(_predicted_row(row) for row in rows)],
        ]
        if rows
        else h.p(".secondary")[
            "This follows when all draws are tried."
            if not own.is_settled
            else "Nothing is predicted."
        ],
        [_conflict(each, at) for at, each in enumerate(conflicts)],
        bool(rows)
        and not was_told
        and h.p(".label")["Does one look wrong? Answer that question first: it will teach most."],
    ]


def _predicted(own: OwnBelief) -> list[_Predicted]:
    belief = own.belief
    said = {each.about: each for each in told_in(belief)}
    names = [
        name for name in QUESTIONS if name in MEASURES and name not in ("models_live", "people")
    ]
    names += [name for name in said if name in MEASURES and name not in names]
    clashing = {about for each in belief.conflicts() for about in each.about[:1]}
    table = {str(name): row for name, row in belief.predicted().iterrows()}
    rows = []
    for name in names:
        if name not in table:
            continue
        # Two digits: more is not known of the ends of a range.
        low, high = (float(f"{table[name][end]:.2g}") for end in ("low", "high"))
        label, unit = name_and_unit(name)
        stated = said.get(name)
        ends = None if stated is None else stated.range
        words = "not told" if stated is None else _said_words(stated, unit)
        is_met = name not in clashing
        rows.append(_Predicted(name, label, unit, ends, words, low, high, is_met))
    # What was told first; what was not is what one may look at then.
    return sorted(rows, key=lambda row: row.said is None)


def _said_words(stated: object, unit: str) -> str:
    if isinstance(stated, Statement):
        if stated.how in ("about", "exactly"):
            return _short(value_in_words(stated.middle, unit), unit)
        return _short(range_in_words(stated.low, stated.high, unit), unit)
    return "counted"


def _short(words: str, unit: str) -> str:
    """Return words without the unit that the label says already."""
    return words if unit in ("$", "share") or "minutes" in words else words.removesuffix(f" {unit}")


def _predicted_row(row: _Predicted) -> h.Element:
    state = "untold" if row.said is None else "met" if row.is_met else "clash"
    sign = {"untold": None, "met": icon("check", 14), "clash": icon("warning", 16)}[state]
    spoken = {"untold": "", "met": "fits", "clash": "does not fit"}[state]
    return h.tr(f".{state}", data_key=row.name)[
        h.th(scope="row")[
            h.span(".sign")[sign], row.label, spoken and h.span(".spoken")[f", {spoken}"]
        ],
        h.td(".number")[row.said_words],
        h.td(".drawn", aria_hidden="true")[_beside(row)],
        h.td[h.strong[_short(range_in_words(row.low, row.high, row.unit), row.unit)]],
    ]


def _beside(row: _Predicted) -> h.Element:
    """Draw what was said over what is predicted, on a scale that holds both."""
    # What was not told is drawn on the scale on which it is asked.
    question = QUESTIONS.get(row.name)
    others = row.said or (question.ends if question is not None else (row.low, row.high))
    ends = scaled_ends(row.name, np.array([row.low, row.high, *others]))
    room = (ends.max() - ends.min()) * (0.35 if row.said else 0.02) or 1.0
    least, width = ends.min() - room, ends.max() - ends.min() + 2 * room
    at = (ends - least) / width
    style = f"--low: {at[0]:.3f}; --high: {at[1]:.3f}"
    style_said = f"--low: {at[2]:.3f}; --high: {at[3]:.3f}"
    return h.span(".beside")[h.i(style=style), row.said and h.b(style=style_said)]


def _conflict(conflict: Conflict, at: int) -> h.Element:
    return h.div(".conflict", role="group", aria_label="What does not go together")[
        h.p[h.strong[conflict.title], " ", conflict.sentence],
        h.p(".ways")[
            h.strong["Which is nearest the truth?"],
            (
                h.button(data_action="way", data_value=f"{at} {place}")[way.nearest]
                for place, way in enumerate(conflict.ways)
            ),
        ],
    ]
