"""Watch: one replication of a plan beside its baseline, day by day.

The page calls a replication a future. A player runs both organisations in a thread of its own
(`controller`); what it shows of a day is a snapshot, which is all that is drawn here. First the
part itself, which goes on where the visitor left it; then its bar, with the days and the choice of
a future; then the scene: both organisations, the chosen model, the capabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import htpy as h
import numpy as np
import solara

from modelops_abm.app.errors import reported
from modelops_abm.app.state.link import LAST_REPLICATION
from modelops_abm.app.state.plan import MOST_MODEL_DAYS_WATCHED, size_of
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.watch.controller import SPEEDS, Player
from modelops_abm.app.watch.feed import feed_card
from modelops_abm.app.watch.model_panel import panel_body, panel_head
from modelops_abm.app.watch.organisation import DrawingOptions, organisation_card, stocks_card
from modelops_abm.app.watch.paired_run import STRIP_BINS, RunChoice
from modelops_abm.app.watch.running import running_card
from modelops_abm.app.watch.snapshot import Picture, Snapshot
from modelops_abm.app.widgets import Markup, Screen, Timeline
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.timeline import time_axis_of
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.formats import MONTH_DAYS, month_of, months_in, number
from modelops_abm.scenario import Scenario

FIRST_WIDTH = 984
"""Width of an organisation's card until the browser has said how wide it is."""
_PADDING, _STEP = 32, 8
_FASTEST_SEEN = ("1", "5")


class Watching:
    """What a visit's Watch holds: the player and what it shows.

    Parameters
    ----------
    choice
        What to watch first.
    day
        Day to begin at; in the middle of a story if it is None or the plan has no such day.
    """

    def __init__(self, choice: RunChoice, day: int | None = None) -> None:
        self.snapshot: solara.Reactive[Snapshot | None] = solara.reactive(None)
        self.shows_baseline = solara.reactive(True)
        self.width = solara.reactive(FIRST_WIDTH)
        last = choice.plan.horizon_days
        # On day 0 nothing has happened to anybody.
        opening = last // 4 if day is None or day > last else day
        self.player = Player(choice, self.snapshot.set, opening=opening)


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
    choice = _choice_of(session)
    watching: Watching = solara.use_memo(lambda: _resume(session, choice), [])
    player, snapshot = watching.player, watching.snapshot.value

    def come_and_go() -> Callable[[], None]:
        player.look()
        return player.leave

    # Another replication is followed at once; another plan only when the visitor says so, who may
    # be in the middle of watching the one before.
    def follow_replication() -> None:
        asked = player.choice
        if (asked.plan, asked.seed) == (choice.plan, choice.seed) and asked != choice:
            player.ask(choice)

    # The address tells the day, but not every day of those that go by.
    def remember_day() -> None:
        if snapshot is not None and snapshot.is_at_rest:
            session.day.set(snapshot.day)

    solara.use_effect(come_and_go, [])  # nobody watches while another part is shown
    solara.use_effect(follow_replication, [choice.replication])
    solara.use_effect(remember_day, [snapshot and snapshot.serial])
    if snapshot is None:
        Markup(h.p(".setting-up", role="status")["Setting up the two organisations."])
        return
    with solara.v.Html(
        tag="div",
        class_="watch" if watching.shows_baseline.value else "watch alone",
        attributes={
            "data-part": "watch",
            "data-day": str(snapshot.day),
            "data-playing": str(snapshot.playing).lower(),
        },
    ):
        _Bar(session, watching, snapshot)
        if snapshot.choice != choice:
            again = reported(session, lambda _action: player.ask(_choice_of(session)))
            Markup(_changed_plan(), again)
        if snapshot.error:
            Markup(h.div(".notice", role="alert")[h.span[snapshot.error]])
        if snapshot.picture is not None:
            _Scene(session, watching, snapshot, snapshot.picture)


def _choice_of(session: Session) -> RunChoice:
    """Return what is to be watched."""
    return RunChoice(session.plan.scenario, session.seed.value, session.replication.value)


def _resume(session: Session, choice: RunChoice) -> Watching:
    """Return what the visit has watched so far, or begin."""
    kept = session.part_states.get("watch")
    if isinstance(kept, Watching):
        return kept
    watching = session.part_states["watch"] = Watching(choice, session.day.value)
    session.on_close.callback(watching.player.close)
    return watching


def _changed_plan() -> h.Element:
    return h.div(".notice.changed", role="status")[
        h.span["The plan has changed; what you see is still the old one."],
        h.button(data_action="again")["Start again"],
    ]


# --------------------------------------------------------------------------------------
# The bar: play, step, speed, day, and which future is watched.


# Not a component, nor is the scene: both are drawn with every snapshot, as is all around them.
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
            case ("baseline", _):
                watching.shows_baseline.set(not watching.shows_baseline.value)
            case ("future", text):
                choose_replication(session, text)

    def jump(day: Any) -> None:
        if isinstance(day, int) and 0 <= day <= player.choice.plan.horizon_days:
            player.jump(day)

    replication = snapshot.choice.replication
    with solara.Div(classes=["watch-bar"]):
        Markup(controls(snapshot), reported(session, act), css_class="buttons")
        Timeline(
            # On the way to a day the slider stays where it was put, instead of jumping back.
            day=snapshot.day if snapshot.goal is None else snapshot.goal,
            days=snapshot.horizon_days,
            strips=strips(snapshot.picture.strip if snapshot.picture else {}),
            changes=change_marks(snapshot.choice.plan),
            box=f"0 0 {STRIP_BINS} {STRIP_HEIGHT}",
            months=months(snapshot.horizon_days),
            event_jump=reported(session, jump),
        )
        Markup(
            h.fragment[
                replication_button(replication, shows_baseline=watching.shows_baseline.value),
                replication_panel(replication, LAST_REPLICATION, notable_replications(session)),
            ],
            reported(session, act),
            css_class="buttons",
        )


def choose_replication(session: Session, text: str) -> None:
    """Watch another future; what is not the number of one becomes a notice."""
    if text.strip().isdecimal() and int(text) <= LAST_REPLICATION:
        session.notice.set("")
        session.replication.set(int(text))
    else:
        session.notice.set(
            f"A future is a whole number from 0 to {LAST_REPLICATION:,}, not “{text}”."
        )


REPLICATION_PANEL = "future-panel"
STRIP_HEIGHT = 16
_FULL_BAR = 8
_MOST_MONTHS_SHOWN = 4
_LETTERS_APART = 0.025


def controls(snapshot: Snapshot) -> h.Fragment:
    """Return the buttons to the left of the timeline."""
    going = snapshot.playing
    return h.fragment[
        h.button(".plain.icon", data_action="restart", aria_label="Back to day 0",
                 title="Back to day 0", disabled=not snapshot.day)[icon("reset")],
        h.button(".act.play", data_action="toggle", title="Space")[
            icon("pause" if going else "play"), "Pause" if going else "Play"
        ],
        h.button(data_action="step", disabled=snapshot.over, title="One day: press .")[
            icon("step"), "Day"
        ],
        h.div(".segments", role="group", aria_label="Days a second")[
            (
                h.button(data_action="speed", data_value=name,
                         aria_pressed=str(name == snapshot.speed).lower())[name]
                for name in SPEEDS
            )
        ],
        h.span(".label.unit")["days a second"],
        h.div(".day", aria_live="off")[
            h.strong[f"Day {number(snapshot.day)}"], h.span(".label")[_where(snapshot)]
        ],
    ]  # fmt: skip


def _where(snapshot: Snapshot) -> str:
    if snapshot.goal is not None and abs(snapshot.goal - snapshot.day) > 1:
        return f"on the way to day {number(snapshot.goal)}"
    last = snapshot.horizon_days
    return f"of {number(last)}, {month_of(min(snapshot.day, last - 1))}"


def strips(strip: Mapping[str, Sequence[int]]) -> list[dict[str, str]]:
    """Return bars above the timeline: issues, drifts and retrainings of the plan, stacked.

    Parameters
    ----------
    strip
        How often each happened in each part of the time.
    """
    totals = [sum(counts) for counts in zip(*strip.values(), strict=True)]
    scale = STRIP_HEIGHT / max([_FULL_BAR, *totals])
    below = [0] * len(totals)
    bars = []
    for name, counts in strip.items():
        path = "".join(
            f"M{place + 0.5} {STRIP_HEIGHT - below[place] * scale:.1f}v{-count * scale:.1f}"
            for place, count in enumerate(counts)
            if count
        )
        bars.append({"colour": f"var(--{name})", "path": path})
        below = [before + count for before, count in zip(below, counts, strict=True)]
    return bars


def change_marks(plan: Scenario) -> list[dict[str, float | str]]:
    """Return lines and letters of what changes along the timeline, as `Timeline` takes them."""
    axis = time_axis_of(plan)
    lines = ((change.at, f"{change.label} {change.words}", "") for change in axis.changes)
    letters = ((at, "", label) for at, label in axis.tags(_LETTERS_APART))
    return [
        {"at": round(axis.share(at), 4), "words": words, "letter": letter}
        for at, words, letter in (*lines, *letters)
    ]


def months(horizon_days: int) -> list[dict[str, float | str]]:
    """Return the words below the timeline."""
    last = max(1, months_in(horizon_days))
    pace = next((step for step in (1, 3, 6, 12, 24, 60) if last / step <= _MOST_MONTHS_SHOWN), 120)
    return [
        {
            "at": round(month * MONTH_DAYS / horizon_days, 4),
            "words": number(month) if month else "month 0",
        }
        for month in range(0, last + 1, pace)
        # A month is 30.4 days and a horizon a whole number: the last word must not fall off for
        # that.
        if month * MONTH_DAYS <= horizon_days * 1.01
    ]


def replication_button(replication: int, *, shows_baseline: bool) -> h.Fragment:
    """Return what is to the right of the timeline: the future, and whether the baseline shows."""
    return h.fragment[
        h.button(popovertarget=REPLICATION_PANEL, aria_haspopup="dialog")[
            f"Future {number(replication)}", icon("down", 16)
        ],
        h.button(data_action="baseline", aria_pressed=str(shows_baseline).lower(),
                 title="The baseline beside the plan, same random numbers")["Paired run"],
    ]  # fmt: skip


def replication_panel(replication: int, last: int, notable: Mapping[str, int]) -> h.Element:
    """Return the panel in which a future is chosen.

    Parameters
    ----------
    replication, last
        The one that is watched, and the last that may be.
    notable
        Replications of Decide by what is special about them.
    """
    return h.div(f"#{REPLICATION_PANEL}.panel", popover="auto")[
        h.h2["Which future"],
        h.p(".label")[
            "A future is one course of chance. Every future of Decide can be watched: plan and"
            " baseline meet the same ideas, incidents and efforts in it."
        ],
        h.div(".choose")[
            _step("Previous", replication - 1, is_possible=replication > 0),
            h.input(type="number", min="0", max=str(last), value=str(replication),
                    data_action="future", aria_label="Number of the future"),
            _step("Next", replication + 1, is_possible=replication < last),
        ],
        h.ul[
            (
                h.li[h.button(data_action="future", data_value=str(one))[
                    f"{words}: future {number(one)}"
                ]]
                for words, one in notable.items()
            )
        ]
        if notable
        else h.p(".label")["Once Decide has run, its best, middle and worst futures stand here."],
    ]  # fmt: skip


def _step(words: str, to: int, *, is_possible: bool) -> h.Element:
    return h.button(data_action="future", data_value=str(to), disabled=not is_possible)[words]


def notable_replications(session: Session) -> dict[str, int]:
    """Return replications by what is special about them; none before Decide has run this plan."""
    answer = session.answer.value
    if answer is None or answer.comparison.plan.scenario != session.plan.scenario:
        return {}
    return notable(answer.comparison.difference("npv"))


def notable(difference: PairedDifference) -> dict[str, int]:
    """Return the replications in which a plan gains most, as usual, and least.

    Parameters
    ----------
    difference
        Of net present value, by replication from 0.
    """
    # Stable: of futures that are worth the same the first is meant, on every machine.
    order = np.argsort(difference.values, kind="stable")
    if not len(order):
        return {}
    return {
        "The plan gains most": int(order[-1]),
        "It gains as usual": int(order[len(order) // 2]),
        "It gains least": int(order[0]),
    }


# --------------------------------------------------------------------------------------
# The scene: both organisations, the chosen model, the capabilities.


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
        if isinstance(width, int) and width > 0:  # in steps: not every pixel is another drawing
            watching.width.set((width - _PADDING) // _STEP * _STEP)

    with solara.Div(classes=["scene"]):
        shown = "plan above baseline" if watching.shows_baseline.value else "the plan"
        name = {"aria-label": f"Day {number(snapshot.day)}: {shown}", "role": "group"}
        with solara.Div(classes=["organisations"], attributes=name):
            Markup(
                running_card(
                    picture, snapshot.horizon_days, shows_baseline=watching.shows_baseline.value
                )
            )
            for organisation in _organisations(watching, snapshot, picture):
                Markup(organisation, reported(session, act))
            # Behind what it reports on: a picture counts as drawn when the browser has reached
            # this.
            Screen(
                serial=snapshot.serial,
                event_drawn=reported(session, drawn),
                event_key=reported(session, press),
                event_width=reported(session, measure),
            )
        with solara.Div(classes=["side"]):
            with solara.Div(classes=["card", "model"]):
                Markup(panel_head(picture), reported(session, act))
                Markup(panel_body(picture, time_axis_of(snapshot.choice.plan)))
            Markup(stocks_card(picture.plan.stocks))
            if picture.feed or picture.now:
                Markup(feed_card(picture.feed, picture.now))


def _organisations(watching: Watching, snapshot: Snapshot, picture: Picture) -> list[h.Element]:
    def setting(name: str, title: str) -> DrawingOptions:
        return DrawingOptions(
            name=name,
            title=title,
            width=watching.width.value,
            chosen=None if picture.followed is None else picture.followed.number,
            best_first=snapshot.choice.plan.portfolio.backlog_order == "value_per_effort",
            # Faster than that, a move would be cut short by the next before anybody has seen it.
            fast=snapshot.speed not in _FASTEST_SEEN or snapshot.goal is not None,
            day=snapshot.day,
        )

    shows_baseline = watching.shows_baseline.value
    difference = picture.plan.npv - picture.baseline.npv if shows_baseline else None
    plan = organisation_card(picture.plan, setting("plan", "Plan"), difference)
    if not shows_baseline:
        return [plan]
    return [
        plan,
        organisation_card(
            picture.baseline, setting("baseline", "Baseline, same random numbers"), None
        ),
    ]
