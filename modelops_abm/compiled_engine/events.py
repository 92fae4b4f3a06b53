"""The events of the open day over records; with agents, Mesa's calendar calls their methods.

The slot of an event tells whose it is: a model's, a developer's completion, the start of work on a
capability, the next idea's arrival, a shared source's failure, or a request's (see
`layout.slot_of`).
"""

from __future__ import annotations

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import begin_day, next_time, take_next
from modelops_abm.compiled_engine.capability import start_capability
from modelops_abm.compiled_engine.dispatch import complete, dispatch
from modelops_abm.compiled_engine.initial_state import arrival_slot, receive_idea
from modelops_abm.compiled_engine.layout import (
    DETECTION,
    DUE,
    HEALING,
    INCIDENT,
    PREVIOUS,
    RETIREMENT,
    REVIEW,
    SLOTS_PER_MODEL,
    SWITCH,
    Record,
    lane_of,
    model_of,
)
from modelops_abm.compiled_engine.ml_model import (
    break_previous,
    detect_drift,
    miss_deadline,
    notice_decay,
    request_retraining,
    retire,
    review_as_planned,
    self_heal,
    serve_previous,
    strike,
)
from modelops_abm.compiled_engine.power import cross_decay
from modelops_abm.compiled_engine.requests import receive_request
from modelops_abm.compiled_engine.sources import fail_source
from modelops_abm.core.events import Rank
from modelops_abm.core.statechart import Cause

_RETRAINING = Cause.RETRAINING.value


@part_of_kernel
def run_events(setting: int, org: Record) -> None:
    """Process the events of the open day, dispatching at the end of each instant."""
    end = org.day + 1.0
    begin_day(org)
    while True:
        time = next_time(org)
        # An instant is over when the next event is later. Assigning may bring an event at this
        # time, as of a task without effort, so the next is looked up again before going on (0003).
        # What the close of a day has freed is assigned at the first instant of the next.
        if org.dispatch and time > org.clock:
            dispatch(setting, org)
            org.dispatch = 0
        elif time < end:
            slot, rank = take_next(org)
            _happen(setting, org, slot, rank)
        else:
            return


@part_of_kernel
def _happen(setting: int, org: Record, slot: int, rank: int) -> None:
    """Let the event of a slot happen."""
    # In the order in which `kernel` counts the slots.
    completions = org.model_room * SLOTS_PER_MODEL
    starts = completions + org.developer_room
    if slot < completions:
        _happen_to_model(setting, org, slot, rank)
    elif slot < starts:
        complete(setting, org, slot - completions)
    elif slot < arrival_slot(org):
        start_capability(setting, org, slot - starts)
    elif slot == arrival_slot(org):
        receive_idea(setting, org)
    else:
        _happen_further(setting, org, slot, rank)


@part_of_kernel
def _happen_further(setting: int, org: Record, slot: int, rank: int) -> None:
    """Let a source fail, a model's request of a kind come, or its deadline pass."""
    place = slot - org.first_request_slot
    if place < 0:
        fail_source(setting, org, slot - arrival_slot(org) - 1)
        return
    number, kind = place // org.request_kinds, place % org.request_kinds
    if rank == Rank.INCIDENT:
        receive_request(setting, org, number, kind)
    else:
        miss_deadline(setting, org, number, kind)


@part_of_kernel
def _happen_to_model(setting: int, org: Record, slot: int, rank: int) -> None:
    number, kind = slot // SLOTS_PER_MODEL, slot % SLOTS_PER_MODEL
    if kind == INCIDENT:
        if lane_of(org, number).serving == PREVIOUS:
            break_previous(setting, org, number)
        else:
            strike(setting, org, number)
    elif kind == DUE:
        request_retraining(setting, org, number, _RETRAINING)
    elif kind == DETECTION:
        detect_drift(setting, org, number)
    elif kind == SWITCH:
        serve_previous(setting, org, number)
    elif kind == HEALING:
        self_heal(setting, org, number)
    elif kind == REVIEW:
        review_as_planned(setting, org, number)
    elif kind == RETIREMENT:
        retire(org, number, model_of(org, number).planned_reason)
    # Only the alert on decay is left: first the fall, which plans the notice in the same slot.
    elif rank == Rank.INCIDENT:
        cross_decay(setting, org, number)
    else:
        notice_decay(setting, org, number)
