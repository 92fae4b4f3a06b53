"""Rates, exposure, the next incident; money; capability levels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelops_abm.core.randomness import DecisionPoint, draw_key, entity_key, key_for_cause, uniform
from modelops_abm.core.statechart import Cause
from modelops_abm.rules.capability import (
    capital_spent,
    effective_capacity,
    level_after,
    upkeep_per_day,
)
from modelops_abm.rules.constants import Levels, common_rates, constants_of
from modelops_abm.rules.day import Health, open_day
from modelops_abm.rules.hazards import (
    Hazards,
    exposed,
    first_thresholds,
    may_strike,
    next_incident,
    overload,
    reduced_rate,
    renewed,
    threshold,
)
from modelops_abm.rules.money import discount_factor, net_value, payroll_of
from modelops_abm.rules.population import arrival_exposure, arrival_time
from modelops_abm.scenario import Scenario

SCENARIO = Scenario()
RATES = constants_of(SCENARIO).rates
ENTITY = entity_key(12, 0, 1, 3)


@pytest.mark.parametrize("automation", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("lineage", [0.0, 0.7])
@pytest.mark.parametrize("autoscaling", [0.0, 0.5])
@pytest.mark.parametrize("regulated", [False, True])
def test_the_rates_of_a_day_are_the_tables(
    automation: float, lineage: float, autoscaling: float, regulated: bool
) -> None:
    """Section 4 of the specification, for 300 users who ask for 4 and a capacity of 1000."""
    common = common_rates(RATES, Levels(automation, 1.0, 1.0, lineage, autoscaling), 1.0)
    health = Health(0.98, 90.0, 1e-4, True, 0.4, 95.0)
    start = open_day(100.0, health, 300.0, 4.0, 1000.0, regulated, common)
    load = 1200.0 / (1000.0 * (1 + 3 * autoscaling))
    overloaded = min(max(0.0, load - 0.8) / 0.2, 5.0)
    expected = (
        SCENARIO.incidents.pipeline_per_year * (1 - 0.5 * automation) / 365,
        6 * overloaded / 365,
        1.2 * (1 - 0.6 * lineage) * (3 if regulated else 1) / 365,
        SCENARIO.drift.onsets_per_year / 365,
    )
    assert start.rates == pytest.approx(expected, rel=1e-13)
    assert start.base == pytest.approx(0.98 * math.exp(-1e-3), rel=1e-14)
    assert start.loss == pytest.approx(0.4 * (1 - math.exp(-5 / 20)), rel=1e-14)
    assert start.capacity == pytest.approx(1000.0 * (1 + 3 * autoscaling))


@pytest.mark.parametrize(
    ("load", "expected"),
    [(0.0, 0.0), (0.8, 0.0), (0.9, 0.5), (1.0, 1.0), (1.8, 5.0), (50.0, 5.0), (math.inf, 5.0)],
)
def test_overload(load: float, expected: float) -> None:
    assert overload(load * 300.0, 300.0, 0.8, 0.2, 5.0) == pytest.approx(expected, abs=1e-12)


def test_overload_without_any_capacity() -> None:
    assert overload(1.0, 0.0, 0.8, 0.2, 5.0) == 5.0
    assert overload(0.0, 0.0, 0.8, 0.2, 5.0) == 0.0


def test_thresholds_are_unit_exponential_and_keyed_by_cause_and_occurrence() -> None:
    for cause in range(4):
        point = key_for_cause(DecisionPoint.THRESHOLD, Cause(cause).name)
        for occurrence in range(5):
            expected = -math.log(uniform(draw_key(ENTITY, point, occurrence)))
            assert threshold(ENTITY, cause, occurrence) == pytest.approx(expected, rel=1e-15)
    assert first_thresholds(ENTITY) == tuple(threshold(ENTITY, cause, 0) for cause in range(4))


def test_exposure_runs_down_and_is_renewed() -> None:
    left = exposed(Hazards(1.0, 2.0, 3.0, 4.0), Hazards(0.1, 0.2, 0.0, 0.4), 2.0)
    assert left == pytest.approx((0.8, 1.6, 3.0, 3.2))
    for cause in range(4):
        again = renewed(left, cause, 9.0)
        assert again[cause] == 9.0
        assert [*again[:cause], *again[cause + 1 :]] == [*left[:cause], *left[cause + 1 :]]


def test_the_next_incident_is_the_first_to_use_up_its_exposure() -> None:
    rng = np.random.default_rng(3)
    for _ in range(500):
        left = Hazards(*(float(entry) for entry in rng.exponential(size=4)))
        rates = Hazards(
            *(float(entry) for entry in rng.exponential(size=4) * rng.integers(2, size=4))
        )
        times = [7.0 + e / r if r else math.inf for e, r in zip(left, rates, strict=True)]
        incident = next_incident(7.0, 1e9, left, rates)
        assert incident.time == min(times)
        if incident.time < math.inf:
            assert incident.cause == times.index(min(times))


def test_only_what_may_strike_in_time_needs_to_be_known() -> None:
    """The first incident is the same however far one looks, as long as it strikes by then."""
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(2_000):
        left = Hazards(*(float(entry) for entry in rng.exponential(size=4)))
        rates = Hazards(*(float(entry) for entry in rng.exponential(size=4) * 0.3))
        first = next_incident(7.25, 1e9, left, rates)
        soon = next_incident(7.25, 8.0, left, rates)
        assert (first.time < 8.0) == (soon.time < 8.0)
        if first.time < 8.0:
            assert soon == first
            at_its_time = next_incident(7.25, float(np.nextafter(first.time, 9.0)), left, rates)
            assert at_its_time == first
            found += 1
    assert found > 500


def test_whatever_strikes_in_time_may_strike() -> None:
    """Most of what strikes later is told to be out of reach."""
    rng = np.random.default_rng(5)
    strikes = near = 0
    for _ in range(2_000):
        left = Hazards(*(float(entry) for entry in rng.exponential(size=4)))
        rates = Hazards(*(float(entry) for entry in rng.exponential(size=4) * 0.3))
        time = next_incident(7.25, 1e9, left, rates).time
        may = may_strike(left, rates, 0.75)
        assert may or time >= 8.0
        assert may == may_strike(left, rates, time - 7.25) or time >= 8.0
        strikes, near = strikes + (time < 8.0), near + may
    assert 500 < strikes <= near <= strikes + 1


def test_of_simultaneous_incidents_the_first_cause_strikes() -> None:
    alike, half, none = Hazards(*[1.0] * 4), Hazards(*[0.5] * 4), Hazards(*[0.0] * 4)
    assert next_incident(0.0, 1e9, alike, half) == (2.0, 0)
    overdue = Hazards(1.0, -1e-18, -1.0, 1.0)
    assert next_incident(5.0, 1e9, overdue, alike) == (5.0, 1)
    assert next_incident(5.0, 1e9, alike, none).time == math.inf


def test_money_of_a_day() -> None:
    assert payroll_of(8, 190_000.0) == pytest.approx(8 * 190_000 / 365)
    assert net_value(100.0, 10.0, 20.0, 30.0, 4.0) == 36.0
    assert discount_factor(0.08, 0) == pytest.approx(1.08 ** (-1 / 365), rel=1e-15)
    assert discount_factor(0.08, 364) == pytest.approx(1 / 1.08, rel=1e-14)
    assert discount_factor(0.0, 1000) == 1.0


def test_capability_levels_rise_to_the_maximum_and_never_fall() -> None:
    assert level_after(0.2, 1.0, 12.0, 240.0) == pytest.approx(0.25)
    assert level_after(0.99, 1.0, 12.0, 240.0) == 1.0
    assert level_after(0.5, 0.5, 12.0, 240.0) == 0.5
    assert level_after(0.7, 0.5, 12.0, 240.0) == 0.7
    assert level_after(0.2, 1.0, 0.0, 240.0) == 0.2


def test_what_capabilities_cost_and_add() -> None:
    assert capital_spent(0.25, 120_000.0) == 30_000.0
    assert upkeep_per_day(0.5, 40_000.0) == pytest.approx(20_000 / 365)
    assert effective_capacity(1000.0, 3.0, 0.5) == 2500.0
    assert reduced_rate(12.0, 0.5, 0.5) == pytest.approx(9 / 365)


def test_gaps_between_ideas() -> None:
    organisation = entity_key(1, 0, 0, 0)
    expected = -math.log(uniform(draw_key(organisation, DecisionPoint.ARRIVAL_GAP, 3))) * 365 / 18
    exposure = arrival_exposure(organisation, 3)
    assert arrival_time(2.0, exposure, 18.0) == pytest.approx(2.0 + expected)
    assert arrival_time(2.0, exposure, 0.0) == math.inf
