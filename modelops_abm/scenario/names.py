"""What values of a scenario are called in a few words: the same on the page and in the terminal."""

from __future__ import annotations

NAMES = {
    "name": "Name",
    "description": "Description",
    "horizon_days": "Horizon",
    "start_date": "Start date",
    "portfolio.initial_models": "Models at the start",
    "portfolio.initial_ideas": "Ideas at the start",
    "portfolio.initial_builds": "Builds at the start",
    "portfolio.ideas_per_year": "New ideas",
    "portfolio.backlog_order": "Order of the backlog",
    "portfolio.past_retraining_interval_days": "Time between past retrainings",
    "portfolio.initial_usage_share": "Use at the start",
    "portfolio.go_live_usage_share": "Use when going live",
    "portfolio.success_share": "Builds that succeed",
    "model.market_size": "Users a model could have",
    "model.innovation_per_year": "Users who start by themselves",
    "model.imitation_per_year": "Users won by other users",
    "model.predictions_per_user_day": "Predictions per user",
    "model.value_per_prediction": "Value of a prediction",
    "model.cost_per_prediction": "Cost of a prediction",
    "model.cost_of_wrong_prediction": "Cost of a wrong prediction",
    "model.yearly_power_loss": "Loss of predictive power",
    "model.largest_yearly_power_loss": "Largest loss of predictive power",
    "model.decaying_share": "Models that decay",
    "model.capacity_ratio": "Capacity of a model",
    "model.build_effort_days": "Effort of a build",
    "model.deployment_effort_days": "Effort of a deployment",
    "model.useful_life_years": "Life of a model",
    "archetypes": "Kinds of models",
    "incidents.pipeline_per_year": "Pipeline issues per model",
    "incidents.capacity_per_year": "Capacity issues per model",
    "incidents.overload_threshold": "Load where overload begins",
    "incidents.overload_span": "Load from there to full overload",
    "incidents.largest_overload": "Largest overload",
    "incidents.compliance_per_year": "Compliance issues per model",
    "incidents.regulated_multiplier": "Compliance issues if regulated",
    "incidents.capacity_growth": "Growth of capacity in a step",
    "incidents.shared_sources": "Shared sources",
    "incidents.shared_per_year": "Failures of a shared source",
    "drift.onsets_per_year": "Drift events per model",
    "drift.severity": "Severity of a drift",
    "drift.growth_days": "Time in which a drift grows",
    "drift.offline_loss": "Loss that takes a model offline",
    "drift.decay_alert": "Alert to slow decay",
    "drift.decay_alert_power": "Power that alerts to slow decay",
    "retraining.interval_days": "Time between retrainings",
    "retraining.serves_while_retraining": "Service while retraining",
    "retraining.restored_share": "Lost power that retraining restores",
    "capacity.review_days": "Time between reviews of load",
    "capacity.target_load": "Load that asks for capacity",
    "capacity.cost_share": "Cost of capacity",
    "efforts.pipeline_repair": "Effort of a pipeline repair",
    "efforts.capacity_repair": "Effort of a capacity repair",
    "efforts.capacity_step": "Effort of adding capacity",
    "efforts.compliance_repair": "Effort of a compliance issue",
    "efforts.drift_investigation": "Effort of investigating a drift",
    "efforts.retraining": "Effort of a retraining",
    "efforts.shared_repair": "Effort of repairing a shared source",
    "team.developers": "Team",
    "team.productivity": "Productivity",
    "team.focus": "Time for hands-on work",
    "team.preemption": "Interrupting work for maintenance",
    "team.priority_order": "Order of priorities",
    "team.payroll_per_year": "Payroll per developer",
    "usage.neutral_power": "Power from which use grows",
    "usage.neutral_availability": "Availability from which use grows",
    "usage.growth_days": "Time in which use grows",
    "usage.decline_days": "Time in which use falls",
    "usage.availability_memory_days": "Time users remember availability",
    "usage.abandonment_share": "Use at which a model is given up",
    "usage.demand_factor": "Traffic",
    "usage.season": "Traffic by month of the year",
    "finance.discount_rate": "Discount rate",
    "changes": "Changes on a day",
    "requests": "Requests with a deadline",
    "imported": "Imported portfolio",
    "capabilities.package_days": "Package of capability work",
}
"""By dotted name; those of capabilities are `OF_A_CAPABILITY`."""
OF_LEVEL = "level"
OF_A_CAPABILITY = {
    "start_level": "level at the start",
    "maximum": OF_LEVEL,
    "start_day": "start of the work",
    "streams": "developers on it at once",
    "effort_days": "work",
    "effort_per_model_days": "work per model",
    "capital_cost": "capital",
    "capital_per_model": "capital per model",
    "upkeep_per_year": "upkeep",
    "upkeep_per_model_year": "upkeep per model",
    "effort_saving": "effort saved",
    "retraining_saving": "effort of retraining saved",
    "pipeline_reduction": "pipeline issues avoided",
    "shared_reduction": "failures of sources avoided",
    "handover_gain": "failing builds that go live",
    "self_healing_share": "issues that heal themselves",
    "self_healing_days": "time of self-healing",
    "delay_without_days": "drift noticed after, without it",
    "delay_with_days": "drift noticed after, in full",
    "pipeline_coverage": "pipeline issues covered",
    "capacity_coverage": "capacity issues covered",
    "compliance_coverage": "compliance issues covered",
    "drift_coverage": "drifts covered",
    "retraining_coverage": "retrainings covered",
    "switch_days": "time to switch",
    "previous_power": "power of the previous version",
    "previous_drift_share": "drift of the previous version",
    "compliance_reduction": "compliance issues avoided",
    "shared_saving": "effort on shared sources saved",
    "extra_capacity": "capacity added",
}
"""By the last part of the name; they stand behind the capability, or alone where all is of it."""


def name_within(name: str) -> str:
    """Return what a value of a capability is called where all is of that capability.

    >>> name_within("capabilities.rollback.switch_days")
    'Time to switch'
    """
    text = name_in_words(name).partition(": ")[2]
    return text[0].upper() + text[1:]


_COUNTED = {
    "team.developers": "developer{s}",
    "portfolio.initial_models": "model{s} at the start",
    "portfolio.initial_ideas": "idea{s} at the start",
    "portfolio.initial_builds": "build{s} at the start",
    "portfolio.ideas_per_year": "new idea{s} a year",
    "horizon_days": "day{s}",
}
"""What values count that are counts, as a sentence has it behind the number."""


def name_said(name: str) -> str:
    """Return what a value is called within a sentence.

    >>> name_said("team.developers"), name_said("drift.onsets_per_year")
    ('number of developers', 'drift events per model')
    """
    return "number of developers" if name == "team.developers" else name_in_words(name).lower()


def value_said(name: str, value: str, at: str = "at") -> str:
    """Return a value within a sentence, behind "with".

    >>> value_said("team.developers", "10"), value_said("drift.severity", "0.3")
    ('10 developers', 'severity of a drift at 0.3')
    >>> value_said("capabilities.automation.maximum", "1")
    'automation at level 1'
    """
    if name in _COUNTED:
        return f"{value} {_COUNTED[name].format(s='' if value == '1' else 's')}"
    called, _, of = name_said(name).partition(": ")
    return f"{called} at level {value}" if of == OF_LEVEL else f"{name_said(name)} {at} {value}"


def name_in_words(name: str) -> str:
    """Return what a value of a scenario is called, or a part of it, or what has no name of its own.

    >>> name_in_words("drift.onsets_per_year"), name_in_words("monitoring")
    ('Drift events per model', 'Monitoring')
    >>> name_in_words("capabilities.rollback.capacity_coverage")
    'Rollback: capacity issues covered'
    >>> name_in_words("model.market_size.cv")
    'Users a model could have: cv'
    """
    if name in NAMES:
        return NAMES[name]
    section, _, last = name.rpartition(".")
    words = OF_A_CAPABILITY.get(last, last.replace("_", " "))
    whole = NAMES.get(section, section.rpartition(".")[2].replace("_", " "))
    text = f"{whole}: {words}" if whole else words
    return text[0].upper() + text[1:]
