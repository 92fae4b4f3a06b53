"""The capabilities of ModelOps: what they cost, how long they take, what they change."""

from __future__ import annotations

from typing import Any

from pydantic import Field, create_model, model_validator

from modelops_abm.core import registry
from modelops_abm.scenario.knowledge import DECIDED, UNREGISTERED
from modelops_abm.scenario.quantity import (
    Confidence,
    Section,
    extended,
    misfit,
    quantity,
    registered_quantity,
    share,
)

type CapabilityName = str
CAPABILITY_NAMES: tuple[CapabilityName, ...] = registry.capability_names()


def words_of(name: CapabilityName) -> str:
    """Return a capability's name in words: release gate."""
    return name.replace("_", " ")


def label_of(name: CapabilityName) -> str:
    """Return its name in words to begin a line: Release gate."""
    return words_of(name).capitalize()


MODELS_OF_COSTS = 24
"""Models in production of the organisation for which the defaults of effort and cost are stated.

What a full level takes has a part that is fixed and a part for each model; at this many models the
two are equal by default.
"""
BY_SIZE = 0
"""Number of streams that leaves it to the size of the portfolio and of the team."""
COSTS_HOLD_WITHIN = 3.0
"""Factor of that number, either way, within which they may hold: that of their plausible ranges."""


_COSTS = "judgement: nobody publishes what a capability takes; a factor of three either way"


def _around(value: float) -> tuple[float, float]:
    return value / COSTS_HOLD_WITHIN, value * COSTS_HOLD_WITHIN


def _cost(amount: float, unit: str, meaning: str, most: float) -> Any:
    """Declare a cost, with its meaning: all capabilities have the same."""
    around = _around(amount)
    return quantity(amount, unit, ge=0.0, le=most, plausible=around, source=_COSTS, meaning=meaning)


def _effort(days: float) -> Any:
    meaning = "Work to reach a full level: the part that does not depend on size."
    # Above 0 as it divides the work: without any a level would be full at once.
    return quantity(
        days,
        "developer-days",
        gt=0.0,
        le=1e5,
        plausible=_around(days),
        source=_COSTS,
        meaning=meaning,
    )


def _effort_per_model(days: float) -> Any:
    meaning = "Work to reach a full level: the part for each model in production at the start."
    return _cost(days, "developer-days per model", meaning, 1e7)


def _capital(amount: float) -> Any:
    meaning = "Capital for a full level, spent as the level rises: the fixed part."
    return _cost(amount, "$", meaning, 1e9)


def _capital_per_model(amount: float) -> Any:
    meaning = "Capital for a full level: the part for each model in production at the start."
    return _cost(amount, "$ per model", meaning, 1e7)


def _upkeep(amount: float) -> Any:
    return _cost(amount, "$ per year", "Upkeep of a full level: the fixed part.", 1e9)


def _upkeep_per_model(amount: float) -> Any:
    meaning = "Upkeep of a full level: the part for each model in production on the day."
    return _cost(amount, "$ per model-year", meaning, 1e7)


class Capability(Section):
    """A stock, the level, that developers' work fills up to a maximum of investment."""

    start_level: float = quantity(
        0.0,
        "level",
        ge=0.0,
        le=1.0,
        fixed="what is in place is a fact of an organisation, which can say it",
    )
    """Level at the start; the baseline of a plan stays there."""
    maximum: float = quantity(0.0, "level", ge=0.0, le=1.0, plausible=(0.0, 1.0), fixed=DECIDED)
    """Level of investment to reach; below the start level nothing is built."""
    start_day: float = quantity(0.0, "day", ge=0.0, le=36_500.0, fixed=DECIDED)
    """Day on which the work on it begins."""
    streams: int = quantity(BY_SIZE, "developers", ge=0, le=100, plausible=(1, 4), fixed=DECIDED)
    """Developers who work on it at once, who share what is left of the work; 0 is by size: one for
    every 24 models in production at the start, at most a quarter of the team, at least one."""


class Automation(Capability):
    """Standardised, automated build, deployment, retraining, and some repair."""

    effort_days: float = _effort(120.0)
    effort_per_model_days: float = _effort_per_model(120.0 / MODELS_OF_COSTS)
    capital_cost: float = _capital(60_000.0)
    capital_per_model: float = _capital_per_model(60_000.0 / MODELS_OF_COSTS)
    upkeep_per_year: float = _upkeep(20_000.0)
    upkeep_per_model_year: float = _upkeep_per_model(20_000.0 / MODELS_OF_COSTS)
    effort_saving: float = share(
        0.3, (0.2, 0.8), "vendors' claims, cut down by judgement", confidence=Confidence.VENDOR
    )
    """Effort saved at full level on build, deployment, drift, pipeline, capacity."""
    retraining_saving: float = share(
        0.7, (0.3, 0.95), "judgement: a pipeline leaves checking and release to people"
    )
    """Effort saved at full level on a retraining: scheduled, or asked for by an alert."""
    pipeline_reduction: float = share(
        0.5, (0.2, 0.75), "judgement: tests catch part of what changes break, and not what feeds do"
    )
    """Pipeline issues avoided at full level."""
    shared_reduction: float = share(
        0.5, (0.2, 0.75), "judgement: as of pipeline issues; what others deliver fails all the same"
    )
    """Failures of shared sources avoided at full level."""
    handover_gain: float = share(
        0.3, (0.05, 0.7), "judgement: most builds fail for reasons that no hand-over mends"
    )
    """Share of the builds that would fail which go on to deployment at full level."""
    self_healing_share: float = share(
        0.3,
        (0.05, 0.6),
        "judgement: restarts mend what is transient, which is more here and less there",
        unit="probability",
    )
    """Probability, at full level, that a pipeline issue is resolved without a developer."""
    self_healing_days: float = quantity(
        0.05,
        "days",
        ge=0.0,
        le=1e3,
        plausible=(0.005, 0.25),
        source="judgement: from minutes to a job that runs again for hours",
    )
    """Time that self-healing takes."""


class Monitoring(Capability):
    """Developers learn of drift and decay sooner."""

    effort_days: float = _effort(45.0)
    effort_per_model_days: float = _effort_per_model(45.0 / MODELS_OF_COSTS)
    capital_cost: float = _capital(30_000.0)
    capital_per_model: float = _capital_per_model(30_000.0 / MODELS_OF_COSTS)
    upkeep_per_year: float = _upkeep(15_000.0)
    upkeep_per_model_year: float = _upkeep_per_model(15_000.0 / MODELS_OF_COSTS)
    delay_without_days: float = quantity(
        30.0,
        "days",
        ge=0.01,
        le=36_500.0,
        plausible=(7.0, 90.0),
        source="judgement; one case, Uber 2023: 45 days, found by hand",
    )
    """Mean time to detect drift and decay without monitoring."""
    delay_with_days: float = quantity(
        1.0,
        "days",
        ge=0.01,
        le=36_500.0,
        plausible=(0.25, 7.0),
        in_proportion_to={"capabilities.monitoring.delay_without_days": 1.0},
        source="Arize survey 2022 (n = 945): 26 % need a week or more to detect and fix",
        confidence=Confidence.SURVEY,
    )
    """Mean time to detect drift and decay with full monitoring."""


def _coverages_of_registered() -> dict[str, tuple[Any, Any]]:
    found = {}
    for cause in registry.registered_causes():
        meaning = f"The same for a {cause.label} issue."
        field = quantity(
            cause.coverage, "probability", ge=0.0, le=1.0, fixed=UNREGISTERED, meaning=meaning
        )
        found[f"{cause.name}_coverage"] = (float, field)
    return found


@extended(_coverages_of_registered())
class Rollback(Capability):
    """A previous version serves while the current one is repaired or retrained."""

    effort_days: float = _effort(30.0)
    effort_per_model_days: float = _effort_per_model(30.0 / MODELS_OF_COSTS)
    capital_cost: float = _capital(20_000.0)
    capital_per_model: float = _capital_per_model(20_000.0 / MODELS_OF_COSTS)
    upkeep_per_year: float = _upkeep(7_500.0)
    upkeep_per_model_year: float = _upkeep_per_model(7_500.0 / MODELS_OF_COSTS)
    pipeline_coverage: float = share(
        0.9,
        (0.4, 0.95),
        "direction: Google SRE, about 70 % of outages come from changes; size judgement",
        unit="probability",
    )
    """Probability, at full level, of a previous version at hand for a pipeline issue."""
    capacity_coverage: float = share(
        0.0,
        (0.0, 0.3),
        "judgement: a previous version needs the same capacity, unless it is smaller",
        unit="probability",
    )
    """The same for a capacity issue."""
    compliance_coverage: float = share(
        0.5,
        (0.2, 0.8),
        "judgement: an issue of the data meets both versions, one of a change only one",
        unit="probability",
    )
    """The same for a compliance issue."""
    drift_coverage: float = share(
        0.9,
        (0.4, 0.95),
        "judgement: the range for a pipeline issue: the same version has to be at hand",
        unit="probability",
    )
    """The same while a drift is investigated and addressed."""
    retraining_coverage: float = share(
        0.9,
        (0.4, 0.95),
        "judgement: the range for a pipeline issue: the same version has to be at hand",
        unit="probability",
    )
    """The same while a model that cannot serve is retrained."""
    switch_days: float = quantity(
        0.04,
        "days",
        ge=0.0,
        le=1e3,
        plausible=(0.004, 0.5),
        source="judgement: from minutes by a switch to half a day by hand",
    )
    """Time until the previous version serves."""
    previous_power: float = share(
        0.95, (0.8, 0.99), "judgement: versions differ little; some bring a new approach"
    )
    """Power of the previous version relative to the current one's without drift."""
    previous_drift_share: float = share(
        0.5,
        (0.2, 0.95),
        "judgement: the same shift meets both versions, which learnt from other data",
    )
    """Share of a drift's loss that the previous version suffers as well."""


class Lineage(Capability):
    """Lineage and versioning answer regulators' requests; fewer compliance outages."""

    effort_days: float = _effort(45.0)
    effort_per_model_days: float = _effort_per_model(45.0 / MODELS_OF_COSTS)
    capital_cost: float = _capital(30_000.0)
    capital_per_model: float = _capital_per_model(30_000.0 / MODELS_OF_COSTS)
    upkeep_per_year: float = _upkeep(10_000.0)
    upkeep_per_model_year: float = _upkeep_per_model(10_000.0 / MODELS_OF_COSTS)
    compliance_reduction: float = share(
        0.6, (0.2, 0.85), "judgement: what papers at hand would answer before it becomes an outage"
    )
    """Compliance issues avoided at full level."""
    effort_saving: float = share(
        0.5, (0.2, 0.8), "judgement: papers at hand save the search for them, and not the answer"
    )
    """Effort saved at full level on compliance repairs."""
    shared_saving: float = share(
        0.3, (0.1, 0.6), "judgement: finding where a failure began is part of its repair"
    )
    """Effort saved at full level on repairs of shared sources: it shows where a failure began."""


class Autoscaling(Capability):
    """The model handles more predictions per day as demand rises."""

    effort_days: float = _effort(37.5)
    effort_per_model_days: float = _effort_per_model(37.5 / MODELS_OF_COSTS)
    capital_cost: float = _capital(40_000.0)
    capital_per_model: float = _capital_per_model(40_000.0 / MODELS_OF_COSTS)
    upkeep_per_year: float = _upkeep(20_000.0)
    upkeep_per_model_year: float = _upkeep_per_model(20_000.0 / MODELS_OF_COSTS)
    extra_capacity: float = quantity(
        3.0,
        "multiple of capacity",
        ge=0.0,
        le=1e3,
        plausible=(1.0, 9.0),
        source="judgement, by analogy with Google Autopilot 2020: severe out-of-memory jobs "
        "cut to a tenth",
    )
    """Capacity added at full level, as a multiple of the model's own."""


def _sections_of_registered() -> dict[str, tuple[Any, Any]]:
    """Return a section for each registered capability, with the same values as the others."""
    costs = {
        "effort_days": _effort,
        "effort_per_model_days": _effort_per_model,
        "capital_cost": _capital,
        "capital_per_model": _capital_per_model,
        "upkeep_per_year": _upkeep,
        "upkeep_per_model_year": _upkeep_per_model,
    }
    found = {}
    for entry in registry.registered_capabilities():
        fields: dict[str, Any] = {}
        for name, declare in costs.items():
            fields[name] = (float, declare(getattr(entry, name)))
        for name, default, facts in registry.numbers_of(entry):
            fields[name] = (float, registered_quantity(default, facts))
        title = entry.name.title().replace("_", "")
        section = create_model(
            title, __base__=Capability, __doc__=entry.does, __module__=__name__, **fields
        )
        globals()[title] = section  # where pickle looks for it
        found[entry.name] = (section, Field(section(), description=entry.does))
    return found


@extended(_sections_of_registered())
class Capabilities(Section):
    """All capabilities, and the size of a package of work on them."""

    automation: Automation = Automation()
    """Automation of build, deployment, retraining and some repair."""
    monitoring: Monitoring = Monitoring()
    """Monitoring of drift and decay."""
    rollback: Rollback = Rollback()
    """Rollback to a previous version."""
    lineage: Lineage = Lineage()
    """Lineage and versioning."""
    autoscaling: Autoscaling = Autoscaling()
    """Autoscaling of serving capacity."""
    package_days: float = quantity(
        10.0,
        "developer-days",
        ge=0.1,
        le=1e5,
        plausible=(3.0, 30.0),
        source="judgement: from half a sprint to half a quarter of one developer",
    )
    """Size of a package of capability work; without preemption it is done in one go."""

    @model_validator(mode="after")
    def _monitoring_does_not_slow_detection(self) -> Capabilities:
        if self.monitoring.delay_with_days > self.monitoring.delay_without_days:
            limit = self.monitoring.delay_without_days
            message = f"must not exceed delay_without_days ({limit:g} days)"
            raise misfit(message, "monitoring", "delay_with_days")
        return self
