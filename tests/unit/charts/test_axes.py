"""Axes of time, bins, and labels that keep their distance."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from modelops_abm import formats
from modelops_abm.charts.figure import round_numbers, spread, time_axis, value_axis
from modelops_abm.charts.timeline import bins_of

finite = st.floats(-1e9, 1e9, allow_nan=False)
HORIZONS = (1, 2, 30, 62, 63, 365, 500, 1095, 3650, 36_500)


@pytest.mark.parametrize("days", HORIZONS)
@pytest.mark.parametrize("shortest", ["week", "month"])
def test_bins_cover_a_run_and_add_up(days: int, shortest: str) -> None:
    bins = bins_of(days, shortest=shortest, at_most=160)
    assert bins.edges[0] == 0
    assert bins.edges[-1] == days
    assert (bins.days > 0).all()
    assert len(bins.days) <= 160
    flow = pd.Series(np.arange(float(days)))
    assert bins.sums(flow).sum() == pytest.approx(flow.sum())
    assert (bins.per_day(flow) * bins.days).sum() == pytest.approx(flow.sum())


def test_bins_are_months_over_three_years() -> None:
    bins = bins_of(1095, shortest="month", at_most=124)
    assert bins.word == "month"
    assert len(bins.days) == 36
    assert set(bins.days) == {30.0, 31.0}


@pytest.mark.parametrize("days", HORIZONS)
def test_few_ticks_inside_the_run_and_the_last_one_says_the_unit(days: int) -> None:
    axis = time_axis(days)
    assert 2 <= len(axis.ticks) == len(axis.labels) <= 9
    assert axis.ticks[0] == axis.low == 0.0
    assert axis.ticks[-1] <= axis.high + 1e-6
    assert axis.high == pytest.approx(days / (365 / 12))
    assert axis.labels[-1].startswith("day" if days <= 62 else "month")


@pytest.mark.parametrize("days", HORIZONS)
@pytest.mark.parametrize("most", [2, 4, 5])
def test_an_axis_with_less_room_keeps_its_unit(days: int, most: int) -> None:
    axis = time_axis(days)
    thin = axis.thinned(most)
    assert 2 <= len(thin.ticks) == len(thin.labels) <= max(most, 2)
    assert set(thin.ticks) <= set(axis.ticks)
    assert thin.labels[-1].split()[0] in ("day", "month")
    assert [label for label in thin.labels if label in axis.labels[:-1]] == list(thin.labels[:-1])


def test_days_in_words() -> None:
    """A day is called as its axis calls it, which counts from 0 where words count from 1."""
    assert time_axis(1095).labels[-1] == formats.month_of(1094.0) == "month 36"
    assert formats.month_of(1.0) == formats.payback(1.0) == "month 1"
    assert time_axis(12).labels[-1] == "day 12"


@given(finite, finite, st.integers(2, 8))
def test_an_axis_holds_its_extent_and_round_numbers(one: float, other: float, steps: int) -> None:
    low, high = sorted((one, other))
    axis = value_axis([low, high, math.nan], steps=steps)
    assert axis.low <= low <= high <= axis.high
    assert axis.extent == (low, high)
    assert 1 <= len(axis.ticks) == len(axis.labels)
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    assert len(axis.ticks) <= 2 * steps + 1


def test_an_axis_that_holds_more_only_grows() -> None:
    axis = value_axis([0.0, 4.0], signed=True).holding(-2.0, 3.0)
    assert axis.extent == (-2.0, 4.0)
    assert axis.holding(0.0, 1.0) == axis
    assert all(label == "0" or label[0] in "+−" for label in axis.labels)


def test_numbers_of_an_axis_are_round() -> None:
    assert round_numbers(0.0, 45.0, 5) == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert round_numbers(0.0, 1.0, 4, whole=True) == [0.0, 1.0]
    assert round_numbers(79.0, 101.0, 3) == [80.0, 90.0, 100.0]


def test_labels_keep_their_distance_and_their_order() -> None:
    places = [50.0, 52.0, 51.0, 200.0]
    result = spread(places, 16.0, 0.0, 300.0)
    assert result[3] == 200.0
    assert result[0] < result[2] < result[1]
    assert np.diff(sorted(result)).min() >= 16.0 - 1e-9
    assert np.mean(result[:3]) == pytest.approx(51.0)


def test_labels_stay_inside() -> None:
    assert spread([-5.0], 16.0, 0.0, 100.0) == [0.0]
    assert spread([99.0, 100.0], 16.0, 0.0, 100.0) == [84.0, 100.0]
    assert spread([], 16.0, 0.0, 100.0) == []
