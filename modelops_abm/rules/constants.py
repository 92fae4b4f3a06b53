"""A scenario's numbers as compiled code takes them; both engines read them from here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from modelops_abm.compiled import compiled, compiled_inline
from modelops_abm.core import registry
from modelops_abm.rules.day import CommonRates, PreviousVersion
from modelops_abm.rules.hazards import reduced_rate
from modelops_abm.rules.registered import Numbers, Rates, rates_of_causes
from modelops_abm.rules.sampling import Law, law_of
from modelops_abm.rules.users import UsageConstants, usage_constants
from modelops_abm.scenario.portfolio import PortfolioModel
from modelops_abm.scenario.quantity import Distribution
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sections import OF_KIND, Archetype

DECAY_ALERTS = ("always", "with_monitoring", "never")
# Hazards and retraining are the first causes, so what is made of these is numbered by `Cause`.
_OF_A_MODEL = ("issue", "drift", "retraining")
_OFFLINE = tuple(each for each in registry.causes() if each.kind in _OF_A_MODEL)


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
        """A distribution of effort for each cause that takes a single model offline."""

        def __new__(cls, *values: Law) -> Self:
            """Take one for each cause, in order."""

    class Shares(tuple[float, ...]):
        """A share or probability for each of these causes."""

        def __new__(cls, *values: float) -> Self:
            """Take one for each cause, in order."""

else:
    Levels = NamedTuple("Levels", [(name, float) for name in registry.capability_names()])
    Levels.__doc__ = "Levels of the capabilities in the order of the registry, 0 to 1."
    Efforts = NamedTuple("Efforts", [(each.name, Law) for each in _OFFLINE])
    Shares = NamedTuple("Shares", [(each.name, float) for each in _OFFLINE])


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
    shared_per_year: float
    shared_reduction: float
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
    target_load: float
    step_effort: Law
    shared_effort: Law
    shared_saving: float
    numbers: Numbers


class OwnRates(NamedTuple):
    """A model's own rates per year, of drift that of onsets; NaN where it has the scenario's."""

    pipeline: float
    capacity: float
    compliance: float
    drift: float


class OwnNumbers(NamedTuple):
    """How a model fails by its kind or a client's row, where that is not as in the scenario.

    What is not given - NaN, or `NOT_GIVEN` - is looked up in the scenario when it is used, so that
    a change of the scenario reaches it (0046).
    """

    rates: OwnRates
    """Per year."""
    interval_days: float
    """Between retrainings."""
    regulated: bool
    """Whether it is under regulation."""
    severity: Law
    """Of a drift."""
    efforts: Efforts
    """Of the work that begins with each cause, by its number."""


NOT_GIVEN = Law(-1, math.nan, math.nan)
"""In place of a law that is the scenario's."""
NO_OWN_RATES = OwnRates(*[math.nan] * len(OwnRates._fields))
NOTHING_OWN = OwnNumbers(
    NO_OWN_RATES, math.nan, False, NOT_GIVEN, Efforts(*[NOT_GIVEN] * len(_OFFLINE))
)


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
    demand_factor: float
    review_days: float
    capacity_cost_share: float


def constants_of(scenario: Scenario) -> Constants:
    """Return a scenario's numbers as compiled code takes them."""
    usage, rollback = scenario.usage, scenario.capabilities.rollback
    return Constants(
        _rate_constants(scenario),
        _care_constants(scenario),
        _usage_constants(
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
        usage.demand_factor,
        scenario.capacity.review_days,
        scenario.capacity.cost_share,
    )


def own_numbers(
    scenario: Scenario, archetype: Archetype | None, entry: PortfolioModel | None
) -> OwnNumbers:
    """Return what a model of an archetype, with a client's row, has of its own."""
    values: dict[str, Any] = scenario.own_values(archetype, entry)
    laws = {name: law_of(each) for name, each in values.items() if isinstance(each, Distribution)}
    rates = [values.get(name, math.nan) for name in _OWN_RATES]
    said = entry.regulated if entry is not None else None
    of_kind = archetype is not None and archetype.regulated
    return OwnNumbers(
        OwnRates(*rates) if any(map(math.isfinite, rates)) else NO_OWN_RATES,
        values.get("retraining_interval_days", math.nan),
        of_kind if said is None else said,
        laws.get("drift_severity", NOT_GIVEN),
        Efforts(*(_own_effort(cause, laws) for cause in _OFFLINE)),
    )


@compiled_inline
def given(own: float, otherwise: float) -> float:
    """Return a model's own number, or the scenario's where it has none."""
    return otherwise if math.isnan(own) else own


@compiled_inline
def law_given(own: Law, otherwise: Law) -> Law:
    """Return a model's own distribution, or the scenario's where it has none."""
    return otherwise if own.family < 0 else own


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
        incidents.shared_per_year,
        capabilities.automation.shared_reduction,
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
        _number_of_alert(drift.decay_alert),
        drift.decay_alert_power,
        scenario.retraining.restored_share,
        scenario.incidents.capacity_growth,
        scenario.capacity.target_load,
        law_of(efforts.capacity_step),
        law_of(efforts.shared_repair),
        scenario.capabilities.lineage.shared_saving,
        _numbers(scenario),
    )


# As Python it takes columns, too: quotients have the same bits either way.
_usage_constants: Any = usage_constants.py_func  # type: ignore[attr-defined]


def _number_of_alert(word: Any) -> Any:
    """Return the number of a word, or of each word of a column."""
    if isinstance(word, np.ndarray):
        return np.array([DECAY_ALERTS.index(each) for each in word.tolist()])
    return DECAY_ALERTS.index(word)


def _effort_name(cause: registry.Cause) -> str:
    """Return the name of the effort among the scenario's, with which work on a cause begins."""
    names = {"drift": "drift_investigation", "retraining": "retraining"}
    return names.get(cause.kind, f"{cause.name}_repair")


# In the order of `OwnRates`.
_OWN_RATES = (
    "pipeline_issues_per_year",
    "capacity_issues_per_year",
    "compliance_issues_per_year",
    "drift_onsets_per_year",
)
_OWN_EFFORTS = {whole.removeprefix("efforts."): name for name, whole in OF_KIND.items()}


def _own_effort(cause: registry.Cause, laws: Mapping[str, Law]) -> Law:
    return laws.get(_OWN_EFFORTS.get(_effort_name(cause), ""), NOT_GIVEN)


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


@compiled_inline
def with_own_rates(
    common: CommonRates, constants: RateConstants, levels: Levels, own: OwnRates
) -> CommonRates:
    """Return what holds for a model with rates of its own: the capabilities reduce them alike."""
    pipeline = given(own.pipeline, constants.pipeline_per_year)
    compliance = given(own.compliance, constants.compliance_per_year)
    return CommonRates(
        reduced_rate(pipeline, constants.pipeline_reduction, levels.automation),
        reduced_rate(given(own.capacity, constants.capacity_per_year), 0.0, 0.0),
        reduced_rate(compliance, constants.compliance_reduction, levels.lineage),
        reduced_rate(given(own.drift, constants.drift_per_year), 0.0, 0.0),
        common.regulated_multiplier,
        common.overload_threshold,
        common.overload_span,
        common.largest_overload,
        common.extra_capacity,
        common.autoscaling,
        common.drift_growth_days,
        common.registered,
        common.demand_scale,
    )


@compiled
def source_rate(constants: RateConstants, levels: Levels) -> float:
    """Return at what rate per day a shared source fails at these capability levels."""
    return reduced_rate(constants.shared_per_year, constants.shared_reduction, levels.automation)


@compiled
def common_rates(constants: RateConstants, levels: Levels, scale: float) -> CommonRates:
    """Return what the rates of all models have in common at these levels and this demand."""
    rest = CommonRates(
        0.0,
        0.0,
        0.0,
        0.0,
        constants.regulated_multiplier,
        constants.overload_threshold,
        constants.overload_span,
        constants.largest_overload,
        constants.extra_capacity,
        levels.autoscaling,
        constants.drift_growth_days,
        Rates(*rates_of_causes(constants.numbers, levels)),
        scale,
    )
    return with_own_rates(rest, constants, levels, NO_OWN_RATES)
