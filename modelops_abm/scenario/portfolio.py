"""A client's portfolio: one entry per model, whatever the client knows about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from modelops_abm.core import registry
from modelops_abm.representation import Represented, in_short
from modelops_abm.scenario.quantity import CalendarDate, Section, extended, misfit, misfits
from modelops_abm.text import appearance, damaged

StageName = Literal["idea", "build", "deployment", "production", "retired"]
STAGE_NAMES: tuple[StageName, ...] = ("idea", "build", "deployment", "production", "retired")
EARLIEST_DAY, LATEST_DAY = date(1950, 1, 1), date(2200, 1, 1)
"""Range of the dates in a portfolio; what lies outside is a slip of the pen."""


def _one_line(text: str) -> str:
    """Hold a name to one line: control characters would garble tables, logs and files."""
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must be one line of text without control characters")
    return text


def _undamaged(text: str) -> str:
    """Refuse text whose letters were lost on its way: it names something else."""
    if found := damaged(text):
        raise ValueError(f"letters were lost in it ('{found}'): save the file as UTF-8 once more")
    return text


def _of_our_time(day: date) -> date:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValueError(f"must be from {EARLIEST_DAY} to {LATEST_DAY}")
    return day


Day = Annotated[CalendarDate, AfterValidator(_of_our_time)]
"""A calendar date in that range."""
_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
_Text = Annotated[_Name, AfterValidator(_undamaged)]


def _number(
    unit: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    meaning: str | None = None,
) -> Any:
    """Declare a number that the client may know, with its unit and allowed range."""
    bounds = {"ge": ge, "gt": gt, "le": le, "lt": lt}
    facts: dict[str, Any] = {
        "unit": unit,
        "source": "the client's portfolio",
        "confidence": "client",
        "bounds": {name: bound for name, bound in bounds.items() if bound is not None},
    }
    return Field(
        default=None, description=meaning, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=facts
    )


def _repairs_of_registered() -> dict[str, tuple[Any, Any]]:
    found = {}
    for cause in registry.registered_causes():
        meaning = f"Mean developer-days to repair a {cause.label} issue."
        field = _number("developer-days", ge=0.0, le=1e4, meaning=meaning)
        found[f"{cause.name}_repair_days"] = (float | None, field)
    return found


OF_REGISTERED = tuple(_repairs_of_registered())
"""What a row may say of causes that are registered from outside."""
# A rate that is registered is a function of its own numbers, which no number of a model replaces.
RATES_OF_REGISTERED = {
    name: f"how often a {cause.label} issue strikes follows from a rule with numbers of its own,"
    " which are set for all models under incidents"
    for cause in registry.registered_causes()
    for name in (f"{cause.name}_issues_per_year", f"{cause.name}_per_year")
}
"""What neither a row nor a kind of model may say of them, and why."""


@extended(_repairs_of_registered())
class PortfolioModel(Section):
    """One model of a client's portfolio; what is None falls back to the scenario."""

    id: _Text
    """Identifier, unique in the portfolio. Randomness is keyed by it, so order does not matter."""
    name: _Text | None = None
    """Name to show; the identifier if left out."""
    archetype: _Text | None = None
    """Name of an archetype of the scenario, whose attributes the model takes."""
    stage: StageName = "production"
    """Where the model stands at the start date."""
    deployed_at: Day | None = None
    """Day on which it went live; a planned day changes nothing."""
    retired_at: Day | None = None
    """Day on which it was, or will be, retired."""
    users: float | None = _number("users", ge=0.0, le=1e9)
    """Users at the start date; at most `addressable_users`."""
    addressable_users: float | None = _number("users", gt=0.0, le=1e9)
    """People who could ever use it (m)."""
    predictions_per_user_day: float | None = _number("predictions per user and day", gt=0.0, le=1e9)
    """Predictions that a fully satisfied user asks for in a day (Vmax)."""
    current_predictions_per_user_day: float | None = _number(
        "predictions per user and day", ge=0.0, le=1e9
    )
    """Predictions per user and day at the start date; at most `predictions_per_user_day`."""
    value_per_prediction: float | None = _number("$ per prediction", ge=0.0, le=1e9)
    """Value of a right prediction in $."""
    cost_per_prediction: float | None = _number("$ per prediction", ge=0.0, le=1e9)
    """Cost of computing a prediction in $."""
    cost_of_wrong_prediction: float | None = _number("$ per prediction", ge=0.0, le=1e9)
    """Cost in $ of a prediction at zero predictive power."""
    yearly_power_loss: float | None = _number("share per year", ge=0.0, le=0.99)
    """Predictive power lost in a year without retraining, as a share."""
    capacity_per_day: float | None = _number("predictions per day", gt=0.0, le=1e9)
    """Predictions that it can serve in a day (C)."""
    build_effort_days: float | None = _number("developer-days", gt=0.0, le=1e5)
    """Developer-days to build it."""
    deployment_effort_days: float | None = _number("developer-days", gt=0.0, le=1e5)
    """Developer-days to deploy it."""
    retraining_interval_days: float | None = _number("days", ge=1.0, le=36_500.0)
    """Its own retraining interval."""
    last_retrained_at: Day | None = None
    """Day of the last completed retraining."""
    regulated: bool | None = None
    """Whether it is under regulation, which multiplies its compliance issues."""
    pipeline_issues_per_year: float | None = _number("per model-year", ge=0.0, le=1e4)
    """Pipeline issues per year of serving."""
    capacity_issues_per_year: float | None = _number("per model-year at full load", ge=0.0, le=1e4)
    """Capacity issues per year of serving at an overload of 1 (demand at full capacity)."""
    compliance_issues_per_year: float | None = _number("per model-year", ge=0.0, le=1e4)
    """Compliance issues per year of serving; three times that by default if it is regulated."""
    drift_onsets_per_year: float | None = _number("per model-year", ge=0.0, le=1e4)
    """Drift events per year of serving, while none is active."""
    drift_severity: float | None = _number("share of power", gt=0.0, lt=1.0)
    """Mean share of the predictive power that a drift takes in the end."""
    retraining_effort_days: float | None = _number("developer-days", ge=0.0, le=1e4)
    """Mean developer-days to retrain it."""
    pipeline_repair_days: float | None = _number("developer-days", ge=0.0, le=1e4)
    """Mean developer-days to repair a pipeline issue."""
    capacity_repair_days: float | None = _number("developer-days", ge=0.0, le=1e4)
    """Mean developer-days to repair a capacity issue."""
    compliance_repair_days: float | None = _number("developer-days", ge=0.0, le=1e4)
    """Mean developer-days to answer a compliance issue."""
    drift_investigation_days: float | None = _number("developer-days", ge=0.0, le=1e4)
    """Mean developer-days to investigate a drift, before the retraining that addresses it."""
    shared_source: int | None = _number("number of a source", ge=0, le=1_000)
    """Shared source that it reads, from 1 to `incidents.shared_sources`; 0 if none; else drawn."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = contradictions(self)
        if found:
            raise ValueError("; ".join(contradiction.message for contradiction in found))
        return self


class Contradiction(NamedTuple):
    """Values of one entry that cannot all be true."""

    fields: tuple[str, ...]
    """Names of the fields concerned."""
    rule: str
    """What is wrong, whatever the values."""
    message: str
    """What is wrong, with the values."""


def contradictions(entry: PortfolioModel, start_date: date | None = None) -> list[Contradiction]:
    """Return everything in an entry that contradicts itself.

    Parameters
    ----------
    entry
        The model; it need not be validated as a whole yet.
    start_date
        Date of day 0. If given, dates that contradict the stage on that day are found as well.
    """
    found = [
        _out_of_order(entry, "deployed_at", "retired_at"),
        _out_of_order(entry, "deployed_at", "last_retrained_at"),
        _out_of_order(entry, "last_retrained_at", "retired_at"),
        _too_large(entry, "users", "addressable_users"),
        _too_large(entry, "current_predictions_per_user_day", "predictions_per_user_day"),
    ]
    found += [_not_live(entry, field) for field in _OF_LIVE_MODELS]
    # Without a start date nothing says which days are past: a file can be read before its scenario.
    if start_date is not None:
        found += [_at_odds_with_stage(entry, field, start_date) for field in _AFTER_START]
        found.append(_in_future(entry, "last_retrained_at", start_date))
    return [contradiction for contradiction in found if contradiction is not None]


def no_archetype(names: Iterable[str]) -> str:
    """Return what is wrong with an archetype that is none of the scenario's."""
    return f"is not an archetype of the scenario ({', '.join(sorted(names)) or 'none'})"


def no_source(sources: int) -> str:
    """Return what is wrong with a number of a shared source that the scenario has not."""
    return f"must be from 0 to {sources}, the shared sources of the scenario"


_AFTER_START: dict[str, frozenset[StageName]] = {
    "deployed_at": frozenset({"idea", "build", "deployment"}),
    "retired_at": frozenset({"idea", "build", "deployment", "production"}),
}
"""The stages in which each date lies after the start date; in the others it does not."""


_OF_LIVE_MODELS = ("users", "current_predictions_per_user_day", "last_retrained_at")
"""What only a model that has gone live can have."""


def _not_live(entry: PortfolioModel, field: str) -> Contradiction | None:
    """A model that has not gone live has no users yet."""
    if getattr(entry, field) in (None, 0.0) or entry.stage in ("production", "retired"):
        return None
    rule = f"{field} is given, but the model has not gone live"
    message = f"{field} is given, but the stage is {entry.stage}"
    return Contradiction((field, "stage"), rule, message)


def _out_of_order(entry: PortfolioModel, first: str, then: str) -> Contradiction | None:
    early, late = getattr(entry, first), getattr(entry, then)
    if early is None or late is None or early <= late:
        return None
    message = f"{then} ({late}) must not be before {first} ({early})"
    return Contradiction((first, then), f"{then} is before {first}", message)


def _too_large(entry: PortfolioModel, part: str, whole: str) -> Contradiction | None:
    small, large = getattr(entry, part), getattr(entry, whole)
    if small is None or large is None or small <= large:
        return None
    message = f"{part} ({small:.12g}) must not exceed {whole} ({large:.12g})"
    return Contradiction((part, whole), f"{part} exceeds {whole}", message)


def _at_odds_with_stage(entry: PortfolioModel, field: str, start: date) -> Contradiction | None:
    day, after = getattr(entry, field), entry.stage in _AFTER_START[field]
    # The start date itself counts as past: what goes live on day 0 is in production on day 0.
    if day is None or (day > start) == after:
        return None
    relation = "is not after" if after else "is after"
    rule = f"{field} {relation} the start date {start}, but the stage is {entry.stage}"
    return Contradiction((field, "stage"), rule, rule.replace(field, f"{field} {day}", 1))


def _in_future(entry: PortfolioModel, field: str, start: date) -> Contradiction | None:
    day = getattr(entry, field)
    if day is None or day <= start:
        return None
    rule = f"{field} is after the start date {start}"
    return Contradiction((field,), rule, rule.replace(field, f"{field} {day}", 1))


class ImportedPortfolio(Represented, Section):
    """All models that a client listed, and where the list came from.

    Examples
    --------
    >>> from modelops_abm.scenario import Scenario
    >>> models = (PortfolioModel(id="churn", users=120), PortfolioModel(id="fraud"))
    >>> scenario = Scenario(imported=ImportedPortfolio(source="a list", models=models))
    >>> scenario.models_at_start()
    2
    """

    source: _Name
    """Where the list comes from, for example the name of the file."""
    models: Annotated[tuple[PortfolioModel, ...], Field(strict=False)] = ()
    """The models, in the client's order."""

    def _facts(self) -> dict[str, str]:
        return {"source": in_short(self.source), "models": in_short(len(self.models))}

    def _table(self) -> Any:
        """Return what is known of every model, a model a row."""
        import pandas as pd  # only a notebook asks, and it has it already

        return pd.DataFrame([each.model_dump() for each in self.models]).dropna(axis=1, how="all")

    @model_validator(mode="after")
    def _unique_ids(self) -> Self:
        # By appearance: two ids that a reader takes for one would be two models with two histories,
        # as draws are keyed by the id.
        seen: dict[str, str] = {}
        found = []
        for number, model in enumerate(self.models):
            other = seen.get(appearance(model.id))
            if other is not None:
                is_same = other == model.id
                what = "occurs twice; every model needs its own" if is_same else ""
                what = what or f"looks the same as '{other}'"
                found.append(misfit(what, "models", number, "id"))
            seen[appearance(model.id)] = model.id
        if found:
            raise misfits(self, found)
        return self


Owner = Literal["client", "scenario", "unused"]

ILLUSTRATIVE = "illustrative portfolio, not real data"
"""Source of the made-up portfolio that is shipped; every other one is somebody's."""
_LABELS = frozenset({"id", "name"})  # a model without a name is called by its id
_NOT_LIVE = {
    "deployed_at": "a model goes live when its work is done, not on a planned day",
    "users": "nobody uses a model before it goes live",
    "current_predictions_per_user_day": "nobody uses a model before it goes live",
}
_BUILT = {"build_effort_days": "the model is built already"}
_DEPLOYED = {"deployment_effort_days": "the model is deployed already"}
_WITHOUT_EFFECT: dict[StageName, dict[str, str]] = {
    "idea": _NOT_LIVE,
    "build": _NOT_LIVE,
    "deployment": {**_NOT_LIVE, **_BUILT},
    "production": {**_BUILT, **_DEPLOYED},
    "retired": dict.fromkeys(
        (name for name in PortfolioModel.model_fields if name not in (*_LABELS, "stage")),
        "a retired model takes no part in the run",
    ),
}
"""What changes nothing in the run of a model that stands there, and why."""


def states(entry: PortfolioModel, name: str) -> bool:
    """Tell whether the client states an attribute of a model."""
    return name in entry.model_fields_set and getattr(entry, name) is not None


def unused(entry: PortfolioModel) -> dict[str, str]:
    """Return what the client states of a model and the run does not use, each with the reason."""
    reasons = _WITHOUT_EFFECT[entry.stage]
    return {name: reason for name, reason in reasons.items() if states(entry, name)}


def attribute_sources(entry: PortfolioModel) -> dict[str, Owner]:
    """Return for every attribute of an imported model whose value it has.

    ``client`` if the client stated it, ``unused`` if the client did and it changes nothing (see
    `notes_on`), ``scenario`` if it falls back to the scenario: to the model's archetype, to a draw,
    or to the default stage, production.

    Examples
    --------
    >>> owners = attribute_sources(PortfolioModel(id="churn", stage="production", users=180.0))
    >>> owners["users"], owners["capacity_per_day"]
    ('client', 'scenario')
    """
    return {name: _owner(entry, name) for name in PortfolioModel.model_fields}


def _owner(entry: PortfolioModel, name: str) -> Owner:
    if name in _WITHOUT_EFFECT[entry.stage] and states(entry, name):
        return "unused"
    return "client" if name in _LABELS or states(entry, name) else "scenario"
