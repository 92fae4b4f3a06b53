"""Docking: the same scenario in both engines, compared bit for bit.

Axtell et al. 1996 (doi:10.1007/BF01299065) call two models docked when they produce the same
results. Here these are the event log, every daily outcome, the totals, and every model and
developer at the end; equal means the same 64 bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled_engine.run import Replication, run_in_full
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import Cause, State
from modelops_abm.mesa_engine.developer import Developer
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.timeline import CHANGEABLE

type Value = float | int
type Values = dict[str, Value]

_SHOWN_BEFORE, _SHOWN_AFTER = 4, 3
_NONE = -1
_HAZARDS = outcomes.HAZARDS


class DockingError(AssertionError):
    """The engines differ; the message tells where first."""


class Docked(NamedTuple):
    """A scenario that both engines have run alike.

    Attributes
    ----------
    start
        States of the models that were there at the start, by number.
    log
        The event log.
    replication
        Everything else, as the ensemble engine gives it.
    """

    scenario: Scenario
    start: Mapping[int, State]
    log: Sequence[LogRecord]
    replication: Replication


class MesaRun(NamedTuple):
    """A finished Mesa run."""

    start: Mapping[int, State]
    model: ModelOpsModel
    daily: NDArray[np.float64]


def mesa_run(scenario: Scenario, seed: int, replication: int) -> MesaRun:
    """Run the Mesa engine to the horizon."""
    model = ModelOpsModel(scenario, rng=seed, replication=replication)
    start = {entry.number: entry.state for entry in model.ml_models}
    rows = []
    while model.running:
        model.step()
        rows.append([_number(model.today[outcome.name]) for outcome in outcomes.DAILY])
    return MesaRun(start, model, np.array(rows))


def log_of(replication: Replication) -> list[LogRecord]:
    """Return the ensemble engine's event log as the Mesa engine keeps it."""
    columns = [replication.log[name].tolist() for name in LogRecord._fields]
    return [LogRecord(*row) for row in zip(*columns, strict=True)]


def dock(scenario: Scenario, seed: int = 0, replication: int = 0) -> Docked:
    """Run both engines.

    Raises
    ------
    DockingError
        If they differ anywhere.
    """
    mesa, ensemble = mesa_run(scenario, seed, replication), run_in_full(scenario, seed, replication)
    report = difference(mesa, ensemble)
    if report:
        raise DockingError(f"seed {seed}, replication {replication}: {report}")
    return Docked(scenario, mesa.start, mesa.model.event_log, ensemble)


def difference(mesa: MesaRun, ensemble: Replication) -> str:
    """Return the first difference in words, or nothing if there is none."""
    model, log = mesa.model, log_of(ensemble)
    return (
        _of_logs(model.event_log, log)
        or _of_days(mesa.daily, ensemble.daily, log)
        or _of_totals(model.totals, ensemble.totals)
        or _of_many("model", _models(model), _model_records(ensemble))
        or _of_many("developer", _developers(model), _developer_records(ensemble))
    )


def same(one: Value, other: Value) -> bool:
    """Return whether two numbers have the same bits; a NaN is a NaN."""
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or (one == other and math.copysign(1.0, one) == math.copysign(1.0, other))
    return one == other


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


# The event log


def _of_logs(mesa: Sequence[LogRecord], ensemble: Sequence[LogRecord]) -> str:
    if len(mesa) == len(ensemble) and all(map(_same_record, mesa, ensemble)):
        return ""
    pairs = enumerate(zip(mesa, ensemble, strict=False))
    shorter = min(len(mesa), len(ensemble))
    first = next((place for place, pair in pairs if not _same_record(*pair)), shorter)
    return "\n".join(
        [
            f"the event logs differ from record {first} on ({len(mesa)} and {len(ensemble)})",
            *_lines("both", mesa[max(0, first - _SHOWN_BEFORE) : first]),
            *_lines("Mesa", mesa[first : first + _SHOWN_AFTER]),
            *_lines("ensemble", ensemble[first : first + _SHOWN_AFTER]),
        ]
    )


def _same_record(one: LogRecord, other: LogRecord) -> bool:
    return all(map(same, one, other))


def _lines(whose: str, records: Sequence[LogRecord]) -> Iterator[str]:
    return (f"  {whose:>8}: {words(record)}" for record in records)


def words(record: LogRecord) -> str:
    """Return a record in words, its numbers to the last bit."""
    kind = LogKind(record.kind)
    of_work = kind in (LogKind.WORK_STARTED, LogKind.WORK_INTERRUPTED, LogKind.WORK_COMPLETED)
    named = TaskClass if of_work else Cause
    cause: object = record.cause
    if kind is LogKind.VALUE_CHANGED:
        cause = CHANGEABLE[record.cause]
    elif 0 <= record.cause < len(named) and kind is not LogKind.RETIRED:
        cause = named(record.cause).name
    return (
        f"{record.time!r} {kind.name} model {record.model} developer {record.developer} "
        f"cause {cause} detail {record.detail!r}"
    )


# Days and totals


def _of_days(
    mesa: NDArray[np.float64], ensemble: NDArray[np.float64], log: Sequence[LogRecord]
) -> str:
    if mesa.shape != ensemble.shape:
        return f"days x outcomes: {mesa.shape} and {ensemble.shape}"
    unlike = ~((mesa == ensemble) & (np.signbit(mesa) == np.signbit(ensemble)))
    unlike &= ~(np.isnan(mesa) & np.isnan(ensemble))
    if not unlike.any():
        return ""
    day = int(np.argwhere(unlike)[0][0])
    lines = [f"the outcomes of {int(unlike.any(axis=1).sum())} days differ, first of day {day}"]
    lines += [
        f"  {outcomes.DAILY[place].name}: {float(mesa[day, place])!r} (Mesa), "
        f"{float(ensemble[day, place])!r} (ensemble)"
        for place in np.flatnonzero(unlike[day])
    ]
    of_the_day = [record for record in log if day <= record.time < day + 1]
    return "\n".join([*lines, f"  {len(of_the_day)} records of that day", *_lines("", of_the_day)])


def _of_totals(mesa: Mapping[str, float], ensemble: NDArray[np.float64]) -> str:
    named = dict(zip(outcomes.TOTALS, ensemble.tolist(), strict=True))
    return _of_values("totals", dict(mesa), named)


# Models and developers at the end


def _of_many(what: str, mesa: Sequence[Values], ensemble: Sequence[Values]) -> str:
    if len(mesa) != len(ensemble):
        return f"number of {what}s: {len(mesa)} and {len(ensemble)}"
    pairs = zip(mesa, ensemble, strict=True)
    reports = (_of_values(f"{what} {number}", *pair) for number, pair in enumerate(pairs))
    return next(filter(None, reports), "")


def _of_values(what: str, mesa: Values, ensemble: Values) -> str:
    assert mesa.keys() <= ensemble.keys(), mesa.keys() - ensemble.keys()
    lines = [
        f"  {name}: {value!r} (Mesa), {ensemble[name]!r} (ensemble)"
        for name, value in mesa.items()
        if not same(value, ensemble[name])
    ]
    return "\n".join([f"{what} at the end:", *lines]) if lines else ""


def _models(model: ModelOpsModel) -> list[Values]:
    return [_model(entry) for entry in model.ml_models]


def _model(entry: MLModel) -> Values:
    """Return a model of the Mesa engine by the names of the ensemble engine's record."""
    traits, stocks = entry.attributes.traits, entry.stocks
    values: Values = {
        "entity": entry.entity,
        "state": int(entry.state),
        "cause": _code(entry.cause),
        "serving": int(entry.serving),
        "reason": _code(entry.retirement_reason),
        "regulated": int(entry.regulated),
        "is_banned": int(entry.is_banned),
        "score": entry.score,
        "interval": entry.own.interval_days,
        "arrived_at": entry.arrived_at,
        "begun_at": _number(entry.begun_at),
        "went_live_at": _number(entry.went_live_at),
        "retired_at": _number(entry.retired_at),
        "users": stocks.users,
        "usage": stocks.usage,
        "memory": stocks.availability_memory,
        "ideal_users": stocks.ideal_users,
        "ideal_usage": stocks.ideal_usage,
        "served_total": entry.served_total,
        "value_total": entry.value_total,
        "cost_total": entry.cost_total,
        "capacity": entry.capacity,
        "decay": entry.attributes.decay,
        "build_days": entry.build_days,
        "build_effort": entry.attributes.build_effort_days,
        "deployment_effort": entry.attributes.deployment_effort_days,
        "life_days": entry.attributes.useful_life_days,
        "market_size": traits.market_size,
        "innovation": traits.innovation_per_year,
        "imitation": traits.imitation_per_year,
        "waning": traits.waning_per_day,
        "waned": traits.waned_in_day,
        "full_usage": traits.full_usage,
        "price": traits.value_per_prediction,
        "cost": traits.cost_per_prediction,
        "wrong_cost": traits.cost_of_wrong_prediction,
    }
    counts = zip(_HAZARDS, entry.exposure.counts, strict=True)
    return {**values, **{f"count of {name}": count for name, count in counts}, **_wear(entry)}


def _wear(entry: MLModel) -> Values:
    """Return the power, the drift and the last day of a model that has been in production."""
    if entry.condition is None or entry.day_start is None:
        return {}
    health, start, service = entry.condition.health, entry.day_start, entry.service
    return {
        "restored": health.restored,
        "restored_at": health.restored_at,
        "drifting": int(health.drifting),
        "severity": health.severity,
        "drift_since": health.drift_since,
        "drift_detected": int(entry.condition.drift_detected),
        "drift_pending": int(entry.condition.drift_pending),
        "drift_mild": int(entry.condition.drift_mild),
        "crossings": entry.condition._crossings,
        "restorations": entry.condition._restorations,
        "base": start.base,
        "loss": start.loss,
        "effective_capacity": start.capacity,
        **{f"rate_{name}": getattr(start.rates, name) for name in _HAZARDS},
        "production": service.production,
        "current": service.current,
        "previous": service.previous,
    }


def _code(value: int | None) -> int:
    return _NONE if value is None else int(value)


def _model_records(ensemble: Replication) -> list[Values]:
    counts = ensemble.models["counts"].tolist()
    return [
        {**record, **{f"count of {name}": count for name, count in zip(_HAZARDS, own, strict=True)}}
        for record, own in zip(_records(ensemble.models), counts, strict=True)
    ]


def _developers(model: ModelOpsModel) -> list[Values]:
    return [_developer(entry) for entry in model.developers]


def _developer(entry: Developer) -> Values:
    ledger = {f"days of {work.name}": entry.ledger_days[work] for work in TaskClass}
    return {
        "productivity": entry.productivity,
        "speed": entry.speed_per_day,
        "started_at": entry.started_at,
        **ledger,
    }


def _developer_records(ensemble: Replication) -> list[Values]:
    ledgers = ensemble.developers["ledger"].tolist()
    return [
        {**record, **{f"days of {work.name}": ledger[work] for work in TaskClass}}
        for record, ledger in zip(_records(ensemble.developers), ledgers, strict=True)
    ]


def _records(table: Any) -> list[Values]:
    """Return the plain numbers of every record."""
    names = [name for name in table.dtype.names if not table.dtype[name].subdtype]
    columns = [table[name].tolist() for name in names]
    if not len(table):
        return []
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
