"""Organisations in which events fall on exactly the same instant, and on whole days.

Most times are random numbers of 52 bits, which never meet by chance. Where a time is set by one
number of the scenario, that number is chosen, to the last bit, so that the event falls where
another one does: `exactly` tries the neighbours of a good guess. Where only a run tells the time of
an event, the ensemble engine makes it, as it takes a millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from typing import Any, NamedTuple

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core.events import LogKind
from modelops_abm.core.randomness import DecisionPoint, Origin, entity_key, index_of_identifier
from modelops_abm.core.statechart import Cause
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.hazards import source_exposure_left, source_failure, threshold
from modelops_abm.rules.maintenance import delay_days
from modelops_abm.rules.population import arrival_exposure, arrival_time
from modelops_abm.rules.power import days_until_below, decay_per_day
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario, with_values

AT_ONCE = 1e-300
"""An effort above 0 that moves no time."""
_SOON = 0.01
"""The least mean delay of a detection that is allowed, days."""
_START = Scenario().start_date
_SHARED = Cause.SHARED.value
_MANY_SOURCES = 60
"""So many that the first which fails takes few of the models with it, or none."""
_NEIGHBOURS, _NEIGHBOURING_RUNS = 400, 40
_STAYING = 11
"""Models of everything at one instant that do not retire then."""
_MEAN_DELAY, _LARGEST_LOSS = 2.0, 0.98
_ALERTS = tuple(0.95 - 0.002 * step for step in range(400))


class Case(NamedTuple):
    """A scenario with its luck."""

    scenario: Scenario
    seed: int
    replication: int


def constant(mean: float) -> dict[str, Any]:
    """A quantity without spread."""
    return {"family": "constant", "mean": mean}


PUNCTUAL: Mapping[str, Any] = {
    "portfolio.success_share": 1.0,
    "portfolio.initial_usage_share": 1.0,
    "portfolio.ideas_per_year": 0.0,
    **{
        f"model.{name}": constant(mean)
        for name, mean in {
            "market_size": 500.0,
            "predictions_per_user_day": 4.0,
            "value_per_prediction": 0.5,
            "cost_per_prediction": 0.005,
            "cost_of_wrong_prediction": 0.05,
            "yearly_power_loss": 0.0,
            "capacity_ratio": 2.0,
            "build_effort_days": 3.0,
            "deployment_effort_days": 2.0,
            "useful_life_years": 100.0,
        }.items()
    },
    "incidents.pipeline_per_year": 0.0,
    "incidents.capacity_per_year": 0.0,
    "incidents.compliance_per_year": 0.0,
    "drift.onsets_per_year": 0.0,
    "drift.severity": constant(0.5),
    **{
        f"efforts.{name}": constant(1.0)
        for name in (
            "pipeline_repair",
            "capacity_repair",
            "compliance_repair",
            "shared_repair",
            "capacity_step",
        )
    },
    "efforts.drift_investigation": constant(1.0),
    "efforts.retraining": constant(5.0),
    "retraining.interval_days": 36_500.0,
    "team.focus": 1.0,
    "usage.abandonment_share": 0.0,
    "capabilities.automation.effort_saving": 0.0,
    "capabilities.automation.pipeline_reduction": 0.0,
    "capabilities.automation.self_healing_share": 1.0,
    "capabilities.monitoring.delay_without_days": _SOON,
    "capabilities.monitoring.delay_with_days": _SOON,
    **{
        f"capabilities.rollback.{name}_coverage": 1.0
        for name in ("pipeline", "capacity", "compliance", "drift", "retraining")
    },
}
"""Constant attributes, efforts and lives; nothing random happens, but detection takes a moment."""


def punctual(values: Mapping[str, Any], rows: list[dict[str, Any]]) -> Scenario:
    """Return an organisation with a client's models to which only what is said happens."""
    client = {"imported": {"source": "docking", "models": rows}}
    return with_values(Scenario(), {**PUNCTUAL, **client, **values}, source="docking")


def day(days: int) -> Any:
    """Return the date of a day."""
    return _START + timedelta(days)


def live(name: str, count: int, **known: Any) -> Iterator[dict[str, Any]]:
    """Describe so many models that went live and were retrained on the first day."""
    known = {"deployed_at": _START, "last_retrained_at": _START, **known}
    return ({"id": f"{name} {number}", **known} for number in range(count))


def exactly(
    function: Callable[[float], float], wanted: float, guess: float, neighbours: int = _NEIGHBOURS
) -> float | None:
    """Return a number near a guess of which a function is exactly as wanted, if there is one."""
    low = high = guess
    for _ in range(neighbours):
        for number in (low, high):
            if function(number) == wanted:
                return number
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
    return None


def on_a_line(function: Callable[[float], float], wanted: float) -> float | None:
    """Return a number of which a linear function, but for rounding, is exactly as wanted."""
    guess, slope = 1.0, function(2.0) - function(1.0)
    for _ in range(3):
        guess += (wanted - function(guess)) / slope
    return exactly(function, wanted, guess, _NEIGHBOURING_RUNS)


def first_time(
    case: Case, kinds: tuple[LogKind, ...], models: Container[int] = range(1_000)
) -> float:
    """Return when the first event of such a kind happens to one of the models."""
    log = run_in_full(*case).log
    for time, kind, model in zip(log["time"], log["kind"], log["model"], strict=True):
        if kind in kinds and int(model) in models:
            return float(time)
    return math.inf


# Everything at one instant


def everything_at(time: float, replication: int) -> Case | None:
    """Let an event of every rank happen at one time; None if the luck does not allow it."""
    ideas = _arrival_rate(time, replication)
    delays = [_delay(DecisionPoint.DECAY_DELAY, name, replication, _MEAN_DELAY) for name in NOTICED]
    alert = _alert(time, (0.0, *delays))
    if ideas is None or alert is None:
        return None
    power, losses = alert
    sources = _source_rate(time, replication)
    if sources is None:
        return None
    values = {
        "horizon_days": math.ceil(time) + 12,
        "portfolio.ideas_per_year": ideas,
        "portfolio.backlog_order": ("value_per_effort", "first_in_first_out")[replication % 2],
        "team.preemption": ("maintenance", "none")[replication // 2 % 2],
        "team.developers": (15, 19)[replication // 4 % 2],
        "incidents.pipeline_per_year": 4.0,
        "incidents.shared_sources": _MANY_SOURCES,
        "incidents.shared_per_year": sources,
        "capabilities.automation.shared_reduction": 0.0,
        "drift.decay_alert_power": power,
        "capabilities.monitoring.delay_without_days": _MEAN_DELAY,
        "retraining.serves_while_retraining": False,
        "capabilities.automation.start_level": 1.0,
        "capabilities.rollback.start_level": 1.0,
        "capabilities.rollback.switch_days": 1.0,
        "capabilities.package_days": 1.0,
        "capacity.review_days": time - 1.0,
    }
    for name in ("monitoring", "lineage"):
        values |= {f"capabilities.{name}.{key}": value for key, value in _work(time).items()}
    life = exactly(lambda years: years * DAYS_PER_YEAR, time, time / DAYS_PER_YEAR)
    if life is None:
        return None
    short = {"name": "short-lived", "share": 0.5, "useful_life_years": constant(life)}
    asked = {"name": "asked", "share": 0.25}
    values["archetypes"] = [{"name": "lasting", "share": 0.5}, {**short, "share": 0.25}, asked]
    # Three developers answer from the start on, and are not done by the deadline.
    request = {"name": "long", "day": 0, "deadline_days": time, "who": "asked"}
    request["effort"] = constant(500.0)
    values["requests"] = [request]
    rows = _rows_for(time, losses)
    return _healed_at(time, partial(_with_healing, values, rows, replication))


def changed_at(case: Case, time: float) -> Case:
    """Let some of the team leave, and return later, when all else happens."""
    day = int(time)
    changes = [
        {"day": day, "team.developers": 14, "team.payroll_per_year": 1.0},
        {"day": day, "team.focus": 0.9, "capabilities.automation.maximum": 1.0},
        {"day": day + 3, "team.developers": 17, "team.focus": 1.0},
    ]
    return case._replace(
        scenario=with_values(case.scenario, {"changes": changes}, source="docking")
    )


def _work(time: float) -> dict[str, Any]:
    return {"maximum": 1.0, "streams": 2, "start_day": time, "effort_days": 6.0}


NOTICED = ("noticed 0", "noticed 1")
"""Models whose decay is noticed at the time."""


def _rows_for(time: float, losses: Sequence[float]) -> list[dict[str, Any]]:
    """Models that come due, decay, are switched, retire or are built at a time.

    `losses` are those of the models that decay, and of those whose decay is noticed.

    Some retire when something else is about to happen to them, which then does not.
    """
    due, decays = {"retraining_interval_days": time}, {"yearly_power_loss": losses[0]}
    short = {"archetype": "short-lived"}
    rows = [
        *live("due", 3, **due),
        *live("decays", 3, **decays),
        *live("switched", 5, retraining_interval_days=time - 1.0),
        *(
            {**row, "id": name, "yearly_power_loss": loss}
            for name, loss in zip(NOTICED, losses[1:], strict=True)
            for row in live(name, 1)
        ),
        *live("retires", 2, **short),
        *live("retires and is due", 1, **short, **due),
        *live("retires and decays", 1, **short, **decays),
        *live("retires and is switched", 1, **short, retraining_interval_days=time - 1.0),
        *live("retires in retraining", 1, **short, retraining_interval_days=time - 5.0),
        *live("asked", 3, archetype="asked"),
        *_ideas("built", 3, time),
        *_ideas("long", 4, 500.0),
        # Live after a day, and reviewed for the first time when all else happens.
        *_deployments("loaded", 3, capacity_per_day=1e-6),
    ]
    if time.is_integer():
        planned = {"retired_at": day(int(time))}
        rows += [*live("planned", 2, **planned), *_ideas("built in vain", 1, time, **planned)]
    return [{"archetype": "lasting", **row} for row in rows]


def _ideas(name: str, count: int, effort: float, **known: Any) -> Iterator[dict[str, Any]]:
    """Describe so many ideas that take so many developer-days."""
    known |= {"stage": "idea", "build_effort_days": effort}
    return ({"id": f"{name} {number}", **known} for number in range(count))


def _deployments(name: str, count: int, **known: Any) -> Iterator[dict[str, Any]]:
    """Describe so many ideas that are built at once, and live after a day of deployment."""
    # Of a deployment under way at the start a part that is drawn is done already.
    return _ideas(name, count, AT_ONCE, deployment_effort_days=1.0, **known)


def _arrival_rate(time: float, replication: int) -> float | None:
    """Return the ideas per year with which the first arrives at a time."""
    organisation = entity_key(0, replication, Origin.ORGANISATION.value, 0)
    exposure = arrival_exposure(organisation, 0)
    guess = arrival_time(0.0, exposure, 1.0) / time
    return exactly(partial(arrival_time, 0.0, exposure), time, guess)


def _source_rate(time: float, replication: int) -> float | None:
    """Return the failures a year of each of many sources with which the first is at a time."""
    exposure = min(
        threshold(entity_key(0, replication, Origin.SHARED_SOURCE.value, number), _SHARED, 0)
        for number in range(_MANY_SOURCES)
    )

    def failure(per_year: float) -> float:
        return _time_of_failure(exposure, per_year / DAYS_PER_YEAR)

    return exactly(failure, time, exposure / time * DAYS_PER_YEAR)


def _time_of_failure(left: float, rate: float) -> float:
    """Return when a source fails that has worked from the start, as the engines account for it."""
    opened = 0.0
    while (at := source_failure(opened, opened + 1.0, left, rate)) >= opened + 1.0:
        left = source_exposure_left(left, rate, 1.0)
        opened += 1.0
    return at


def _alert(
    time: float, delays: tuple[float, ...] = (0.0,)
) -> tuple[float, tuple[float, ...]] | None:
    """Return a power, and yearly losses with which the power falls below it so long before a time.

    The delays count from there to the time.
    """
    if min(time - delay for delay in delays) <= 0.0:
        return None
    for power in _ALERTS:
        losses = [_loss(power, time, delay) for delay in delays]
        found = tuple(loss for loss in losses if loss is not None)
        if len(found) == len(delays):
            return power, found
    return None


def _loss(power: float, time: float, delay: float) -> float | None:
    """Return the yearly loss with which the power falls below another one so long before a time."""
    guess = -math.expm1(math.log(power) / (time - delay) * DAYS_PER_YEAR)
    if guess > _LARGEST_LOSS:
        return None
    return exactly(lambda loss: _days_of_loss(power, loss) + delay, time, guess)


def _days_of_loss(power: float, yearly_loss: float) -> float:
    return days_until_below(1.0, decay_per_day(yearly_loss), power)


def _delay(point: DecisionPoint, name: str, replication: int, mean: float) -> float:
    """Return how long the first drift or decay of a client's model goes unnoticed."""
    entity = entity_key(0, replication, Origin.CLIENT_MODEL.value, index_of_identifier(name))
    return delay_days(mean, entity, point.value, 0)


def _with_healing(
    values: Mapping[str, Any], rows: list[dict[str, Any]], replication: int, days: float
) -> Case:
    changed = {**values, "capabilities.automation.self_healing_days": days}
    return Case(punctual(changed, rows), 0, replication)


def _healed_at(time: float, with_healing: Callable[[float], Case]) -> Case | None:
    """Let the first pipeline issue of the models that come first, and stay, be healed at a time."""
    struck = first_time(with_healing(time), (LogKind.ISSUE_STRUCK,), range(_STAYING))
    if not struck < time:
        return None
    days = exactly(lambda delay: struck + delay, time, time - struck)
    return None if days is None else with_healing(days)


# Two models struck, or their previous versions broken, at one instant


def struck_together(replication: int, *, heals: bool, whole_day: bool) -> Case | None:
    """Let a pipeline issue strike two models at one instant, on request at a whole day."""
    case = partial(_two_deployments, _struck_organisation(heals), replication)
    return _together(case, LogKind.ISSUE_STRUCK, 60.0, whole_day=whole_day)


def broken_together(replication: int, *, whole_day: bool) -> Case | None:
    """Let the previous versions of two models break at one instant, on request at a whole day."""
    case = partial(_two_deployments, _broken_organisation(), replication)
    return _together(case, LogKind.PREVIOUS_BROKE, 130.0, whole_day=whole_day)


def _together(
    case: Callable[..., Case], kind: LogKind, latest: float, *, whole_day: bool
) -> Case | None:
    """Let the first event of a kind happen to two models at one instant.

    A model goes live when its deployment is done, and its exposure begins then; the effort moves
    the time of its first issue, and of what follows from it.
    """
    times = [_first_of(case, kind, number, 1.0, 1.0) for number in range(2)]
    wanted = max(times)
    if wanted > latest:
        return None
    if whole_day:
        wanted = float(math.ceil(wanted))
    efforts = []
    for number, time in enumerate(times):
        move = partial(_moved, case, kind, number)
        effort = 1.0 if time == wanted else on_a_line(move, wanted)
        if effort is None:
            return None
        efforts.append(effort)
    return case(*efforts)


def _two_deployments(organisation: Scenario, replication: int, one: float, other: float) -> Case:
    models = tuple(
        PortfolioModel(id=f"model {number}", stage="deployment", deployment_effort_days=effort)
        for number, effort in enumerate((one, other))
    )
    imported = ImportedPortfolio(source="docking", models=models)
    scenario = organisation.model_copy(update={"imported": imported})
    return Case(scenario, 0, replication)


@cache
def _struck_organisation(heals: bool) -> Scenario:
    values = {
        "horizon_days": 70,
        "incidents.pipeline_per_year": 25.0,
        "team.developers": 2,
        "capabilities.automation.start_level": float(heals),
        "capabilities.automation.self_healing_days": 1.0,
        "capabilities.rollback.start_level": 1.0,
        "capabilities.rollback.switch_days": 0.125,
    }
    return punctual(values, [])


@cache
def _broken_organisation() -> Scenario:
    values = {
        "horizon_days": 140,
        "incidents.pipeline_per_year": 25.0,
        "efforts.pipeline_repair": constant(200.0),
        "team.developers": 2,
        "capabilities.rollback.start_level": 1.0,
        "capabilities.rollback.switch_days": 0.125,
    }
    return punctual(values, [])


def _first_of(
    case: Callable[..., Case], kind: LogKind, number: int, one: float, other: float
) -> float:
    return first_time(case(one, other), (kind,), (number,))


def _moved(case: Callable[..., Case], kind: LogKind, number: int, effort: float) -> float:
    efforts = (effort, 1.0) if number == 0 else (1.0, effort)
    return _first_of(case, kind, number, *efforts)


# Previous versions that break, and mild drifts that grow


def previous_versions_break(replication: int) -> Iterator[Case]:
    """Let the previous version break whatever the current one does not serve for."""
    common = {
        "horizon_days": 40,
        "team.developers": 4,
        "incidents.pipeline_per_year": 60.0,
        "capabilities.rollback.start_level": 1.0,
        "retraining.serves_while_retraining": False,
        **{
            f"efforts.{name}": constant(12.0)
            for name in ("pipeline_repair", "capacity_repair", "compliance_repair", "retraining")
        },
    }
    away: list[dict[str, Any]] = [
        {"incidents.compliance_per_year": 400.0},
        {"incidents.capacity_per_year": 400.0, "incidents.overload_threshold": 0.01},
        {"drift.onsets_per_year": 400.0, "drift.offline_loss": 0.0},
        {"retraining.interval_days": 2.0},
    ]
    for values in away:
        rows = list(live("model", 8, users=400.0))
        yield Case(punctual({**common, **values}, rows), 0, replication)


def mild_drifts_grow(replication: int) -> Case:
    """Let drifts be found at once, and grow while those who could retrain build for weeks."""
    values = {
        "horizon_days": 60,
        "team.developers": 2,
        "team.preemption": "none",
        "drift.onsets_per_year": 15.0,
        "drift.growth_days": 10.0,
        "drift.offline_loss": 0.3,
        "model.build_effort_days": constant(50.0),
    }
    rows = [*live("model", 6), *_ideas("long", 2, 50.0)]
    return Case(punctual(values, rows), 0, replication)


# Shared sources: failures and repairs at one instant with each other and with a model's


def sources_fail_together(replication: int, *, whole_day: bool) -> Case | None:
    """Let a source fail again when another fails first, on request at a whole day."""
    exposures = [
        [
            threshold(entity_key(0, replication, Origin.SHARED_SOURCE.value, number), _SHARED, n)
            for n in range(2)
        ]
        for number in range(2)
    ]
    often, late = sorted(exposures)
    if sum(often) * 1.01 > late[0]:
        return None
    per_year: float | None = 40.0
    if whole_day:
        wanted = float(math.ceil(_time_of_failure(late[0], 40.0 / DAYS_PER_YEAR)))
        guess = late[0] / wanted * DAYS_PER_YEAR
        per_year = exactly(
            lambda rate: _time_of_failure(late[0], rate / DAYS_PER_YEAR), wanted, guess
        )
    if per_year is None:
        return None
    number = exposures.index(often)
    case = partial(_two_sources, replication, per_year, number)
    wanted = _time_of_failure(late[0], per_year / DAYS_PER_YEAR)
    effort = on_a_line(lambda days: _second_failure(case(days), number), wanted)
    return None if effort is None or effort <= 0.0 else case(effort)


def _two_sources(replication: int, per_year: float, number: int, effort: float) -> Case:
    values = {
        "horizon_days": 70,
        "team.developers": 3,
        "incidents.shared_sources": 2,
        "incidents.shared_per_year": per_year,
        "efforts.shared_repair": constant(effort),
    }
    return Case(punctual(values, list(live("model", 6))), 0, replication)


def _second_failure(case: Case, number: int) -> float:
    log = run_in_full(*case).log
    mine = (log["kind"] == LogKind.SOURCE_FAILED) & (log["model"] == number)
    times = log["time"][mine]
    return float(times[1]) if len(times) > 1 else math.inf


def back_when_its_source_fails(replication: int, repair: str) -> Case | None:
    """Let the repair of a model end at the instant at which the source that it reads fails.

    So the first failure of the source, or, if `repair` says so, the end of its repair.
    """
    case = partial(_one_source, replication)
    failed = first_time(case(300.0), (LogKind.SOURCE_FAILED,))
    struck = first_time(case(300.0), (LogKind.ISSUE_STRUCK,))
    if not struck < failed < 60.0:
        return None
    wanted = failed + (_SOURCE_REPAIR if repair == "ends" else 0.0)
    effort = exactly(lambda days: struck + days, wanted, wanted - struck)
    return None if effort is None else case(effort)


_SOURCE_REPAIR = 2.0


def _one_source(replication: int, effort: float) -> Case:
    values = {
        "horizon_days": 70,
        "team.developers": 4,
        "incidents.shared_sources": 1,
        "incidents.shared_per_year": 20.0,
        "incidents.pipeline_per_year": 20.0,
        "efforts.shared_repair": constant(_SOURCE_REPAIR),
        "efforts.pipeline_repair": constant(effort),
    }
    return Case(punctual(values, list(live("model", 3))), 0, replication)


def live_when_its_source_fails(replication: int) -> Case | None:
    """Let a model go live at the instant at which the source that it reads fails."""
    failed = first_time(_first_live(replication, 1.0), (LogKind.SOURCE_FAILED,))
    return None if failed > 60.0 else _first_live(replication, failed)


def _first_live(replication: int, effort: float) -> Case:
    values = {
        "horizon_days": 70,
        "team.developers": 2,
        "incidents.shared_sources": 1,
        "incidents.shared_per_year": 20.0,
    }
    row = {"id": "model 0", "stage": "deployment", "deployment_effort_days": effort}
    return Case(punctual(values, [row, *live("other", 1)]), 0, replication)


def _team_comes_and_goes() -> list[dict[str, Any]]:
    """Let all leave who might repair a source, and come back, and sources fail more often."""
    found: list[dict[str, Any]] = []
    for first in range(3, 57, 6):
        found += [
            {"day": first, "team.developers": 0},
            {"day": first + 2, "team.developers": 6, "incidents.shared_per_year": 60.0 + first},
        ]
    return found


def sources_often_down(replication: int) -> Iterator[Case]:
    """Let models come back from everything, and go live, while their source is down."""
    common = {
        "horizon_days": 60,
        "team.developers": 6,
        "incidents.shared_sources": 2,
        "incidents.shared_per_year": 60.0,
        "efforts.shared_repair": constant(4.0),
        "portfolio.ideas_per_year": 100.0,
        "model.build_effort_days": constant(1.0),
        "model.deployment_effort_days": constant(1.0),
    }
    away: list[dict[str, Any]] = [
        {"incidents.compliance_per_year": 100.0, "retraining.interval_days": 5.0},
        {"incidents.pipeline_per_year": 100.0, "capabilities.automation.start_level": 1.0},
        {"drift.onsets_per_year": 100.0, "drift.offline_loss": 0.0},
        {"incidents.capacity_per_year": 100.0, "incidents.overload_threshold": 0.01},
        {"changes": _team_comes_and_goes()},
    ]
    for values in away:
        rows = [*live("model", 8, users=400.0), *_ideas("built", 3, 2.0)]
        yield Case(punctual({**common, **values}, rows), 0, replication)


# Capacity

_REVIEW_DAYS = 25.0


def reviewed_as_a_repair_ends(replication: int) -> Case | None:
    """Let the repair of a capacity issue end at the instant of a planned review of the load."""
    case = partial(_overloaded, replication)
    log = run_in_full(*case(300.0)).log
    struck = first_time(case(300.0), (LogKind.ISSUE_STRUCK,))
    live_at = log["time"][log["kind"] == LogKind.WENT_LIVE][0]
    wanted = float(live_at) + _REVIEW_DAYS
    if not struck < wanted:
        return None
    effort = exactly(lambda days: struck + days, wanted, wanted - struck)
    return None if effort is None else case(effort)


def _overloaded(replication: int, effort: float) -> Case:
    values = {
        "horizon_days": 70,
        "team.developers": 3,
        "incidents.capacity_per_year": 10.0,
        "incidents.overload_span": 10.0,
        "efforts.capacity_repair": constant(effort),
        "capacity.review_days": _REVIEW_DAYS,
        "capacity.target_load": 0.01,
    }
    rows = [*_deployments("loaded", 1, capacity_per_day=1.0), *live("other", 2)]
    return Case(punctual(values, rows), 0, replication)


def capacity_is_added(replication: int) -> Iterator[Case]:
    """Let capacity be added whatever the model's state is, or in vain."""
    common = {
        "horizon_days": 60,
        "team.developers": 8,
        "capacity.review_days": 7.0,
        "capacity.target_load": 0.1,
        "incidents.capacity_growth": 0.01,
        "efforts.capacity_step": constant(3.0),
    }
    slow = {f"efforts.{name}": constant(20.0) for name in ("capacity_repair", "retraining")}
    away: list[dict[str, Any]] = [
        {"incidents.capacity_per_year": 40.0, "incidents.overload_threshold": 0.01},
        {"incidents.capacity_per_year": 40.0, "incidents.overload_threshold": 0.01, **slow},
        {"retraining.interval_days": 4.0, **slow},
        {"drift.onsets_per_year": 100.0, "drift.offline_loss": 0.0, **slow},
        {
            "changes": [
                {"day": first + late, "team.developers": size, "efforts.capacity_step": 2.0 + first}
                for first in range(2, 50, 6)
                # Not named as the function below: Python 3.12.1 takes one for the other.
                for late, size in ((0, 2), (3, 8))
            ]
        },
        {"usage.season": [3.0, 0.0, *[1.0] * 10], "efforts.capacity_step": constant(12.0)},
    ]
    for values in away:
        leaving = [
            row | {"retired_at": day(20 + 5 * place)}
            for place, row in enumerate(live("leaves", 4, users=400.0))
        ]
        rows = [*live("model", 6, users=400.0), *leaving]
        yield Case(punctual({**common, **values}, rows), 0, replication)


# Two events of one model at one instant


def struck_when_decayed(replication: int, hazard: str) -> Case | None:
    """Let an incident strike a model at the instant at which its power falls below the alert's."""
    case = partial(_one_model, replication, hazard)
    struck = first_time(case(), (LogKind.DRIFT_SET_IN, LogKind.ISSUE_STRUCK))
    if not struck < 60.0:
        return None
    alert = _alert(struck)
    return None if alert is None else case(alert[0], *alert[1])


def drift_and_decay_noticed(replication: int) -> Case | None:
    """Let drift and decay of one model be noticed at the same instant."""
    return _noticed_at_once(partial(_one_model, replication, "drift.onsets_per_year"), replication)


def drift_noticed_after_a_decay(replication: int) -> Case | None:
    """Let a model's drift be noticed at the instant of the decay of one with a lower number."""

    def case(power: float = 0.5, loss: float = 0.0) -> Case:
        decaying, drifting = live("model", 2)
        decaying |= {"yearly_power_loss": loss, "drift_onsets_per_year": 0.0}
        return _models(replication, "drift.onsets_per_year", [decaying, drifting], power)

    return _noticed_at_once(case, replication)


def _noticed_at_once(case: Callable[..., Case], replication: int) -> Case | None:
    """Let the first model's decay be noticed when a drift is, by the power of the alert."""
    found = first_time(case(), (LogKind.DRIFT_DETECTED,))
    if not found < 60.0:
        return None
    delay = _delay(DecisionPoint.DECAY_DELAY, _ONE_MODEL, replication, _MEAN_DELAY)
    alert = _alert(found, (delay,))
    return None if alert is None else case(alert[0], *alert[1])


_ONE_MODEL = "model 0"


def _one_model(replication: int, hazard: str, power: float = 0.5, loss: float = 0.0) -> Case:
    row = {**next(live("model", 1)), "id": _ONE_MODEL, "yearly_power_loss": loss}
    return _models(replication, hazard, [row], power)


def _models(replication: int, hazard: str, rows: list[dict[str, Any]], power: float) -> Case:
    values = {
        "horizon_days": 65,
        hazard: 15.0,
        "drift.decay_alert_power": power,
        "drift.offline_loss": 1.0,
        "capabilities.monitoring.delay_without_days": _MEAN_DELAY,
        "team.developers": 1,
    }
    return Case(punctual(values, rows), 0, replication)


# Retirement from every state


def departures(replication: int) -> Iterator[Case]:
    """Let models retire from every state, and be abandoned."""
    rows = [
        {"id": f"{stage} {place}", "stage": stage, "retired_at": day(2 + place % 4)}
        for stage in ("idea", "build", "deployment", "production")
        for place in range(4)
    ]
    slow = {"horizon_days": 8, "team.developers": 3, "model.build_effort_days": constant(60.0)}
    slow["model.deployment_effort_days"] = constant(60.0)
    yield Case(punctual(slow, rows), 0, replication)
    leaving = list(live("model", 8, retired_at=day(6)))
    away: list[dict[str, Any]] = [
        {"retraining.interval_days": 3.0, "team.developers": 8},
        {"incidents.pipeline_per_year": 400.0, "efforts.pipeline_repair": constant(9.0)},
        {"incidents.compliance_per_year": 400.0, "efforts.compliance_repair": constant(9.0)},
        {
            "drift.onsets_per_year": 400.0,
            "drift.offline_loss": 0.0,
            "efforts.drift_investigation": constant(9.0),
        },
        {"portfolio.initial_usage_share": 0.5, "usage.abandonment_share": 0.8},
        {"incidents.pipeline_per_year": 60.0, "retraining.interval_days": 1.0},
        {
            "drift.onsets_per_year": 400.0,
            "drift.offline_loss": 0.0,
            "efforts.retraining": constant(0.5),
            "capabilities.rollback.start_level": 1.0,
        },
    ]
    for values in away:
        yield Case(punctual({"horizon_days": 8, **values}, leaving), 0, replication)
    # Those who answer leave, before the deadline.
    answered = {
        "horizon_days": 8,
        "team.developers": 8,
        "requests": [{"name": "audit", "day": 1, "deadline_days": 6.0, "effort": constant(9.0)}],
        "changes": [{"day": 3, "team.developers": 2}, {"day": 5, "team.developers": 6}],
    }
    yield Case(punctual(answered, list(live("model", 8))), 0, replication)
