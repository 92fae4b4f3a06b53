"""A numbered list of scenarios in which everything varies; the options take turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any, get_args

from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    STAGE_NAMES,
    TASK_CLASS_NAMES,
    Quantity,
    Scenario,
    catalogue,
    with_values,
)
from modelops_abm.scenario.quantity import Family
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.timeline import CHANGEABLE

FAMILIES: tuple[str, ...] = get_args(Family)
_ORDERS = [
    order
    for order in permutations(name for name in TASK_CLASS_NAMES if name not in ("respond", "build"))
    if order.index("deploy") > max(order.index("repair"), order.index("retrain"))
]
ORDERS = [
    [*order[:place], "respond", *order[place:], "build"]
    for number, order in enumerate(_ORDERS)
    for place in [(number + 1) % (order.index("deploy") + 1)]
]
"""Every order of the other priorities that is allowed, with requests at every place in turn."""

_START = Scenario().start_date
_BUSY: dict[str, Any] = {
    "portfolio.ideas_per_year": 40.0,
    "model.build_effort_days": 4.0,
    "model.deployment_effort_days": 2.0,
    "model.useful_life_years": 0.8,
    "model.yearly_power_loss": 0.4,
    "model.capacity_ratio": 0.3,
    "incidents.pipeline_per_year": 14.0,
    "incidents.capacity_per_year": 20.0,
    "incidents.compliance_per_year": 6.0,
    "incidents.shared_per_year": 12.0,
    "drift.onsets_per_year": 8.0,
    "retraining.interval_days": 25.0,
    "efforts.retraining": 2.0,
    "capacity.review_days": 20.0,
    "usage.abandonment_share": 0.3,
    **{f"capabilities.{name}.effort_days": 8.0 for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.effort_per_model_days": 1.0 for name in CAPABILITY_NAMES},
    "capabilities.package_days": 3.0,
}
"""An organisation to which much happens in a few weeks."""
_RANGES: dict[str, tuple[float, float]] = {
    "portfolio.past_retraining_interval_days": (1.0, 400.0),
    "incidents.overload_threshold": (0.05, 1.0),
    "incidents.overload_span": (0.05, 1.0),
    "incidents.largest_overload": (0.0, 8.0),
    "incidents.regulated_multiplier": (0.0, 6.0),
    "incidents.capacity_growth": (0.0, 1.0),
    "capacity.target_load": (0.02, 1.0),
    "capacity.cost_share": (0.0, 1.0),
    "drift.growth_days": (0.5, 60.0),
    "drift.offline_loss": (0.0, 0.4),
    "usage.growth_days": (1.0, 90.0),
    "usage.demand_factor": (0.0, 3.0),
    "usage.decline_days": (2.0, 60.0),
    "usage.availability_memory_days": (0.5, 60.0),
    "model.imitation_per_year": (0.0, 10.0),
    "capabilities.automation.self_healing_days": (0.0, 1.5),
    "capabilities.rollback.switch_days": (0.0, 1.5),
    "capabilities.autoscaling.extra_capacity": (0.0, 5.0),
}
_ZEROS = (
    "portfolio.ideas_per_year",
    "incidents.pipeline_per_year",
    "incidents.capacity_per_year",
    "incidents.compliance_per_year",
    "drift.onsets_per_year",
)
_EFFORTS = tuple(entry.name for entry in catalogue() if entry.name.startswith("efforts."))
_ALREADY = ("portfolio.initial_builds", "team.developers", "horizon_days", "start_date")


def varied(number: int) -> Scenario:
    """Return the scenario of a number."""
    rng = random.Random(number)
    values = {**_BUSY, **_size(number, rng)}
    for quantity in catalogue():
        if quantity.name not in _ALREADY:
            values |= _value(quantity, number, rng, values.get(quantity.name))
    values |= _capabilities(number, rng)
    if turn("dear", number, 4) == 0:  # as much as a prediction is worth, so that ideas are not
        values["model.cost_per_prediction"] = {"family": "lognormal", "mean": 0.5, "cv": 0.8}
        values |= {"portfolio.initial_ideas": 4, "portfolio.initial_builds": 4}
    values |= _nothing(number)
    if turn("archetypes", number, 3) == 0:
        values["archetypes"] = _archetypes(number, rng)
    if turn("changes", number, 2) == 0:
        values["changes"] = _changes(values["horizon_days"], rng)
    if turn("requests", number, 2) == 0:
        values["requests"] = _requests(rng, values)
    if turn("imported", number, 3) == 0:
        values["imported"] = _client(number, rng, values.get("archetypes", ()))
        _state_sources(values["imported"]["models"], values.get("incidents.shared_sources", 0))
    return with_values(Scenario(), values, source="docking")


def turn(name: str, number: int, of: int) -> int:
    """Return whose turn it is: each in every so many numbers, in an order of its own each time."""
    order = list(range(of))
    random.Random(f"{name} {number // of}").shuffle(order)
    return order[number % of]


def _size(number: int, rng: random.Random) -> dict[str, Any]:
    ideas = rng.randint(0, 5)
    return {
        "horizon_days": 1 if turn("horizon", number, 9) == 0 else rng.randint(40, 110),
        "portfolio.initial_models": rng.randint(1, 8),
        "portfolio.initial_ideas": ideas,
        "portfolio.initial_builds": rng.randint(0, ideas + 1),
        "incidents.shared_sources": choice("sources", number, (0, 1, 0, 2, 5)),
        "team.developers": 1 if turn("developers", number, 8) == 0 else rng.randint(2, 6),
    }


def _value(quantity: Quantity, number: int, rng: random.Random, base: Any) -> dict[str, Any]:
    """Vary a value; choices, flags, orders and families take turns."""
    match quantity.kind:
        case "choice":
            return {quantity.name: choice(quantity.name, number, quantity.choices)}
        case "flag":
            return {quantity.name: choice(quantity.name, number, (False, True))}
        case "order":
            return {quantity.name: choice(quantity.name, number, ORDERS)}
        case "distribution":
            return {quantity.name: _distribution(quantity, number, rng, base)}
        case "months" if turn(quantity.name, number, 2) == 0:
            return {
                quantity.name: [
                    rng.choice([0.0, 0.5, 1.0, rng.uniform(0.0, 3.0)]) for _ in quantity.default
                ]
            }
        case "float" if rng.random() < 0.5:
            return {quantity.name: _number(quantity, rng, base)}
        case _:
            return {}


def choice[T](name: str, number: int, of: Sequence[T]) -> T:
    """Return the value whose turn it is."""
    return of[turn(name, number, len(of))]


def _distribution(quantity: Quantity, number: int, rng: random.Random, base: Any) -> dict[str, Any]:
    family = choice(quantity.name, number, FAMILIES)
    mean = quantity.default.mean if base is None else base
    mean *= rng.uniform(0.5, 2.0)
    if family == "beta" or quantity.bounds.get("le", 2.0) <= 1.0:
        mean = min(mean, rng.uniform(0.2, 0.7))
    if family in ("constant", "exponential"):
        return {"family": family, "mean": mean}
    return {"family": family, "mean": mean, "cv": rng.uniform(0.1, 0.5 if family == "beta" else 2)}


def _number(quantity: Quantity, rng: random.Random, base: Any) -> float:
    """Return a number from about half to double, or from a known range, or of a share any."""
    bounds = quantity.bounds
    if quantity.name in _RANGES:
        return rng.uniform(*_RANGES[quantity.name])
    if bounds.get("le", bounds.get("lt", 2.0)) <= 1.0:
        return rng.uniform(0.01, 0.99)
    value = (quantity.default if base is None else base) * rng.uniform(0.5, 2.0)
    return float(max(value, bounds.get("ge", 0.0)))


def _capabilities(number: int, rng: random.Random) -> dict[str, Any]:
    """Vary start levels, starts, streams and delays; whole days and none of them too."""
    values: dict[str, Any] = {}
    for name in CAPABILITY_NAMES:
        some = rng.random()
        values[f"{name}.start_level"] = choice(f"{name} start", number, (0.0, 0.3, 0.0, 1.0, some))
        values[f"{name}.maximum"] = choice(f"{name} maximum", number, (1.0, some, 0.0, 0.6))
        values[f"{name}.start_day"] = choice(f"{name} day", number, (0.0, 7.0, 20.0 * some))
        values[f"{name}.streams"] = choice(f"{name} streams", number, (1, 2, 3, 0))
    without = rng.choice([1.0, 5.0, 30.0])
    values["monitoring.delay_without_days"] = without
    values["monitoring.delay_with_days"] = without * rng.choice([0.01, 0.1, 1.0])
    if turn("delays", number, 4) == 0:
        values |= {"automation.self_healing_days": 0.0, "rollback.switch_days": 0.0}
    values["automation.self_healing_share"] = rng.choice([0.3, 1.0])
    return {f"capabilities.{name}": value for name, value in values.items()}


def _nothing(number: int) -> dict[str, Any]:
    """Leave out a part: some rates, the efforts, models, ideas, all there is to do."""
    no_models = {"portfolio.initial_models": 0}
    no_ideas = {"portfolio.initial_ideas": 0, "portfolio.ideas_per_year": 0.0}
    parts: list[dict[str, Any]] = [
        {name: 0.0 for name in _ZEROS if turn(name, number // 8, 2)},
        {name: {"family": "constant", "mean": 0.0} for name in _EFFORTS},
        no_models,
        no_ideas,
        {**no_models, **no_ideas} if turn("all", number // 8, 4) == 0 else {},
        {},
        {},
        {},
    ]
    return choice("nothing", number, parts)


def _changes(horizon_days: int, rng: random.Random) -> list[dict[str, Any]]:
    """Change a few values on a few days, on some of them twice."""
    days = [rng.randrange(horizon_days) for _ in range(4)]
    days += [0] * rng.randrange(2) + days[: rng.randrange(2)]
    changes = []
    for day in days:
        names = rng.sample(CHANGEABLE, rng.randint(1, 4))
        if rng.random() < 0.5:
            names.append("team.developers")
        changes.append({"day": day, **{name: _new_value(name, rng) for name in names}})
    return changes


def _new_value(name: str, rng: random.Random) -> float:
    some: dict[str, Sequence[float]] = {
        "team.developers": range(7),
        "team.focus": (0.2, 0.6, 1.0),
        "team.payroll_per_year": (0.0, 150_000.0),
        "portfolio.ideas_per_year": (0.0, 20.0, 80.0),
        "retraining.interval_days": (1.0, 10.0, 40.0),
    }
    if name.startswith("efforts."):
        return rng.uniform(0.2, 0.6)
    if name.startswith("capabilities."):
        return rng.choice((0.0, 0.3, 0.7, 1.0))
    return rng.choice(some.get(name, (0.0, 6.0, 40.0)))


def _archetypes(number: int, rng: random.Random) -> list[dict[str, Any]]:
    kinds = []
    for place in range(choice("kinds", number, (1, 2, 3))):
        family = choice(f"kind {place}", number, FAMILIES)
        spread = {} if family in ("constant", "exponential") else {"cv": 0.25}
        kinds.append(
            {
                "name": f"kind {place}",
                "market_size": {"family": "gamma", "mean": rng.uniform(50.0, 2_000.0)},
                "decaying_share": rng.random(),
                "build_effort_days": {"family": family, "mean": rng.uniform(0.3, 0.9), **spread},
                "innovation_per_year": rng.uniform(0.01, 3.0),
                **_own(place, number),
            }
        )
    return [{**kind, "share": 1.0 / len(kinds)} for kind in kinds]


def _own(place: int, number: int) -> dict[str, Any]:
    """Return what a kind has of its own; none of it, all of it, or some, which take turns."""
    rng = random.Random(f"kind {number} {place}")
    severity = {"family": "beta", "mean": rng.uniform(0.2, 0.6), "cv": 0.3}
    efforts = {
        name: {"family": "gamma", "mean": rng.uniform(0.2, 3.0), "cv": rng.uniform(0.1, 1.0)}
        for name in _EFFORTS_OF_KIND
    }
    values = {**_rates_of_kind(rng), **efforts, "drift_severity": severity}
    share = choice(f"own of kind {place}", number, (0.0, 1.0, 0.5))
    return {
        **{name: value for name, value in values.items() if rng.random() < share},
        "regulated": choice(f"regulation of kind {place}", number, (False, True)),
    }


def _rates_of_kind(rng: random.Random) -> dict[str, float]:
    rates = {
        "pipeline_issues_per_year": rng.choice([0.0, 30.0]),
        "capacity_issues_per_year": rng.choice([0.0, 40.0]),
        "compliance_issues_per_year": rng.choice([0.0, 12.0]),
        "drift_onsets_per_year": rng.choice([0.0, 20.0]),
    }
    return {**rates, "retraining_interval_days": rng.choice([1.0, 7.0, 21.0])}


_EFFORTS_OF_KIND = tuple(
    name for name in OF_KIND if name.endswith(("repair_days", "effort_days", "investigation_days"))
)


def _own_of_row(rng: random.Random) -> dict[str, Any]:
    values = {**_rates_of_kind(rng), "drift_severity": rng.uniform(0.1, 0.9)}
    values |= {name: rng.uniform(0.1, 3.0) for name in _EFFORTS_OF_KIND}
    return {name: value for name, value in values.items() if rng.random() < 0.2}


def _state_sources(rows: list[dict[str, Any]], sources: int) -> None:
    """Let half of the rows say which source they read, or that they read none."""
    for place, row in enumerate(rows[::2]):
        row["shared_source"] = place % (sources + 1)


def _client(number: int, rng: random.Random, archetypes: Any) -> dict[str, Any]:
    names = [entry["name"] for entry in archetypes]
    rows = [_row(f"model {place}", STAGE_NAMES[place % 5], rng) for place in range(10)]
    for row in rows:
        if names and rng.random() < 0.5:
            row["archetype"] = rng.choice(names)
    # By numbers of their own, so that what else the list holds stays as it is.
    for place, row in enumerate(rows):
        own = random.Random(f"row {number} {place}")
        row |= _own_of_row(own)
        if own.random() < 0.5:
            del row["regulated"]
    rng.shuffle(rows)
    return {"source": "docking", "models": rows}


def _requests(rng: random.Random, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return kinds of request with short deadlines, at random and on a day."""
    archetypes, last = values.get("archetypes", ()), values["horizon_days"] - 1
    known = ["all", "all", "regulated", *(entry["name"] for entry in archetypes)]
    return [
        {
            "name": f"request {place}",
            "who": rng.choice(known),
            "effort": {"family": "gamma", "mean": rng.uniform(0.2, 2.0), "cv": rng.uniform(0.2, 1)},
            "deadline_days": rng.choice([1.0, 4.0, rng.uniform(0.5, 12.0)]),
            "lineage_saving": rng.random(),
            **rng.choice(
                [{"per_year": rng.uniform(3.0, 25.0)}, {"day": min(rng.choice([0, 3, 9]), last)}]
            ),
        }
        for place in range(rng.randint(1, 3))
    ]


def _row(identifier: str, stage: str, rng: random.Random) -> dict[str, Any]:
    """Return a client's model about whom something is known."""
    known: dict[str, Any] = {
        "addressable_users": rng.uniform(200.0, 900.0),
        "predictions_per_user_day": rng.uniform(4.0, 9.0),
        "value_per_prediction": rng.uniform(0.0, 1.0),
        "cost_per_prediction": rng.choice([0.0, 0.01]),
        "cost_of_wrong_prediction": rng.uniform(0.0, 1.0),
        "yearly_power_loss": rng.choice([0.0, 0.5, 0.99]),
        "capacity_per_day": rng.uniform(10.0, 2_000.0),
        "build_effort_days": rng.choice([1.0, 3.0]),
        "deployment_effort_days": rng.choice([1.0, 2.0]),
        "retraining_interval_days": rng.choice([1.0, 5.0, 30.0]),
    }
    row = {name: value for name, value in known.items() if rng.random() < 0.5}
    row |= {"id": identifier, "stage": stage, "regulated": rng.random() < 0.5}
    deployed, retrained = sorted((rng.randint(0, 600), rng.randint(0, 40)), reverse=True)
    if stage == "production":
        row |= _some(rng, users=rng.uniform(0.0, 200.0))
        row |= _some(rng, current_predictions_per_user_day=rng.uniform(0.0, 4.0))
        row |= _some(rng, deployed_at=_day(-deployed), last_retrained_at=_day(-retrained))
    elif stage == "retired":
        row |= _some(rng, deployed_at=_day(-deployed - 1), retired_at=_day(-rng.randint(0, 1)))
    if stage != "retired":
        row |= _some(rng, retired_at=_day(rng.randint(1, 60)))
    return row


def _some(rng: random.Random, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if rng.random() < 0.5}


def _day(days: int) -> Any:
    return _START + timedelta(days)
