"""What a model of the portfolio is like: users, value, decay, efforts, life."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from modelops_abm.parameters.distribution import Distribution, weibull_cv
from modelops_abm.parameters.quantity import Confidence, Section, facts_of, quantity


def _spread(mean: float) -> Distribution:
    return Distribution(family="lognormal", mean=mean, cv=0.5)


class ModelKind(Section):
    """Attributes that every idea draws once; the mean and spread of each."""

    market_size: Distribution = quantity(
        _spread(500.0), "users", gt=0.0, le=1e9, plausible=(50.0, 10_000.0)
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
        confidence=Confidence.MEASURED,
    )
    """Predictions that a fully satisfied user asks for in a day (Vmax)."""
    value_per_prediction: Distribution = quantity(
        _spread(0.50), "$ per prediction", ge=0.0, le=1e6, plausible=(0.005, 5.0)
    )
    """Value of a right prediction (v)."""
    cost_per_prediction: Distribution = quantity(
        _spread(0.005),
        "$ per prediction",
        ge=0.0,
        le=1e6,
        plausible=(0.0001, 0.05),
        source="mean tokens of a public LLM trace at list price; classical models are cheaper",
        confidence=Confidence.MEASURED,
    )
    """Cost of computing a prediction (c)."""
    cost_of_wrong_prediction: Distribution = quantity(
        _spread(0.05), "$ per prediction", ge=0.0, le=1e6
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
    largest_yearly_power_loss: float = quantity(0.99, "share per year", gt=0.0, le=0.999)
    """Cap on the drawn yearly loss of power."""
    decaying_share: float = quantity(
        0.9,
        "share",
        ge=0.0,
        le=1.0,
        plausible=(0.5, 0.95),
        source="Vela et al. 2022, Scientific Reports s41598-022-15245-z: 91 % of model-data pairs",
        confidence=Confidence.MEASURED,
    )
    """Share of the models that decay at all."""
    capacity_ratio: Distribution = quantity(
        _spread(0.7), "share of full demand", gt=0.0, le=1e3, plausible=(0.3, 2.0)
    )
    """Serving capacity as a share of the demand at full adoption (C / (m Vmax))."""
    build_effort_days: Distribution = quantity(
        _spread(60.0),
        "developer-days",
        gt=0.0,
        le=1e5,
        plausible=(20.0, 150.0),
        source="judgement, checked against elapsed build times (Algorithmia 2021)",
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
    bounds = {} if isinstance(field.default, Distribution) else facts["bounds"]
    return Field(
        default=None,
        description=f"{field.description} As in `model` if left out.",
        json_schema_extra=facts,
        **bounds,
    )


class Archetype(Section):
    """A kind of model with its own attributes; what it leaves out is as in `model`."""

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
