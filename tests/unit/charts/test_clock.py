"""Axes of time, bins, and labels that keep their distance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelops_abm.charts.charts import spread
from modelops_abm.charts.clock import Clock, bins_of

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
    clock = Clock(days)
    ticks, labels = clock.ticks()
    assert 2 <= len(ticks) == len(labels) <= 9
    assert ticks[0] == 0.0
    assert ticks[-1] <= days + 1e-6
    assert labels[-1].startswith(clock.unit)


def test_days_in_words() -> None:
    assert Clock(1095).words(1.0) == "month 1"
    assert Clock(1095).words(1095.0) == "month 36"
    assert Clock(40).words(12.0) == "day 12"


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
