"""What the event log says about the models' lives: transitions passed, and spells in a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from modelops_abm.core.events import LogKind
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State, Trigger, target
from modelops_abm.runs.results import Run

TRIGGER_OF_KIND: dict[str, Trigger] = {
    kind.name.lower(): trigger
    for kind, trigger in (
        (LogKind.BUILD_BEGAN, Trigger.BUILD_BEGINS),
        (LogKind.BUILD_DONE, Trigger.BUILD_DONE),
        (LogKind.WENT_LIVE, Trigger.GOES_LIVE),
        (LogKind.RETRAINING_BEGAN, Trigger.RETRAINING_BEGINS),
        (LogKind.RETRAINED, Trigger.RETRAINING_DONE),
        (LogKind.ISSUE_STRUCK, Trigger.ISSUE_STRIKES),
        (LogKind.ISSUE_RESOLVED, Trigger.ISSUE_RESOLVED),
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
    switches = sorted(events.loc[events["kind"] == "previous_serves", "time"])
    served = []
    for spell in spells(run, number):
        if spell.state in PRODUCTION_STATES:
            switch = next((at for at in switches if spell.start <= at < spell.end), spell.end)
            first = Serving.CURRENT if _current_serves(run, spell.state) else Serving.NONE
            served.append(Service(first, spell.start, switch))
            served.append(Service(Serving.PREVIOUS, switch, spell.end))
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
