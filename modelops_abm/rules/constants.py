"""A scenario's numbers as compiled code takes them; both engines read them from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from modelops_abm.compiled import compiled
from modelops_abm.core import registry
from modelops_abm.core.outcomes import OFFLINE_CAUSES
from modelops_abm.rules.day import CommonRates, PreviousVersion
from modelops_abm.rules.hazards import reduced_rate
from modelops_abm.rules.registered import Numbers, Rates, rates_of_causes
from modelops_abm.rules.sampling import Law, law_of
from modelops_abm.rules.users import UsageConstants, usage_constants
from modelops_abm.scenario.scenario import Scenario

DECAY_ALERTS = ("always", "with_monitoring", "never")
# Hazards and retraining are the first causes, so what is made of these is numbered by `Cause`.
_OFFLINE = tuple(each for each in registry.causes() if each.name in OFFLINE_CAUSES)


# For the type checker with the fields of the package; at run time with those of the registry, whose
# number compiled code must know.
if TYPE_CHECKING:

    class Levels(NamedTuple):
        """Levels of the capabilities, 0 to 1; those of registered ones follow."""

        automation: float
        monitoring: float
        rollback: float
        lineage: float
        autoscaling: float

    class Efforts(tuple[Law, ...]):
        """A distribution of effort for each cause that takes a model offline."""

        def __new__(cls, *values: Law) -> Self:
            """Take one for each cause, in order."""

    class Shares(tuple[float, ...]):
        """A share or probability for each of these causes."""

        def __new__(cls, *values: float) -> Self:
            """Take one for each cause, in order."""

else:
    Levels = NamedTuple("Levels", [(name, float) for name in registry.capability_names()])
    Levels.__doc__ = "Levels of the capabilities in the order of the registry, 0 to 1."
    Efforts = NamedTuple("Efforts", [(name, Law) for name in OFFLINE_CAUSES])
    Shares = NamedTuple("Shares", [(name, float) for name in OFFLINE_CAUSES])


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
    numbers: Numbers


class CareConstants(NamedTuple):
    """What maintenance depends on: efforts, savings, rollback, self-healing, detection.

    Efforts (of a drift that of the investigation), the shares saved on them, and the probabilities
    of a previous version at hand are numbered by the cause. `decay_alert` is an index into
    `DECAY_ALERTS`.
    """

    efforts: Efforts
    savings: Shares
    automation_saving: float
    success_share: float
    handover_gain: float
    coverages: Shares
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
    numbers: Numbers


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
        _numbers(scenario),
    )


def _care_constants(scenario: Scenario) -> CareConstants:
    efforts, drift = scenario.efforts, scenario.drift
    automation, rollback = scenario.capabilities.automation, scenario.capabilities.rollback
    monitoring = scenario.capabilities.monitoring
    return CareConstants(
        Efforts(*(law_of(getattr(efforts, _effort_name(cause))) for cause in _OFFLINE)),
        Shares(*(_saving(scenario, cause) for cause in _OFFLINE)),
        automation.effort_saving,
        scenario.portfolio.success_share,
        automation.handover_gain,
        Shares(*(getattr(rollback, f"{cause.name}_coverage") for cause in _OFFLINE)),
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
        _numbers(scenario),
    )


def _effort_name(cause: registry.Cause) -> str:
    """Return the name of the effort among the scenario's, with which work on a cause begins."""
    names = {"drift": "drift_investigation", "retraining": "retraining"}
    return names.get(cause.kind, f"{cause.name}_repair")


def _saving(scenario: Scenario, cause: registry.Cause) -> float:
    saver = getattr(scenario.capabilities, cause.saved_by)
    # A retraining by itself is a run of a pipeline; that within a drift fix is part of finding out
    # what is wrong, and saved with the fix.
    saving: float = saver.retraining_saving if cause.kind == "retraining" else saver.effort_saving
    return saving


def _numbers(scenario: Scenario) -> Numbers:
    """Return the own numbers of what is registered, from the sections that they are in."""
    found: list[Any] = []
    for capability in registry.registered_capabilities():
        section = getattr(scenario.capabilities, capability.name)
        names = [name for name, _, _ in registry.numbers_of(capability)]
        found.append(capability.numbers(*(getattr(section, name) for name in names)))
    for cause in registry.registered_causes():
        names = [f"{cause.name}_{name}" for name, _, _ in registry.numbers_of(cause)]
        found.append(cause.numbers(*(getattr(scenario.incidents, name) for name in names)))
    return Numbers(*found)


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
        Rates(*rates_of_causes(constants.numbers, levels)),
    )
