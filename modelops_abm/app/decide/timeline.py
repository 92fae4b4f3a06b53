"""Timeline: what happens on which day in place of what is planned, and what each event does.

First the rail, a list of events with their fields; then the head and the card. What is drawn is
in `timeline_picture`, what an event is in `state.events`, what is done with one in
`state.event_changes`. Numbers are at the values as set.
"""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide import timeline_picture
from modelops_abm.app.decide.rail import rail_head
from modelops_abm.app.decide.rail_rows import quantity_of
from modelops_abm.app.decide.sentences import headline, progress
from modelops_abm.app.decide.verdict_card import NOT_YET, run_state
from modelops_abm.app.drawing.cards import card_head, table
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.measures import is_share, measure_of, read
from modelops_abm.app.state import event_changes
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.effects import MOST_WEIGHED, EventEffects
from modelops_abm.app.state.event_changes import EXAMPLES, example_in_words
from modelops_abm.app.state.events import MONTH_NAMES, SEASON, Event, events_of
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import EventChange, Keys, Lanes, Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import notation_of
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.words import capitalised, known_money, mean_of
from modelops_abm.scenario import InputError, Problem, Scenario
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.requests import ALL, REGULATED
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.text import printable

_KEYS = {"mod+z": "undo", "mod+shift+z": "redo", "mod+y": "redo"}
_END = "the end"
_LARGEST = 1e9  # of what is typed; what is allowed is less and said by the scenario


@solara.component
def TimelineRail(session: Session) -> None:
    """Show the events of the plan, with what each does and the fields of the one that is open."""

    def act(action: Action) -> None:
        take_event_action(session, action)

    on_action = reported(session, act)
    shown = {"data-plan": session.plan.key, "data-part": "rail"}
    with solara.Div(classes=["rail", "timeline-rail"], attributes=shown):
        Keys(_KEYS, lambda meaning: on_action(Action(meaning, "")))
        Markup(rail_head(session.history.value, is_timeline=True), on_action, "rail-title")
        content = event_list(session.plan, effects_of(session, None), session.event.value)
        Markup(content, on_action, "event-list")


def take_event_action(session: Session, action: Action) -> None:
    """Do what a button or field of the list says; nothing if there is none such."""
    scenario, value = session.plan.scenario, action.value
    match action.name:
        case "undo":
            session.undo()
        case "redo":
            session.redo()
        case "rail":
            session.is_timeline.set(value == "timeline")
        case "event":
            session.event.set("" if session.event.value == value else value)
        case "remove event":
            session.change(event_changes.removed(scenario, value))
        case "add event" if value in EXAMPLES or value in CHANGEABLE:
            session.change(event_changes.added(scenario, value))
            new = event_changes.first_new(scenario, session.plan.scenario)
            session.event.set(session.event.value if new is None else new.key)
        case name if name.startswith("set event "):
            session.change(_entered(scenario, name.removeprefix("set event "), session, value))


def take_change(session: Session, change: EventChange) -> None:
    """Move and size an event, as one step of undo."""
    scenario = session.plan.scenario
    if abs(change.day) > scenario.horizon_days:
        return
    if change.is_end:
        session.change(event_changes.drawn_to(scenario, change.key, change.day))
    else:
        session.change(event_changes.moved(scenario, change.key, change.day, change.steps))


def _entered(scenario: Scenario, field: str, session: Session, text: str) -> event_changes.Values:
    """Return the values that a field of the open event says."""
    key = session.event.value
    match field:
        case "month":
            return event_changes.moved(scenario, key, event_changes.day_of(_number(text, "month")))
        case "until":
            is_end = text.strip() in ("", _END)
            return event_changes.ended(scenario, key, None if is_end else _number(text, "until"))
        case "size":
            kind = key.rpartition("#")[0]
            size = read(quantity_of(kind), text) if kind in CHANGEABLE else _number(text, "size")
            return event_changes.resized(scenario, key, float(size))
        case "who":
            return event_changes.renewed_request(scenario, key, who=text)
        case "effort":
            return event_changes.renewed_request(scenario, key, effort=_number(text, "effort"))
    return {}


def _number(text: str, name: str) -> float:
    try:
        if "," not in text and abs(number := float(text.strip())) <= _LARGEST:
            return number
    except ValueError:
        pass
    message = "is no number that can be used; write it with a point, without commas"
    raise InputError(Problem(message, "", name, f"'{printable(text, 40)}'"))


def effects_of(session: Session, answer: Answer | None) -> EventEffects | None:
    """Return what events do, as far as it is known: in the futures of an answer, or of now."""
    found = session.effects.value
    plan, seed = (
        (session.plan, session.seed.value) if answer is None else (answer.plan, answer.seed)
    )
    is_of = found is not None and (found.plan.key, found.seed) == (plan.key, seed)
    return found if is_of else None


# --------------------------------------------------------------------------------------
# The list of events.


def event_list(plan: Plan, effects: EventEffects | None, chosen: str) -> h.Fragment:
    """Return the list, what all do together, and the menu of examples."""
    found = events_of(plan.scenario)
    count = formats.count_in_words(len(found)) if found else "No"
    noun = "event" if len(found) == 1 else "events"
    return h.fragment[
        h.div(".event-head")[
            h.h2[f"{capitalised(count)} {noun}"],
            bool(found) and h.span(".label")["what each does to the plan's worth"],
        ],
        not found
        and h.p(".label")[
            "Nothing changes on the way: team, traffic and incidents stay as they begin. Add what"
            " you expect, and see whether the plan still pays."
        ],
        h.ol(".events")[
            (
                _event_row(plan.scenario, event, number, effects, is_open=event.key == chosen)
                for number, event in enumerate(found, 1)
            )
        ],
        bool(found) and _together(len(found), effects),
        _menu(plan.scenario),
    ]


def _event_row(
    scenario: Scenario, event: Event, number: int, effects: EventEffects | None, *, is_open: bool
) -> h.Element:
    worth = None if effects is None else effects.each.get(event.key)
    return h.li(class_={"open": is_open}, data_key=event.key)[
        h.button(
            ".plain.event-name",
            data_action="event",
            data_value=event.key,
            aria_expanded=str(is_open).lower(),
        )[
            h.span(".event-number")[str(number)],
            h.span(".event-words")[h.strong[event.words], h.span(".label")[event.when]],
            _effect(worth, is_known=effects is not None),
        ],
        is_open and _fields(scenario, event),
    ]


def _effect(worth: PairedDifference | None, *, is_known: bool = False) -> h.Element:
    if worth is None:
        return h.span(".event-effect.label")["" if is_known else "…"]
    return h.span(class_=["event-effect", f"tone-{_tone(worth)}"])[known_money(worth, signed=True)]


def _tone(worth: PairedDifference) -> str:
    return {"earns": "earns", "loses": "costs"}.get(worth.verdict, "unknown")


def _together(count: int, effects: EventEffects | None) -> h.Element:
    worth = None if effects is None else effects.together
    whole = "Its effect" if count == 1 else f"All {formats.count_in_words(count)} together"
    shares = "" if count == 1 else " Shares need not add up."
    if count > MOST_WEIGHED:
        shares += f" Of so many the first {MOST_WEIGHED} are told one by one."
    return h.div(".event-sum")[
        h.strong[whole],
        _effect(worth),
        h.p(".label")[f"With it minus without it, in the same futures.{shares}"],
    ]


def _fields(scenario: Scenario, event: Event) -> h.Element:
    return h.div(".event-fields")[
        event.value is not None and _field(*_size_of(event), event),
        event.is_placed
        and _field("month", _WHEN.get(event.kind, "From month"), event.month, "", event),
        event.is_change
        and _field("until", "Until month", _END if event.is_open else event.last_month, "", event),
        event.kind.startswith("request ") and _request_fields(scenario, event),
        h.button(".plain.remove", data_action="remove event", data_value=event.key)["Remove"],
    ]


_WHEN = {SEASON: "First in month"}


def _size_of(event: Event) -> tuple[str, str, str, str]:
    """Return field, label, text and unit of an event's size."""
    size = f"{event.value:.10g}"
    if event.kind == SEASON:
        return "size", "Traffic ×", size, ""
    if event.kind.startswith("request "):
        return "size", "Days to answer", size, ""
    quantity = quantity_of(event.kind)
    measure = measure_of(quantity)
    was = "" if event.before is None else f"was {measure.number(event.before)}"
    after = ", ".join(filter(None, ("%" if is_share(quantity) else "", was)))
    return "size", name_in_words(event.kind), measure.entry(event.value or 0.0), after


def _field(name: str, label: str, text: object, after: str, event: Event) -> h.Element:
    return h.label[
        h.span[label],
        h.input(
            type="text",
            autocomplete="off",
            maxlength="40",
            value=str(text),
            data_action=f"set event {name}",
            data_key=f"{event.key} {name}",
        ),
        h.span(".label")[after],
    ]


def _request_fields(scenario: Scenario, event: Event) -> h.Node:
    kind = next(each for each in scenario.requests if event.kind == f"request {each.name}")
    whom = [ALL, REGULATED, *(each.name for each in scenario.archetypes)]
    return h.fragment[
        h.label[
            h.span["Models"],
            h.select(data_action="set event who")[
                (h.option(value=who, selected=who == kind.who)[who] for who in whom)
            ],
        ],
        _field("effort", "Days of work each", f"{kind.effort.mean:.10g}", "", event),
    ]


_ICONS = {"team": "person", "season": "wave", "audit": "file", "vendor": "plug"}


def _menu(scenario: Scenario) -> h.Element:
    return h.details(".event-menu")[
        h.summary(".button")[icon("plus"), "Add an event", icon("down")],
        h.div(".event-examples")[
            h.p(".label")["Ready examples"],
            (
                h.button(".plain", data_action="add event", data_value=what)[
                    icon(_ICONS[what]),
                    h.span[
                        h.strong[words],
                        h.span(".label")[example_in_words(scenario, what)],
                    ],
                ]
                for what, words in EXAMPLES.items()
            ),
            h.label(".own")[
                h.strong["Your own"],
                h.select(data_action="add event", aria_label="Your own: a value that changes")[
                    h.option(value="", selected=True)["any value, from any month"],
                    (h.option(value=name)[name_in_words(name)] for name in CHANGEABLE),
                ],
            ],
        ],
    ]


# --------------------------------------------------------------------------------------
# The head: what the plan is still worth; and the card.


@solara.component
def TimelineVerdict(session: Session) -> None:
    """Show what the plan is worth with and without its events; before its answer, the last one."""
    answer = session.answer.value
    comparison = None if answer is None else answer.comparison
    plan = session.plan if answer is None else answer.plan
    is_stale = plan.key != session.plan.key
    told = timeline_verdict(plan, comparison, effects_of(session, answer), is_stale=is_stale)
    Markup(told)


@solara.component
def TimelineProgress(session: Session) -> None:
    """Show how far the answer has come."""
    answer, key = session.answer.value, session.plan.key
    if answer is None:
        Markup(run_state(NOT_YET))
        return
    run = session.progress.value
    done = run.done if run is not None and run.plan.key == key else 0
    # As set, as all is here.
    Markup(run_state(progress(answer.as_set(), done=done, is_superseded=answer.plan.key != key)))


def timeline_verdict(
    plan: Plan,
    comparison: Comparison | None,
    effects: EventEffects | None,
    *,
    is_stale: bool = False,
) -> h.Element:
    """Return the sentence, and what else to know: if it is of the plan before, that it is."""
    found = events_of(plan.scenario)
    together = None if effects is None else effects.together
    key = "" if comparison is None else plan.key
    return h.section(".verdict", data_part="timeline-verdict", data_answers=key)[
        h.div(".says")[
            h.h1[_sentence(len(found), comparison, effects)],
            h.p(".second")[
                _second(found, effects)
                if effects is not None and together is not None
                else _STALE
                if is_stale
                else _waiting(bool(found))
            ],
        ],
    ]


def _sentence(count: int, comparison: Comparison | None, effects: EventEffects | None) -> h.Node:
    if comparison is None:
        return "What is the plan worth once things change?"
    span = formats.span(comparison.plan.scenario.horizon_days)
    notation, average = notation_of(comparison), mean_of(comparison.difference("npv"))
    worth = h.span(class_=["worth", f"tone-{headline(comparison).tone}"])[
        notation.in_dollars(average)
    ]
    if not count:
        return h.fragment["While nothing changes, the plan is worth ", worth, f" over {span}."]
    instead = ""
    if effects is not None and effects.together is not None and effects.unchanged is not None:
        # Of more futures is known what the plan is worth: without events it is that less these.
        instead = f", not {notation.in_dollars(average - mean_of(effects.together))}"
    changes = "this event" if count == 1 else f"these {formats.count_in_words(count)} events"
    return h.fragment[f"With {changes} the plan is worth ", worth, f" over {span}{instead}."]


_STALE = "That was before the last change; the plan as it is now is being run."


def _waiting(is_any: bool) -> str:
    return (
        "What each event does is found out once the plan is answered."
        if is_any
        else ("Add an event to see what it does to the plan.")
    )


def _second(found: tuple[Event, ...], effects: EventEffects) -> h.Node:
    """Return which event costs most, and that the baseline has them too."""
    known = [event for event in found if event.key in effects.each]
    worst = min(known, key=lambda event: effects.each[event.key].estimate.mean or 0.0)
    if len(known) > 1 and effects.each[worst.key].verdict == "loses":
        most: h.Node = h.fragment[
            f"Event {found.index(worst) + 1} costs most: ",
            h.strong[worst.words],
            f", {known_money(effects.each[worst.key])}. ",
        ]
    elif all(worth.verdict == "cannot tell yet" for worth in effects.each.values()):
        most = "None of them can be told from nothing yet. "
    else:
        most = ""
    return h.fragment[most, "The baseline lives through the same changes."]


@solara.component
def TimelineCard(session: Session) -> None:
    """Show charts and lanes over one axis, or their numbers as a table."""
    is_table, show_table = solara.use_state(False)
    taken, set_taken = solara.use_state(0)
    answer, plan = session.answer.value, session.plan
    comparison = None if answer is None else answer.comparison
    is_own = answer is not None and answer.plan.scenario.horizon_days == plan.scenario.horizon_days

    def switch(action: Action) -> None:
        if action.name == "table":
            show_table(lambda shown: not shown)

    def change(done: EventChange) -> None:
        try:
            take_change(session, done)
        finally:
            # Also where nothing changed, by an error or at the end of the run: the browser lets go.
            set_taken(lambda before: before + 1)

    def open_event(key: str) -> None:
        session.event.set(key)

    start = plan.scenario.start_date
    head = h.div[
        card_head(
            "What changes, and what it does",
            f"one axis: months from {MONTH_NAMES[start.month - 1]} {start.year}; as set",
            is_table=is_table,
        ),
        _key(),
    ]
    with solara.Div(classes=["card", "timeline-card"]):
        Markup(head, reported(session, switch))
        if is_table and comparison is not None:
            Markup(table(timeline_picture.table(comparison)), css_class="numbers-place")
            return
        Lanes(
            timeline_picture.picture(
                plan,
                session.history.value.before,
                comparison if is_own else None,
                effects_of(session, answer),
                session.event.value,
                taken,
            ),
            on_open=reported(session, open_event),
            on_change=reported(session, change),
            on_remove=reported(
                session, lambda key: take_event_action(session, Action("remove event", key))
            ),
        )
        # Below a picture that is saved: on the page the list of events stands beside this card.
        told = timeline_picture.events_in_words(events_of(plan.scenario))
        Markup(h.p(aria_hidden="true")[told], css_class="spoken explained")


def _key() -> h.Element:
    kinds = (("plan", "plan"), ("baseline", "baseline"), ("without", "plan without the events"))
    return h.ul(".timeline-key", aria_label="What the lines mean")[
        (h.li(class_=name)[h.i, words] for name, words in kinds)
    ]


@solara.component
def TimelineMain(session: Session) -> None:
    """Show head and card, each in a boundary of its own."""
    with solara.Div(classes=["timeline-main"]):
        head = solara.Div(classes=["decide-head-place"])
        with head, solara.Div(classes=["decide-head"]), solara.Div(classes=["verdict-place"]):
            ErrorBoundary(TimelineVerdict, session)
            ErrorBoundary(TimelineProgress, session)
        with solara.Div(classes=["decide-cards-place"]):
            ErrorBoundary(TimelineCard, session)
