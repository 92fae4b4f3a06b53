"""Hypothesis strategies for valid scenarios."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import permutations
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from modelops_abm.scenario import (
    TASK_CLASS_NAMES,
    Distribution,
    ImportedPortfolio,
    PortfolioModel,
    Quantity,
    Scenario,
    catalogue,
)
from modelops_abm.scenario.changes import with_changes
from modelops_abm.scenario.portfolio import EARLIEST_DAY, LATEST_DAY
from modelops_abm.scenario.quantity import (
    SMALLEST_CV,
    SMALLEST_MEAN,
    SMALLEST_SHARE,
    widest_beta_cv,
)
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.timeline import CHANGEABLE, nested
from modelops_abm.scenario.without_effect import ATTRIBUTES
from modelops_abm.text import appearance, damaged

_MOST_CHANGES = 20
_MODERATE: dict[str, tuple[float, float]] = {
    "team.developers": (1, 20),
    "team.productivity": (0.2, 3.0),
    "usage.demand_factor": (0.0, 4.0),
    "usage.season": (0.0, 4.0),
    "incidents.pipeline_per_year": (0.0, 60.0),
    "incidents.capacity_per_year": (0.0, 40.0),
    "incidents.compliance_per_year": (0.0, 20.0),
    "incidents.regulated_multiplier": (0.0, 6.0),
    "incidents.shared_sources": (0, 6),
    "incidents.shared_per_year": (0.0, 40.0),
    "drift.onsets_per_year": (0.0, 30.0),
    "retraining.interval_days": (5.0, 400.0),
    "model.innovation_per_year": (0.001, 3.0),
    "model.imitation_per_year": (0.0, 10.0),
}
"""Ranges of a scenario that can be simulated in a moment, where the general rule is too wide."""
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
_LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1)
_READABLE = _LINE.filter(lambda text: not damaged(text))
_PORTFOLIO_NUMBERS = {
    "value_per_prediction": 0.0,
    "cost_per_prediction": 0.0,
    "cost_of_wrong_prediction": 0.0,
    "capacity_per_day": 1e-3,
    "build_effort_days": 1e-3,
    "deployment_effort_days": 1e-3,
    "retraining_interval_days": 5.0,
    **{name: 0.0 for name in OF_KIND if name.endswith("_repair_days")},
    "retraining_effort_days": 0.0,
    "drift_investigation_days": 0.0,
}
"""Independent numbers of a client's model, with the lowest that is drawn."""


@st.composite
def scenarios(
    draw: DrawFn,
    *,
    max_horizon_days: int = 365,
    max_models: int = 20,
    extreme: bool = False,
    with_archetypes: bool = True,
    with_portfolio: bool = True,
) -> Scenario:
    """Draw a valid scenario: any options, up to twenty values that are not the default.

    Parameters
    ----------
    max_horizon_days
        Longest run.
    max_models
        Most models, ideas and builds at the start, and ideas in a year.
    extreme
        Draw from all that is allowed, for files. Otherwise the ranges are wide but such that a
        run takes little time.
    with_archetypes, with_portfolio
        Whether some scenarios have archetypes, or a client's portfolio.
    """
    limits = _limits(max_horizon_days, max_models, extreme)
    numbers = [quantity for quantity in catalogue() if quantity.kind not in ("list", "portfolio")]
    chosen = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=_MOST_CHANGES))
    values = {quantity.name: draw(_value(quantity, limits, extreme)) for quantity in chosen}
    changes = nested({**_small(max_horizon_days, max_models), **values})
    _order_delays(changes.get("capabilities", {}).get("monitoring", {}))
    names = draw(_names()) if with_archetypes else []
    changes["archetypes"] = draw(_archetypes(names, limits, extreme))
    if with_archetypes:
        changes["requests"] = draw(_requests(names, changes["horizon_days"]))
    if with_portfolio and draw(st.booleans()):
        start = changes.get("start_date", Scenario().start_date)
        changes["imported"] = draw(portfolios(start, names, max_models))
    changes["changes"] = draw(_timeline(changes["horizon_days"], limits, extreme))
    changes["sources"] = draw(_sources(list(values)))
    return with_changes(Scenario(), changes)


def _timeline(
    horizon_days: int, limits: Mapping[str, tuple[float, float]], extreme: bool
) -> SearchStrategy[list[dict[str, Any]]]:
    """Draw changes; of efforts none, as not every family can have every mean."""
    fields = {quantity.name: quantity for quantity in catalogue()}
    values: dict[str, SearchStrategy[Any]] = {
        name: _number(fields[name], *_range(fields[name], limits, extreme))
        for name in CHANGEABLE
        if not name.startswith("efforts.")
    }
    values["team.developers"] = st.integers(0, 12)
    one = st.builds(
        lambda day, new: {"day": day, **new},
        st.integers(0, horizon_days - 1),
        st.sampled_from(list(values)).flatmap(
            lambda name: st.fixed_dictionaries({name: values[name]})
        ),
    )
    return st.lists(one, max_size=4)


@st.composite
def _requests(draw: DrawFn, archetypes: list[str], horizon_days: int) -> list[dict[str, Any]]:
    """Draw kinds of request, most often none."""
    names = draw(st.sampled_from([[], [], ["audit"], ["audit", "vendor"]]))
    return [
        {
            "name": name,
            "who": draw(st.sampled_from(["all", "regulated", *archetypes])),
            "deadline_days": draw(st.floats(0.01, 60.0)),
            "lineage_saving": draw(st.floats(0.0, 1.0)),
            "effort": draw(distributions(0.0, 20.0, extreme=False)),
            **draw(
                st.one_of(
                    st.fixed_dictionaries({"per_year": st.floats(0.0, 30.0)}),
                    st.fixed_dictionaries({"day": st.integers(0, horizon_days - 1)}),
                )
            ),
        }
        for name in names
    ]


def _limits(
    max_horizon_days: int, max_models: int, extreme: bool
) -> Mapping[str, tuple[float, float]]:
    counts = ("initial_models", "initial_ideas", "initial_builds", "ideas_per_year")
    size = {f"portfolio.{name}": (0, max_models) for name in counts}
    moderate = {} if extreme else _MODERATE
    return {**moderate, **size, "horizon_days": (1, max_horizon_days)}


def _small(max_horizon_days: int, max_models: int) -> dict[str, Any]:
    """Return values that keep the defaults within the limits."""
    reference = Scenario()
    counts = ("initial_models", "initial_ideas", "initial_builds", "ideas_per_year")
    small: dict[str, Any] = {
        f"portfolio.{name}": min(getattr(reference.portfolio, name), max_models) for name in counts
    }
    return {**small, "horizon_days": min(reference.horizon_days, max_horizon_days)}


def _value(
    quantity: Quantity, limits: Mapping[str, tuple[float, float]], extreme: bool
) -> SearchStrategy[Any]:
    """Draw a value of a quantity."""
    match quantity.kind:
        case "distribution":
            return distributions(*_range(quantity, limits, extreme), extreme=extreme)
        case "float" | "int":
            return _number(quantity, *_range(quantity, limits, extreme))
        case "choice":
            return st.sampled_from(quantity.choices)
        case "order":
            return st.sampled_from(_orders())
        case "flag":
            return st.booleans()
        case "months":
            number = _number(quantity, *_range(quantity, limits, extreme))
            size = len(quantity.default)
            return st.lists(number, min_size=size, max_size=size)
        case "date":
            return st.dates(EARLIEST_DAY, LATEST_DAY)
        case _:
            return _TEXT.filter(bool)


def _range(
    quantity: Quantity, limits: Mapping[str, tuple[float, float]], extreme: bool
) -> tuple[float, float]:
    """Return the range to draw from: all that is allowed, or somewhat more than is plausible."""
    bounds = quantity.bounds
    low = bounds["ge"] if "ge" in bounds else _after(bounds["gt"], extreme)
    high = bounds["le"] if "le" in bounds else math.nextafter(bounds["lt"], 0.0)
    if quantity.name in limits:
        return limits[quantity.name]
    if extreme or high <= 1.0:
        return low, high
    default = quantity.default
    middle = default.mean if isinstance(default, Distribution) else default
    least, most = quantity.plausible or (middle / 10.0, middle * 10.0)
    return max(low, least / 2.0), min(high, most * 2.0 or 400.0)


def _after(bound: float, extreme: bool) -> float:
    return math.nextafter(bound, math.inf) if extreme else bound + 0.01


def _number(quantity: Quantity, low: float, high: float) -> SearchStrategy[Any]:
    if quantity.kind == "int":
        return st.integers(math.ceil(low), math.floor(high))
    return st.floats(low, high)


@st.composite
def distributions(
    draw: DrawFn, low: float, high: float, *, extreme: bool = False
) -> dict[str, Any]:
    """Draw a distribution whose mean lies in a range, as a file states it."""
    mean = draw(st.floats(low, high).map(lambda value: 0.0 if value < SMALLEST_MEAN else value))
    mean = max(mean, SMALLEST_MEAN) if low > 0.0 else mean
    families = ["constant", "exponential", "lognormal", "gamma", "weibull"]
    is_share = SMALLEST_SHARE <= mean <= 1.0 - SMALLEST_SHARE
    widest = widest_beta_cv(mean) if is_share else 0.0
    family = draw(st.sampled_from(families + ["beta"] * (widest > SMALLEST_CV)))
    largest = 5.0 if extreme else 1.5
    if family in ("constant", "exponential"):
        return {"family": family, "mean": mean}
    least = {"weibull": 0.05, "lognormal": 0.0}.get(family, SMALLEST_CV)
    most = min(largest, widest) if family == "beta" else largest
    return {"family": family, "mean": mean, "cv": draw(st.floats(least, most))}


def _orders() -> list[list[str]]:
    """Return every order of priorities that is allowed."""
    return [
        [*order, "build"]
        for order in permutations(TASK_CLASS_NAMES[:-1])
        if order.index("deploy") > max(map(order.index, ("repair", "respond", "retrain")))
    ]


def _order_delays(monitoring: dict[str, Any]) -> None:
    """Make sure that monitoring does not slow detection down."""
    reference = Scenario().capabilities.monitoring
    without = monitoring.get("delay_without_days", reference.delay_without_days)
    with_it = monitoring.get("delay_with_days", reference.delay_with_days)
    if with_it > without:
        monitoring["delay_with_days"] = without


def _names() -> SearchStrategy[list[str]]:
    names = _LINE.map(lambda name: name[:40])
    return st.lists(names, unique=True, max_size=3)


@st.composite
def _archetypes(
    draw: DrawFn, names: list[str], limits: Mapping[str, tuple[float, float]], extreme: bool
) -> list[dict[str, Any]]:
    weights = [draw(st.integers(1, 9)) for _ in names]
    attributes = [quantity for quantity in catalogue() if quantity.name in ATTRIBUTES]
    entries = []
    for name, weight in zip(names, weights, strict=True):
        own = draw(st.lists(st.sampled_from(attributes), unique=True, max_size=4))
        values = {
            ATTRIBUTES[quantity.name]: draw(_value(quantity, limits, extreme)) for quantity in own
        }
        entries.append({"name": name, "share": weight / sum(weights), **values})
    return entries


@st.composite
def portfolios(
    draw: DrawFn, start: date, archetypes: list[str], max_models: int
) -> ImportedPortfolio:
    """Draw a client's portfolio as it stands at a start date."""
    ids = st.lists(_READABLE.map(lambda id_: id_[:40]), unique_by=appearance, max_size=max_models)
    known = [name for name in archetypes if name == name.strip() and not damaged(name)]
    models = tuple(draw(_portfolio_models(id_, start, known)) for id_ in draw(ids))
    return ImportedPortfolio(source=draw(_LINE), models=models)


@st.composite
def _portfolio_models(draw: DrawFn, id_: str, start: date, archetypes: list[str]) -> PortfolioModel:
    stages = ("idea", "build", "deployment", "production", "retired")
    stage = draw(st.sampled_from(stages))
    values: dict[str, Any] = {"id": id_, "stage": stage, "regulated": draw(st.booleans())}
    values |= draw(_portfolio_dates(stage, start))
    live = stage in ("production", "retired")
    pairs = draw(_pair("users", "addressable_users", 1e5))
    pairs |= draw(_pair("current_predictions_per_user_day", "predictions_per_user_day", 100.0))
    parts = ("users", "current_predictions_per_user_day")
    values |= {name: value for name, value in pairs.items() if live or name not in parts}
    numbers = {name: st.floats(low, 1e3) for name, low in _PORTFOLIO_NUMBERS.items()}
    numbers["yearly_power_loss"] = st.floats(0.0, 0.99)
    numbers["drift_severity"] = st.floats(0.01, 0.99)
    rates = [name for name in OF_KIND if name.endswith("_per_year")]
    numbers |= dict.fromkeys(rates, st.floats(0.0, 60.0))
    words = {"name": _READABLE}
    if archetypes:
        words["archetype"] = st.sampled_from(archetypes)
    values |= draw(st.fixed_dictionaries({}, optional={**numbers, **words}))
    return PortfolioModel.model_validate(values)


@st.composite
def _portfolio_dates(draw: DrawFn, stage: str, start: date) -> dict[str, Any]:
    """Draw dates that agree with each other and with the stage on the start date."""
    before = sorted(draw(st.lists(_days_from(start, -3000, 0), min_size=3, max_size=3)))
    after = sorted(draw(st.lists(_days_from(start, 1, 3000), min_size=2, max_size=2)))
    if stage == "retired":
        dates = dict(zip(("deployed_at", "last_retrained_at", "retired_at"), before, strict=True))
    elif stage == "production":
        dates = {
            "deployed_at": before[0],
            "last_retrained_at": before[1],
            "retired_at": after[0],
        }
    else:
        dates = {"deployed_at": after[0], "retired_at": after[1]}
    dates = {name: day for name, day in dates.items() if EARLIEST_DAY <= day <= LATEST_DAY}
    kept = draw(st.sets(st.sampled_from(sorted(dates)))) if dates else set()
    return {name: day for name, day in dates.items() if name in kept}


def _days_from(start: date, low: int, high: int) -> SearchStrategy[date]:
    return st.integers(low, high).map(lambda days: start + timedelta(days))


@st.composite
def _pair(draw: DrawFn, part: str, whole: str, largest: float) -> dict[str, float]:
    """Draw a whole, a part that does not exceed it, one of them, or neither."""
    total = draw(st.floats(1e-3, largest))
    share = draw(st.floats(0.0, 1.0))
    both = {part: min(total * share, total), whole: total}
    kept = draw(st.sets(st.sampled_from([part, whole])))
    return {name: value for name, value in both.items() if name in kept}


@st.composite
def _sources(draw: DrawFn, names: list[str]) -> list[dict[str, str]]:
    """Draw who vouches for some of the values."""
    kept = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    confidence = st.sampled_from(("measured", "survey", "vendor", "judgement", "client", "user"))
    return [{"name": name, "source": draw(_LINE), "confidence": draw(confidence)} for name in kept]
