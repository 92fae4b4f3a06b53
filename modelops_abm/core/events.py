"""Kinds of event: their order at one instant, and what the event log records."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from modelops_abm.compiled import compiled
from modelops_abm.core.registry import MOST_REQUEST_KINDS
from modelops_abm.core.statechart import Cause


# A model retires before whatever else would happen to it then; work is done after; and it is
# assigned when all has happened (0003).
class Rank(IntEnum):
    """Order of the events of one instant; within a rank by the entity's number."""

    ARRIVAL = 0
    CAPABILITY_START = 1
    RETIREMENT = 2
    RETRAINING_DUE = 3
    LOAD_REVIEW = 4
    SHARED_FAILURE = 5
    INCIDENT = 6
    DETECTION = 7
    SELF_HEALING = 8
    SWITCH = 9
    DEADLINE = 10
    COMPLETION = 11
    DISPATCH = 12


# Rank, number and cause side by side in 63 bits, so that a comparison of integers is the order.
_NUMBERS_PER_RANK = 1 << 40
_CAUSES_PER_NUMBER = 1 << 8
# Kinds of request are numbered behind the causes.
assert len(Cause) + MOST_REQUEST_KINDS <= _CAUSES_PER_NUMBER


@compiled
def place(rank: int, number: int, cause: int) -> int:
    """Return the place of an event among those of one instant.

    Parameters
    ----------
    rank
        A `Rank`.
    number
        Of the model, capability, source or developer; 0 if there is none.
    cause
        A `Cause`, or 0.
    """
    return (rank * _NUMBERS_PER_RANK + number) * _CAUSES_PER_NUMBER + cause


@compiled
def rank_of(event_place: int) -> int:
    """Return the rank of an event from its place."""
    return event_place // (_NUMBERS_PER_RANK * _CAUSES_PER_NUMBER)


# Maintenance comes first: the compiled engine tells it by these numbers.
class TaskClass(IntEnum):
    """Class of a developer's work; `IDLE` is for the ledger only."""

    REPAIR = 0
    RESPOND = 1
    RETRAIN = 2
    CAPABILITY = 3
    DEPLOY = 4
    BUILD = 5
    IDLE = 6


MAINTENANCE = (TaskClass.REPAIR, TaskClass.RESPOND, TaskClass.RETRAIN)


class RetirementReason(IntEnum):
    """Why a model was retired."""

    OBSOLETE = 0
    ABANDONED = 1
    PLANNED = 2
    FAILED = 3


class LogKind(IntEnum):
    """What a record of the event log tells; `cause` and `detail` are explained with each."""

    IDEA_ARRIVED = 0  # detail: score, $ per year and developer-day
    WORK_STARTED = 1  # cause: task class; detail: developer-days of work left
    WORK_INTERRUPTED = 2  # cause: task class; detail: developer-days of work left
    WORK_COMPLETED = 3  # cause: task class; detail: days since submission
    BUILD_BEGAN = 4
    BUILD_DONE = 5
    WENT_LIVE = 6
    RETRAINING_REQUESTED = 7  # cause: retraining (due), drift or decay
    RETRAINING_BEGAN = 8
    RETRAINED = 9  # detail: power without drift after it
    ISSUE_STRUCK = 10  # cause: that of the issue
    ISSUE_RESOLVED = 11  # cause: as above; detail: days offline
    SELF_HEALED = 12
    DRIFT_SET_IN = 13  # detail: severity
    DRIFT_DETECTED = 14  # detail: loss of power
    DRIFT_FOUND = 15  # taken offline; detail: loss of power
    DRIFT_ADDRESSED = 16  # detail: days offline
    DECAY_SET_IN = 17  # power fell below the threshold of the alert
    DECAY_NOTICED = 18  # detail: power without drift
    PREVIOUS_SERVES = 19  # cause: why the current version does not
    RETIRED = 20  # cause: retirement reason
    CAPABILITY_STARTED = 21  # model: capability; detail: maximum
    CAPABILITY_REACHED = 22  # model: capability; detail: level
    RETRAINING_STOPPED = 23  # its developer has left: online again
    BUILD_FAILED = 24  # retired for it; detail: days that developers spent on the build
    PREVIOUS_BROKE = 25  # cause: why the current version does not serve; now nobody does
    VALUE_CHANGED = 26  # cause: place in `scenario.timeline.CHANGEABLE`; detail: new value
    DEVELOPER_JOINED = 27
    DEVELOPER_LEFT = 28
    SOURCE_FAILED = 29  # model: source; detail: models that it takes offline
    SOURCE_RESTORED = 30  # model: source; detail: days since it failed
    REQUEST_RECEIVED = 31  # cause: kind of request
    REQUEST_ANSWERED = 32  # cause: kind of request; detail: days since it was received
    DEADLINE_MISSED = 33  # cause: kind of request
    BAN_BEGAN = 34  # taken offline for missed deadlines; detail: the earliest
    BAN_ENDED = 35  # detail: days since that deadline
    CAPACITY_REQUESTED = 36  # cause: capacity if after such a repair; detail: demand per day
    CAPACITY_ADDED = 37  # detail: own capacity after it, predictions per day


NOBODY = -1
# Of the tasks of one number in one class the lower stream goes first. A model's own repair,
# deployment, build and retraining, of which a class never has two, are of stream 0.
STEP_STREAM = 2
"""Stream of a model's step of capacity, after its retraining, which is of the same class."""
FIRST_REQUEST_STREAM = 3
"""Stream of the answer to a request of the first kind, behind the model's repair if it is late."""
FIRST_SOURCE_STREAM = 1 << 20
"""Stream of the repair of the first shared source, after all streams of the number it ties with."""


class LogRecord(NamedTuple):
    """One record of the event log."""

    time: float
    """Days since the start."""
    kind: int
    """A `LogKind`."""
    model: int
    """Number of the model, of the capability for capability work, of a shared source that fails or
    is restored, or -1 (so for work on such a source)."""
    developer: int
    """Number of the developer, or -1."""
    cause: int
    """As the kind says, or -1."""
    detail: float
    """As the kind says, or 0."""
