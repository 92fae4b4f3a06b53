"""States of a model and the transitions between them: one table for agents, pictures and docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto

from modelops_abm.core import registry


class Stage(IntEnum):
    """Stage of the life cycle, the portfolio's process flow."""

    IDEA = 0
    BUILD = 1
    DEPLOYMENT = 2
    PRODUCTION = 3
    RETIRED = 4


# The compiled engine compares these numbers: production stands together, being offline at its end.
class State(IntEnum):
    """State of a model; the four of production form its operational statechart."""

    IDEA = 0
    BUILD = 1
    DEPLOYMENT = 2
    ONLINE = 3
    RETRAINING = 4
    OFFLINE_ISSUE = 5
    OFFLINE_DRIFT = 6
    RETIRED = 7


class Trigger(IntEnum):
    """What makes a model change its state."""

    BUILD_BEGINS = 0
    BUILD_DONE = 1
    GOES_LIVE = 2
    RETRAINING_BEGINS = 3
    RETRAINING_DONE = 4
    ISSUE_STRIKES = 5
    ISSUE_RESOLVED = 6
    DRIFT_FOUND = 7
    DRIFT_ADDRESSED = 8
    RETIRES = 9
    RETRAINING_STOPS = 10
    BUILD_FAILED = 11
    BAN_BEGINS = 12
    BAN_ENDS = 13


class Serving(IntEnum):
    """Which version answers the users of a model."""

    NONE = 0
    CURRENT = 1
    PREVIOUS = 2


class Cause(IntEnum):
    """Why a model is not online, or what strikes it; hazards come first, see `core.registry`."""

    PIPELINE = 0
    CAPACITY = 1
    COMPLIANCE = 2
    DRIFT = 3
    # After the other hazards, which are numbered together; nothing is drawn by these numbers
    # (0002).
    vars().update({each.name.upper(): auto() for each in registry.registered_causes()})
    RETRAINING = auto()
    SHARED = auto()
    DECAY = auto()


assert [cause.name.lower() for cause in Cause] == [each.name for each in registry.causes()]


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one state to another.

    Attributes
    ----------
    source, trigger, target
        State before, what happens, state after.
    words
        The transition in words, for pictures.
    """

    source: State
    trigger: Trigger
    target: State
    words: str


def activity(state: State, cause: Cause | None) -> str:
    """Return a state in words, with the cause if there is one: ``offline_issue: pipeline``."""
    name = state.name.lower()
    return name if cause is None else f"{name}: {cause.name.lower()}"


STAGE_OF_STATE: dict[State, Stage] = {
    State.IDEA: Stage.IDEA,
    State.BUILD: Stage.BUILD,
    State.DEPLOYMENT: Stage.DEPLOYMENT,
    State.ONLINE: Stage.PRODUCTION,
    State.RETRAINING: Stage.PRODUCTION,
    State.OFFLINE_ISSUE: Stage.PRODUCTION,
    State.OFFLINE_DRIFT: Stage.PRODUCTION,
    State.RETIRED: Stage.RETIRED,
}

PRODUCTION_STATES = tuple(
    state for state, stage in STAGE_OF_STATE.items() if stage is Stage.PRODUCTION
)

# Only who is online goes offline for a drift: one that is detected before waits for that.
TRANSITIONS: tuple[Transition, ...] = (
    Transition(State.IDEA, Trigger.BUILD_BEGINS, State.BUILD, "work begins"),
    Transition(State.BUILD, Trigger.BUILD_DONE, State.DEPLOYMENT, "built"),
    Transition(State.BUILD, Trigger.BUILD_FAILED, State.RETIRED, "build fails"),
    Transition(State.DEPLOYMENT, Trigger.GOES_LIVE, State.ONLINE, "goes live"),
    Transition(State.ONLINE, Trigger.RETRAINING_BEGINS, State.RETRAINING, "retraining begins"),
    Transition(State.RETRAINING, Trigger.RETRAINING_DONE, State.ONLINE, "retrained"),
    Transition(State.RETRAINING, Trigger.RETRAINING_STOPS, State.ONLINE, "developer leaves"),
    Transition(State.ONLINE, Trigger.ISSUE_STRIKES, State.OFFLINE_ISSUE, "issue strikes"),
    Transition(State.RETRAINING, Trigger.ISSUE_STRIKES, State.OFFLINE_ISSUE, "issue interrupts"),
    Transition(State.OFFLINE_ISSUE, Trigger.ISSUE_RESOLVED, State.ONLINE, "resolved"),
    Transition(State.ONLINE, Trigger.BAN_BEGINS, State.OFFLINE_ISSUE, "answer late"),
    Transition(State.RETRAINING, Trigger.BAN_BEGINS, State.OFFLINE_ISSUE, "answer late"),
    Transition(State.OFFLINE_ISSUE, Trigger.BAN_ENDS, State.ONLINE, "answered"),
    Transition(State.ONLINE, Trigger.DRIFT_FOUND, State.OFFLINE_DRIFT, "drift found"),
    Transition(State.OFFLINE_DRIFT, Trigger.DRIFT_ADDRESSED, State.ONLINE, "drift addressed"),
    *(
        Transition(state, Trigger.RETIRES, State.RETIRED, "retired")
        for state in State
        if state is not State.RETIRED
    ),
)

TARGET: dict[tuple[State, Trigger], State] = {
    (transition.source, transition.trigger): transition.target for transition in TRANSITIONS
}


class IllegalTransitionError(RuntimeError):
    """A transition that the table does not have: a bug, never a user's mistake."""


def target(source: State, trigger: Trigger) -> State:
    """Return the state that a trigger leads to.

    Raises
    ------
    IllegalTransitionError
        If the table has no such transition.
    """
    try:
        return TARGET[source, trigger]
    except KeyError:
        raise IllegalTransitionError(f"{trigger.name} in state {source.name}") from None
