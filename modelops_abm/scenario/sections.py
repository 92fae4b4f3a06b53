"""The sections of a scenario: portfolio, models, issues, drift, efforts, team, use and money."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic.fields import FieldInfo

from modelops_abm.core import registry
from modelops_abm.scenario.knowledge import DECIDED, UNREGISTERED
from modelops_abm.scenario.quantity import (
    Confidence,
    Distribution,
    Section,
    entries,
    extended,
    facts_of,
    quantity,
    registered_quantity,
    share,
    stated,
    switch,
    weibull_cv,
)

TaskClassName = Literal["repair", "respond", "retrain", "capability", "deploy", "build"]
TASK_CLASS_NAMES: tuple[TaskClassName, ...] = (
    "repair",
    "respond",
    "retrain",
    "capability",
    "deploy",
    "build",
)


MONTHS = 12
LARGEST_DEMAND = 1e3


def _effort_law(mean: float) -> Distribution:
    return Distribution(family="lognormal", mean=mean, cv=0.5)


def _effort(
    mean: float,
    plausible: tuple[float, float],
    source: str,
    *,
    confidence: Confidence = Confidence.JUDGEMENT,
) -> Distribution:
    """Declare the effort of one piece of work; its spread is half the mean."""
    value: Distribution = quantity(
        _effort_law(mean),
        "developer-days",
        ge=0.0,
        le=1e4,
        plausible=plausible,
        source=source,
        confidence=confidence,
    )
    return value


class PortfolioParameters(Section):
    """How many models and ideas there are at the start, and how many ideas arrive."""

    initial_models: int = quantity(
        24,
        "models",
        ge=0,
        le=100_000,
        plausible=(5, 300),
        source="judgement; ModelOp 2021: mean 270 at large financial firms",
    )
    """Models in production at the start (a client's portfolio replaces them)."""
    initial_ideas: int = quantity(
        40,
        "ideas",
        ge=0,
        le=100_000,
        plausible=(0, 200),
        of_a_size=(10, 160),
        in_proportion_to={"portfolio.initial_models": 1.0},
        source="judgement: ideas that would be built as they are; ModelOp 2026: 67 % of large firms"
        " have 101 to 250 proposed in all, 94 % fewer than 25 live",
    )
    """Ideas in the backlog at the start (a client's portfolio replaces them)."""
    initial_builds: int = quantity(
        4,
        "builds",
        ge=0,
        le=100_000,
        plausible=(0, 20),
        of_a_size=(1, 8),
        in_proportion_to={"team.developers": 1.0},
        source="judgement: at most as many as there are developers to build",
    )
    """How many of the best initial ideas are in build already."""
    ideas_per_year: float = quantity(
        24.0,
        "ideas per year",
        ge=0.0,
        le=1e5,
        plausible=(0.0, 100.0),
        of_a_size=(8.0, 60.0),
        in_proportion_to={"portfolio.initial_models": 1.0},
        source="judgement: where 55 % of builds go live, 19 to 26 a year replace a third of 24"
        " models and let them grow by 10 to 25 % (McKinsey 2017)",
    )
    """Rate at which new ideas arrive (Poisson)."""
    backlog_order: Literal["value_per_effort", "first_in_first_out"] = switch(
        "value_per_effort",
        {"value_per_effort": 0.7, "first_in_first_out": 0.3},
        "judgement: most say that they build the best first, and some take them as they come",
    )
    """Which idea is built next: the best expected yearly value per developer-day, or the oldest."""
    past_retraining_interval_days: float = quantity(
        90.0,
        "days",
        gt=0.0,
        le=36_500.0,
        plausible=(30.0, 365.0),
        source="judgement: the range of the interval of retraining, as it was before the start",
    )
    """Retraining interval of the organisation before the start; sets the initial decay."""
    initial_usage_share: float = share(
        0.8,
        (0.5, 0.95),
        "judgement: below half a model would soon be given up, and few are used by all",
        unit="share of full use",
    )
    """Use per user of the models in production at the start, relative to a satisfied user's."""
    go_live_usage_share: float = share(
        0.5,
        (0.2, 0.8),
        "judgement: from a pilot's circle to a roll-out that is asked for from above",
        unit="share of full use",
    )
    """Use per user of a model that goes live, relative to a satisfied user's."""
    success_share: float = share(
        0.55,
        (0.35, 0.8),
        "Gartner 2022: 54 % of pilots; S&P 2025: 46 % of proofs of concept are scrapped",
        unit="probability",
        confidence=Confidence.SURVEY,
    )
    """Probability, without automation, that a finished build goes on to deployment."""


def _rates_of_registered() -> dict[str, tuple[Any, Any]]:
    return {
        f"{cause.name}_{name}": (float, registered_quantity(default, facts))
        for cause in registry.registered_causes()
        for name, default, facts in registry.numbers_of(cause)
    }


def _repairs_of_registered() -> dict[str, tuple[Any, Any]]:
    found = {}
    for cause in registry.registered_causes():
        field = quantity(
            _effort_law(cause.repair_days),
            "developer-days",
            ge=0.0,
            le=1e4,
            fixed=UNREGISTERED,
            meaning=f"Effort to repair a {cause.label} issue.",
        )
        found[f"{cause.name}_repair"] = (Distribution, field)
    return found


@extended(_rates_of_registered())
class IncidentParameters(Section):
    """Issues that take a model offline."""

    pipeline_per_year: float = quantity(
        8.0,
        "per model-year",
        ge=0.0,
        le=1e4,
        plausible=(2.0, 45.0),
        source="80 % (as in Ghosh et al. 2022, 152 incidents) of the median of 9.9 of all issues of"
        " 17 SaaS services by operators' reports, quartiles 4.9 and 14",
        confidence=Confidence.SURVEY,
    )
    """Pipeline issues per year of serving."""
    capacity_per_year: float = quantity(
        6.0,
        "per model-year at full load",
        ge=0.0,
        le=1e4,
        plausible=(0.0, 20.0),
        source="capacity words in 9.3 % of 476 LLM-service incidents",
    )
    """Capacity issues per year of serving at an overload of 1 (demand at full capacity)."""
    overload_threshold: float = quantity(
        0.8,
        "share of capacity",
        gt=0.0,
        le=10.0,
        plausible=(0.6, 0.95),
        source="judgement: capacity is planned for 60 to 80 % of load; beyond, queues grow",
    )
    """Load above which capacity issues begin."""
    overload_span: float = quantity(
        0.2,
        "share of capacity",
        gt=0.0,
        le=10.0,
        plausible=(0.1, 0.5),
        source="judgement: queues grow steeply within a few tenths of the capacity",
    )
    """Load beyond the threshold at which the overload is 1."""
    largest_overload: float = quantity(
        5.0,
        "multiple",
        ge=0.0,
        le=1e3,
        plausible=(2.0, 10.0),
        source="judgement: beyond some overload requests are turned away and change nothing more",
    )
    """Cap on the overload."""
    compliance_per_year: float = quantity(
        1.2,
        "per model-year",
        ge=0.0,
        le=1e4,
        plausible=(0.2, 4.0),
        source="no source found; 8 % of all issues",
    )
    """Compliance issues per year of serving."""
    regulated_multiplier: float = quantity(
        3.0,
        "multiple",
        ge=0.0,
        le=1e3,
        plausible=(1.5, 6.0),
        source="judgement: a regulated model is asked about more often than others; nobody counted",
    )
    """Factor on the compliance issues of a regulated model."""
    capacity_growth: float = quantity(
        0.25,
        "share",
        ge=0.0,
        le=10.0,
        plausible=(0.1, 1.0),
        source="judgement: from one more instance of many to twice the capacity",
    )
    """Growth of a model's capacity with every step that a review of its load leads to."""
    shared_sources: int = quantity(
        0,
        "sources",
        ge=0,
        le=1_000,
        fixed="who runs the models knows what they share",
    )
    """Feeds, feature stores or platforms that models read, each one of them, drawn evenly."""
    shared_per_year: float = quantity(
        2.0,
        "per source-year",
        ge=0.0,
        le=1e4,
        plausible=(0.5, 8.0),
        source="judgement: from once in two years to eight times a year",
    )
    """Failures of a shared source per year in which it works; all its models go offline."""


class DriftParameters(Section):
    """Drift events, their detection, and the alert on slow decay."""

    onsets_per_year: float = quantity(
        2.0,
        "per model-year",
        ge=0.0,
        le=1e4,
        plausible=(0.0, 4.0),
        source="judgement: from stable processes to a change each quarter, and the middle of them",
    )
    """Drift events per year of serving, while none is active."""
    severity: Distribution = quantity(
        Distribution(family="beta", mean=0.2, cv=0.5),
        "share of power",
        ge=0.0,
        le=1.0,
        plausible=(0.05, 0.50),
        source="Wild-Time 2022: a mean drop of 20 % on later data",
        confidence=Confidence.MEASURED,
    )
    """Share of the predictive power that a drift takes in the end (a family for shares)."""
    growth_days: float = quantity(
        20.0,
        "days",
        gt=0.0,
        le=36_500.0,
        plausible=(5.0, 90.0),
        source="judgement: from a feed that changes within days to habits that take a quarter",
    )
    """Time constant with which the loss grows to its severity."""
    offline_loss: float = share(
        0.15,
        (0.05, 0.3),
        "judgement: what an owner bears before a model is switched off; nobody publishes it",
        unit="share of power",
    )
    """Loss at detection from which the model is taken offline."""
    decay_alert: Literal["always", "with_monitoring", "never"] = switch(
        "always",
        {"always": 0.5, "with_monitoring": 0.35, "never": 0.15},
        "judgement: somebody looks at a metric now and then; without tools many do not",
    )
    """Whether slow decay is noticed at all; `with_monitoring` needs a level above 0."""
    decay_alert_power: float = quantity(
        0.9,
        "share of first-day power",
        gt=0.0,
        lt=1.0,
        plausible=(0.8, 0.97),
        source="judgement: from thresholds at the noise of a metric to a fifth of the power",
    )
    """Predictive power below which slow decay is noticed, after the same delay as drift."""


class RetrainingParameters(Section):
    """Scheduled retraining."""

    interval_days: float = quantity(
        90.0,
        "days",
        ge=1.0,
        le=36_500.0,
        plausible=(30.0, 365.0),
        source="vendors' practice",
        confidence=Confidence.VENDOR,
    )
    """Time from going live or the last retraining to the next; longer than the horizon is never."""
    serves_while_retraining: bool = switch(
        True,
        {True: 0.9, False: 0.1},
        "judgement: retraining is done beside the version that serves, but for few",
    )
    """Whether the current version serves while the model is being retrained."""
    restored_share: float = share(
        0.95,
        (0.8, 0.99),
        "judgement: new data restore nearly all, unless the world has outgrown the features",
        unit="share of the lost power",
    )
    """Share of the decayed power that a retraining or drift fix restores."""


class CapacityParameters(Section):
    """How the capacity of models is planned, and what it costs."""

    review_days: float = quantity(
        90.0,
        "days",
        ge=1.0,
        le=36_500.0,
        plausible=(30.0, 365.0),
        source="judgement: from a look each month to a yearly budget; longer than the run is never",
    )
    """Time from one review of a model's load to the next."""
    target_load: float = quantity(
        0.8,
        "share of capacity",
        gt=0.0,
        le=10.0,
        plausible=(0.6, 0.95),
        source="judgement: capacity is planned for 60 to 80 % of load; beyond, queues grow",
    )
    """Load above which a review asks for more capacity."""
    cost_share: float = quantity(
        0.2,
        "share of the cost of serving",
        ge=0.0,
        le=10.0,
        plausible=(0.05, 0.6),
        source="judgement: from machines that others use meanwhile to some that are rented whole",
    )
    """What a model's own capacity costs, used or not, of what serving it fully would cost."""


@extended(_repairs_of_registered())
class EffortParameters(Section):
    """Work of a developer on each kind of maintenance."""

    pipeline_repair: Distribution = _effort(
        1.0,
        (0.1, 3.0),
        "DORA bands (high under a day, medium under a week); service-desk median 54 h",
        confidence=Confidence.SURVEY,
    )
    """Effort to repair a pipeline issue."""
    capacity_repair: Distribution = _effort(
        1.5, (0.2, 5.0), "judgement: from a setting to an order of machines"
    )
    """Effort to repair a capacity issue, which adds no capacity."""
    capacity_step: Distribution = _effort(
        1.5, (0.2, 5.0), "judgement: as a capacity repair, from a setting to an order of machines"
    )
    """Effort to add capacity to a model, as a review of its load asks for."""
    compliance_repair: Distribution = _effort(
        5.0, (1.0, 20.0), "judgement: from a question answered to a review of weeks"
    )
    """Effort to answer a compliance issue."""
    drift_investigation: Distribution = _effort(
        3.0, (0.5, 10.0), "judgement: from a known feed to a search through all features"
    )
    """Effort to investigate a drift, before the retraining that addresses it."""
    retraining: Distribution = _effort(
        3.0,
        (1.0, 10.0),
        "judgement: from a pipeline that is started to a project, and the middle of them",
    )
    """Effort to retrain a model."""
    shared_repair: Distribution = _effort(
        3.0, (1.0, 9.0), "judgement: more than a pipeline issue, as several teams are asked"
    )
    """Effort to repair a shared source, once for all its models."""


class TeamParameters(Section):
    """The developers, and what they put first."""

    developers: int = quantity(
        8,
        "developers",
        ge=1,
        le=10_000,
        plausible=(3, 40),
        of_a_size=(4, 16),
        in_proportion_to={"portfolio.initial_models": 1.0},
        fixed=DECIDED,
        source="judgement: 1.5 to 6 models for each; about 1.5 for all data staff at DBS, 2025",
    )
    """Developers who build and maintain the models."""
    productivity: Distribution = quantity(
        Distribution(family="constant", mean=1.0, cv=0.0),
        "multiple",
        gt=0.0,
        le=100.0,
        fixed="the unit of the efforts, which carry what is not known of it",
    )
    """Productivity of a developer, drawn once for each."""
    focus: float = quantity(
        0.6,
        "developer-days per day",
        gt=0.0,
        le=1.0,
        plausible=(0.4, 0.8),
        source="judgement: what meetings and other duties leave of a working day",
    )
    """Developer-days of work that a developer does in a calendar day."""
    preemption: Literal["maintenance", "none"] = switch(
        "maintenance",
        {"maintenance": 0.7, "none": 0.3},
        "judgement: most teams drop other work for what is broken",
    )
    """Whether maintenance takes a developer off lower work at once, or only goes first in line."""
    # Not strict, as files have lists, and strictly a list is no tuple.
    priority_order: Annotated[tuple[TaskClassName, ...], Field(strict=False)] = stated(
        TASK_CLASS_NAMES, fixed=DECIDED
    )
    """Task classes from the first to the last priority.

    An order without `respond`, as files from before there were requests have it, means that
    requests come directly after repair."""
    payroll_per_year: float = quantity(
        190_000.0,
        "$ per developer and year",
        ge=0.0,
        le=1e8,
        plausible=(150_000.0, 250_000.0),
        source="BLS: software developer mean $132,930, benefits 29.4 % of compensation",
        confidence=Confidence.SURVEY,
    )
    """Fully loaded cost of a developer."""

    @field_validator("priority_order")
    @classmethod
    def _new_work_comes_last(cls, order: tuple[TaskClassName, ...]) -> tuple[TaskClassName, ...]:
        """Maintenance before deployment, and everything before build."""
        if sorted(("respond", *order)) == sorted(TASK_CLASS_NAMES):
            place = order.index("repair") + 1
            order = (*order[:place], "respond", *order[place:])
        if sorted(order) != sorted(TASK_CLASS_NAMES):
            raise ValueError(f"must name each of {', '.join(TASK_CLASS_NAMES)} once")
        # There is always one more idea: whatever came after build would never be done.
        if order[-1] != "build":
            raise ValueError("build must come last: the backlog never empties")
        if order.index("deploy") < max(map(order.index, ("repair", "respond", "retrain"))):
            raise ValueError("repair, respond and retrain must come before deploy")
        return order


class UsageParameters(Section):
    """How the use of a model answers to its quality and availability."""

    neutral_power: float = quantity(
        0.75,
        "share of first-day power",
        gt=0.0,
        lt=1.0,
        plausible=(0.6, 0.9),
        source="judgement: the direction is published (SSRN 3144434, 4299576), the place is not",
    )
    """Served predictive power above which use grows and below which it falls."""
    neutral_availability: float = quantity(
        0.5,
        "share of time",
        gt=0.0,
        lt=1.0,
        plausible=(0.3, 0.9),
        source="judgement: a tool without an alternative keeps its users, another does not",
    )
    """Remembered availability above which use grows and below which it falls."""
    growth_days: float = quantity(
        60.0,
        "days",
        ge=1.0,
        le=36_500.0,
        plausible=(20.0, 180.0),
        source="judgement: habits form within weeks to half a year",
    )
    """Time constant with which use grows at full quality and availability."""
    decline_days: float = quantity(
        30.0,
        "days",
        ge=2.0,
        le=36_500.0,
        plausible=(10.0, 120.0),
        source="judgement: trust is lost faster than it is won, by how much nobody measured",
    )
    """Time constant with which use falls at no quality or no availability."""
    availability_memory_days: float = quantity(
        30.0,
        "days",
        gt=0.0,
        le=36_500.0,
        plausible=(7.0, 90.0),
        source="judgement: from the last week to the last quarter",
    )
    """Time constant with which users remember availability."""
    abandonment_share: float = share(
        0.1,
        (0.02, 0.3),
        "judgement: from the last users to a review that ends what a third still use",
        unit="share of full use",
    )
    """Use below which a model is abandoned and retired."""
    demand_factor: float = quantity(
        1.0,
        "multiple",
        ge=0.0,
        le=LARGEST_DEMAND,
        plausible=(0.5, 2.0),
        source="judgement: half or double of what users of today ask for",
    )
    """Factor on the demand of all models: predictions asked for per prediction of their use."""
    season: Annotated[
        tuple[Annotated[float, Field(ge=0.0, le=LARGEST_DEMAND)], ...],
        Field(strict=False),
    ] = entries(
        (1.0,) * MONTHS,
        "multiples",
        ge=0.0,
        le=LARGEST_DEMAND,
        fixed="a calendar of its own that an organisation knows; without one every month is alike",
    )
    """Factors on the demand in the calendar months from January to December."""

    @field_validator("season")
    @classmethod
    def _of_a_year(cls, season: tuple[float, ...]) -> tuple[float, ...]:
        # Not by the length in the type, which counts only the entries that are right.
        if len(season) != MONTHS:
            raise ValueError(f"must have {MONTHS} numbers, from January to December")
        return season


class FinanceParameters(Section):
    """How money is counted."""

    discount_rate: float = share(
        0.08, (0.0, 0.15), "judgement: from public money to venture capital", unit="per year"
    )
    """Discount rate of the net present value."""


def _spread(mean: float, cv: float = 0.5) -> Distribution:
    return Distribution(family="lognormal", mean=mean, cv=cv)


class ModelKind(Section):
    """Attributes that every idea draws once; the mean and spread of each."""

    market_size: Distribution = quantity(
        _spread(500.0),
        "users",
        gt=0.0,
        le=1e9,
        plausible=(50.0, 10_000.0),
        source="judgement: from one department to a whole large firm",
    )
    """People who could ever use the model (m)."""
    innovation_per_year: float = quantity(
        0.24,
        "per year",
        gt=0.0,
        le=10.0,
        plausible=(0.02, 1.8),
        source="internal enterprise rollout: 23 % adopted after 6 months, 65 % after 12; "
        "imitation dominates in IT innovations (Teng, Grover & Guettler 2002)",
    )
    """Bass coefficient of innovation (p): adoption without looking at others."""
    imitation_per_year: float = quantity(
        3.0,
        "per year",
        ge=0.0,
        le=50.0,
        plausible=(0.0, 4.8),
        source="internal enterprise rollout: 23 % adopted after 6 months, 65 % after 12; "
        "imitation dominates in IT innovations (Teng, Grover & Guettler 2002)",
    )
    """Bass coefficient of imitation (q): adoption driven by those who use it already."""
    predictions_per_user_day: Distribution = quantity(
        _spread(4.0),
        "predictions per user and day",
        gt=0.0,
        le=1e6,
        plausible=(1.0, 20.0),
        source="NBER working paper 34255 (2025): 3.6 messages per user and day",
    )
    """Predictions that a fully satisfied user asks for in a day (Vmax)."""
    value_per_prediction: Distribution = quantity(
        # Few ideas carry most of the value: with users and use, the best tenth of them 51 %.
        _spread(0.50, cv=1.6),
        "$ per prediction",
        ge=0.0,
        le=1e6,
        plausible=(0.005, 5.0),
        # What is known is the value that models make per developer and year.
        of_a_size=(0.1, 2.0),
        in_proportion_to={
            "team.developers": 1.0,
            "portfolio.initial_models": -1.0,
            "model.market_size": -1.0,
            "model.predictions_per_user_day": -1.0,
        },
        source="judgement; DBS 2025: about US$ 0.75 million a year for each of its data staff;"
        " spread: extremely fat tails of the value of ideas (Azevedo et al. 2020)",
    )
    """Value of a right prediction (v)."""
    cost_per_prediction: Distribution = quantity(
        _spread(0.005),
        "$ per prediction",
        ge=0.0,
        le=1e6,
        plausible=(0.0001, 0.05),
        # Nobody keeps a model that costs more than it is worth.
        in_proportion_to={"model.value_per_prediction": 1.0},
        source="mean tokens of a public LLM trace at list price; classical models are cheaper",
    )
    """Cost of computing a prediction (c)."""
    cost_of_wrong_prediction: Distribution = quantity(
        _spread(0.25),
        "$ per prediction",
        ge=0.0,
        le=1e6,
        plausible=(0.0025, 2.5),
        # Half of all predictions by chance are wrong.
        of_a_size=(0.025, 1.0),
        in_proportion_to={"model.value_per_prediction": 1.0},
        source="judgement: a wrong one costs as much as a right one brings, from a tenth of that to"
        " four times, and half of the predictions without power are wrong",
    )
    """Cost of a prediction at zero predictive power; in between proportionally (e)."""
    yearly_power_loss: Distribution = quantity(
        _spread(0.15),
        "share per year",
        ge=0.0,
        le=0.99,
        plausible=(0.0, 0.20),
        source="range: Otles et al. 2021 (-4 % of skill in a year), 'AI gone astray' "
        "(-20 % a year), none in a 12-month hospital study (PMC10550508); default judgement",
    )
    """Predictive power above chance that a model loses in a year without retraining."""
    largest_yearly_power_loss: float = quantity(
        0.99,
        "share per year",
        gt=0.0,
        le=0.999,
        fixed="a guard of the draws, which about one model in 100,000 reaches",
    )
    """Cap on the drawn yearly loss of power."""
    decaying_share: float = share(
        0.9,
        (0.5, 0.95),
        "Vela et al. 2022, Scientific Reports s41598-022-15245-z: 91 % of model-data pairs",
        confidence=Confidence.MEASURED,
    )
    """Share of the models that decay at all."""
    capacity_ratio: Distribution = quantity(
        _spread(0.7),
        "share of full demand",
        gt=0.0,
        le=1e3,
        plausible=(0.3, 2.0),
        source="judgement: from machines for a pilot to those for twice the demand",
    )
    """Serving capacity as a share of the demand at full adoption (C / (m Vmax))."""
    build_effort_days: Distribution = quantity(
        _spread(70.0),
        "developer-days",
        gt=0.0,
        le=1e5,
        plausible=(20.0, 150.0),
        source="judgement, checked against elapsed times: build (Algorithmia 2021), idea to live"
        " (8 months, Gartner 2024), and models for each person (1.5, DBS 2025)",
    )
    """Effort to build the model."""
    deployment_effort_days: Distribution = quantity(
        _spread(15.0),
        "developer-days",
        gt=0.0,
        le=1e5,
        plausible=(3.0, 40.0),
        source="judgement, checked against elapsed deployment times (Algorithmia 2020)",
    )
    """Effort to deploy the model."""
    useful_life_years: Distribution = quantity(
        Distribution(family="weibull", mean=3.0, cv=weibull_cv(2.0)),
        "years",
        gt=0.0,
        le=100.0,
        plausible=(1.9, 3.8),
        source="Gartner 2025: in production 3 years or longer 45 % (high maturity), 20 % (low)",
        confidence=Confidence.SURVEY,
    )
    """Useful life from going live, after which the model is obsolete."""


def _as_in_model(name: str) -> Any:
    """Declare an attribute that an archetype may leave out, with the facts of `ModelKind`'s."""
    field = ModelKind.model_fields[name]
    facts = facts_of(field)
    # As in `quantity`: those of a distribution are of its mean, which the section checks.
    bounds = {} if isinstance(field.default, Distribution) else facts["bounds"]
    return Field(
        default=None,
        description=f"{field.description} As in `model` if left out.",
        json_schema_extra=facts,
        **bounds,
    )


OF_KIND: dict[str, str] = {
    "pipeline_issues_per_year": "incidents.pipeline_per_year",
    "capacity_issues_per_year": "incidents.capacity_per_year",
    "compliance_issues_per_year": "incidents.compliance_per_year",
    "drift_onsets_per_year": "drift.onsets_per_year",
    "drift_severity": "drift.severity",
    "retraining_interval_days": "retraining.interval_days",
    "retraining_effort_days": "efforts.retraining",
    "pipeline_repair_days": "efforts.pipeline_repair",
    "capacity_repair_days": "efforts.capacity_repair",
    "compliance_repair_days": "efforts.compliance_repair",
    "drift_investigation_days": "efforts.drift_investigation",
    **{
        f"{cause.name}_repair_days": f"efforts.{cause.name}_repair"
        for cause in registry.registered_causes()
    },
}
"""What a kind of model may say of how it fails, and the scenario's value that holds otherwise."""
_OF_KIND_IN: dict[str, type[Section]] = {
    "incidents": IncidentParameters,
    "drift": DriftParameters,
    "retraining": RetrainingParameters,
    "efforts": EffortParameters,
}


def as_in_scenario(name: str) -> FieldInfo:
    """Return the declaration of the scenario's value that holds for what a kind leaves out."""
    section, _, field = OF_KIND[name].partition(".")
    return _OF_KIND_IN[section].model_fields[field]


def _own(name: str) -> Any:
    """Declare what an archetype may say in place of the scenario, with the facts of that value."""
    field = as_in_scenario(name)
    facts = facts_of(field)
    bounds = {} if isinstance(field.default, Distribution) else facts["bounds"]
    return Field(
        default=None,
        description=f"{field.description} As `{OF_KIND[name]}` if left out.",
        json_schema_extra=facts,
        **bounds,
    )


def _own_repairs_of_registered() -> dict[str, tuple[Any, Any]]:
    names = [f"{cause.name}_repair_days" for cause in registry.registered_causes()]
    return {name: (Distribution | None, _own(name)) for name in names}


@extended(_own_repairs_of_registered())
class Archetype(Section):
    """A kind of model with its own attributes, and its own way of failing.

    What it leaves out is as in `model`, or as in the scenario at that moment.

    Examples
    --------
    >>> from modelops_abm.scenario import Scenario
    >>> assistants = Archetype(name="assistants", share=0.3, retraining_interval_days=30)
    >>> scenario = Scenario(archetypes=(Archetype(name="scorecards", share=0.7), assistants))
    >>> [kind.name for kind in scenario.archetypes]
    ['scorecards', 'assistants']
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """Name of the kind of model."""
    share: float = quantity(..., "share of the ideas", gt=0.0, le=1.0)
    """Share of the ideas that are of this kind; the shares of all archetypes add up to 1."""
    market_size: Distribution | None = _as_in_model("market_size")
    innovation_per_year: float | None = _as_in_model("innovation_per_year")
    imitation_per_year: float | None = _as_in_model("imitation_per_year")
    predictions_per_user_day: Distribution | None = _as_in_model("predictions_per_user_day")
    value_per_prediction: Distribution | None = _as_in_model("value_per_prediction")
    cost_per_prediction: Distribution | None = _as_in_model("cost_per_prediction")
    cost_of_wrong_prediction: Distribution | None = _as_in_model("cost_of_wrong_prediction")
    yearly_power_loss: Distribution | None = _as_in_model("yearly_power_loss")
    largest_yearly_power_loss: float | None = _as_in_model("largest_yearly_power_loss")
    decaying_share: float | None = _as_in_model("decaying_share")
    capacity_ratio: Distribution | None = _as_in_model("capacity_ratio")
    build_effort_days: Distribution | None = _as_in_model("build_effort_days")
    deployment_effort_days: Distribution | None = _as_in_model("deployment_effort_days")
    useful_life_years: Distribution | None = _as_in_model("useful_life_years")
    pipeline_issues_per_year: float | None = _own("pipeline_issues_per_year")
    capacity_issues_per_year: float | None = _own("capacity_issues_per_year")
    compliance_issues_per_year: float | None = _own("compliance_issues_per_year")
    drift_onsets_per_year: float | None = _own("drift_onsets_per_year")
    drift_severity: Distribution | None = _own("drift_severity")
    retraining_interval_days: float | None = _own("retraining_interval_days")
    retraining_effort_days: Distribution | None = _own("retraining_effort_days")
    pipeline_repair_days: Distribution | None = _own("pipeline_repair_days")
    capacity_repair_days: Distribution | None = _own("capacity_repair_days")
    compliance_repair_days: Distribution | None = _own("compliance_repair_days")
    drift_investigation_days: Distribution | None = _own("drift_investigation_days")
    regulated: bool = False
    """Whether models of this kind are under regulation, which multiplies compliance issues."""
