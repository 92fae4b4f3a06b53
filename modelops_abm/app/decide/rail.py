"""The rail: everything of a plan that a visitor can move."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import solara

from modelops_abm.app.decide.entries import Problems, take_entry
from modelops_abm.app.decide.rail_head import horizon_choice, horizon_days, preset_menu, rail_head
from modelops_abm.app.decide.rail_rows import (
    MAIN_ASSUMPTIONS,
    assumption_rows,
    changed_assumptions,
    slider_rows,
    slider_texts,
)
from modelops_abm.app.decide.settings import (
    MOST_FOUND,
    SETTABLE,
    changed_rows,
    found,
    precision_row,
    setting_rows,
)
from modelops_abm.app.guard import guarded
from modelops_abm.app.icons import icon
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Controls, Keys, Markup
from modelops_abm.app.widgets.controls import Entry, Field, Slider
from modelops_abm.app.widgets.markup import Action
from modelops_abm.app.widgets.search import Search
from modelops_abm.parameters import CAPABILITY_NAMES
from modelops_abm.parameters.presets import PRESETS

_NONE_WRONG: Problems = {}
_KEYS = {"mod+z": "undo", "mod+shift+z": "redo", "mod+y": "redo"}


@solara.component
def Rail(session: Session) -> None:
    """Show the rail."""
    wrong, set_wrong = solara.use_state(("", _NONE_WRONG))
    is_open, set_open = solara.use_state(False)
    key = session.plan.key
    problems = wrong[1] if wrong[0] == key else {}

    def enter(entry: Entry) -> None:
        set_wrong((key, take_entry(session, entry)))

    def act(action: Action) -> None:
        if action.name == "assumptions":
            set_open(not is_open)
        else:
            carry_out(session, action)

    on_action, on_enter = guarded(session, act), guarded(session, enter)
    shown = {"data-plan": key, "data-part": "rail"}
    with solara.Div(classes=["rail", *["rail-open"] * is_open], attributes=shown):
        Keys(_KEYS, lambda meaning: on_action(Action(meaning, "")))
        Markup(rail_head(session.history.value), on_action, "rail-title")
        Markup(preset_menu(session.plan), on_action, "rail-preset")
        Sliders(session, problems, on_enter)
        Markup(_horizon(session.plan, is_open), on_action, "rail-horizon")
        with solara.Div(classes=["rail-assumptions"]):
            Markup(_assumptions_head(session.plan, is_open), on_action)
            _controls(session, assumption_rows(session.plan, problems), on_enter)
            if is_open:
                Settings(session, problems, on_enter)


@solara.component
def Sliders(
    session: Session, problems: Problems, on_enter: Callable[[Entry], None]
) -> solara.Element:
    """Show the sliders of the capabilities and the team."""
    plan, before = session.plan, session.history.value.before
    rows = slider_rows(plan, before, session.answer.value, problems)
    return _controls(session, rows, on_enter, slider_texts(plan))


@solara.component
def Settings(session: Session, problems: Problems, on_enter: Callable[[Entry], None]) -> None:
    """Show the assumptions that were changed, and a search for any value of the scenario."""
    query, set_query = solara.use_state("")
    plan = session.plan
    hits = found(query)
    elsewhere = {*(hit.name for hit in hits[:MOST_FOUND]), *(row.name for row in MAIN_ASSUMPTIONS)}
    with solara.Div(classes=["rail-settings"]):
        changed = changed_rows(plan, problems, elsewhere)
        _controls(session, [*changed, precision_row(plan, session.precision.value)], on_enter)
        Search(f"Any of {len(SETTABLE)} values", "retraining interval", set_query)
        _controls(session, setting_rows(hits[:MOST_FOUND], plan, problems), on_enter)
        if query:
            Markup(h.p(".label")[_hits(len(hits))])


def carry_out(session: Session, action: Action) -> None:
    """Do what a button or menu of the rail says; nothing if there is none such."""
    match action:
        case ("undo", _):
            session.undo()
        case ("redo", _):
            session.redo()
        case ("replay", _):
            session.replay()
        case ("reset", _):
            session.reset()
        case ("preset", name) if name in PRESETS:
            session.take_preset(name)
        case ("horizon", days) if horizon_days(days):
            session.change({"horizon_days": horizon_days(days)})


def _controls(
    session: Session,
    rows: list[Field] | list[Slider],
    on_enter: Callable[[Entry], None],
    texts: dict[str, list[str]] | None = None,
) -> solara.Element:
    def restore(name: str) -> None:
        session.take(session.plan.restored(name))

    return Controls(
        rows,
        on_enter=on_enter,
        on_explain=guarded(session, lambda subject: explain(session, subject)),
        on_restore=guarded(session, restore),
        texts=texts,
    )


def explain(session: Session, subject: str) -> None:
    """Open the drawer on a capability or a value; close it if it is open on that."""
    if subject in CAPABILITY_NAMES or subject in SETTABLE:
        session.drawer.set("" if session.drawer.value == subject else subject)


def _horizon(plan: Plan, is_open: bool) -> h.Fragment:
    return h.fragment[horizon_choice(plan), _opener("Assumptions", is_open, ".narrow")]


def _assumptions_head(plan: Plan, is_open: bool) -> h.Element:
    count = len(changed_assumptions(plan))
    words = f"{count} changed" if count else "all at default"
    return h.div(".rail-assumptions-head")[
        h.h2["Main assumptions"], _opener(words, is_open, ".plain")
    ]


def _opener(words: str, is_open: bool, css_class: str) -> h.Element:
    return h.button(
        css_class,
        data_action="assumptions",
        aria_expanded="true" if is_open else "false",
        title="Set any value of the scenario",
    )[words, icon("down", 14)]


def _hits(count: int) -> str:
    if not count:
        return "Nothing of that name. Try another word."
    return f"The first {MOST_FOUND} of {count}." if count > MOST_FOUND else ""
