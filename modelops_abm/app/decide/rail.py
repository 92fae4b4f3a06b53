"""The rail: everything of a plan that a visitor can move, with its history above it.

First the rail and what its buttons do, then its head: undo, redo, replay, reset; organisation and
plan; the horizon. What stands in the rows, and what may be entered in them, is in `rail_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide import rail_rows
from modelops_abm.app.decide.figures import SUBJECTS
from modelops_abm.app.decide.rail_rows import MOST_FOUND, SETTABLE, Problems, take_entry
from modelops_abm.app.decide.sentences import plan_name
from modelops_abm.app.errors import reported
from modelops_abm.app.state.plan import (
    ORGANISATIONS,
    PLANS,
    History,
    Plan,
    name_of_organisation,
    planned_by,
    planned_later,
)
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import STEP_KEYS, Controls, Keys, Markup
from modelops_abm.app.widgets.controls import Entry, Field, Search, Slider
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments.plans import raised
from modelops_abm.experiments.words import capitalised
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario
from modelops_abm.scenario.capabilities import words_of
from modelops_abm.scenario.presets import PRESETS, preset, title_of
from modelops_abm.text import all_of

_NONE_WRONG: tuple[str, Problems] = ("", {})


@solara.component
def Rail(session: Session) -> None:
    """Show the rail."""
    wrong, set_wrong = solara.use_state(_NONE_WRONG)
    is_open = session.shows_settings.value
    key = session.plan.key
    problems = wrong[1] if wrong[0] == key else {}  # of another plan they are over

    def enter(entry: Entry) -> None:
        # A wrong entry leaves the plan as it is, and its message goes with the next change.
        problems = take_entry(session, entry)
        set_wrong((session.plan.key, problems) if problems else _NONE_WRONG)

    def act(action: Action) -> None:
        if action.name == "assumptions":
            session.shows_settings.set(not session.shows_settings.value)
        else:
            carry_out(session, action)

    on_action, on_enter = reported(session, act), reported(session, enter)
    shown = {"data-plan": key, "data-part": "rail"}
    with solara.Div(classes=["rail", *["rail-open"] * is_open], attributes=shown):
        Keys(STEP_KEYS, lambda meaning: on_action(Action(meaning, "")))
        Markup(rail_head(session.history.value), on_action, "rail-title")
        Markup(pickers(session.plan), on_action, "rail-preset")
        Sliders(session, problems, on_enter)
        choice = h.fragment[
            horizon_choice(session.plan), _opener("Assumptions", is_open, ".narrow")
        ]
        Markup(choice, on_action, "rail-horizon")
        with solara.Div(classes=["rail-assumptions"]):
            Markup(_assumptions_head(session.plan, is_open), on_action)
            _controls(session, rail_rows.assumption_rows(session.plan, problems), on_enter)
            if is_open:
                Settings(session, problems, on_enter)


# A component of its own: it reads the answer, which comes with every batch, and the rest of the
# rail is not made anew for that.
@solara.component
def Sliders(
    session: Session, problems: Problems, on_enter: Callable[[Entry], None]
) -> solara.Element:
    """Show the sliders of the capabilities and the team."""
    plan, before = session.plan, session.history.value.before
    rows = rail_rows.slider_rows(plan, before, session.answer.value, problems)
    return _controls(session, rows, on_enter, rail_rows.slider_texts(plan))


@solara.component
def Settings(session: Session, problems: Problems, on_enter: Callable[[Entry], None]) -> None:
    """Show the assumptions that were changed, and a search for any value of the scenario."""
    query, set_query = solara.use_state("")
    plan = session.plan
    hits = rail_rows.found(query)
    elsewhere = {
        *(hit.name for hit in hits[:MOST_FOUND]),
        *(row.name for row in rail_rows.MAIN_ASSUMPTIONS),
    }
    with solara.Div(classes=["rail-settings"]):
        changed = rail_rows.changed_rows(plan, problems, elsewhere)
        _controls(session, [*changed, rail_rows.precision_row(session.precision.value)], on_enter)
        Search(f"Any of {len(SETTABLE)} values", "retraining interval", set_query)
        _controls(session, rail_rows.setting_rows(hits[:MOST_FOUND], plan, problems), on_enter)
        if query:
            Markup(h.p(".label")[_hits(len(hits))])


def carry_out(session: Session, action: Action) -> None:
    """Do what a button or menu of the rail says; nothing if there is none such."""
    match action:
        case ("rail", "plan" | "timeline" as shown):
            session.is_timeline.set(shown == "timeline")
        case ("undo", _):
            session.undo()
        case ("redo", _):
            session.redo()
        case ("replay", _):
            session.replay()
        case ("reset", _):
            session.reset()
        case ("organisation", name) if name in ORGANISATIONS:
            session.take_organisation(name)
        case ("plan", name) if name in PLANS:
            session.take_plan(name)
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
        on_explain=reported(session, lambda subject: explain(session, subject)),
        on_restore=reported(session, restore),
        texts=texts,
    )


def explain(session: Session, subject: str) -> None:
    """Open the drawer on a capability, value or key figure; close it if it is open on that."""
    if is_explained(subject):
        session.drawer.set("" if session.drawer.value == subject else subject)


def is_explained(subject: str) -> bool:
    """Return whether the drawer has anything to say of a subject, which a browser names."""
    return subject in CAPABILITY_NAMES or subject in SETTABLE or subject in SUBJECTS


def _assumptions_head(plan: Plan, is_open: bool) -> h.Element:
    words = _how_many_changed(plan)
    return h.div(".rail-assumptions-head")[
        h.h2["Main assumptions"], _opener(words, is_open, ".plain")
    ]


def _how_many_changed(plan: Plan) -> str:
    """Return how many assumptions the visitor has changed, and how many are as nobody else's."""
    changed, unlike = rail_rows.changed_assumptions(plan), rail_rows.unlike_default(plan)
    if changed:
        return f"{len(changed)} changed"
    # What an organisation has of its own is no change of the visitor's, and no default.
    return f"{len(unlike)} not at default" if unlike else "all at default"


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


# --------------------------------------------------------------------------------------
# The head of the rail: undo, redo, replay, reset; organisation and plan; and the horizon.


HORIZON_YEARS = (1, 3, 5)
_YEAR_DAYS = 365


def rail_switch(*, is_timeline: bool) -> h.Element:
    """Return the switch between what is planned and what happens on which day."""
    return h.div(".segments.rail-switch", role="group", aria_label="What the rail shows")[
        (
            h.button(
                data_action="rail",
                data_value=name.lower(),
                aria_pressed=str((name == "Timeline") == is_timeline).lower(),
            )[name]
            for name in ("Plan", "Timeline")
        )
    ]


def rail_head(history: History, *, is_timeline: bool = False) -> h.Element:
    """Return the switch with the buttons that go through the history of the plan."""
    plan = history.plan
    buttons = (
        ("undo", "Undo", bool(history.past)),
        ("redo", "Redo", bool(history.undone)),
        ("replay", "Replay the last change", bool(history.past)),
        ("reset", f"Reset to {title_of(plan.start)}", bool(plan.changes)),
    )
    return h.div(".rail-head")[
        not is_timeline and h.h2(".spoken")["Plan"],
        rail_switch(is_timeline=is_timeline),
        h.div(".rail-buttons", role="group", aria_label="History of the plan")[
            (
                h.button(
                    ".plain.icon",
                    data_action=name,
                    aria_label=words,
                    title=words,
                    disabled=not is_possible,
                )[icon(name)]
                for name, words, is_possible in buttons[: 2 if is_timeline else None]
            )
        ],
    ]


def pickers(plan: Plan) -> h.Fragment:
    """Return the two menus: whose organisation it is, and what is planned; any goes with any."""
    own = [name for name in plan.changes if name not in plan.planned]
    organisation = plan.organisation if _is_preset(plan) else ""
    # A preset plans all from the start on.
    presets = () if planned_later(plan.scenario) else PLANS
    named = [name for name in presets if planned_by(preset(name)) == plan.planned]
    return h.fragment[
        _picker(
            "organisation",
            name_of_organisation(plan),
            {name: name_of_preset(name) for name in ORGANISATIONS},
            organisation,
            "changed" if own else "",
        ),
        _picker(
            "plan",
            title_of(named[0]) if named else _short(plan.scenario),
            {name: title_of(name) for name in PLANS},
            named[0] if named else "",
        ),
    ]


_LONGEST = 32
"""Letters of a plan's name that the picker has room for."""


def _short(scenario: Scenario) -> str:
    """Return what a plan is called in one line; its levels are on the sliders below."""
    name = plan_name(scenario)
    if len(name) > _LONGEST:
        name = capitalised(all_of([words_of(each) for each in raised(scenario)]))
    if len(name) > _LONGEST:
        name = capitalised(f"{formats.count_in_words(len(raised(scenario)))} capabilities")
    return name


def _is_preset(plan: Plan) -> bool:
    return plan.belief is None and plan.base.imported is None and plan.start in PRESETS


def name_of_preset(name: str) -> str:
    """Return what the organisation of a preset is called."""
    return name_of_organisation(Plan.of_preset(name))


def _picker(
    action: str, shown: str, options: Mapping[str, str], chosen: str, note: str = ""
) -> h.Element:
    title = action.capitalize()
    return h.label(".preset")[
        h.span[title],
        h.strong(title=shown)[shown],
        h.span[note] if note else None,
        icon("down"),
        h.select(data_action=action, aria_label=title)[
            h.option(value="", selected=True)[shown] if not chosen else None,
            (h.option(value=name, selected=name == chosen)[w] for name, w in options.items()),
        ],
    ]


def horizon_choice(plan: Plan) -> h.Element:
    """Return the choice of the horizon; one that is none of the usual ones stands beside them."""
    days = plan.scenario.horizon_days  # a preset or a link may have any
    choices = [years * _YEAR_DAYS for years in HORIZON_YEARS]
    if days not in choices:
        choices = sorted([*choices, days])
    return h.div(".horizon")[
        h.h2(id="horizon-label")["Horizon"],
        h.div(".segments", role="group", aria_labelledby="horizon-label")[
            (
                h.button(
                    data_action="horizon",
                    data_value=str(choice),
                    aria_pressed="true" if choice == days else "false",
                    aria_label=_span(choice),
                )[
                    _span(choice)
                    if choice == days or choice % _YEAR_DAYS
                    else str(choice // _YEAR_DAYS)
                ]
                for choice in choices
            )
        ],
    ]


def _span(days: int) -> str:
    """Return a horizon with its unit in figures: 3 years, 18 months, 400 days."""
    if days % _YEAR_DAYS == 0:
        return formats.plural(days // _YEAR_DAYS, "year")
    months = round(days / formats.MONTH_DAYS)
    if round(months * formats.MONTH_DAYS) == days:
        return formats.plural(months, "month")
    return formats.plural(days, "day")


def horizon_days(value: str) -> int:
    """Return the horizon that a segment stands for, in days; 0 if there is none such."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
