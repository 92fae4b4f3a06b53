"""Understand: how the simulator works, what it assumes, and how it has been checked."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.drawing.diagrams import statechart
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.state.session import Session
from modelops_abm.app.understand.assumptions import ASSUMPTIONS, assumptions, how_many
from modelops_abm.app.understand.life_cycle import life_cycle, takes, tank
from modelops_abm.app.understand.published import Published
from modelops_abm.app.understand.verification import (
    conditions,
    effects_table,
    in_short,
    legend,
    record,
    verified,
)
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.controls import Contents, Search
from modelops_abm.app.widgets.markup import Action
from modelops_abm.core.statechart import PRODUCTION_STATES
from modelops_abm.scenario import Scenario

SECTIONS = {
    "life-cycle": "Life cycle",
    "states": "A model's states",
    "capabilities": "Capabilities grow",
    "effects": "Effects",
    "assumptions": "Assumptions",
    "published": "Published figures",
    "card": "Model card",
    "verified": "Verified",
}
"""Titles of the sections in the contents."""


@solara.component
def Understand(session: Session) -> None:
    """Show the part."""
    scenario = session.plan.scenario
    with solara.Div(classes=["understand"], attributes={"data-part": "understand"}):
        Contents(SECTIONS, "Contents of this part")
        with solara.Div(classes=["sections"]):
            Markup(mechanisms(scenario))
            Assumptions(session)
            ErrorBoundary(Published, session)
            Markup(checks())


@solara.component
def Assumptions(session: Session) -> None:
    """Show what is assumed, and search in it."""
    query, set_query = solara.use_state("")

    def explain(action: Action) -> None:
        match action:
            case ("explain", name) if any(name == each.name for each in ASSUMPTIONS):
                # The drawer stands beside the plan, where the value can be changed.
                session.drawer.set(name)
                session.view.set("decide")

    classes = ["card", "section"]
    with solara.Div(classes=classes, attributes={"id": "assumptions", "tabindex": "-1"}):
        Markup(h.fragment[h.h2["What we assume, and how sure we are"], h.p(".lead")[how_many()]])
        Search("Search", "drift, cost, retraining", set_query)
        Markup(assumptions(session.plan.scenario, query), reported(session, explain))


def mechanisms(scenario: Scenario) -> h.Fragment:
    """Return the sections on how the simulator works, with the numbers of a scenario."""
    production = formats.count_in_words(len(PRODUCTION_STATES))
    return h.fragment[
        _section("life-cycle", "Ideas become models, and models need care", life_cycle(scenario)),
        h.div(".pair")[
            _section(
                "states", f"A model in production is in one of {production} states", _states()
            ),
            _section("capabilities", "A capability fills like a tank", _tank(scenario)),
        ],
        _section("takes", "What a full level takes", takes(scenario)),
        _section(
            "effects",
            "What each capability changes",
            h.fragment[h.p(".lead")[conditions(record())], effects_table(record()), legend()],
        ),
    ]


def checks() -> h.Element:
    """Return the section on what has been checked."""
    return _section(
        "verified",
        "What has been checked",
        h.fragment[h.p(".lead")[in_short(record())], verified(record())],
    )


def _section(name: str, title: h.Node, content: h.Node) -> h.Element:
    return h.section(".card.section", id=name, tabindex="-1", data_key=name)[
        h.h2[title], content
    ]  # fmt: skip


def _states() -> h.Fragment:
    return h.fragment[
        h.p(".lead")[
            "It earns while a version serves. With rollback, the previous version serves during a"
            " repair. From any state a model may retire."
        ],
        statechart(),
        h.p(".key")[
            h.i(".ring", aria_hidden="true"),
            h.span(".label")["ring on a token in Watch: the previous version serves"],
        ],
    ]


def _tank(scenario: Scenario) -> h.Fragment:
    return h.fragment[
        h.p(".lead")[
            "Only work that developers really put in raises the level; firefighting delays it."
        ],
        tank(scenario),
    ]
