from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from modelops_abm.runs import Series
from modelops_abm.runs.bands import BAND_SHARES, EXACT_UP_TO, Bands
from modelops_abm.runs.quantiles import BINS, exact_quantiles

WEEKS = Series(("npv", "users"), period_days=7)
HORIZON_DAYS = 17
SHAPE = (2, 3)
"""Two outcomes in three periods."""
SHARES = np.array(BAND_SHARES)

Floats = NDArray[np.float64]


def drawn(replications: int, missing: float = 0.0) -> Floats:
    generator = np.random.default_rng(replications)
    values = generator.lognormal(3.0, 1.0, (replications, *SHAPE))
    values[generator.random(values.shape) < missing] = np.nan
    return values


def bands_of(values: Floats, sizes: tuple[int, ...] = (7,)) -> Bands:
    """Return bands to which values came in batches of these sizes, in turn."""
    bands, start, turn = Bands(WEEKS, HORIZON_DAYS), 0, 0
    while start < len(values):
        size = sizes[turn % len(sizes)]
        bands.add(values[start : start + size])
        start, turn = start + size, turn + 1
    return bands


@pytest.mark.parametrize("replications", [1, 2, 16, 333])
def test_each_period_has_mean_interval_and_quantiles(replications: int) -> None:
    values = drawn(replications)
    for place, (name, table) in enumerate(bands_of(values).tables().items()):
        assert name == WEEKS.names[place]
        assert (table.index.name, table.index.tolist()) == ("day", [6, 13, 16])
        for row, (_, band) in enumerate(table.iterrows()):
            cell = values[:, place, row]
            assert band["mean"] == pytest.approx(cell.mean())
            assert band["n"] == replications
            for share in BAND_SHARES:
                assert band[f"{share:.1%}"] == np.quantile(cell, share)
            if replications > 1:
                interval = stats.t.interval(0.95, replications - 1, cell.mean(), stats.sem(cell))
                assert band["half_width"] == pytest.approx(interval[1] - cell.mean())
            else:
                assert np.isnan(band["half_width"])


def test_exact_quantiles_are_those_of_numpy_to_the_bit() -> None:
    values = drawn(101, missing=0.1).reshape(101, -1)
    values[:, 0] = np.nan
    values[1:, 1] = np.nan
    shares = np.array([0.0, *BAND_SHARES, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy warns of the outcome that never exists
        theirs = np.nanquantile(values, shares, axis=0)
    np.testing.assert_array_equal(exact_quantiles(values, shares), theirs)


def test_what_does_not_exist_is_left_out_and_counted() -> None:
    values = drawn(60, missing=0.4)
    values[:, 1, 2] = np.nan
    values[1:, 1, 0] = np.nan
    values[0, 1, 0] = 5.0
    tables = bands_of(values).tables()
    cell = values[:, 0, 1]
    present = cell[~np.isnan(cell)]
    band = tables["npv"].iloc[1]
    assert band["n"] == len(present)
    assert band["mean"] == pytest.approx(present.mean())
    assert band["half_width"] == pytest.approx(
        stats.t.ppf(0.975, len(present) - 1) * stats.sem(present)
    )
    once, never = tables["users"].iloc[0], tables["users"].iloc[2]
    assert (once["n"], once["mean"], once["50.0%"]) == (1, 5.0, 5.0)
    assert np.isnan(once["half_width"])
    assert never["n"] == 0
    assert never.drop("n").isna().all()


@pytest.mark.parametrize("replications", [100, EXACT_UP_TO, EXACT_UP_TO + 1, 3 * EXACT_UP_TO + 5])
def test_it_does_not_matter_how_replications_come_in(replications: int) -> None:
    values = drawn(replications, missing=0.05)
    one, other = bands_of(values, (8,)).tables(), bands_of(values, (1, 100, 700)).tables()
    for name in WEEKS.names:
        assert one[name].equals(other[name])


def test_quantiles_of_more_than_are_kept_are_at_most_a_bin_off() -> None:
    values = drawn(10 * EXACT_UP_TO, missing=0.05)
    tables = bands_of(values, (100,)).tables()
    first = values[:EXACT_UP_TO]
    bins = 2.0 * (np.nanmax(first, axis=0) - np.nanmin(first, axis=0)) / BINS
    exact = np.nanquantile(values, SHARES, axis=0)
    for place, name in enumerate(WEEKS.names):
        found = tables[name][[f"{share:.1%}" for share in BAND_SHARES]].to_numpy().T
        assert (np.abs(found - exact[:, place]) <= bins[place]).all()
        np.testing.assert_allclose(tables[name]["mean"], np.nanmean(values[:, place], axis=0))
        deviations = np.nanstd(values[:, place], axis=0, ddof=1)
        n = (~np.isnan(values[:, place])).sum(axis=0)
        np.testing.assert_allclose(
            tables[name]["half_width"], stats.t.ppf(0.975, n - 1) * deviations / np.sqrt(n)
        )


def test_a_spread_far_below_the_value_is_not_lost() -> None:
    """Sums of squares would lose it: 1e8 squared has no room for a millionth."""
    values = 1e8 + np.random.default_rng(0).normal(0.0, 1e-3, (1200, *SHAPE))
    table = bands_of(values, (8,)).tables()["npv"]
    deviations = values[:, 0].std(axis=0, ddof=1)
    expected = stats.t.ppf(0.975, 1199) * deviations / np.sqrt(1200)
    np.testing.assert_allclose(table["half_width"], expected, rtol=1e-4)


def test_memory_does_not_grow_with_replications() -> None:
    bands = bands_of(drawn(5 * EXACT_UP_TO), (64,))
    kept = sum(values.size for values in bands._kept)
    assert kept <= EXACT_UP_TO * SHAPE[0] * SHAPE[1]


def test_there_may_be_nothing_at_all() -> None:
    table = Bands(WEEKS, HORIZON_DAYS).tables()["npv"]
    assert table["n"].tolist() == [0, 0, 0]
    assert table.drop(columns="n").isna().all(axis=None)
    assert Bands(Series(()), HORIZON_DAYS).tables() == {}
