"""Decay, drift, restoration; efforts, images, self-healing and delays of maintenance."""

from __future__ import annotations

import math

import pytest

from modelops_abm.core.randomness import DecisionPoint, draw_key, entity_key, key_for_cause, uniform
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.capability import effort_left, finish_time, reduced_effort, speed
from modelops_abm.rules.constants import (
    NOT_GIVEN,
    CareConstants,
    Levels,
    constants_of,
    start_levels,
)
from modelops_abm.rules.maintenance import (
    decay_alert_days,
    decay_delay_days,
    delay_days,
    drift_delay_days,
    drift_severity,
    image_at_hand,
    maintenance_effort,
    mean_delay_days,
    new_work_effort,
    self_heals,
)
from modelops_abm.rules.power import (
    base_power,
    days_until_below,
    decay_per_day,
    drift_loss,
    power,
    previous_power,
    restored_power,
)
from modelops_abm.rules.sampling import law_of, sample
from modelops_abm.scenario import Distribution, Scenario, with_values

CARE = constants_of(Scenario()).care
NONE = Levels(0.0, 0.0, 0.0, 0.0, 0.0)
ENTITY = entity_key(11, 0, 1, 3)


def care_of(**changes: object) -> CareConstants:
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    return constants_of(with_values(Scenario(), dotted, source="test")).care


def test_a_year_of_decay_loses_the_yearly_share() -> None:
    for loss in (0.0, 0.15, 0.99):
        assert base_power(0.8, decay_per_day(loss), 365.0) == pytest.approx(0.8 * (1 - loss))
    assert decay_per_day(0.15) == pytest.approx(-math.log(0.85) / 365, rel=1e-15)


def test_drift_grows_to_its_severity() -> None:
    assert drift_loss(0.35, 20.0, 0.0) == 0.0
    assert drift_loss(0.35, 20.0, 20.0) == pytest.approx(0.35 * (1 - math.exp(-1)), rel=1e-15)
    assert drift_loss(0.35, 20.0, 1e6) == 0.35
    assert drift_loss(0.35, 20.0, 1e-9) == pytest.approx(0.35 * 5e-11, rel=1e-9)


def test_power_restored_and_previous() -> None:
    assert restored_power(0.8, 0.95) == pytest.approx(0.99)
    assert restored_power(1.0, 0.95) == 1.0
    assert power(0.9, 0.2) == pytest.approx(0.72)
    assert previous_power(0.9, 0.2, 0.95, 0.5) == pytest.approx(0.95 * 0.9 * 0.9)


def test_the_time_until_power_falls_below_a_threshold() -> None:
    decay = decay_per_day(0.15)
    days = days_until_below(0.98, decay, 0.9)
    assert base_power(0.98, decay, days) == pytest.approx(0.9, rel=1e-14)
    assert days_until_below(0.98, 0.0, 0.9) == math.inf
    assert days_until_below(0.9, decay, 0.9) == 0.0
    assert days_until_below(0.8, decay, 0.9) == 0.0
    assert days_until_below(0.8, 0.0, 0.9) == 0.0
    assert days_until_below(0.9, 0.0, 0.9) == math.inf


def test_work() -> None:
    assert reduced_effort(10.0, 0.3, 0.5) == pytest.approx(8.5)
    assert speed(0.6, 1.5) == pytest.approx(0.9)
    assert finish_time(3.0, 1.2, 0.6) == pytest.approx(5.0)
    assert effort_left(1.2, 1.0, 0.6) == pytest.approx(0.6)
    assert effort_left(1.2, 2.0000000001, 0.6) == 0.0


def test_detection_is_sooner_with_monitoring() -> None:
    assert mean_delay_days(30.0, 1.0, 0.0) == 30.0
    assert mean_delay_days(30.0, 1.0, 1.0) == 1.0
    assert mean_delay_days(30.0, 1.0, 0.5) == pytest.approx(math.sqrt(30.0))
    key = draw_key(ENTITY, DecisionPoint.DRIFT_DELAY, 4)
    expected = -5.0 * math.log(uniform(key))
    assert delay_days(5.0, ENTITY, DecisionPoint.DRIFT_DELAY.value, 4) == pytest.approx(expected)


@pytest.mark.parametrize("occurrence", [0, 1, 7])
@pytest.mark.parametrize(
    ("cause", "efforts"),
    [
        (Cause.PIPELINE, ["pipeline_repair"]),
        (Cause.CAPACITY, ["capacity_repair"]),
        (Cause.COMPLIANCE, ["compliance_repair"]),
        (Cause.RETRAINING, ["retraining"]),
        (Cause.DRIFT, ["drift_investigation", "retraining"]),
    ],
)
def test_efforts_of_maintenance(cause: Cause, efforts: list[str], occurrence: int) -> None:
    """Each cause has its own draws; automation and lineage save what the specification says."""
    own = key_for_cause(DecisionPoint.EFFORT, cause.name)
    points = (own, DecisionPoint.DRIFT_RETRAINING_EFFORT)[: len(efforts)]
    base = sum(
        sample(law_of(getattr(Scenario().efforts, name)), draw_key(ENTITY, point, occurrence))
        for name, point in zip(efforts, points, strict=True)
    )
    levels = Levels(0.5, 1.0, 1.0, 0.8, 1.0)
    savings = {Cause.COMPLIANCE: 0.5 * 0.8, Cause.RETRAINING: 0.7 * 0.5}
    saved = 1 - savings.get(cause, 0.3 * 0.5)
    bare = maintenance_effort(CARE, NONE, NOT_GIVEN, NOT_GIVEN, ENTITY, cause.value, occurrence)
    assert bare == pytest.approx(base, rel=1e-14)
    helped = maintenance_effort(CARE, levels, NOT_GIVEN, NOT_GIVEN, ENTITY, cause.value, occurrence)
    assert helped == pytest.approx(base * saved, rel=1e-14)


def _constant(mean: float) -> Distribution:
    return Distribution(family="constant", mean=mean, cv=0.0)


def test_a_models_own_effort_and_severity_are_the_same_draws_of_another_law() -> None:
    own, retraining = law_of(_constant(7.0)), law_of(_constant(2.0))
    cases = {Cause.PIPELINE: 7.0, Cause.COMPLIANCE: 7.0, Cause.RETRAINING: 7.0, Cause.DRIFT: 9.0}
    for cause, effort in cases.items():
        found = maintenance_effort(CARE, NONE, own, retraining, ENTITY, cause.value, 3)
        assert found == effort
    key = draw_key(ENTITY, DecisionPoint.DRIFT_SEVERITY, 3)
    severe = law_of(Distribution(family="beta", mean=0.8, cv=0.1))
    assert drift_severity(CARE, severe, ENTITY, 3) == sample(severe, key)
    assert drift_severity(CARE, NOT_GIVEN, ENTITY, 3) == sample(CARE.severity, key)


def test_automation_saves_new_work_as_well() -> None:
    assert new_work_effort(CARE, NONE._replace(automation=1.0), 60.0) == pytest.approx(42.0)
    assert new_work_effort(CARE, NONE, 60.0) == 60.0


@pytest.mark.parametrize(
    ("cause", "coverage"),
    [
        (Cause.PIPELINE, 0.9),
        (Cause.CAPACITY, 0.0),
        (Cause.COMPLIANCE, 0.5),
        (Cause.DRIFT, 0.9),
        (Cause.RETRAINING, 0.9),
    ],
)
def test_an_image_is_at_hand_when_its_draw_says_so(cause: Cause, coverage: float) -> None:
    point = key_for_cause(DecisionPoint.PREVIOUS_VERSION, cause.name)
    for occurrence in range(200):
        luck = uniform(draw_key(ENTITY, point, occurrence))
        for rollback in (0.0, 0.7, 1.0):
            levels = NONE._replace(rollback=rollback)
            at_hand = image_at_hand(CARE, levels, ENTITY, cause.value, occurrence)
            assert at_hand == (luck < rollback * coverage)


def test_self_healing_when_its_draw_says_so() -> None:
    for occurrence in range(200):
        luck = uniform(draw_key(ENTITY, DecisionPoint.SELF_HEALING, occurrence))
        levels = NONE._replace(automation=0.5)
        assert self_heals(CARE, levels, ENTITY, occurrence) == (luck < 0.15)
        assert not self_heals(CARE, NONE, ENTITY, occurrence)


def test_a_drift_always_leaves_some_power() -> None:
    wild = care_of(drift__severity={"family": "lognormal", "mean": 0.9, "cv": 2.0})
    severities = [drift_severity(wild, NOT_GIVEN, ENTITY, number) for number in range(500)]
    assert max(severities) == 0.999
    assert min(severities) > 0.0


@pytest.mark.parametrize(
    ("alert", "monitoring", "noticed"),
    [
        ("always", 0.0, True),
        ("always", 1.0, True),
        ("with_monitoring", 0.0, False),
        ("with_monitoring", 1e-9, True),
        ("never", 1.0, False),
    ],
)
def test_the_alert_on_decay(alert: str, monitoring: float, noticed: bool) -> None:
    care = care_of(drift__decay_alert=alert)
    levels = NONE._replace(monitoring=monitoring)
    crosses = decay_alert_days(care, 0.98, decay_per_day(0.15))
    delay = decay_delay_days(care, levels, ENTITY, 0)
    assert (crosses + delay < math.inf) == noticed
    if noticed:
        assert base_power(0.98, decay_per_day(0.15), crosses) == pytest.approx(0.9)
        assert decay_alert_days(care, 0.8, 0.0) == 0.0


def test_delays_of_drift_and_decay_have_their_own_draws() -> None:
    assert drift_delay_days(CARE, NONE, ENTITY, 0) != decay_delay_days(CARE, NONE, ENTITY, 0)
    quick = NONE._replace(monitoring=1.0)
    ratio = drift_delay_days(CARE, NONE, ENTITY, 2) / drift_delay_days(CARE, quick, ENTITY, 2)
    assert ratio == pytest.approx(30.0)


def test_levels_at_the_start_are_the_scenarios() -> None:
    names = Levels._fields
    changes = {f"capabilities.{name}.start_level": 0.1 * n for n, name in enumerate(names, 1)}
    levels = start_levels(with_values(Scenario(), changes, source="test"))
    assert levels == pytest.approx((0.1, 0.2, 0.3, 0.4, 0.5))
