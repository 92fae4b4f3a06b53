"""A model's life over arrays: statechart, incidents, drift, retraining, retirement.

In reading order: states and their counts, going live and what is planned then, incidents and drift,
going offline and coming back, work begun and done, retirement. The transitions are those of
`modelops_abm.core.statechart`, the order of what happens within one is that of
`modelops_abm.mesa_engine.ml_model`; `tests/docking` holds the two to the same event log, bit for
bit.
"""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.capability import levels, rates_of_today
from modelops_abm.compiled_engine.developer import (
    BUILD,
    DEPLOY,
    REPAIR,
    RETRAIN,
    interrupt,
    retraining_task,
    step_task,
    submit_task,
    withdraw,
    work_task,
)
from modelops_abm.compiled_engine.hazards import begin_previous, count_incident, plan_incident
from modelops_abm.compiled_engine.layout import (
    ALERT,
    CURRENT,
    DRIFT,
    DUE,
    HAZARDS,
    HEALING,
    INCIDENT,
    NONE,
    OFFLINE_DRIFT,
    ONLINE,
    PREVIOUS,
    RETIRED,
    RETIREMENT,
    REVIEW,
    SHARED,
    SWITCH,
    Record,
    event_slot,
    lane_of,
    log_model,
    model_of,
    production_of,
    request_of,
    setting_at,
    source_of,
    task_of,
)
from modelops_abm.compiled_engine.power import (
    base_now,
    begin_drift,
    count_undetected,
    drift_loss_now,
    end_drift,
    restore,
    watch_decay,
)
from modelops_abm.compiled_engine.requests import (
    answer_request,
    earliest_late,
    miss,
    plan_requests,
    withdraw_requests,
)
from modelops_abm.compiled_engine.scheduler import hold, release
from modelops_abm.compiled_engine.service import account, in_production
from modelops_abm.compiled_engine.totals import (
    CAPACITY_STEPS,
    FAILED_BUILD_DAYS,
    LOAD_REVIEWS,
    OUTAGES,
    RESTORATIONS,
    RESTORE_WAITING_DAYS,
    RESTORE_WORKING_DAYS,
    RETIRED_TALLIES,
    count_delivery,
    tally,
)
from modelops_abm.compiled_engine.vectors import enter_lane, open_model
from modelops_abm.core.events import (
    FIRST_REQUEST_STREAM,
    NOBODY,
    STEP_STREAM,
    LogKind,
    Rank,
    RetirementReason,
)
from modelops_abm.core.statechart import Cause, State
from modelops_abm.rules.day import demand, is_loaded
from modelops_abm.rules.maintenance import build_succeeds, image_at_hand, self_heals
from modelops_abm.rules.population import worth_building

_IDEA = State.IDEA.value
_BUILD_STATE = State.BUILD.value
_DEPLOYMENT = State.DEPLOYMENT.value
_RETRAINING = State.RETRAINING.value
_OFFLINE_ISSUE = State.OFFLINE_ISSUE.value
_OFFLINE_DRIFT = State.OFFLINE_DRIFT.value
_PIPELINE = Cause.PIPELINE.value
_CAPACITY = Cause.CAPACITY.value
_COMPLIANCE = Cause.COMPLIANCE.value
_RETRAINED = Cause.RETRAINING.value
_DECAY = Cause.DECAY.value


@part_of_kernel
def count_idea(org: Record, change: int) -> None:
    """Count a new model, which is an idea; or take back that one was counted."""
    org.states[_IDEA] += change


@part_of_kernel
def _place_of_state(state: int, cause: int) -> int:
    """Return the place of a state and cause among the counts of models."""
    # In the order of `outcomes.MODEL_COUNTS`: the states, with one place for each hazard, and one
    # for shared sources, where the two of being offline are.
    if state < _OFFLINE_ISSUE:
        return state
    if state == _OFFLINE_ISSUE:
        return _OFFLINE_ISSUE + (cause if cause != SHARED else HAZARDS)
    return _OFFLINE_ISSUE + (DRIFT if state == OFFLINE_DRIFT else HAZARDS + 1)


@part_of_kernel
def enter_state(org: Record, number: int, state: int, cause: int) -> None:
    """Change a model's state; the cause is that of an issue."""
    # States change nowhere else: the counts would be wrong from then on (0035).
    model = model_of(org, number)
    org.states[model.place] -= 1
    model.state = state
    model.place = _place_of_state(state, cause)
    org.states[model.place] += 1


@part_of_kernel
def submit_work(setting: int, org: Record, number: int, task_class: int, cause: int) -> None:
    """Submit a repair, deployment or build of a model."""
    submit_task(setting, org, work_task(org, number), task_class, number, cause, 0, 0)


@part_of_kernel
def propose(setting: int, org: Record, number: int) -> None:
    """Enter the backlog as an idea; there is no work on one that is not worth building."""
    score = model_of(org, number).score
    log_model(org, LogKind.IDEA_ARRIVED, number, NOBODY, score)
    if worth_building(score):
        submit_work(setting, org, number, BUILD, NOBODY)


@part_of_kernel
def enter_production(setting: int, org: Record, number: int, base: float) -> None:
    """Go online with the model's stocks and this power; the caller plans what comes due."""
    model = model_of(org, number)
    enter_state(org, number, ONLINE, NOBODY)
    model.went_live_at = org.clock
    # These are daily fields: set in the record while it has no lane, and taken along into it. After
    # `enter_lane` the record's are stale, and only the lane's count.
    model.serving = CURRENT
    model.restored = base
    model.restored_at = org.clock
    enter_lane(org, number)
    watch_decay(setting, org, number)
    _insert(org, number)
    open_model(setting, org, number)
    plan_requests(setting, org, number)


@part_of_kernel
def place_in_production(org: Record, index: int, number: int, lane: int) -> None:
    """Enter a model and its lane into the list of those in production."""
    entry = production_of(org, index)
    entry.number = number
    entry.lane = lane


@part_of_kernel
def _insert(org: Record, number: int) -> None:
    """Put a model into the ascending list of those in production."""
    index = org.in_production
    while index > 0 and production_of(org, index - 1).number > number:
        above = production_of(org, index - 1)
        place_in_production(org, index, above.number, above.lane)
        index -= 1
    place_in_production(org, index, number, model_of(org, number).lane)
    org.in_production += 1


@part_of_kernel
def go_live(setting: int, org: Record, number: int) -> None:
    """Enter production with the first users still to come."""
    model = model_of(org, number)
    count_delivery(org, org.clock - model.arrived_at, org.clock - model.begun_at)
    usage = setting_at(setting).constants.go_live_usage_share * model.full_usage
    model.users = 0.0
    model.usage = usage
    model.ideal_users = 0.0
    model.ideal_usage = usage
    model.memory = 1.0
    enter_production(setting, org, number, 1.0)
    # A client's own date stands.
    if model.planned_reason < 0:
        plan_retirement(setting, org, number, model.life_days, RetirementReason.OBSOLETE.value)
    plan_retraining(setting, org, number, retraining_interval(setting, org, number))
    plan_review(setting, org, number, setting_at(setting).constants.review_days)
    log_model(org, LogKind.WENT_LIVE, number, NOBODY, 0.0)
    _act_on_what_waited(setting, org, number)


@part_of_kernel
def plan_retirement(setting: int, org: Record, number: int, in_days: float, reason: int) -> None:
    """Plan the end of the useful life, or a client's own date."""
    model_of(org, number).planned_reason = reason
    at = org.clock + in_days
    schedule(setting, org, event_slot(number, RETIREMENT), at, Rank.RETIREMENT, number, 0)


@part_of_kernel
def retraining_interval(setting: int, org: Record, number: int) -> float:
    """Return the days between scheduled retrainings: the model's own, or the scenario's of now."""
    own = model_of(org, number).interval
    return setting_at(setting).constants.retraining_interval_days if np.isnan(own) else float(own)


@part_of_kernel
def plan_retraining(setting: int, org: Record, number: int, in_days: float) -> None:
    """Plan when the next retraining comes due."""
    at = org.clock + in_days
    schedule(setting, org, event_slot(number, DUE), at, Rank.RETRAINING_DUE, number, 0)


@part_of_kernel
def notice_decay(setting: int, org: Record, number: int) -> None:
    """Notice the decay and request a retraining."""
    log_model(org, LogKind.DECAY_NOTICED, number, _DECAY, base_now(org, number))
    request_retraining(setting, org, number, _DECAY)


@part_of_kernel
def request_retraining(setting: int, org: Record, number: int, cause: int) -> None:
    """Submit a request for retraining, unless there is one already or it is under way."""
    task = retraining_task(org, number)
    if task_of(org, task).exists:
        return
    log_model(org, LogKind.RETRAINING_REQUESTED, number, cause, 0.0)
    held = 0 if model_of(org, number).state == ONLINE else 1
    submit_task(setting, org, task, RETRAIN, number, _RETRAINED, 0, held)


@part_of_kernel
def strike(setting: int, org: Record, number: int) -> None:
    """Let the planned incident strike a model."""
    model = model_of(org, number)
    cause = model.next_cause
    # First of all, as in all that changes what serves: the time until now is that of the state
    # until now, and at its exposure.
    account(org, number)
    count = count_incident(org, number, cause)
    if cause == DRIFT:
        # It goes on serving, worse. Only the hazard of drift rests while one is active, so what
        # comes next is planned anew.
        begin_drift(setting, org, number, count)
        plan_incident(setting, org, number)
        return
    model.issue_number = count
    # Before it goes offline, where the request is held: only one that waits can be.
    if model.state == _RETRAINING:
        interrupt(setting, org, retraining_task(org, number), 1)
    log_model(org, LogKind.ISSUE_STRUCK, number, cause, 0.0)
    _go_offline(setting, org, number, _OFFLINE_ISSUE, cause, count)
    care = setting_at(setting).constants.care
    if cause == _PIPELINE and self_heals(care, levels(org), model.entity, count):
        at = org.clock + care.self_healing_days
        schedule(setting, org, event_slot(number, HEALING), at, Rank.SELF_HEALING, number, 0)
    else:
        submit_work(setting, org, number, REPAIR, cause)


@part_of_kernel
def judge_drifts_again(setting: int, org: Record) -> None:
    """Take models offline whose mild drift, for which they are to be retrained, has grown."""
    limit, left = setting_at(setting).constants.care.offline_loss, org.mild_drifts
    for index in range(org.in_production):
        if left == 0:
            return
        number = production_of(org, index).number
        model = model_of(org, number)
        left -= model.drift_mild
        if model.drift_mild and model.state == ONLINE:
            loss = drift_loss_now(setting, org, number)
            if loss >= limit:
                # The fix is a retraining too. Who is online and has such a drift has a request.
                withdraw(org, retraining_task(org, number))
                _go_offline_for_drift(setting, org, number, loss)


@part_of_kernel
def lose_source(setting: int, org: Record, number: int) -> None:
    """Go offline because the source that the model shares has failed."""
    account(org, number)
    if model_of(org, number).state == _RETRAINING:
        interrupt(setting, org, retraining_task(org, number), 1)
    # Of a retraining in which it did not serve; the older version reads the same source.
    cancel(org, event_slot(number, SWITCH))
    log_model(org, LogKind.ISSUE_STRUCK, number, SHARED, 0.0)
    _go_offline(setting, org, number, _OFFLINE_ISSUE, SHARED, 0)


@part_of_kernel
def regain_source(setting: int, org: Record, number: int, began_at: float) -> None:
    """Return online because the source is repaired, if the model is offline for that."""
    if lane_of(org, number).cause != SHARED:
        return
    account(org, number)
    # Who goes offline while somebody works on it waits for nobody.
    waited_until = max(began_at, model_of(org, number).offline_since)
    duration = _count_restoration(org, number, waited_until)
    log_model(org, LogKind.ISSUE_RESOLVED, number, SHARED, duration)
    _return_online(setting, org, number)


@part_of_kernel
def miss_deadline(setting: int, org: Record, number: int, kind: int) -> None:
    """Let the deadline of a request pass: stop serving, now or on the return online."""
    miss(setting, org, number, kind)
    state = model_of(org, number).state
    if state in (ONLINE, _RETRAINING):
        _begin_ban(setting, org, number)


@part_of_kernel
def detect_drift(setting: int, org: Record, number: int) -> None:
    """Detect the active drift; act on it now, or when the model is online again."""
    # Before it counts as detected: what is counted is the time until now.
    count_undetected(org, number)
    model = model_of(org, number)
    model.drift_detected = 1
    log_model(org, LogKind.DRIFT_DETECTED, number, DRIFT, drift_loss_now(setting, org, number))
    model.drift_pending = 1
    if model.state == ONLINE:
        _act_on_drift(setting, org, number)


@part_of_kernel
def _act_on_drift(setting: int, org: Record, number: int) -> None:
    """Take a model offline for a severe drift, or request a retraining for a mild one."""
    model = model_of(org, number)
    model.drift_pending = 0
    # As it is now: since the detection it may have grown, while the model was not online.
    loss = drift_loss_now(setting, org, number)
    if loss < setting_at(setting).constants.care.offline_loss:
        org.mild_drifts += 1 - model.drift_mild
        model.drift_mild = 1
        request_retraining(setting, org, number, DRIFT)
        return
    _go_offline_for_drift(setting, org, number, loss)


@part_of_kernel
def _go_offline_for_drift(setting: int, org: Record, number: int, loss: float) -> None:
    model = model_of(org, number)
    account(org, number)
    org.mild_drifts -= model.drift_mild
    model.drift_mild = 0
    model.issue_number = model.drift_number
    log_model(org, LogKind.DRIFT_FOUND, number, DRIFT, loss)
    _go_offline(setting, org, number, _OFFLINE_DRIFT, DRIFT, model.drift_number)
    submit_work(setting, org, number, REPAIR, DRIFT)


@part_of_kernel
def _go_offline(
    setting: int, org: Record, number: int, target: int, cause: int, count: int
) -> None:
    _leave_online(org, number, target, cause, org.clock)
    _stop_serving(setting, org, number, cause, count)


@part_of_kernel
def _leave_online(org: Record, number: int, target: int, cause: int, since: float) -> None:
    enter_state(org, number, target, cause)
    lane_of(org, number).cause = cause
    model_of(org, number).offline_since = since
    tally(org, OUTAGES, 1.0)
    request = retraining_task(org, number)
    if task_of(org, request).exists and not task_of(org, request).held:
        hold(org, request)


@part_of_kernel
def _stop_serving(setting: int, org: Record, number: int, cause: int, count: int) -> None:
    """Let the current version stop; a previous one may take over."""
    model = model_of(org, number)
    care = setting_at(setting).constants.care
    lane_of(org, number).serving = NONE
    # As nobody is exposed now, this takes the planned incident off the calendar.
    plan_incident(setting, org, number)
    if cause == SHARED:
        return
    if image_at_hand(care, levels(org), model.entity, cause, count):
        at = org.clock + care.switch_days
        schedule(setting, org, event_slot(number, SWITCH), at, Rank.SWITCH, number, 0)


@part_of_kernel
def serve_previous(setting: int, org: Record, number: int) -> None:
    """Let the previous version serve."""
    account(org, number)
    model, lane = model_of(org, number), lane_of(org, number)
    lane.serving = PREVIOUS
    # By what it was drawn whether there is one.
    occurrence = model.issue_number
    if lane.cause == _RETRAINED:
        occurrence = model.retraining_stints - 1
    begin_previous(org, number, lane.cause, occurrence)
    plan_incident(setting, org, number)
    log_model(org, LogKind.PREVIOUS_SERVES, number, lane.cause, 0.0)


@part_of_kernel
def break_previous(setting: int, org: Record, number: int) -> None:
    """Let the previous version break: nobody serves until the model is online again."""
    account(org, number)
    lane_of(org, number).serving = NONE
    plan_incident(setting, org, number)
    log_model(org, LogKind.PREVIOUS_BROKE, number, lane_of(org, number).cause, 0.0)


@part_of_kernel
def _return_online(setting: int, org: Record, number: int) -> None:
    """Go online with the current version, and act on what has waited for that."""
    enter_state(org, number, ONLINE, NOBODY)
    cancel(org, event_slot(number, SWITCH))
    lane_of(org, number).cause = NOBODY
    lane_of(org, number).serving = CURRENT
    plan_incident(setting, org, number)
    _act_on_what_waited(setting, org, number)


@part_of_kernel
def _act_on_what_waited(setting: int, org: Record, number: int) -> None:
    """Act on what a model meets that comes back online, or goes live: the first thing first."""
    # One place for all that waits for this, in the order of decision 0040.
    if org.request_kinds > 0 and earliest_late(org, number) < np.inf:
        _begin_ban(setting, org, number)
        return
    model = model_of(org, number)
    if model.source >= 0 and source_of(org, model.source).down:
        lose_source(setting, org, number)
    if model.state == ONLINE and model.drift_pending:
        _act_on_drift(setting, org, number)
    request = retraining_task(org, number)
    # Any of these may have taken it offline again.
    if model.state == ONLINE and task_of(org, request).exists and task_of(org, request).held:
        release(setting, org, request)


@part_of_kernel
def _count_restoration(org: Record, number: int, started_at: float) -> float:
    """Count a return from offline, and return how long it took."""
    model = model_of(org, number)
    tally(org, RESTORATIONS, 1.0)
    tally(org, RESTORE_WAITING_DAYS, started_at - model.offline_since)
    tally(org, RESTORE_WORKING_DAYS, org.clock - started_at)
    return org.clock - model.offline_since


@part_of_kernel
def _resolve_issue(setting: int, org: Record, number: int, started_at: float) -> None:
    account(org, number)
    cause = lane_of(org, number).cause
    duration = _count_restoration(org, number, started_at)
    log_model(org, LogKind.ISSUE_RESOLVED, number, cause, duration)
    _return_online(setting, org, number)
    # A repair brings back what there was; whether that is enough is for a review to say.
    if cause == _CAPACITY:
        review_load(setting, org, number, cause)


@part_of_kernel
def self_heal(setting: int, org: Record, number: int) -> None:
    """Resolve a pipeline issue without a developer."""
    log_model(org, LogKind.SELF_HEALED, number, _PIPELINE, 0.0)
    # Nobody was waited for: all of the time counts as time of repair.
    _resolve_issue(setting, org, number, model_of(org, number).offline_since)
    # A request that was held is eligible again, and `release` asks for nothing itself; after a
    # developer's work `dispatch.complete` does.
    org.dispatch = 1


@part_of_kernel
def _begin_ban(setting: int, org: Record, number: int) -> None:
    """Go offline for the requests that are late; no version serves."""
    account(org, number)
    model = model_of(org, number)
    if model.state == _RETRAINING:
        interrupt(setting, org, retraining_task(org, number), 1)
    since = earliest_late(org, number)
    model.is_banned = 1
    log_model(org, LogKind.BAN_BEGAN, number, _COMPLIANCE, since)
    # From the deadline on it should not have served, whatever it was offline for.
    _leave_online(org, number, _OFFLINE_ISSUE, _COMPLIANCE, since)
    lane_of(org, number).serving = NONE
    cancel(org, event_slot(number, SWITCH))
    plan_incident(setting, org, number)


@part_of_kernel
def _answer(setting: int, org: Record, number: int, kind: int) -> None:
    """Take over the answer to a request, which may end a ban."""
    begun_at = request_of(org, number, kind).begun_at
    answer_request(setting, org, number, kind)
    model = model_of(org, number)
    if model.is_banned and earliest_late(org, number) == np.inf:
        account(org, number)
        model.is_banned = 0
        # Work may have begun before the deadline: then nothing was waited for.
        duration = _count_restoration(org, number, max(begun_at, model.offline_since))
        log_model(org, LogKind.BAN_ENDED, number, _COMPLIANCE, duration)
        _return_online(setting, org, number)


@part_of_kernel
def _end_drift_fix(setting: int, org: Record, number: int, started_at: float) -> None:
    account(org, number)
    request = retraining_task(org, number)
    # The fix was a retraining too, so that a request for one is void.
    if task_of(org, request).exists:
        withdraw(org, request)
    restore(setting, org, number)
    plan_retraining(setting, org, number, retraining_interval(setting, org, number))
    duration = _count_restoration(org, number, started_at)
    log_model(org, LogKind.DRIFT_ADDRESSED, number, DRIFT, duration)
    _return_online(setting, org, number)


@part_of_kernel
def _begin_retraining(setting: int, org: Record, number: int) -> None:
    account(org, number)
    model = model_of(org, number)
    enter_state(org, number, _RETRAINING, NOBODY)
    lane_of(org, number).cause = _RETRAINED
    log_model(org, LogKind.RETRAINING_BEGAN, number, _RETRAINED, 0.0)
    # One that goes on after an interruption stops serving again: whether a previous version is at
    # hand is drawn for each stint, the effort once.
    if not setting_at(setting).constants.serves_while_retraining:
        stint = model.retraining_stints
        model.retraining_stints = stint + 1
        _stop_serving(setting, org, number, _RETRAINED, stint)


@part_of_kernel
def stop_retraining(setting: int, org: Record, number: int) -> None:
    """Come back online because the developer leaves; the request waits as interrupted."""
    account(org, number)
    interrupt(setting, org, retraining_task(org, number), 0)
    log_model(org, LogKind.RETRAINING_STOPPED, number, _RETRAINED, 0.0)
    _return_online(setting, org, number)


@part_of_kernel
def _end_retraining(setting: int, org: Record, number: int) -> None:
    account(org, number)
    restore(setting, org, number)
    plan_retraining(setting, org, number, retraining_interval(setting, org, number))
    restored = lane_of(org, number).restored
    log_model(org, LogKind.RETRAINED, number, _RETRAINED, restored)
    _return_online(setting, org, number)


@part_of_kernel
def review_load(setting: int, org: Record, number: int, cause: int) -> None:
    """Ask for more capacity if demand takes too much of it and nobody has asked yet."""
    tally(org, LOAD_REVIEWS, 1.0)
    if task_of(org, step_task(org, number)).exists:
        return
    lane, common = lane_of(org, number), rates_of_today(setting, org)
    # What yesterday has left: nobody has counted today's yet.
    asked = demand(lane.users, lane.usage, common.demand_scale)
    target = setting_at(setting).constants.care.target_load
    if not is_loaded(asked, lane.capacity, common, target):
        return
    log_model(org, LogKind.CAPACITY_REQUESTED, number, cause, asked)
    # Never held: it does not matter to it whether the model is online.
    submit_task(setting, org, step_task(org, number), RETRAIN, number, _CAPACITY, STEP_STREAM, 0)


@part_of_kernel
def _add_capacity(setting: int, org: Record, number: int) -> None:
    lane = lane_of(org, number)
    lane.capacity *= 1.0 + setting_at(setting).constants.care.capacity_growth
    tally(org, CAPACITY_STEPS, 1.0)
    log_model(org, LogKind.CAPACITY_ADDED, number, NOBODY, lane.capacity)


@part_of_kernel
def plan_review(setting: int, org: Record, number: int, in_days: float) -> None:
    """Plan the next review of the load."""
    at = org.clock + in_days
    schedule(setting, org, event_slot(number, REVIEW), at, Rank.LOAD_REVIEW, number, 0)


@part_of_kernel
def review_as_planned(setting: int, org: Record, number: int) -> None:
    """Review the load, and plan the next review."""
    plan_review(setting, org, number, setting_at(setting).constants.review_days)
    review_load(setting, org, number, NOBODY)


@part_of_kernel
def work_began(setting: int, org: Record, task: int) -> None:
    """Change a model's state because a developer has begun or taken up a task."""
    record = task_of(org, task)
    number = record.number
    if record.task_class == BUILD and model_of(org, number).state == _IDEA:
        enter_state(org, number, _BUILD_STATE, NOBODY)
        model_of(org, number).begun_at = org.clock
        log_model(org, LogKind.BUILD_BEGAN, number, NOBODY, 0.0)
    elif task == retraining_task(org, number):
        _begin_retraining(setting, org, number)


@part_of_kernel
def _end_build(setting: int, org: Record, number: int) -> None:
    """Go on to deployment, or leave the portfolio if the build has failed."""
    model = model_of(org, number)
    if build_succeeds(setting_at(setting).constants.care, levels(org), model.entity):
        enter_state(org, number, _DEPLOYMENT, NOBODY)
        log_model(org, LogKind.BUILD_DONE, number, NOBODY, 0.0)
        submit_work(setting, org, number, DEPLOY, NOBODY)
        return
    tally(org, FAILED_BUILD_DAYS, model.build_days)
    retire(org, number, RetirementReason.FAILED.value)


@part_of_kernel
def work_completed(setting: int, org: Record, task: int, started_at: float) -> None:
    """Change a model's state because a task is done, begun for the last time at `started_at`."""
    record = task_of(org, task)
    number = record.number
    record.exists = 0
    if task == retraining_task(org, number):
        _end_retraining(setting, org, number)
    elif record.stream == STEP_STREAM:
        _add_capacity(setting, org, number)
    elif record.stream >= FIRST_REQUEST_STREAM:
        _answer(setting, org, number, record.stream - FIRST_REQUEST_STREAM)
    elif record.task_class == BUILD:
        _end_build(setting, org, number)
    elif record.task_class == DEPLOY:
        go_live(setting, org, number)
    elif record.cause == DRIFT:
        _end_drift_fix(setting, org, number, started_at)
    else:
        _resolve_issue(setting, org, number, started_at)


@part_of_kernel
def _leave_service(org: Record, number: int) -> None:
    """Let nothing serve any more; what is left of the day is not in production."""
    # The lane stays until the close of the day, which adds up what was served before. By this date
    # it finds no time left to enter.
    lane = lane_of(org, number)
    lane.cause = NOBODY
    lane.serving = NONE
    lane.since = org.day + 1.0
    lane.departed = 1
    org.departures += 1


@part_of_kernel
def retire(org: Record, number: int, reason: int) -> None:
    """Leave the portfolio from any state, at once."""
    # Asked before the state changes. The detection is left to `end_drift`, as only who is live has
    # one.
    live = in_production(model_of(org, number))
    if live:
        account(org, number)
    for task in (work_task(org, number), retraining_task(org, number), step_task(org, number)):
        if task_of(org, task).exists:
            withdraw(org, task)
    withdraw_requests(org, number)
    for kind in (SWITCH, HEALING, DUE, REVIEW, RETIREMENT, INCIDENT, ALERT):
        cancel(org, event_slot(number, kind))
    model = model_of(org, number)
    if live:
        end_drift(org, number)
        _leave_service(org, number)
    enter_state(org, number, RETIRED, NOBODY)
    model.retired_at = org.clock
    model.is_banned = 0
    model.reason = reason
    tally(org, RETIRED_TALLIES + reason, 1.0)
    if reason == RetirementReason.FAILED:
        log_model(org, LogKind.BUILD_FAILED, number, NOBODY, model.build_days)
    else:
        log_model(org, LogKind.RETIRED, number, reason, 0.0)
    org.dispatch = 1
