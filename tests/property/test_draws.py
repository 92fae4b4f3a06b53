"""Draws of what is known: its median and ends, its bounds, and keys of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from modelops_abm.experiments.draws import draws_of, known_of, quantiles
from modelops_abm.scenario import Scenario, catalogue
from modelops_abm.scenario.knowledge import Spread, SpreadFamily
from modelops_abm.scenario.sources import with_range

REFERENCE = Scenario()
KNOWN, _ = known_of(REFERENCE)
QUANTITIES = {each.name: each for each in catalogue()}
NAMES = st.sampled_from(sorted(KNOWN))


@given(
    st.sampled_from(("lognormal", "logit-normal")),
    st.tuples(*[st.floats(0.001, 0.999)] * 3).filter(lambda ends: len({*ends}) == 3),
    st.floats(5.0, 99.0),
)
def test_the_value_is_the_median_and_the_range_holds_what_it_says(
    family: SpreadFamily, ends: tuple[float, float, float], percent: float
) -> None:
    low, value, high = sorted(ends)
    outside = (1.0 - percent / 100.0) / 2.0
    shares = np.array([outside, 0.5, 1.0 - outside])
    found = quantiles(Spread(low, high, family, percent), value, shares)
    assert found == pytest.approx([low, value, high], rel=1e-9)


@given(
    st.sampled_from(("lognormal", "logit-normal")),
    st.tuples(*[st.floats(0.0, 1.0)] * 3),
    st.lists(st.floats(1e-12, 1.0 - 1e-12), min_size=2, max_size=9),
)
def test_more_is_never_less_and_a_share_stays_one(
    family: SpreadFamily, ends: tuple[float, float, float], shares: list[float]
) -> None:
    low, value, high = sorted(ends)
    found = quantiles(Spread(low, high, family), value, np.sort(np.array(shares)))
    assert (np.diff(found) >= -1e-12).all()
    assert found.min() >= 0.0
    assert family == "lognormal" or found.max() <= 1.0


@given(st.integers(0, 2**63 - 1), st.sets(NAMES, min_size=1, max_size=6), NAMES)
@settings(max_examples=25)
def test_one_more_uncertain_value_moves_no_other(seed: int, names: set[str], more: str) -> None:
    """But for what is in proportion to it."""
    few, many = (
        draws_of(REFERENCE, 7, seed=seed, names=sorted(each)) for each in (names, names | {more})
    )
    for name in names - {more}:
        known = KNOWN[name]
        if not (isinstance(known, Spread) and known.in_proportion_to):
            np.testing.assert_array_equal(few.columns[name], many.columns[name])


@given(st.integers(0, 2**40), st.integers(1, 20), st.integers(0, 20))
@settings(max_examples=25)
def test_a_draw_is_the_same_among_how_many_it_is_asked_for(
    seed: int, count: int, first: int
) -> None:
    whole = draws_of(REFERENCE, first + count, seed=seed)
    part = draws_of(REFERENCE, count, seed=seed, first=first)
    for name, column in part.columns.items():
        np.testing.assert_array_equal(column, whole.columns[name][first:])


@given(st.integers(0, 2**40))
@settings(max_examples=25)
def test_all_that_is_drawn_is_allowed_and_whole_where_it_must_be(seed: int) -> None:
    for name, column in draws_of(REFERENCE, 200, seed=seed).columns.items():
        quantity = QUANTITIES[name]
        if quantity.is_number:
            bounds = quantity.bounds
            assert column.min() >= bounds.get("ge", bounds.get("gt"))
            assert column.max() <= bounds.get("le", bounds.get("lt"))
            assert "gt" not in bounds or column.min() > bounds["gt"]
            assert "lt" not in bounds or column.max() < bounds["lt"]
            assert (column.dtype == np.int64) == (quantity.kind == "int")
        else:
            assert {*column.tolist()} <= {*(quantity.choices or (True, False))}


@given(st.floats(0.01, 0.59), st.floats(0.61, 0.99), st.integers(0, 2**40))
@settings(max_examples=25)
def test_a_scenarios_own_range_is_drawn_from(low: float, high: float, seed: int) -> None:
    """600 draws: the share of 0.9 has a standard error of 0.0122, and five of them are allowed."""
    scenario = with_range(REFERENCE, "team.focus", low=low, high=high, source="ours")
    focus = draws_of(scenario, 600, seed=seed, names=["team.focus"]).columns["team.focus"]
    assert abs(((focus >= low) & (focus <= high)).mean() - 0.9) < 5.0 * 0.0123
