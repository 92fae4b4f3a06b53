"""Maintenance: how long things stay unnoticed, efforts, self-healing, rollback, drift and decay.

Every draw is keyed by the model and the number of the issue, drift or retraining that it is for.
"""

from __future__ import annotations

import math

from modelops_abm.compiled import compiled, compiled_inline
from modelops_abm.core import registry
from modelops_abm.core.randomness import DecisionPoint, chain, draw_key, keys_by_cause, uniform
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.capability import reduced_effort
from modelops_abm.rules.constants import DECAY_ALERTS, CareConstants, Levels, law_given
from modelops_abm.rules.power import days_until_below
from modelops_abm.rules.registered import through
from modelops_abm.rules.sampling import Law, happens, sample, unit_exponential


@compiled
def mean_delay_days(without_days: float, with_days: float, monitoring: float) -> float:
    """Return the mean delay at a level of monitoring: geometric between none and full."""
    return math.pow(without_days, 1.0 - monitoring) * math.pow(with_days, monitoring)


@compiled
def delay_days(mean_days: float, entity: int, decision_point: int, occurrence: int) -> float:
    """Return the exponential delay until the n-th drift or decay of a model is noticed."""
    return mean_days * unit_exponential(draw_key(entity, decision_point, occurrence))


LARGEST_SEVERITY = 0.999
NEVER = DECAY_ALERTS.index("never")
WITH_MONITORING = DECAY_ALERTS.index("with_monitoring")
_RETRAINING = Cause.RETRAINING.value
_SHARED = Cause.SHARED.value
_SAVED_BY = tuple(registry.capability_names().index(each.saved_by) for each in registry.causes())
_effort_by_rules = through("maintenance_effort")
_delay_by_rules = through("detection_delay")
_chance_by_rules = through("previous_version")
_restored_share_by_rules = through("restored_share")
_EFFORT = keys_by_cause(DecisionPoint.EFFORT)
_STEP_EFFORT = DecisionPoint.CAPACITY_STEP_EFFORT.value
_PREVIOUS_VERSION = keys_by_cause(DecisionPoint.PREVIOUS_VERSION)


# Into its caller, as the constants would be copied for the call, which takes longer than the rest.
@compiled_inline
def maintenance_effort(
    care: CareConstants,
    levels: Levels,
    law: Law,
    retraining: Law,
    entity: int,
    cause: int,
    occurrence: int,
) -> float:
    """Return the developer-days of a repair or retraining when work on it first starts.

    Parameters
    ----------
    law, retraining
        The model's own effort for the cause, and for a retraining; see `constants.OwnNumbers`.
    cause
        A `Cause`: that of the repair, or retraining. A drift takes an investigation as well.
    occurrence
        Number of the model's issue of this cause, drift or retraining, from 0.
    """
    work = law_given(law, care.efforts[cause])
    effort = sample(work, draw_key(entity, _EFFORT[cause], occurrence))
    if cause == Cause.DRIFT:
        # Drawn by itself: another mean of one of the two does not change the other.
        key = draw_key(entity, DecisionPoint.DRIFT_RETRAINING_EFFORT, occurrence)
        effort += sample(law_given(retraining, care.efforts[_RETRAINING]), key)
    effort = reduced_effort(effort, care.savings[cause], levels[_SAVED_BY[cause]])
    # Rules from outside draw by further keys from here on, so they share no number with the draw
    # above or with each other; the same below.
    occasion = chain(entity, _EFFORT[cause])
    return _effort_by_rules(effort, care.numbers, levels, occasion, occurrence)


@compiled
def step_effort(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> float:
    """Return the developer-days of a model's n-th step of capacity (from 0)."""
    effort = sample(care.step_effort, draw_key(entity, _STEP_EFFORT, occurrence))
    effort = reduced_effort(effort, care.automation_saving, levels.automation)
    occasion = chain(entity, _STEP_EFFORT)
    return _effort_by_rules(effort, care.numbers, levels, occasion, occurrence)


@compiled
def first_review_days(entity: int, review_days: float) -> float:
    """Return the days until the first review of the load of a model that is live at the start."""
    return uniform(draw_key(entity, DecisionPoint.FIRST_REVIEW, 0)) * review_days


@compiled
def source_effort(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> float:
    """Return the developer-days to repair a shared source after its n-th failure (from 0)."""
    effort = sample(care.shared_effort, draw_key(entity, _EFFORT[_SHARED], occurrence))
    effort = reduced_effort(effort, care.automation_saving, levels.automation)
    effort = reduced_effort(effort, care.shared_saving, levels.lineage)
    occasion = chain(entity, _EFFORT[_SHARED])
    return _effort_by_rules(effort, care.numbers, levels, occasion, occurrence)


@compiled
def new_work_effort(care: CareConstants, levels: Levels, effort_days: float) -> float:
    """Return the developer-days of a build or deployment when work on it first starts."""
    return reduced_effort(effort_days, care.automation_saving, levels.automation)


@compiled
def build_succeeds(care: CareConstants, levels: Levels, entity: int) -> bool:
    """Return whether a finished build goes on to deployment, at the levels of that day."""
    share = care.success_share
    chance = share + (1.0 - share) * care.handover_gain * levels.automation
    return happens(chance, draw_key(entity, DecisionPoint.BUILD_SUCCESS, 0))


@compiled
def self_heals(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> bool:
    """Return whether a model's n-th pipeline issue is resolved without a developer."""
    key = draw_key(entity, DecisionPoint.SELF_HEALING, occurrence)
    return happens(care.self_healing_share * levels.automation, key)


@compiled
def image_at_hand(
    care: CareConstants, levels: Levels, entity: int, cause: int, occurrence: int
) -> bool:
    """Return whether a previous version is at hand when the current one stops serving."""
    key = draw_key(entity, _PREVIOUS_VERSION[cause], occurrence)
    chance = levels.rollback * care.coverages[cause]
    occasion = chain(entity, _PREVIOUS_VERSION[cause])
    return happens(_chance_by_rules(chance, care.numbers, levels, occasion, occurrence), key)


@compiled
def drift_severity(care: CareConstants, own: Law, entity: int, occurrence: int) -> float:
    """Return the severity of a model's n-th drift, by its own law; some power is always left."""
    key = draw_key(entity, DecisionPoint.DRIFT_SEVERITY, occurrence)
    return min(LARGEST_SEVERITY, sample(law_given(own, care.severity), key))


@compiled
def drift_delay_days(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> float:
    """Return the days until a model's n-th drift is detected, at the level of its onset."""
    mean = mean_delay_days(care.delay_without_days, care.delay_with_days, levels.monitoring)
    occasion = chain(entity, DecisionPoint.DRIFT_DELAY)
    mean = _delay_by_rules(mean, care.numbers, levels, occasion, occurrence)
    return delay_days(mean, entity, DecisionPoint.DRIFT_DELAY, occurrence)


@compiled
def decay_alert_days(care: CareConstants, restored: float, decay: float) -> float:
    """Return the days from a restoration until the power is low enough for the alert on decay.

    Infinite if it never is, or if there is no such alert.
    """
    if care.decay_alert == NEVER:
        return math.inf
    return days_until_below(restored, decay, care.decay_alert_power)


@compiled
def decay_delay_days(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> float:
    """Return the days until a model's n-th decay below the threshold is noticed, or infinity."""
    if care.decay_alert == WITH_MONITORING and levels.monitoring <= 0.0:
        return math.inf
    mean = mean_delay_days(care.delay_without_days, care.delay_with_days, levels.monitoring)
    occasion = chain(entity, DecisionPoint.DECAY_DELAY)
    mean = _delay_by_rules(mean, care.numbers, levels, occasion, occurrence)
    return delay_days(mean, entity, DecisionPoint.DECAY_DELAY, occurrence)


@compiled
def restored_share(care: CareConstants, levels: Levels, entity: int, occurrence: int) -> float:
    """Return the share of the lost power that a model's n-th retraining or drift fix restores."""
    return _restored_share_by_rules(care.restored_share, care.numbers, levels, entity, occurrence)
