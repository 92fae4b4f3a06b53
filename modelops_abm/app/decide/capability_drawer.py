"""The drawer of a capability: meaning, worth of each level here, why, equations, what it takes."""

from __future__ import annotations

import inspect

import htpy as h
import solara

from modelops_abm.app.decide import equation_chart, level_chart
from modelops_abm.app.decide.answered import credit_of
from modelops_abm.app.decide.entries import take_entry
from modelops_abm.app.decide.equations import equations_about
from modelops_abm.app.decide.facts_table import facts_of_capability, facts_table
from modelops_abm.app.decide.numbers import Money
from modelops_abm.app.decide.rail import explain
from modelops_abm.app.decide.rail_rows import maximum_of, measure_on_rail
from modelops_abm.app.drawing.tables import table
from modelops_abm.app.guard import guarded
from modelops_abm.app.icons import icon
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments import LevelWorth
from modelops_abm.experiments.credit.advice import best_level
from modelops_abm.experiments.credit.explanation import earning, explanation
from modelops_abm.experiments.phrases import level_word
from modelops_abm.experiments.variants import STOPS, level_of
from modelops_abm.parameters import CapabilityName, Scenario

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
                show_table(not is_table)
            case ("explain", name):
                explain(session, name)

    on_action = guarded(session, act)
    worth = _worth_of(session, capability)
    with solara.Div(classes=["drawer-body"]):
        Markup(_head(scenario, capability, problem), on_action)
        Markup(_worth_head(session, worth, capability, is_table=is_table), on_action)
        if worth is not None and is_table:
            Markup(table(level_chart.table(worth)))
        elif worth is not None:
            Chart(
                level_chart.option(worth),
                height=f"{level_chart.HEIGHT}px",
                label=level_chart.finding(worth),
                name=f"worth of {capability}",
            )
            Markup(_reasons(worth), on_action)
        Markup(h.h3["What it does"])
        for equation in equations_about(capability):
            Markup(equation_chart.equation_text(equation, scenario))
            here = level_of(scenario, capability) if equation.variable.is_level else None
            Chart(
                equation_chart.option(equation, scenario, here),
                height=f"{equation_chart.HEIGHT}px",
                label=equation_chart.finding(equation, scenario),
                name=equation.name,
            )
        Markup(h.fragment[h.h3["What it takes"], _facts(scenario, capability)], on_action)


def _worth_of(session: Session, capability: CapabilityName) -> LevelWorth | None:
    """Return what is known of the levels in the plan that is shown, or else nothing."""
    known = session.explanation.value
    if known is None or known.subject != capability or known.plan.key != session.plan.key:
        return None
    return known.levels


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
    session: Session, worth: LevelWorth | None, capability: CapabilityName, *, is_table: bool
) -> h.Fragment:
    if worth is None:
        return h.fragment[h.h3["What it is worth here"], h.p(".label")["Being computed"]]
    credit = credit_of(session)
    share = ""
    if credit is not None and capability in credit.capabilities:
        known = credit.share(capability).estimate
        money: Money = level_chart.money_of_levels(worth)
        share = f"; fair share {money.difference(known.mean or 0.0, known.half_width)}"
    return h.fragment[
        h.div(".worth-head")[
            h.h3["What it is worth here"],
            h.button(
                ".plain.icon",
                data_action="table",
                aria_pressed=str(is_table).lower(),
                aria_label="Show as a table",
            )[icon("table", 16)],
        ],
        h.p(".label")[f"{level_chart.against(worth)}{share}"],
    ]


def _reasons(worth: LevelWorth) -> h.Fragment:
    best = worth.ranking().order[0]
    return h.fragment[
        h.p(".reasons")[_why(worth, best)],
        h.div(".best-level")[
            h.p[best_level(worth)],
            best != worth.here
            and h.button(data_action="level", data_value=f"{best * 100:g} %")[
                f"Use {level_word(best)}"
            ],
        ],
    ]


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
