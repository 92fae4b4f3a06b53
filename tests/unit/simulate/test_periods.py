from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelops_abm.core import outcomes
from modelops_abm.runs import Series, replicate, simulate, stream
from modelops_abm.runs.bands import by_period, outcomes_behind
from modelops_abm.runs.engines import Engine
from modelops_abm.scenario import with_values
from modelops_abm.scenario.presets import preset

SCENARIO = with_values(
    preset("all_five"), {"horizon_days": 60, "portfolio.initial_models": 4}, source="test"
)
NAMES = tuple(outcome.name for outcome in outcomes.DAILY)


@pytest.mark.parametrize(
    ("horizon_days", "period_days", "last_days"),
    [(3, 1, [0, 1, 2]), (14, 7, [6, 13]), (16, 7, [6, 13, 15]), (5, 7, [4]), (1, 400, [0])],
)
def test_a_period_is_named_by_its_last_day(
    horizon_days: int, period_days: int, last_days: list[int]
) -> None:
    assert Series((), period_days).last_days(horizon_days).tolist() == last_days


def test_flows_are_averaged_states_are_those_at_the_end_and_shares_are_ratios_of_flows() -> None:
    days = {
        "served_days": np.array([[1.0, 0.0, 0.0, 30.0, 2.0]]),
        "production_days": np.array([[1.0, 1.0, 0.0, 30.0, 4.0]]),
        "users": np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]),
    }
    series = Series(("served_days", "users", "availability"), period_days=2)
    assert set(outcomes_behind([series])) == set(days)
    served, users, availability = by_period(days, series)[0]
    assert served.tolist() == [0.5, 15.0, 2.0]
    assert users.tolist() == [2.0, 4.0, 5.0]
    assert availability.tolist() == [0.5, 1.0, 0.5]


def test_a_share_without_anything_to_divide_by_does_not_exist() -> None:
    days = {name: np.array([[0.0, 0.0, 1.0, 1.0]]) for name in ("power_days", "production_days")}
    shares = by_period(days, Series(("power",), period_days=2))[0, 0]
    assert np.isnan(shares[0])
    assert shares[1] == 1.0


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_series_are_made_from_the_days_of_a_run(engine: Engine) -> None:
    """Every daily outcome by days and by weeks, from the table of a run, and on both engines."""
    series = [Series(NAMES), Series(NAMES, period_days=7)]
    batch = next(stream([SCENARIO], 1, seed=4, series=series, engine=engine))
    daily = simulate(SCENARIO, seed=4, engine="ensemble").daily
    week = np.arange(60) // 7
    sums, last, count = (
        daily.groupby(week).sum(),
        daily.groupby(week).last(),
        np.bincount(week)[:, None],
    )
    expected = (sums / count).copy()
    for outcome in outcomes.STATES:
        expected[outcome.name] = last[outcome.name]
    for share in outcomes.SHARES:
        expected[share.name] = sums[share.of] / sums[share.per]
    np.testing.assert_array_equal(batch.series[0][0, 0], daily.to_numpy(dtype=float).T)
    np.testing.assert_allclose(batch.series[1][0, 0], expected.to_numpy().T, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("period_days", [1, 7, 11, 60, 100])
def test_flows_by_period_add_up_to_the_totals(period_days: int) -> None:
    flows = tuple(outcome.name for outcome in outcomes.FLOWS)
    series = Series(flows, period_days)
    batch = next(stream([SCENARIO], 3, series=[series]))
    lengths = np.diff(series.last_days(SCENARIO.horizon_days), prepend=-1)
    added_up = (batch.series[0] * lengths).sum(axis=-1)
    np.testing.assert_allclose(added_up, batch.totals[:, :, : len(flows)], rtol=1e-9, atol=1e-6)


def test_both_engines_give_the_same_bands_by_week() -> None:
    names = ("availability", "served", "users")
    one = replicate(SCENARIO, 10, daily=names, period_days=7)
    other = replicate(SCENARIO, 10, daily=names, period_days=7, engine="mesa")
    for name in names:
        pd.testing.assert_frame_equal(one.bands[name], other.bands[name], check_exact=True)


@pytest.mark.parametrize("period_days", [0, -7, 2.5, True, "week"])
def test_a_period_is_a_whole_number_of_days(period_days: object) -> None:
    with pytest.raises(ValueError, match="period_days must be a whole number of 1 or more"):
        Series(("npv",), period_days)  # type: ignore[arg-type]


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="'nvp' is not a daily outcome"):
        Series(("npv", "nvp"))
