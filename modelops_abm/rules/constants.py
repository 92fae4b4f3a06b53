"""A scenario's numbers as compiled code takes them; both engines read them from here."""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.compiled import compiled
from modelops_abm.rules.day import CommonRates, PreviousVersion
from modelops_abm.rules.hazards import reduced_rate
from modelops_abm.rules.sampling import Law, law_of
from modelops_abm.rules.users import UsageConstants, usage_constants
from modelops_abm.scenario.scenario import Scenario

DECAY_ALERTS = ("always", "with_monitoring", "never")


class Levels(NamedTuple):
    """Levels of the five capabilities, 0 to 1."""

    automation: float
    monitoring: float
    rollback: float
    lineage: float
    autoscaling: float


class RateConstants(NamedTuple):
    """What the hazards depend on."""

    pipeline_per_year: float
    pipeline_reduction: float
    capacity_per_year: float
    overload_threshold: float
    overload_span: float
    largest_overload: float
    compliance_per_year: float
    compliance_reduction: float
    regulated_multiplier: float
    drift_per_year: float
    drift_growth_days: float
    extra_capacity: float


class CareConstants(NamedTuple):
    """What maintenance depends on: efforts, savings, rollback, self-healing, detection.

    `decay_alert` is an index into `DECAY_ALERTS`.
    """

    pipeline_effort: Law
    capacity_effort: Law
    compliance_effort: Law
    investigation_effort: Law
    retraining_effort: Law
    automation_saving: float
    lineage_saving: float
    pipeline_coverage: float
    capacity_coverage: float
    compliance_coverage: float
    drift_coverage: float
    retraining_coverage: float
    switch_days: float
    self_healing_share: float
    self_healing_days: float
    delay_without_days: float
    delay_with_days: float
    severity: Law
    drift_growth_days: float
    offline_loss: float
    decay_alert: int
    decay_alert_power: float
    restored_share: float
    capacity_growth: float


class Constants(NamedTuple):
    """Everything that a model's days and its maintenance depend on."""

    rates: RateConstants
    care: CareConstants
    usage: UsageConstants
    previous_version: PreviousVersion
    initial_usage_share: float
    go_live_usage_share: float
    abandonment_share: float
    past_interval_days: float
    retraining_interval_days: float
    serves_while_retraining: bool


def constants_of(scenario: Scenario) -> Constants:
    """Return a scenario's numbers as compiled code takes them."""
    usage, rollback = scenario.usage, scenario.capabilities.rollback
    return Constants(
        _rate_constants(scenario),
        _care_constants(scenario),
        usage_constants(
            usage.neutral_power,
            usage.neutral_availability,
            usage.growth_days,
            usage.decline_days,
            usage.availability_memory_days,
        ),
        PreviousVersion(rollback.previous_power, rollback.previous_drift_share),
        scenario.portfolio.initial_usage_share,
        scenario.portfolio.go_live_usage_share,
        usage.abandonment_share,
        scenario.portfolio.past_retraining_interval_days,
        scenario.retraining.interval_days,
        scenario.retraining.serves_while_retraining,
    )


def start_levels(scenario: Scenario) -> Levels:
    """Return the levels of the capabilities at the start."""
    return Levels(*(getattr(scenario.capabilities, name).start_level for name in Levels._fields))


def _rate_constants(scenario: Scenario) -> RateConstants:
    incidents, capabilities = scenario.incidents, scenario.capabilities
    return RateConstants(
        incidents.pipeline_per_year,
        capabilities.automation.pipeline_reduction,
        incidents.capacity_per_year,
        incidents.overload_threshold,
        incidents.overload_span,
        incidents.largest_overload,
        incidents.compliance_per_year,
        capabilities.lineage.compliance_reduction,
        incidents.regulated_multiplier,
        scenario.drift.onsets_per_year,
        scenario.drift.growth_days,
        capabilities.autoscaling.extra_capacity,
    )


def _care_constants(scenario: Scenario) -> CareConstants:
    efforts, drift = scenario.efforts, scenario.drift
    automation, rollback = scenario.capabilities.automation, scenario.capabilities.rollback
    monitoring, lineage = scenario.capabilities.monitoring, scenario.capabilities.lineage
    return CareConstants(
        law_of(efforts.pipeline_repair),
        law_of(efforts.capacity_repair),
        law_of(efforts.compliance_repair),
        law_of(efforts.drift_investigation),
        law_of(efforts.retraining),
        automation.effort_saving,
        lineage.effort_saving,
        rollback.pipeline_coverage,
        rollback.capacity_coverage,
        rollback.compliance_coverage,
        rollback.drift_coverage,
        rollback.retraining_coverage,
        rollback.switch_days,
        automation.self_healing_share,
        automation.self_healing_days,
        monitoring.delay_without_days,
        monitoring.delay_with_days,
        law_of(drift.severity),
        drift.growth_days,
        drift.offline_loss,
        DECAY_ALERTS.index(drift.decay_alert),
        drift.decay_alert_power,
        scenario.retraining.restored_share,
        scenario.incidents.capacity_growth,
    )


@compiled
def common_rates(constants: RateConstants, levels: Levels) -> CommonRates:
    """Return what the rates of all models have in common at these capability levels."""
    return CommonRates(
        reduced_rate(constants.pipeline_per_year, constants.pipeline_reduction, levels.automation),
        reduced_rate(constants.capacity_per_year, 0.0, 0.0),
        reduced_rate(constants.compliance_per_year, constants.compliance_reduction, levels.lineage),
        reduced_rate(constants.drift_per_year, 0.0, 0.0),
        constants.regulated_multiplier,
        constants.overload_threshold,
        constants.overload_span,
        constants.largest_overload,
        constants.extra_capacity,
        levels.autoscaling,
        constants.drift_growth_days,
    )
