"""Events of one instant: both engines let them happen in the one order, and that order holds."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.core.events import LogKind, Rank
from tests.docking.clockwork import (
    AT_ONCE,
    Case,
    constant,
    day,
    drift_noticed_after_a_decay,
    everything_at,
    exactly,
    punctual,
    struck_together,
    struck_when_decayed,
)
from tests.docking.docking import dock
from tests.docking.occurrences import event_of
from tests.docking.varied import ORDERS

REPLICATIONS = range(6)
MANY_EXAMPLES = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def made(cases: list[Case | None]) -> list[Case]:
    """Return the cases that luck allows; some there must be."""
    found = [case for case in cases if case is not None]
    assert found
    return found


@pytest.mark.parametrize("time", [30.0, 20.25])
def test_events_of_every_rank_at_one_instant_happen_by_rank_and_number(time: float) -> None:
    for case in made([everything_at(time, replication) for replication in REPLICATIONS]):
        events = [event_of(record) for record in dock(*case).log if record.time == time]
        ordered = [event for event in events if event is not None]
        assert {rank for rank, _, _ in ordered} == set(Rank)
        planned = [event for event in ordered if event[0] is not Rank.DISPATCH]
        assert planned == sorted(planned)
        assert ordered[: len(planned)] == planned


@pytest.mark.parametrize("whole_day", [False, True])
def test_issues_strike_two_models_at_one_instant(whole_day: bool) -> None:
    cases = [struck_together(n, heals=True, whole_day=whole_day) for n in REPLICATIONS]
    for case in made(cases):
        log = dock(*case).log
        struck = [record for record in log if record.kind == LogKind.ISSUE_STRUCK]
        at_once = [one for one, other in pairwise(struck) if one.time == other.time]
        assert at_once
        assert not whole_day or at_once[0].time.is_integer()
        healed = [record.time for record in log if record.kind == LogKind.SELF_HEALED]
        assert at_once[0].time + 1.0 in healed


def test_a_hazard_strikes_before_the_decay_of_the_same_instant() -> None:
    hazards = ("incidents.pipeline_per_year", "drift.onsets_per_year")
    for case in made([struck_when_decayed(n, hazard) for n in range(9) for hazard in hazards]):
        log = dock(*case).log
        place, decay = next(
            (place, record)
            for place, record in enumerate(log)
            if record.kind == LogKind.DECAY_SET_IN
        )
        before = [record.kind for record in log[:place] if record.time == decay.time]
        assert LogKind.ISSUE_STRUCK in before or LogKind.DRIFT_SET_IN in before


def test_models_notice_at_one_instant_by_number_whatever_it_is() -> None:
    noticed = (LogKind.DRIFT_DETECTED, LogKind.DECAY_NOTICED)
    for case in made([drift_noticed_after_a_decay(replication) for replication in range(9)]):
        log = dock(*case).log
        (drift, *_) = [record for record in log if record.kind == LogKind.DRIFT_DETECTED]
        at_once = [each for each in log if each.time == drift.time and each.kind in noticed]
        assert [each.kind for each in at_once] == [LogKind.DECAY_NOTICED, LogKind.DRIFT_DETECTED]


def test_exactly_finds_a_number_or_none() -> None:
    assert exactly(lambda number: number * 3.0, 1.0, 1.0 / 3.0) == 1.0 / 3.0
    assert exactly(math.floor, 0.5, 0.5) is None


# Whole days throughout

DAYS = st.sampled_from([1.0, 2.0, 3.0, 5.0])
WORK = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]).map(constant)
NEW_WORK = st.sampled_from([AT_ONCE, 1.0, 2.0, 3.0]).map(constant)
DELAY = st.sampled_from([0.0, 0.5, 1.0])
RATE = st.sampled_from([0.0, 0.0, 50.0])
LEVEL = st.sampled_from([0.0, 0.5, 1.0])
CAPABILITY = ("automation", "rollback", "lineage")
_REQUESTS = (
    {"name": "first", "day": 2, "deadline_days": 1.0, "effort": constant(1.0)},
    {"name": "second", "day": 2, "deadline_days": 2.0, "effort": constant(2.0)},
    {"name": "third", "day": 0, "deadline_days": 3.0, "effort": constant(3.0)},
    {"name": "fourth", "per_year": 50.0, "deadline_days": 0.5, "effort": constant(0.5)},
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "horizon_days": st.integers(1, 25),
    "team.developers": st.integers(1, 5),
    "team.preemption": st.sampled_from(["maintenance", "none"]),
    "team.priority_order": st.sampled_from(ORDERS),
    "portfolio.ideas_per_year": st.sampled_from([0.0, 300.0]),
    "usage.demand_factor": st.sampled_from([0.0, 1.0, 2.0]),
    "usage.season": st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=12, max_size=12),
    "portfolio.success_share": st.sampled_from([0.0, 0.5, 1.0]),
    "capabilities.automation.handover_gain": LEVEL,
    "portfolio.backlog_order": st.sampled_from(["value_per_effort", "first_in_first_out"]),
    "model.build_effort_days": NEW_WORK,
    "model.deployment_effort_days": NEW_WORK,
    "model.yearly_power_loss": st.sampled_from([0.0, 0.9, 0.99]).map(constant),
    "requests": st.permutations(_REQUESTS),
    "incidents.pipeline_per_year": RATE,
    "incidents.compliance_per_year": RATE,
    "incidents.shared_sources": st.integers(0, 3),
    "incidents.shared_per_year": RATE,
    "drift.onsets_per_year": RATE,
    "drift.offline_loss": LEVEL,
    "drift.decay_alert_power": st.sampled_from([0.5, 0.85]),
    "drift.decay_alert": st.sampled_from(["always", "with_monitoring", "never"]),
    "efforts.pipeline_repair": WORK,
    "efforts.compliance_repair": WORK,
    "efforts.shared_repair": WORK,
    "efforts.capacity_repair": WORK,
    "efforts.capacity_step": WORK,
    "capacity.review_days": DAYS,
    "capacity.target_load": st.sampled_from([0.01, 0.3, 1.0]),
    "incidents.capacity_per_year": RATE,
    "efforts.drift_investigation": WORK,
    "efforts.retraining": WORK,
    "retraining.interval_days": DAYS,
    "retraining.serves_while_retraining": st.booleans(),
    "capabilities.automation.self_healing_days": DELAY,
    "capabilities.rollback.switch_days": DELAY,
    "capabilities.package_days": DAYS,
    **{f"capabilities.{name}.start_level": LEVEL for name in CAPABILITY},
    **{f"capabilities.{name}.maximum": LEVEL for name in CAPABILITY},
    **{f"capabilities.{name}.start_day": st.sampled_from([0.0, 2.0, 3.0]) for name in CAPABILITY},
    **{f"capabilities.{name}.streams": st.integers(1, 3) for name in CAPABILITY},
    **{f"capabilities.{name}.effort_days": DAYS for name in CAPABILITY},
}


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw a client's models with dates a few days off."""
    stages = st.sampled_from(["idea", "build", "deployment", "production", "production"])
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 8))):
        row: dict[str, Any] = {"id": f"model {number}", "stage": draw(stages)}
        if row["stage"] == "production":
            ago = draw(st.integers(0, 3))
            row |= {"deployed_at": day(-5), "last_retrained_at": day(-ago)}
        if draw(st.booleans()):
            row["retired_at"] = day(draw(st.integers(1, 6)))
        if draw(st.booleans()):
            row["retraining_interval_days"] = draw(DAYS)
        found.append(row)
    return found


@given(st.fixed_dictionaries({}, optional=VALUES), rows(), st.integers(0, 1_000))
@MANY_EXAMPLES
def test_the_engines_agree_where_all_takes_whole_days(
    values: dict[str, Any], client: list[dict[str, Any]], seed: int
) -> None:
    values = {"horizon_days": 20, **values}
    if "requests" in values:
        # A request of a day that the run does not reach is refused.
        last_day = values["horizon_days"] - 1
        values["requests"] = [one for one in values["requests"] if one.get("day", 0) <= last_day]
    dock(punctual(values, client), seed)
