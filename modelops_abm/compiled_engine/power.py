"""A model's predictive power over records: slow decay, drift, and when somebody notices."""

from __future__ import annotations

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine.calendar import cancel, schedule
from modelops_abm.compiled_engine.capability import levels
from modelops_abm.compiled_engine.layout import (
    ALERT,
    DETECTION,
    DRIFT,
    Record,
    event_slot,
    lane_of,
    log_model,
    model_of,
    own_of,
    setting_at,
)
from modelops_abm.compiled_engine.totals import DRIFT_DAYS_UNDETECTED, RETRAININGS, tally
from modelops_abm.core.events import LogKind, Rank
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.day import Health, base_power_at, drift_loss_at
from modelops_abm.rules.maintenance import (
    decay_alert_days,
    decay_delay_days,
    drift_delay_days,
    drift_severity,
    restored_share,
)
from modelops_abm.rules.power import restored_power

_DECAY = Cause.DECAY.value


@inner_loop
def health(lane: Record) -> Health:
    """Return what a model's power decays from, and its active drift."""
    return Health(
        lane.restored,
        lane.restored_at,
        lane.decay,
        lane.drifting != 0,
        lane.severity,
        lane.drift_since,
    )


@part_of_kernel
def base_now(org: Record, number: int) -> float:
    """Return a model's power without drift, now."""
    return base_power_at(health(lane_of(org, number)), org.clock)


@part_of_kernel
def drift_loss_now(setting: int, org: Record, number: int) -> float:
    """Return the share of a model's power lost to drift."""
    growth = setting_at(setting).constants.care.drift_growth_days
    return drift_loss_at(health(lane_of(org, number)), org.clock, growth)


@part_of_kernel
def begin_drift(setting: int, org: Record, number: int, count: int) -> None:
    """Let the n-th drift set in, and plan its detection."""
    model = model_of(org, number)
    care = setting_at(setting).constants.care
    severity = drift_severity(care, own_of(org, number).severity, model.entity, count)
    lane = lane_of(org, number)
    lane.drifting = 1
    lane.severity = severity
    lane.drift_since = org.clock
    model.drift_number = count
    log_model(org, LogKind.DRIFT_SET_IN, number, DRIFT, severity)
    # By the monitoring of this day; what is built later does not find it sooner.
    at = org.clock + drift_delay_days(care, levels(org), model.entity, count)
    schedule(setting, org, event_slot(number, DETECTION), at, Rank.DETECTION, number, DRIFT)


@part_of_kernel
def restore(setting: int, org: Record, number: int) -> None:
    """Restore power after a retraining or drift fix, which also ends a drift."""
    lane = lane_of(org, number)
    model, care = model_of(org, number), setting_at(setting).constants.care
    share = restored_share(care, levels(org), model.entity, model.restorations)
    model.restorations += 1
    tally(org, RETRAININGS, 1.0)
    # Of the power until now, so before drift and date are overwritten.
    restored = restored_power(base_now(org, number), share)
    end_drift(org, number)
    lane.restored = restored
    lane.restored_at = org.clock
    watch_decay(setting, org, number)


@part_of_kernel
def end_drift(org: Record, number: int) -> None:
    """End the active drift, if any, and count the time that nobody had noticed it."""
    # The time until now counts, so before the drift is forgotten.
    cancel(org, event_slot(number, DETECTION))
    count_undetected(org, number)
    model = model_of(org, number)
    lane_of(org, number).drifting = 0
    model.drift_detected = 0
    model.drift_pending = 0
    org.mild_drifts -= model.drift_mild
    model.drift_mild = 0


@part_of_kernel
def count_undetected(org: Record, number: int) -> None:
    """Count the time of an active drift that nobody has noticed."""
    model = model_of(org, number)
    lane = lane_of(org, number)
    if lane.drifting and not model.drift_detected:
        tally(org, DRIFT_DAYS_UNDETECTED, org.clock - lane.drift_since)


@part_of_kernel
def watch_decay(setting: int, org: Record, number: int) -> None:
    """Plan the time at which the power without drift is below the alert's threshold."""
    lane = lane_of(org, number)
    care = setting_at(setting).constants.care
    # In place of the alert that was planned before, or of a notice that is void now.
    days = decay_alert_days(care, lane.restored, lane.decay)
    at = lane.restored_at + days
    schedule(setting, org, event_slot(number, ALERT), at, Rank.INCIDENT, number, _DECAY)


@part_of_kernel
def cross_decay(setting: int, org: Record, number: int) -> None:
    """Let the power without drift fall below the alert's threshold."""
    model = model_of(org, number)
    crossing = model.crossings
    model.crossings = crossing + 1
    log_model(org, LogKind.DECAY_SET_IN, number, _DECAY, 0.0)
    delay = decay_delay_days(
        setting_at(setting).constants.care, levels(org), model.entity, crossing
    )
    at = org.clock + delay
    schedule(setting, org, event_slot(number, ALERT), at, Rank.DETECTION, number, _DECAY)
