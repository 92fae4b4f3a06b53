"""Understand, in two layers: a story of four pictures, then all that a specialist asks, folded.

What is folded says how the simulator works, what it assumes, and how it has been checked
(docs/decisions/0062).
"""

from __future__ import annotations

import htpy as h
import solara
from solara import v

from modelops_abm import formats
from modelops_abm.app.drawing.cards import folded_section
from modelops_abm.app.drawing.diagrams import statechart
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.state.session import Session
from modelops_abm.app.understand.assumptions import ASSUMPTIONS, assumptions, how_many
from modelops_abm.app.understand.life_cycle import life_cycle, stock, takes
from modelops_abm.app.understand.published import Published
from modelops_abm.app.understand.story import Story
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
    "story": "In four pictures",
    "life-cycle": "Life cycle",
    "states": "A model's states",
    "capabilities": "Capabilities grow",
    "effects": "Effects",
    "assumptions": "Assumptions",
    "published": "Published figures",
    "card": "Model card",
    "verified": "Verified",
}
"""Titles in the contents: the first layer, then the sections of the second."""


@solara.component
def Understand(session: Session) -> None:
    """Show the part."""
    scenario = session.plan.scenario
    with solara.Div(classes=["understand"], attributes={"data-part": "understand"}):
        Contents(SECTIONS, "Contents of this part")
        with solara.Div(classes=["sections"]):
            ErrorBoundary(Story, session)
            Markup(h.h2(".layer")["How it works, in full"])
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

    # As `folded_section`, which cannot hold a field that is searched in while one types.
    at = {"id": "assumptions", "tabindex": "-1"}
    with v.Html(tag="details", class_="card section", attributes=at):
        with v.Html(tag="summary"):
            Markup(h.h2["What we assume, and how sure we are"])
        Markup(h.p(".lead")[how_many()])
        Search("Search", "drift, cost, retraining", set_query)
        Markup(assumptions(session.plan.scenario, query), reported(session, explain))


def mechanisms(scenario: Scenario) -> h.Fragment:
    """Return the sections on how the simulator works, with the numbers of a scenario."""
    production = formats.count_in_words(len(PRODUCTION_STATES))
    in_states = f"A model in production is in one of {production} states"
    effects = h.fragment[h.p(".lead")[conditions(record())], effects_table(record()), legend()]
    return h.fragment[
        folded_section("life-cycle", "The life cycle of a model", life_cycle(scenario)),
        folded_section("states", in_states, _states()),
        folded_section("capabilities", "Work raises the level of a capability", _stock(scenario)),
        folded_section("effects", "What each capability changes, as measured", effects),
    ]


def checks() -> h.Element:
    """Return the section on what has been checked."""
    content = h.fragment[h.p(".lead")[in_short(record())], verified(record())]
    return folded_section("verified", "What has been checked", content)


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


def _stock(scenario: Scenario) -> h.Fragment:
    return h.fragment[
        h.p(".lead")[
            "Only work that is done raises the level; work of a higher priority delays it."
        ],
        stock(scenario),
        h.h3["What a full level takes"],
        takes(scenario),
    ]
