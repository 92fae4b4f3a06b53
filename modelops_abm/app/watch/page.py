"""The part of the page that is called Watch: one future of a plan and its baseline, day by day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import htpy as h
import solara

from modelops_abm.app.guard import guarded
from modelops_abm.app.state.link import LAST_FUTURE
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.size import MOST_MODEL_DAYS_WATCHED, size_of
from modelops_abm.app.watch.bar import (
    STRIP_HEIGHT,
    controls,
    future_button,
    future_panel,
    months,
    strips,
)
from modelops_abm.app.watch.controller import SPEEDS, Player
from modelops_abm.app.watch.futures import notable_futures
from modelops_abm.app.watch.lane import Setting, lane_markup
from modelops_abm.app.watch.model_panel import panel_body, panel_head
from modelops_abm.app.watch.snapshot import Picture, Snapshot
from modelops_abm.app.watch.stocks import stocks_card
from modelops_abm.app.watch.twin import STRIP_BINS, Question
from modelops_abm.app.widgets import Markup, Screen, Timeline
from modelops_abm.app.widgets.markup import Action
from modelops_abm.formats import number

FIRST_WIDTH = 984
"""Width of a lane until the browser has said how wide it is."""
_PADDING, _STEP = 32, 8
_FASTEST_SEEN = ("1", "5")


class Watching:
    """What a visit's Watch holds: the player and what it shows.

    Parameters
    ----------
    question
        What to watch first.
    """

    def __init__(self, question: Question) -> None:
        self.snapshot: solara.Reactive[Snapshot | None] = solara.reactive(None)
        self.twin = solara.reactive(True)
        self.width = solara.reactive(FIRST_WIDTH)
        self.player = Player(question, self.snapshot.set)


@solara.component
def Watch(session: Session) -> None:
    """Show the part, or that the plan is too large for it."""
    size = size_of(session.plan.scenario)
    if size <= MOST_MODEL_DAYS_WATCHED:
        _Watch(session)
        return
    Markup(
        h.p(".setting-up", role="status")[
            f"This plan is too large to watch: {number(size)} model-days in a future, and at most"
            f" {number(MOST_MODEL_DAYS_WATCHED)} are played here. Decide answers it."
        ]
    )


@solara.component
def _Watch(session: Session) -> None:
    """Show a future of the plan."""
    question = Question(session.plan.scenario, session.seed.value, session.future.value)
    watching: Watching = solara.use_memo(lambda: _resume(session, question), [])
    player = watching.player

    def come_and_go() -> Callable[[], None]:
        player.look()
        return player.pause

    def follow_future() -> None:
        asked = player.question
        if (asked.plan, asked.seed) == (question.plan, question.seed) and asked != question:
            player.ask(question)

    solara.use_effect(come_and_go, [])
    solara.use_effect(follow_future, [question.future])
    snapshot = watching.snapshot.value
    if snapshot is None:
        Markup(h.p(".setting-up", role="status")["Setting up the two organisations."])
        return
    with solara.v.Html(
        tag="div",
        class_="watch" if watching.twin.value else "watch alone",
        attributes={
            "data-part": "watch",
            "data-day": str(snapshot.day),
            "data-playing": str(snapshot.playing).lower(),
        },
    ):
        _Bar(session, watching, snapshot)
        if snapshot.question != question:
            Markup(_changed_plan(), lambda _action: player.ask(question))
        if snapshot.error:
            Markup(h.div(".notice", role="alert")[h.span[snapshot.error]])
        if snapshot.picture is not None:
            _Scene(session, watching, snapshot, snapshot.picture)


def _resume(session: Session, question: Question) -> Watching:
    """Return what the visit has watched so far, or begin."""
    kept = session.memory.get("watch")
    if isinstance(kept, Watching):
        return kept
    watching = session.memory["watch"] = Watching(question)
    session.closing.callback(watching.player.close)
    return watching


def _changed_plan() -> h.Element:
    return h.div(".notice.changed", role="status")[
        h.span["The plan has changed; what you see is still the old one."],
        h.button(data_action="again")["Start again"],
    ]


def _Bar(session: Session, watching: Watching, snapshot: Snapshot) -> None:
    player = watching.player

    def act(action: Action) -> None:
        match action:
            case ("toggle", _):
                player.toggle()
            case ("step", _):
                player.step()
            case ("restart", _):
                player.jump(0)
            case ("speed", name) if name in SPEEDS:
                player.set_speed(name)
            case ("twin", _):
                watching.twin.set(not watching.twin.value)
            case ("future", text):
                choose_future(session, text)

    def jump(day: Any) -> None:
        if isinstance(day, int) and 0 <= day <= snapshot.horizon_days:
            player.jump(day)

    future = snapshot.question.future
    with solara.Div(classes=["watch-bar"]):
        Markup(controls(snapshot), guarded(session, act), css_class="buttons")
        Timeline(
            day=snapshot.day if snapshot.goal is None else snapshot.goal,
            days=snapshot.horizon_days,
            strips=strips(snapshot.picture.strip if snapshot.picture else {}),
            box=f"0 0 {STRIP_BINS} {STRIP_HEIGHT}",
            months=months(snapshot.horizon_days),
            event_jump=guarded(session, jump),
        )
        Markup(
            h.fragment[
                future_button(future, twin=watching.twin.value),
                future_panel(future, LAST_FUTURE, notable_futures(session)),
            ],
            guarded(session, act),
            css_class="buttons",
        )


def choose_future(session: Session, text: str) -> None:
    """Watch another future; what is not the number of one becomes a notice."""
    if text.strip().isdecimal() and int(text) <= LAST_FUTURE:
        session.notice.set("")
        session.future.set(int(text))
    else:
        session.notice.set(f"A future is a whole number from 0 to {LAST_FUTURE:,}, not “{text}”.")


def _Scene(session: Session, watching: Watching, snapshot: Snapshot, picture: Picture) -> None:
    player = watching.player

    def act(action: Action) -> None:
        if action.name == "follow" and action.value.isdecimal():
            player.follow(int(action.value))

    def drawn(serial: Any) -> None:
        if isinstance(serial, int):
            player.drawn(serial)

    def press(key: Any) -> None:
        {" ": player.toggle, ".": player.step}.get(str(key), lambda: None)()

    def measure(width: Any) -> None:
        if isinstance(width, int) and width > 0:
            watching.width.set((width - _PADDING) // _STEP * _STEP)

    with solara.Div(classes=["scene"]):
        with solara.Div(classes=["lanes"]):
            for lane in _lanes(watching, snapshot, picture):
                Markup(lane, guarded(session, act))
            Screen(
                serial=snapshot.serial,
                event_drawn=guarded(session, drawn),
                event_key=guarded(session, press),
                event_width=guarded(session, measure),
            )
        with solara.Div(classes=["side"]):
            with solara.Div(classes=["card", "model"]):
                Markup(panel_head(picture), guarded(session, act))
                Markup(panel_body(picture))
            Markup(stocks_card(picture.plan.stocks))


def _lanes(watching: Watching, snapshot: Snapshot, picture: Picture) -> list[h.Element]:
    def setting(name: str, title: str) -> Setting:
        return Setting(
            name=name,
            title=title,
            width=watching.width.value,
            chosen=None if picture.followed is None else picture.followed.number,
            best_first=snapshot.question.plan.portfolio.backlog_order == "value_per_effort",
            fast=snapshot.speed not in _FASTEST_SEEN or snapshot.goal is not None,
        )

    twin = watching.twin.value
    difference = picture.plan.npv - picture.baseline.npv if twin else None
    plan = lane_markup(picture.plan, setting("plan", "Plan"), difference)
    if not twin:
        return [plan]
    return [plan, lane_markup(picture.baseline, setting("baseline", "Baseline, same luck"), None)]
