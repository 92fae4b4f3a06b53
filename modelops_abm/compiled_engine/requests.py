"""Requests to models over records: when they come, what answers them, and their deadline."""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.capability import levels
from modelops_abm.compiled_engine.developer import (
    REPAIR,
    RESPOND,
    change_class,
    request_task,
    submit_task,
    withdraw,
)
from modelops_abm.compiled_engine.layout import (
    Record,
    log_model,
    model_of,
    production_of,
    request_law_of,
    request_of,
    task_of,
)
from modelops_abm.compiled_engine.totals import (
    REQUESTS_IN_TIME,
    REQUESTS_LATE,
    REQUESTS_OPEN,
    REQUESTS_RECEIVED,
    REQUESTS_WITHDRAWN,
    tally,
)
from modelops_abm.core.events import FIRST_REQUEST_STREAM, LogKind, Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.requests import concerns, request_effort, request_time

_CAUSES = len(Cause)
_COMPLIANCE = Cause.COMPLIANCE.value


@part_of_kernel
def request_slot(org: Record, number: int, kind: int) -> int:
    """Return the calendar slot of a model's next request of a kind, or of its deadline."""
    # Never both wait.
    return int(org.first_request_slot + number * org.request_kinds + kind)


@part_of_kernel
def _is_concerned(org: Record, number: int, kind: int) -> bool:
    model = model_of(org, number)
    return concerns(request_law_of(org, kind).who, model.kind, model.regulated != 0)


@part_of_kernel
def plan_requests(setting: int, org: Record, number: int) -> None:
    """Plan the next request of each kind to a model that enters production."""
    for kind in range(org.request_kinds):
        if _is_concerned(org, number, kind):
            _plan(setting, org, number, kind)


@part_of_kernel
def _plan(setting: int, org: Record, number: int, kind: int) -> None:
    """Plan the next request; a model has to be in production."""
    law, count = request_law_of(org, kind), request_of(org, number, kind).count
    entity = model_of(org, number).entity
    at = request_time(org.clock, law.per_year, entity, law.arrival_key, count)
    # After the model's other causes.
    slot = request_slot(org, number, kind)
    schedule(setting, org, slot, at, Rank.INCIDENT, number, _CAUSES + kind)


@part_of_kernel
def receive_dated_requests(setting: int, org: Record) -> None:
    """Let the requests of this day come to the models in production, by number and kind."""
    today = 0
    for kind in range(org.request_kinds):
        today += request_law_of(org, kind).day == org.day
    if today == 0:
        return
    for index in range(org.in_production):
        number = production_of(org, index).number
        for kind in range(org.request_kinds):
            if request_law_of(org, kind).day == org.day and _is_concerned(org, number, kind):
                receive_request(setting, org, number, kind)


@part_of_kernel
def receive_request(setting: int, org: Record, number: int, kind: int) -> None:
    """Open a request, with its task and its deadline."""
    request = request_of(org, number, kind)
    request.count += 1
    request.deadline_at = org.clock + request_law_of(org, kind).deadline_days
    request.begun_at = np.nan
    tally(org, REQUESTS_RECEIVED, 1.0)
    log_model(org, LogKind.REQUEST_RECEIVED, number, kind, 0.0)
    slot = request_slot(org, number, kind)
    schedule(setting, org, slot, request.deadline_at, Rank.DEADLINE, number, kind)
    task, stream = request_task(org, number, kind), FIRST_REQUEST_STREAM + kind
    submit_task(setting, org, task, RESPOND, number, _COMPLIANCE, stream, 0)


@part_of_kernel
def answer_effort(org: Record, number: int, kind: int) -> float:
    """Return the developer-days of the answer, on which work first starts now."""
    request, law = request_of(org, number, kind), request_law_of(org, kind)
    request.begun_at = org.clock
    return request_effort(
        law.effort,
        law.lineage_saving,
        levels(org).lineage,
        model_of(org, number).entity,
        law.effort_key,
        request.count - 1,
    )


@part_of_kernel
def answer_request(setting: int, org: Record, number: int, kind: int) -> None:
    """Close the request, which is answered, and plan the next."""
    request = request_of(org, number, kind)
    waited = org.clock - task_of(org, request_task(org, number, kind)).submitted_at
    log_model(org, LogKind.REQUEST_ANSWERED, number, kind, waited)
    if not request.is_late:
        tally(org, REQUESTS_IN_TIME, 1.0)
    request.is_late = 0
    # In place of the deadline.
    cancel(org, request_slot(org, number, kind))
    _plan(setting, org, number, kind)


@part_of_kernel
def withdraw_requests(org: Record, number: int) -> None:
    """Let nobody ask or answer any more, as the model retires."""
    for kind in range(org.request_kinds):
        request, task = request_of(org, number, kind), request_task(org, number, kind)
        if task_of(org, task).exists:
            withdraw(org, task)
            if not request.is_late:
                tally(org, REQUESTS_WITHDRAWN, 1.0)
        cancel(org, request_slot(org, number, kind))
        request.is_late = 0


@part_of_kernel
def count_open(org: Record, number: int) -> None:
    """Count the requests that are open at the horizon, before their deadline."""
    for kind in range(org.request_kinds):
        is_open = task_of(org, request_task(org, number, kind)).exists
        if is_open and not request_of(org, number, kind).is_late:
            tally(org, REQUESTS_OPEN, 1.0)


@part_of_kernel
def miss(setting: int, org: Record, number: int, kind: int) -> None:
    """Let a request be late: its task is a repair from now on."""
    request_of(org, number, kind).is_late = 1
    tally(org, REQUESTS_LATE, 1.0)
    log_model(org, LogKind.DEADLINE_MISSED, number, kind, 0.0)
    change_class(setting, org, request_task(org, number, kind), REPAIR)


@part_of_kernel
def earliest_late(org: Record, number: int) -> float:
    """Return the earliest deadline of a model's late requests, infinite if none is late."""
    earliest = np.inf
    for kind in range(org.request_kinds):
        request = request_of(org, number, kind)
        if request.is_late and request.deadline_at < earliest:
            earliest = request.deadline_at
    return earliest
