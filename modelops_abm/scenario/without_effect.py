"""Values that change nothing in a scenario, and why: one table, which tests verify by simulation.

A value is listed only where it follows from the scenario's other values that no run can be
different, whatever is drawn; a value may have no effect in a run without being listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from modelops_abm.core import registry
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES, Capability, CapabilityName
from modelops_abm.scenario.scenario import Scenario, timeline, value_of
from modelops_abm.scenario.sections import OF_KIND, ModelKind
from modelops_abm.scenario.sources import changed_names, source_of

type Holds = Callable[[Scenario], bool]

_PER_MODEL = ("effort_per_model_days", "capital_per_model")
_OF_BUILDING = ("effort_days", "capital_cost", *_PER_MODEL, "streams")
_OF_A_START = ("start_level", "maximum", "start_day", *_OF_BUILDING)
_OF_SETTING = ("user", "client")


@dataclass(frozen=True)
class Rule:
    """Values that change nothing where a condition holds."""

    names: tuple[str, ...]
    """Dotted names of the values."""
    reason: str
    """Why they change nothing, in words that follow a colon."""
    holds: Holds
    """Tells whether that is so in a scenario."""


def without_effect(scenario: Scenario) -> dict[str, str]:
    """Return the values that change nothing in a scenario by dotted name, with the reason."""
    found: dict[str, str] = {}
    # What changes on a day may give them an effect then.
    on_all_days = [scenario, *(each.scenario for each in timeline(scenario))]
    for rule in RULES:
        if all(rule.holds(each) for each in on_all_days):
            found.update({name: rule.reason for name in rule.names if name not in found})
    return found


def set_without_effect(scenario: Scenario) -> dict[str, str]:
    """Return those of `without_effect` that a user or a client has set to something else."""
    changed = set(changed_names(Scenario(), scenario))
    return {
        name: reason
        for name, reason in without_effect(scenario).items()
        if name in changed and _is_set(scenario, name)
    }


def _is_set(scenario: Scenario, name: str) -> bool:
    # A preset's own value without effect is its author's business, and no slip of the user's.
    source = source_of(scenario, name)
    return source is None or source.confidence in _OF_SETTING


def _capability(scenario: Scenario, name: CapabilityName) -> Capability:
    capability: Capability = getattr(scenario.capabilities, name)
    return capability


def _is_late(scenario: Scenario, name: CapabilityName) -> bool:
    capability = _capability(scenario, name)
    is_raised = capability.maximum > capability.start_level
    return is_raised and capability.start_day >= scenario.horizon_days


def _is_raised(scenario: Scenario, name: CapabilityName) -> bool:
    capability = _capability(scenario, name)
    return capability.maximum > capability.start_level and not _is_late(scenario, name)


def _is_absent(scenario: Scenario, name: CapabilityName) -> bool:
    return _capability(scenario, name).start_level == 0.0 and not _is_raised(scenario, name)


def _of_capability(name: CapabilityName) -> Iterator[Rule]:
    """Yield what holds of every capability; the wording names it, as the reason stands alone."""
    prefix = f"capabilities.{name}"
    own = type(_capability(Scenario(), name)).model_fields
    # The delay without monitoring is what counts where there is none, so it is no effect of it.
    (entry,) = (each for each in registry.capabilities() if each.name == name)
    effects = [each for each in own if each not in (*_OF_A_START, *entry.matters_without)]

    def names(parts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        return tuple(f"{prefix}.{part}" for part in parts)

    yield Rule(
        names(("maximum", "start_day", *_OF_BUILDING)),
        f"work on {name} would begin after the end of the run",
        lambda scenario: _is_late(scenario, name),
    )
    yield Rule(
        names(("start_day", *_OF_BUILDING)),
        f"{name} is not built, as its maximum is not above its start level",
        lambda scenario: not _is_raised(scenario, name),
    )
    yield Rule(
        names(("maximum",)),
        f"below its start level the maximum of {name} builds nothing",
        lambda scenario: (
            _capability(scenario, name).maximum < _capability(scenario, name).start_level
        ),
    )
    yield Rule(
        names(effects),
        f"{name} never has a level above 0",
        lambda scenario: _is_absent(scenario, name),
    )


def _has_ideas(scenario: Scenario) -> bool:
    # A client's list may hold ideas; it is long, and not looked through.
    initial = 1 if scenario.imported is not None else scenario.portfolio.initial_ideas
    return initial > 0 or scenario.portfolio.ideas_per_year > 0.0


def _some_kind_or_row(scenario: Scenario, name: str) -> bool:
    """Tell whether an archetype or a row of a client says something other than no or 0."""
    rows = scenario.imported.models if scenario.imported is not None else ()
    return any(getattr(each, name) for each in (*scenario.archetypes, *rows))


def _occurs(scenario: Scenario, name: str) -> bool:
    """Tell whether any model has a rate above 0; by the name that archetypes and rows have."""
    return value_of(scenario, name) > 0.0 or _some_kind_or_row(scenario, name)


def _never_alerts(scenario: Scenario) -> bool:
    alert = scenario.drift.decay_alert
    return alert == "never" or (alert == "with_monitoring" and _is_absent(scenario, "monitoring"))


def _never_investigates(scenario: Scenario) -> bool:
    return not _occurs(scenario, "drift_onsets_per_year") and _never_alerts(scenario)


def _coverages(scenario: Scenario) -> list[float]:
    rollback = scenario.capabilities.rollback
    names = [name for name in type(rollback).model_fields if name.endswith("_coverage")]
    return [getattr(rollback, name) for name in names]


def _is_never_retrained(scenario: Scenario) -> bool:
    """Tell whether the interval of even the model that waits longest ends after the run."""
    # A model at the start was retrained up to one old interval ago, and waits for what is left.
    waited = scenario.portfolio.past_retraining_interval_days
    ends = scenario.retraining.interval_days - waited > scenario.horizon_days
    own = any(each.retraining_interval_days is not None for each in scenario.archetypes)
    return ends and not own and scenario.imported is None


def _no_overload(scenario: Scenario) -> bool:
    none = not _occurs(scenario, "capacity_issues_per_year")
    return none or scenario.incidents.largest_overload == 0.0


def _stated_by_all(name: str, attribute: str) -> Rule:
    return Rule(
        (name,),
        "every archetype states its own",
        lambda scenario: (
            bool(scenario.archetypes)
            and all(getattr(each, attribute) is not None for each in scenario.archetypes)
        ),
    )


ATTRIBUTES: dict[str, str] = {
    **{f"model.{name}": name for name in ModelKind.model_fields},
    **{whole: name for name, whole in OF_KIND.items()},
}
"""What an archetype may state in place of a value of the scenario, by that value's name."""

RULES: tuple[Rule, ...] = (
    *(rule for name in CAPABILITY_NAMES for rule in _of_capability(name)),
    Rule(
        tuple(f"capabilities.{name}.{part}" for name in CAPABILITY_NAMES for part in _PER_MODEL),
        "no model is in production at the start",
        lambda scenario: scenario.models_at_start() == 0,
    ),
    Rule(
        ("capabilities.package_days",),
        "no capability is built",
        lambda scenario: not any(_is_raised(scenario, name) for name in CAPABILITY_NAMES),
    ),
    Rule(
        ("capabilities.automation.self_healing_days",),
        "no pipeline issue heals by itself",
        lambda scenario: scenario.capabilities.automation.self_healing_share == 0.0,
    ),
    Rule(
        (
            "incidents.shared_per_year",
            "efforts.shared_repair",
            "capabilities.automation.shared_reduction",
            "capabilities.lineage.shared_saving",
        ),
        "models share no sources",
        lambda scenario: scenario.incidents.shared_sources == 0,
    ),
    Rule(
        ("capabilities.automation.handover_gain",),
        "no build fails",
        lambda scenario: scenario.portfolio.success_share == 1.0,
    ),
    Rule(
        ("capabilities.monitoring.delay_without_days",),
        "monitoring is at its full level from the start",
        lambda scenario: scenario.capabilities.monitoring.start_level == 1.0,
    ),
    Rule(
        (
            "capabilities.monitoring.delay_without_days",
            "capabilities.monitoring.delay_with_days",
            "capabilities.rollback.drift_coverage",
            "efforts.drift_investigation",
        ),
        "no drift occurs, and no decay is noticed",
        _never_investigates,
    ),
    Rule(
        (
            "drift.severity",
            "drift.growth_days",
            "capabilities.rollback.previous_drift_share",
        ),
        "no drift occurs",
        lambda scenario: not _occurs(scenario, "drift_onsets_per_year"),
    ),
    Rule(("drift.decay_alert_power",), "no decay is noticed", _never_alerts),
    Rule(
        (
            "efforts.pipeline_repair",
            "capabilities.automation.pipeline_reduction",
            "capabilities.automation.self_healing_share",
            "capabilities.automation.self_healing_days",
            "capabilities.rollback.pipeline_coverage",
        ),
        "no pipeline issue occurs",
        lambda scenario: not _occurs(scenario, "pipeline_issues_per_year"),
    ),
    Rule(
        (
            "incidents.overload_threshold",
            "incidents.overload_span",
            "efforts.capacity_repair",
            "capabilities.rollback.capacity_coverage",
        ),
        "no capacity issue occurs",
        _no_overload,
    ),
    Rule(
        ("incidents.largest_overload",),
        "no capacity issue occurs",
        lambda scenario: not _occurs(scenario, "capacity_issues_per_year"),
    ),
    Rule(
        ("incidents.capacity_per_year",),
        "the overload is never above 0",
        lambda scenario: scenario.incidents.largest_overload == 0.0,
    ),
    Rule(
        (
            "capabilities.rollback.switch_days",
            "capabilities.rollback.previous_power",
            "capabilities.rollback.previous_drift_share",
        ),
        "no previous version ever serves, as every coverage is 0",
        lambda scenario: not any(_coverages(scenario)),
    ),
    Rule(
        ("retraining.interval_days",),
        "no model is retrained on schedule within the run",
        _is_never_retrained,
    ),
    Rule(
        ("incidents.regulated_multiplier",),
        "no model is regulated; archetypes and a portfolio file say which are",
        lambda scenario: not _some_kind_or_row(scenario, "regulated"),
    ),
    Rule(
        (
            "incidents.regulated_multiplier",
            "efforts.compliance_repair",
            "capabilities.lineage.compliance_reduction",
            "capabilities.lineage.effort_saving",
            "capabilities.rollback.compliance_coverage",
        ),
        "no compliance issue occurs",
        lambda scenario: not _occurs(scenario, "compliance_issues_per_year"),
    ),
    Rule(
        (
            "model.yearly_power_loss",
            "model.largest_yearly_power_loss",
            "drift.decay_alert_power",
        ),
        "no model decays",
        lambda scenario: (
            scenario.model.decaying_share == 0.0
            # An archetype may have a share of its own, and a client's stated loss is a loss.
            and not scenario.archetypes
            and scenario.imported is None
        ),
    ),
    Rule(
        ("portfolio.initial_models", "portfolio.initial_ideas", "portfolio.initial_builds"),
        "the client's portfolio stands in their place",
        lambda scenario: scenario.imported is not None,
    ),
    Rule(
        ("portfolio.initial_builds",),
        "there are no more initial ideas than that, and all are in build",
        lambda scenario: scenario.portfolio.initial_builds > scenario.portfolio.initial_ideas,
    ),
    Rule(
        ("portfolio.past_retraining_interval_days", "portfolio.initial_usage_share"),
        "there are no models at the start",
        lambda scenario: scenario.imported is None and scenario.portfolio.initial_models == 0,
    ),
    Rule(
        (
            "portfolio.backlog_order",
            "portfolio.go_live_usage_share",
            "portfolio.success_share",
            "capabilities.automation.handover_gain",
            "model.build_effort_days",
            "model.deployment_effort_days",
        ),
        "there are no ideas, so nothing is built",
        lambda scenario: not _has_ideas(scenario),
    ),
    Rule(
        ("start_date",),
        "no date of a client's portfolio, a change or a request counts from it, and no season",
        lambda scenario: (
            scenario.imported is None
            and len(set(scenario.usage.season)) == 1
            and not any(isinstance(change.day, date) for change in scenario.changes)
            and not any(isinstance(kind.day, date) for kind in scenario.requests)
        ),
    ),
    *(_stated_by_all(name, attribute) for name, attribute in ATTRIBUTES.items()),
)
"""Every rule; of several that hold for a value, the first gives the reason."""
