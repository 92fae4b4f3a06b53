"""The lives of models, from the event log, and the figure of one of them.

First what the log says: transitions passed, spells in a state, which version served, drifts that
nobody noticed. Then the timeline of one model: a row for each of these, and below them its users,
power and value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import (
    Bar,
    Figure,
    Line,
    Panel,
    Row,
    Rows,
    Table,
    months,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import STATES, Colour
from modelops_abm.charts.runs import source_of
from modelops_abm.charts.timeline import time_axis_of
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State, Trigger, target
from modelops_abm.runs.results import Run

TRIGGER_OF_KIND: dict[str, Trigger] = {
    kind.name.lower(): trigger
    for kind, trigger in (
        (LogKind.BUILD_BEGAN, Trigger.BUILD_BEGINS),
        (LogKind.BUILD_DONE, Trigger.BUILD_DONE),
        (LogKind.BUILD_FAILED, Trigger.BUILD_FAILED),
        (LogKind.WENT_LIVE, Trigger.GOES_LIVE),
        (LogKind.RETRAINING_BEGAN, Trigger.RETRAINING_BEGINS),
        (LogKind.RETRAINED, Trigger.RETRAINING_DONE),
        (LogKind.RETRAINING_STOPPED, Trigger.RETRAINING_STOPS),
        (LogKind.ISSUE_STRUCK, Trigger.ISSUE_STRIKES),
        (LogKind.ISSUE_RESOLVED, Trigger.ISSUE_RESOLVED),
        (LogKind.BAN_BEGAN, Trigger.BAN_BEGINS),
        (LogKind.BAN_ENDED, Trigger.BAN_ENDS),
        (LogKind.DRIFT_FOUND, Trigger.DRIFT_FOUND),
        (LogKind.DRIFT_ADDRESSED, Trigger.DRIFT_ADDRESSED),
        (LogKind.RETIRED, Trigger.RETIRES),
    )
}
"""The transition that a record of the event log stands for; other records change no state."""

_STATE_OF_STAGE = {
    "idea": State.IDEA,
    "build": State.BUILD,
    "deployment": State.DEPLOYMENT,
    "production": State.ONLINE,
    "retired": State.RETIRED,
}
_DRIFT_ENDS = ("retrained", "drift_addressed", "retired")
_WORK = ("work_started", "work_interrupted", "work_completed")
_CAPABILITY = ("capability_started", "capability_reached")


class Passage(NamedTuple):
    """A transition that a model made.

    Attributes
    ----------
    time, model
        Day, and number of the model.
    source, trigger, target
        State before, what happened, state after.
    cause
        In words, or empty.
    """

    time: float
    model: int
    source: State
    trigger: Trigger
    target: State
    cause: str


class Spell(NamedTuple):
    """A time in one state.

    Attributes
    ----------
    state, cause
        The state, and the kind of issue.
    start, end
        Days.
    """

    state: State
    cause: str
    start: float
    end: float


class Service(NamedTuple):
    """A time in production during which the same version, or none, served."""

    version: Serving
    start: float
    end: float


def starting_states(run: Run) -> dict[int, State]:
    """Return the state in which each model came into the run, by its number."""
    proposed = set(run.events.loc[run.events["kind"] == "idea_arrived", "model"])
    imported = run.scenario.imported
    states = {}
    for number, origin in _columns(run.models, "number", "origin"):
        if origin == "client" and imported is not None:
            states[number] = _STATE_OF_STAGE[imported.models[number].stage]
        elif origin == "initial":
            states[number] = State.ONLINE
        else:
            states[number] = State.IDEA if number in proposed else State.BUILD
    return states


def arrived_later(run: Run) -> set[int]:
    """Return the numbers of the models that came in during the run, not at its start."""
    return {
        number for number, arrived in _columns(run.models, "number", "arrived_at") if arrived > 0.0
    }


def passages(run: Run) -> list[Passage]:
    """Return every transition of every model in the order of the log.

    Raises
    ------
    IllegalTransitionError
        If the log tells of a transition that the statechart does not have.
    """
    states = starting_states(run)
    passed = []
    records = run.events[run.events["kind"].isin(list(TRIGGER_OF_KIND))]
    for time, kind, model, cause in _columns(records, "time", "kind", "model", "cause"):
        source, trigger = states[model], TRIGGER_OF_KIND[kind]
        states[model] = target(source, trigger)
        passed.append(Passage(time, model, source, trigger, states[model], cause))
    return passed


def counts(run: Run) -> Counter[tuple[State, Trigger]]:
    """Return how often each transition was made."""
    return Counter((passage.source, passage.trigger) for passage in passages(run))


def spells(run: Run, number: int) -> list[Spell]:
    """Return a model's life until its retirement or the end of the run, without gaps."""
    start, own = float(model_row(run, number)["arrived_at"]), of_model(run, number)
    state, cause = starting_states(own)[number], ""
    life = []
    for passage in passages(own):
        life.append(Spell(state, cause, start, passage.time))
        state, cause, start = passage.target, passage.cause, passage.time
    if state is not State.RETIRED:
        life.append(Spell(state, cause, start, float(run.scenario.horizon_days)))
    return [spell for spell in life if spell.end > spell.start]


def services(run: Run, number: int) -> list[Service]:
    """Return which version of a model served during its time in production."""
    events = of_model(run, number).events
    switches, breaks = (
        sorted(events.loc[events["kind"] == kind, "time"])
        for kind in ("previous_serves", "previous_broke")
    )
    served = []
    for spell in spells(run, number):
        if spell.state in PRODUCTION_STATES:
            # Once the previous version has taken over it serves until the state changes, or it
            # breaks.
            switch = next((at for at in switches if spell.start <= at < spell.end), spell.end)
            broken = next((at for at in breaks if switch <= at < spell.end), spell.end)
            first = Serving.CURRENT if _current_serves(run, spell.state) else Serving.NONE
            served.append(Service(first, spell.start, switch))
            served.append(Service(Serving.PREVIOUS, switch, broken))
            served.append(Service(Serving.NONE, broken, spell.end))
    return _joined(service for service in served if service.end > service.start)


def _joined(served: Iterable[Service]) -> list[Service]:
    """Make one of neighbours with the same version."""
    joined: list[Service] = []
    for service in served:
        if joined and joined[-1].version is service.version and joined[-1].end == service.start:
            joined[-1] = joined[-1]._replace(end=service.end)
        else:
            joined.append(service)
    return joined


def unnoticed_drifts(run: Run, number: int) -> list[tuple[float, float]]:
    """Return the days from when each drift of a model set in until it was noticed or ended."""
    events = of_model(run, number).events
    found, since = [], None
    for time, kind in _columns(events, "time", "kind"):
        if kind == "drift_set_in":
            since = time
        elif since is not None and (kind == "drift_detected" or kind in _DRIFT_ENDS):
            found.append((since, time))
            since = None
    if since is not None:
        found.append((since, float(run.scenario.horizon_days)))
    return found


def open_requests(run: Run, number: int) -> list[tuple[float, float]]:
    """Return from when until when each request to a model was open, in order."""
    events = of_model(run, number).events
    end = float(run.scenario.horizon_days)
    since: dict[str, float] = {}
    found = []
    for time, kind, cause in _columns(events, "time", "kind", "cause"):
        if kind == "request_received":
            since[cause] = time
        elif kind == "request_answered":
            found.append((since.pop(cause), time))
        elif kind == "retired":
            end = time
    return sorted([*found, *((start, end) for start in since.values())])


def model_row(run: Run, number: int) -> pd.Series:
    """Return what a run knows about one model.

    Raises
    ------
    KeyError
        If the run has no model of this number.
    """
    rows = run.models[run.models["number"] == number] if len(run.models) else run.models
    if len(rows) != 1:
        raise KeyError(f"the run has no model number {number}; it has {len(run.models)} from 0")
    return rows.iloc[0]


def of_model(run: Run, number: int) -> Run:
    """Return a run whose models and event log are of one model only."""
    events = run.events
    work_on_capability = events["kind"].isin(_WORK) & (events["cause"] == "capability")
    own = (events["model"] == number) & ~work_on_capability & ~events["kind"].isin(_CAPABILITY)
    return replace(run, events=events[own], models=run.models[run.models["number"] == number])


def _current_serves(run: Run, state: State) -> bool:
    if state is State.RETRAINING:
        return run.scenario.retraining.serves_while_retraining
    return state is State.ONLINE


def _columns(table: pd.DataFrame, *names: str) -> Iterator[tuple]:  # type: ignore[type-arg]
    """Go through the rows of a table; one without rows may be without columns."""
    if not len(table):
        return iter(())
    return zip(*(table[name] for name in names), strict=True)


# The timeline of a model


class Lane(NamedTuple):
    """A row of the timeline: what it shows, its colour, and first and last day of each bar."""

    words: str
    colour: Colour
    bars: list[tuple[float, float]]


def busiest_model(run: Run) -> int | None:
    """Return the number of the model that yielded most value; None if there is no model.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> number = busiest_model(run)
    >>> run.models["value"].idxmax() == number
    True
    """
    if run.models.empty:
        return None
    return int(run.models["number"].iloc[int(run.models["value"].argmax())])


def lanes(run: Run, number: int) -> list[Lane]:
    """Return the rows for the states of a model's life, in the order of the statechart."""
    rows: dict[tuple[State, str], list[tuple[float, float]]] = {}
    for spell in spells(run, number):
        cause = spell.cause if spell.state is State.OFFLINE_ISSUE else ""
        rows.setdefault((spell.state, cause), []).append((spell.start, spell.end))
    order = [*State]
    causes = ["", *outcomes.ISSUE_CAUSES]
    ordered = sorted(rows, key=lambda row: (order.index(row[0]), causes.index(row[1])))
    return [Lane(*_lane_looks(state, cause), rows[state, cause]) for state, cause in ordered]


def _lane_looks(state: State, cause: str) -> tuple[str, Colour]:
    words, colour = STATES[state]
    if cause:
        words = f"Offline: {'shared source' if cause == 'shared' else cause}"
    return words, colour if state in PRODUCTION_STATES else f"{colour} 60%"


def other_lanes(run: Run, number: int) -> list[Lane]:
    """Return the rows beside the states: a hidden drift, and the version that served."""
    rows = [
        Lane("Drift not noticed", "drift 45%", unnoticed_drifts(run, number)),
        Lane("Requests open", "previous 45%", open_requests(run, number)),
    ]
    for version, words, colour in (
        (Serving.CURRENT, "Current version serves", "online 50%"),
        (Serving.PREVIOUS, "Previous version serves", "previous"),
    ):
        bars = [each[1:] for each in services(run, number) if each.version is version]
        rows.append(Lane(words, colour, bars))
    return [row for row in rows if row.bars]


def model_timeline(run: Run, model_number: int) -> Figure:
    """Return one model's life: its states, what served, and below its users, power and value.

    Parameters
    ----------
    run
        Users, power and value are drawn if it kept every model's day.
    model_number
        Number of the model, from 0.

    Raises
    ------
    KeyError
        If the run has no such model.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> model_timeline(run, 3).title
    "One model's life"
    """
    model = model_row(run, model_number)
    retired = STATES[State.RETIRED]
    shown = [*lanes(run, model_number), *other_lanes(run, model_number)]
    shown = shown or [Lane(*retired, [])]
    flag = None
    if not pd.isna(model["retired_at"]):
        at = float(model["retired_at"]) / formats.MONTH_DAYS
        flag = (at, f"retired: {model['retirement_reason']}")
    rows = Rows(
        "State",
        "",
        tuple(map(_lane_row, shown)),
        time_axis_of(run.scenario),
        (("times", "ink-2"), ("days", "ink-2")),
        height=26.0,
        flag=flag,
    )
    stocks = _stocks(run, model_number)
    return Figure(
        _finding(run, model_number, shortened(str(model["name"]))),
        ((rows,), *((panel,) for panel in stocks)),
        "One model's life",
        shows="Bars: when the model was in each state, and which version served; at the right how"
        " often and for how many days.",
        source=source_of(run),
        table=lambda: Table(
            "One model's life",
            ("State", "Times", "Days"),
            [(row.label, *row.cells) for row in rows.rows],
        ),
    )


def _lane_row(lane: Lane) -> Row:
    bars = tuple(
        Bar(start / formats.MONTH_DAYS, end / formats.MONTH_DAYS, lane.colour, 0.62)
        for start, end in lane.bars
    )
    total = sum(end - start for start, end in lane.bars)
    return Row(lane.words, bars, (formats.number(len(bars)), _days_in_words(total)))


def _finding(run: Run, number: int, name: str) -> str:
    life = [spell for spell in spells(run, number) if spell.state in PRODUCTION_STATES]
    if not lanes(run, number):
        return f"{name} was retired before this run"
    if not life:
        return f"{name} never reaches production in this run"
    total = life[-1].end - life[0].start
    served = sum(
        service.end - service.start
        for service in services(run, number)
        if service.version is not Serving.NONE
    )
    return (
        f"{name} serves {formats.share(served / total, 0)} of its {_days_in_words(total)} days in "
        f"production; {_troubles(life)}"
    )


def _troubles(life: list[Spell]) -> str:
    """Return what took a model offline, and how often."""
    found = {
        noun: sum(spell.state is state for spell in life)
        for noun, state in (("issue", State.OFFLINE_ISSUE), ("drift", State.OFFLINE_DRIFT))
    }
    words = [formats.plural(times, noun) for noun, times in found.items() if times]
    if not words:
        return "nothing takes it offline"
    verb = "takes" if sum(found.values()) == 1 else "take"
    return f"{' and '.join(words)} {verb} it offline"


def _days_in_words(days: float) -> str:
    return formats.number(days, 1 if 0.0 < days < 9.95 else 0)


def _stocks(run: Run, number: int) -> list[Panel]:
    """Return users, power and value of each day; nothing if they were not kept."""
    if run.model_days is None or run.model_days.empty:
        return []
    days = run.model_days[run.model_days["model"] == number]
    if days.empty:
        return []
    power = 100.0 * pd.to_numeric(days["power"]).to_numpy(float)
    value = days["value_today"].to_numpy(float)
    users = days["users"].to_numpy(float)
    size, unit = formats.money_scale(float(value.max()))
    # A value is of a whole day: it needs an edge at the end of the last one.
    edges = months(np.append(days["day"].to_numpy(), days["day"].iloc[-1] + 1))
    x = time_axis_of(run.scenario)
    stocks: list[tuple[str, str, Floats, float, Colour, str]] = [
        ("Users", "number", users, 0.0, "plan", f"{formats.number(users[-1])} at the end"),
        (
            "Predictive power",
            "% of the first day",
            power,
            80.0,
            "plan",
            f"{formats.share(float(np.nanmean(power)) / 100.0, 0)} on average",
        ),
        (
            "Value",
            f"{unit} a day",
            value / size,
            0.0,
            "earns",
            f"{formats.money(float(value.mean()))} a day on average",
        ),
    ]
    return [
        Panel(
            title,
            unit,
            x,
            value_axis([low, *values], steps=3, whole=title == "Users"),
            (Line(title, edges, values, colour, 1.3, label=words),),
            height=84.0,
        )
        for title, unit, values, low, colour, words in stocks
    ]
