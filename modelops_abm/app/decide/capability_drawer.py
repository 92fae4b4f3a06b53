"""The drawer of a capability: meaning, worth of each level here, why, equations, what it takes.

What it takes is a table of numbers with where each comes from. Its functions come first, as the
drawer of any other value (`parameter_drawer`) shows the same of one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide import equations
from modelops_abm.app.decide.credit_card import credit_of
from modelops_abm.app.decide.equations import equations_about
from modelops_abm.app.decide.rail import explain
from modelops_abm.app.decide.rail_rows import maximum_of, measure_on_rail, take_entry
from modelops_abm.app.drawing.cards import save_button, table, table_switch
from modelops_abm.app.drawing.interval_mark import confidence_badge
from modelops_abm.app.errors import reported
from modelops_abm.app.measures import is_money, measure_of, shown, unit_of
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import Notation, notation_of
from modelops_abm.charts.credit import worth_of_levels
from modelops_abm.charts.echarts import Space
from modelops_abm.charts.figure import Figure
from modelops_abm.evidence.measures import range_in_words as money_range
from modelops_abm.experiments import Credit, LevelWorth, PairedDifference
from modelops_abm.experiments.credit_levels import best_level
from modelops_abm.experiments.credit_reasons import earning, explanation
from modelops_abm.experiments.credit_shares import QUESTIONS, CreditQuestion
from modelops_abm.experiments.plans import STOPS, level_of
from modelops_abm.experiments.words import level_word
from modelops_abm.scenario import (
    CapabilityName,
    Distribution,
    Quantity,
    Scenario,
    StatedValue,
    describe,
)
from modelops_abm.scenario.names import name_within
from modelops_abm.scenario.presets import with_titles
from modelops_abm.scenario.quantity import Confidence
from modelops_abm.scenario.sources import is_by_size
from modelops_abm.text import range_in_words

_LEVEL = "level"
_THOUSANDS = 1e4
_NO_SOURCE = "no source found"
_KINDS = {kind.value for kind in Confidence}


def facts_of_capability(scenario: Scenario, capability: str) -> tuple[StatedValue, ...]:
    """Return every value that a scenario states about a capability."""
    section = f"capabilities.{capability}."
    return tuple(fact for fact in describe(scenario) if fact.quantity.name.startswith(section))


def fact_of(scenario: Scenario, name: str) -> StatedValue:
    """Return what a scenario states about a value."""
    return next(fact for fact in describe(scenario) if fact.quantity.name == name)


def facts_table(facts: Iterable[StatedValue]) -> h.Element:
    """Return the facts as a table: value, range, confidence, and below it the source if any."""
    return h.table(".facts")[
        h.thead[
            h.tr[
                h.th(scope="col")[h.span(".spoken")["What"]],
                h.th(".number", scope="col")["Here"],
                h.th(scope="col")[h.span(".spoken")["Unit"]],
                h.th(scope="col")["Range"],
                h.th(scope="col")["Confidence"],
            ]
        ],
        h.tbody[(row for fact in facts for row in _rows(fact))],
    ]


def value_in_words(fact: StatedValue, value: object) -> str:
    """Return a value with its unit."""
    quantity = fact.quantity
    if is_by_size(quantity.name, value):
        return "by size"
    if not quantity.is_number:
        return shown(quantity, value)
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    return measure_of(quantity).words(number)


def plausible_range(fact: StatedValue) -> str:
    """Return the range found in the sources, or else what is allowed."""
    quantity = fact.quantity
    per_unit = measure_of(quantity).per_unit
    bounds = {name: end * per_unit for name, end in quantity.bounds.items()}
    if quantity.plausible is not None and is_money(quantity):
        return money_range(*quantity.plausible, "$")
    if quantity.plausible is not None and quantity.unit != _LEVEL:
        return _between(*(end * per_unit for end in quantity.plausible))
    return range_in_words(bounds) if bounds else formats.NOTHING


def _between(low: float, high: float) -> str:
    """Return a range of plain numbers; thousands as k."""
    if high >= _THOUSANDS:
        return f"{low / 1e3:,.3g} to {high / 1e3:,.3g}{formats.NARROW_SPACE}k"
    return f"{low:,.4g} to {high:,.4g}"


def source_in_words(fact: StatedValue) -> str:
    """Return where a value comes from; empty if nobody has said."""
    return "" if fact.source == _NO_SOURCE else with_titles(fact.source)


def confidence_of(fact: StatedValue) -> str:
    """Return how well a value is supported: that of the default, or whose value it is."""
    return fact.confidence if fact.confidence in _KINDS else "Yours"


def _rows(fact: StatedValue) -> list[h.Element]:
    """Return the row of a fact, and one for whose value it is."""
    quantity = fact.quantity
    source = "; ".join(part for part in (_default(fact), source_in_words(fact)) if part)
    row = h.tr(class_={"sourced": bool(source)}, data_key=quantity.name)[
        h.th(scope="row", title=quantity.meaning)[
            h.button(".link", data_action="explain", data_value=quantity.name)[
                name_within(quantity.name)
            ]
        ],
        h.td(".number")[h.strong[_number(fact)]],
        h.td["" if fact.stands_for else unit_of(quantity).removeprefix("$").strip()],
        h.td[plausible_range(fact) if quantity.is_number else ""],
        h.td[confidence_badge(confidence_of(fact))],
    ]
    return [row, *([_source_row(quantity, source)] if source else [])]


def _source_row(quantity: Quantity, source: str) -> h.Element:
    return h.tr(".source", data_key=f"source of {quantity.name}")[h.td(colspan="5")[source]]


def _default(fact: StatedValue) -> str:
    return "" if fact.is_default else f"default {value_in_words(fact, fact.quantity.default)}"


def _number(fact: StatedValue) -> str:
    """Return a value without its unit; dollars stand before it."""
    if fact.stands_for or not fact.quantity.is_number:
        return fact.stands_for or shown(fact.quantity, fact.value)
    return measure_of(fact.quantity).number(getattr(fact.value, "mean", fact.value))


# --------------------------------------------------------------------------------------
# The drawer of a capability: meaning, worth of each level here, why, equations, what it takes.


_SPACE = Space(168, 40, 92, 10, 26)
_VERBS = {"earns": "earns", "costs": "costs"}


@solara.component
def CapabilityDrawer(session: Session, capability: CapabilityName) -> None:
    """Explain a capability."""
    problem, set_problem = solara.use_state("")
    is_table, show_table = solara.use_state(False)
    scenario = session.plan.scenario

    def act(action: Action) -> None:
        match action:
            case ("level", value):
                found = take_entry(session, Entry(maximum_of(capability), value, False))
                set_problem(" ".join(found.values()))
            case ("table", _):
                show_table(lambda shown: not shown)
            case ("explain", name):
                explain(session, name)

    on_action = reported(session, act)
    shown = _worth_of(session, capability)
    with solara.Div(classes=["drawer-body"]):
        Markup(_head(scenario, capability, problem), on_action)
        with solara.Div(classes=["drawer-part"]):
            Markup(_worth_head(session, shown, capability, is_table=is_table), on_action)
            if shown is not None and is_table:
                Markup(table(shown.figure().as_table()))
            elif shown is not None:
                Chart(shown.figure(), _SPACE)
                Markup(_reasons(shown), on_action)
        with solara.Div(classes=["drawer-part"]):
            Markup(h.div(".worth-head")[h.h3["What it does"], save_button()])
            for equation in equations_about(capability):
                here = level_of(scenario, capability) if equation.variable.is_level else None
                Markup(equations.equation_text(equation, scenario, here))
                Chart(equations.curve(equation, scenario, here), equations.SPACE)
        models = float(scenario.models_at_start())
        takes = equations.equation_text(equations.WORK[capability], scenario, models)
        Markup(h.fragment[h.h3["What it takes"], takes, _facts(scenario, capability)], on_action)


@dataclass(frozen=True)
class ShownWorth:
    """What the drawer shows of the levels of a capability, written as all of the plan is.

    Attributes
    ----------
    levels
        The worth of each level, with that of the whole plan as its answer has it.
    here
        The worth of the plan's own level, which is what the plan would lose without it.
    credit
        What else is known of the capability; None if nothing is, or the plan does not raise it.
    notation
        How the worth of the plan is written.
    is_over
        Whether all of it is over what the organisation may be.
    """

    levels: LevelWorth
    here: PairedDifference
    credit: Credit | None
    notation: Notation
    is_over: bool = False

    def written(self, mean: float | None) -> str:
        """Return a worth as the card of the credit writes it."""
        is_all = self.credit is not None and len(self.credit.capabilities) == 1
        return self.notation.worth(mean) if is_all else self.notation.part(mean)

    def answer_to(self, question: CreditQuestion, capability: CapabilityName) -> str:
        """Return what a question about the capability is answered by, once it is."""
        if self.credit is None or question not in self.credit.questions:
            return formats.NOTHING
        return self.written(self.credit.worth(capability, question).estimate.mean)

    def figure(self) -> Figure:
        """Return the curve of the levels."""
        return worth_of_levels(
            self.levels, self.notation.money, self.written, self.here, is_over=self.is_over
        )


def _worth_of(session: Session, capability: CapabilityName) -> ShownWorth | None:
    """Return what is known of the levels in the plan that is shown, or else nothing."""
    known, answer = session.explanation.value, session.answer.value
    if known is None or known.subject != capability or known.plan.key != session.plan.key:
        return None
    if known.levels is None or answer is None or answer.plan.key != session.plan.key:
        return None
    if (known.levels.seed, known.is_over) != (answer.seed, answer.over is not None):
        return None
    levels = known.levels.known_with(answer.shown.difference("npv").values)
    credit = credit_of(session)
    if credit is not None and capability not in credit.capabilities:
        credit = None
    here = levels.worth(levels.here)
    if credit is not None and credit.replications_for("dropped") >= levels.replications:
        here = credit.worth(capability, "dropped")
    return ShownWorth(levels, here, credit, notation_of(answer.shown), known.is_over)


def _head(scenario: Scenario, capability: CapabilityName, problem: str) -> h.Fragment:
    level = level_of(scenario, capability)
    meaning = inspect.getdoc(type(getattr(scenario.capabilities, capability))) or ""
    measure = measure_on_rail(maximum_of(capability))
    return h.fragment[
        h.p(".meaning")[meaning],
        h.div(".level-choice")[
            h.div(".segments", role="group", aria_label=f"Level of {capability}")[
                (
                    h.button(
                        data_action="level",
                        data_value=f"{stop * 100:g} %",
                        aria_pressed=str(stop == level).lower(),
                    )[level_word(stop).capitalize()]
                    for stop in STOPS
                )
            ],
            h.input(
                type="text",
                inputmode="decimal",
                data_action="level",
                aria_label=f"Level of {capability}, in %",
                value=measure.words(level) if measure is not None else f"{level:g}",
            ),
        ],
        problem and h.p(".problem", role="alert")[problem],
    ]


def _worth_head(
    session: Session, shown: ShownWorth | None, capability: CapabilityName, *, is_table: bool
) -> h.Fragment:
    if shown is None:
        return h.fragment[h.h3["What it is worth here"], h.p(".label")["Being computed"]]
    answer = session.answer.value
    others, of_whom = "", "" if answer is None else answer.of_whom
    if shown.credit is not None and len(shown.credit.capabilities) > 1:
        # What the curve ends in is the first question; the others stand beside it by their names.
        asked = {name: words.heading for name, words in QUESTIONS.items() if name != "dropped"}
        others = "".join(
            f"; {heading} {shown.answer_to(name, capability)}" for name, heading in asked.items()
        )
    return h.fragment[
        h.div(".worth-head")[
            h.h3["What it is worth here"],
            save_button(),
            table_switch(is_table),
        ],
        h.p(".label")[f"{shown.figure().unit}{others}{of_whom}"],
    ]


def _reasons(shown: ShownWorth) -> h.Fragment:
    worth = shown.levels
    ranking = worth.ranking()
    best = ranking.order[0]
    return h.fragment[
        h.p(".reasons")[_why(worth, best)],
        h.div(".best-level", data_futures=str(worth.replications))[
            h.p[best_level(worth, lambda gain: _with_unit(shown, gain))],
            worth.here not in ranking.may_be_best
            and h.button(data_action="level", data_value=f"{best * 100:g} %")[
                f"Use {level_word(best)}"
            ],
        ],
    ]


def _with_unit(shown: ShownWorth, gain: PairedDifference) -> str:
    return shown.notation.money.all_with_unit(shown.written(gain.estimate.mean))


def _why(worth: LevelWorth, best: float) -> h.Fragment:
    """Return why the plan's level earns or costs; where it is not raised, why the best one does."""
    is_raised = worth.here > worth.levels[0]
    level = worth.here if is_raised else best
    reasons = worth.reasons(level)
    told = _VERBS.get(earning(reasons.npv), "cannot be told")
    lead = f"Why it {told} here:" if is_raised else f"Why {level_word(level)} {told}:"
    return h.fragment[level > worth.levels[0] and h.strong[lead], f" {explanation(reasons)}"]


def _facts(scenario: Scenario, capability: CapabilityName) -> h.Element:
    return facts_table(facts_of_capability(scenario, capability))
