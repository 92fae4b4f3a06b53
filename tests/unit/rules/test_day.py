"""A model's day: the flows as the specification writes them, and the leakage identity."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from modelops_abm.rules.day import (
    NEGLIGIBLE_SHARE,
    Health,
    ModelDay,
    PreviousVersion,
    ServedShares,
    Stocks,
    Traits,
    base_power_at,
    close_day,
    drift_loss_at,
    served_share,
)
from modelops_abm.rules.power import faded
from modelops_abm.rules.users import usage_constants, users_after, waning

WANING = waning(0.24, 3.0)
TRAITS = Traits(500.0, 0.24, 3.0, WANING, faded(WANING), 4.0, 0.5, 0.005, 0.05)
CONSTANTS = usage_constants(0.75, 0.5, 60.0, 30.0, 30.0)
PREVIOUS = PreviousVersion(0.95, 0.5)
LOSSES = (
    "lost_adoption",
    "lost_usage",
    "lost_offline",
    "lost_capacity",
    "lost_decay",
    "lost_drift",
    "lost_rollback",
)

share = st.floats(0.0, 1.0)
SCALE = st.sampled_from([0.0, 1.0, 1.0]) | st.floats(0.0, 5.0)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def day_of(
    stocks: Stocks,
    shares: ServedShares,
    base: float,
    loss: float,
    capacity: float,
    scale: float = 1.0,
) -> ModelDay:
    return close_day(TRAITS, stocks, shares, base, loss, capacity, scale, PREVIOUS, CONSTANTS, 0.0)


@st.composite
def stocks(draw: st.DrawFn) -> Stocks:
    """Any stocks that can come about: the ideal ones are never the smaller."""
    ideal_users, ideal_usage = draw(st.floats(0.0, 500.0)), draw(st.floats(0.0, 4.0))
    return Stocks(
        ideal_users * draw(share), ideal_usage * draw(share), draw(share), ideal_users, ideal_usage
    )


@pytest.mark.parametrize("production", [0.0, 0.3, 1.0])
def test_ideal_users_grow_by_the_time_in_production_however_it_is_computed(
    production: float,
) -> None:
    before = Stocks(80.0, 2.0, 0.9, 100.0, 3.0)
    day = day_of(before, ServedShares(production, production, 0.0), 0.9, 0.1, 1e9)
    # Of a whole day the share that wanes is a trait of the model: to the bit the same.
    assert day.stocks.ideal_users == users_after(100.0, 500.0, 0.24, 3.0, production, WANING)


@st.composite
def served(draw: st.DrawFn) -> ServedShares:
    production = draw(st.floats(1e-6, 1.0))
    total = production * draw(share)
    part = draw(share)
    return ServedShares(production, served_share(total * part), served_share(total * (1 - part)))


@given(stocks(), served(), st.floats(0.01, 1.0), share, st.floats(0.1, 3000.0), SCALE)
def test_a_day_is_as_the_specification_writes_it(
    before: Stocks, shares: ServedShares, base: float, loss: float, capacity: float, scale: float
) -> None:
    """Sections 7 and 14, written out anew."""
    n, v_use, memory, n_ideal, v_ideal = before
    w, f_c, f_p = shares
    f = f_c + f_p
    p_cur = base * (1 - loss)
    p_prev = 0.95 * base * (1 - 0.5 * loss)
    asked = scale * n * v_use
    s = min(asked, capacity)
    day = day_of(before, shares, base, loss, capacity, scale)
    flows = day.flows
    assert flows.production == w
    assert flows.served_share == near(f)
    assert flows.demand == near(asked * w)
    assert flows.served == near(s * f)
    assert flows.unserved == near(asked * w - s * f)
    assert flows.value == near(0.5 * s * (f_c * p_cur + f_p * p_prev))
    assert flows.cost == near(0.005 * s * f + 0.05 * s * (f_c * (1 - p_cur) + f_p * (1 - p_prev)))
    assert flows.lost_adoption == near(0.5 * (n_ideal - n) * scale * v_ideal * w)
    assert flows.lost_usage == near(0.5 * n * scale * (v_ideal - v_use) * w)
    assert flows.lost_offline == near(0.5 * asked * (w - f))
    assert flows.lost_capacity == near(0.5 * (asked - s) * f)
    assert flows.lost_decay == near(0.5 * s * f * (1 - base))
    assert flows.lost_drift == near(0.5 * s * base * loss * (f_c + 0.5 * f_p))
    assert flows.lost_rollback == near(0.5 * s * f_p * 0.05 * base * (1 - 0.5 * loss))
    quality_level = (f_c * p_cur + f_p * p_prev) / f if f else 0.75
    g_p = (quality_level - 0.75) / (0.25 if quality_level > 0.75 else 0.75)
    g_u = (memory - 0.5) / 0.5
    if g_p > 0 and g_u > 0:
        usage = v_use + g_p * g_u * (4.0 - v_use) * w / 60
    else:
        usage = v_use - (max(0.0, -g_p) + max(0.0, -g_u)) * v_use * w / 30
    assert day.stocks.usage == pytest.approx(usage, rel=1e-9, abs=1e-9)
    assert day.stocks.availability_memory == near(
        memory + (f / w - memory) * (1 - math.exp(-w / 30))
    )


@given(stocks(), served(), st.floats(0.01, 1.0), share, st.floats(0.1, 3000.0), SCALE)
def test_where_the_value_went_adds_up(
    before: Stocks, shares: ServedShares, base: float, loss: float, capacity: float, scale: float
) -> None:
    flows = day_of(before, shares, base, loss, capacity, scale).flows
    assert flows.ideal_value == near(
        0.5 * before.ideal_users * before.ideal_usage * scale * shares.production
    )
    lost = [getattr(flows, name) for name in LOSSES]
    assert math.fsum([*lost, flows.value]) == pytest.approx(flows.ideal_value, rel=1e-12, abs=1e-9)
    assert min(lost) >= -1e-9


@given(stocks(), served(), st.floats(0.01, 1.0), share, st.floats(0.1, 3000.0))
def test_stocks_stay_in_their_ranges(
    before: Stocks, shares: ServedShares, base: float, loss: float, capacity: float
) -> None:
    after = day_of(before, shares, base, loss, capacity).stocks
    assert before.users <= after.users <= after.ideal_users * (1 + 1e-12) <= 500.0 * (1 + 1e-12)
    assert 0.0 <= after.usage <= after.ideal_usage * (1 + 1e-12) <= 4.0 * (1 + 1e-12)
    assert 0.0 <= after.availability_memory <= 1.0


def test_a_day_that_nothing_is_served_leaves_quality_neutral() -> None:
    before = Stocks(100.0, 2.0, 0.9, 100.0, 2.0)
    after = day_of(before, ServedShares(1.0, 0.0, 0.0), 0.9, 0.5, 1e4).stocks
    assert after.users == 100.0
    assert after.usage == 2.0


def test_what_is_only_rounding_is_not_served() -> None:
    assert served_share(NEGLIGIBLE_SHARE / 2) == 0.0
    assert served_share(-1e-18) == 0.0
    assert served_share(1e-8) == 1e-8


def test_health_is_exact_at_any_time() -> None:
    health = Health(0.97, 10.0, 1e-3, True, 0.3, 12.0)
    assert base_power_at(health, 15.5) == pytest.approx(0.97 * math.exp(-5.5e-3), rel=1e-15)
    assert drift_loss_at(health, 15.5, 20.0) == pytest.approx(
        0.3 * (1 - math.exp(-3.5 / 20)), rel=1e-14
    )
    assert drift_loss_at(health._replace(drifting=False), 15.5, 20.0) == 0.0
