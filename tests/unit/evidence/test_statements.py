"""Statements: how likely they are, at their ends and beyond, and which are none."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from modelops_abm.errors import InputError
from modelops_abm.evidence.statements import Count, Statement, about, between, exactly
from modelops_abm.experiments.draws import quantiles
from modelops_abm.scenario.knowledge import Spread

PARTS = st.floats(1.01, 50.0)


@given(middle=st.floats(1e-3, 1e6), below=PARTS, above=PARTS)
def test_a_statement_is_as_likely_as_what_is_known_is_dense(middle, below, above):
    said = Statement("users", middle / below, middle, middle * above)
    shares = np.array([0.001, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999])
    values = quantiles(Spread(said.low, said.high), middle, shares)
    normal = stats.norm.logpdf(stats.norm.ppf(shares)) - stats.norm.logpdf(0.0)
    np.testing.assert_allclose(said.log_likelihood(values), normal, atol=1e-6)


@given(middle=st.floats(0.01, 0.99), part=PARTS)
def test_a_share_stays_one(middle, part):
    odds = middle / (1.0 - middle)
    low, high = (value / (1.0 + value) for value in (odds / part, odds * part))
    said = Statement("availability", low, middle, high, "logit-normal")
    ends = said.log_likelihood(np.array([low, high]))
    np.testing.assert_allclose(ends, -0.5 * stats.norm.ppf(0.95) ** 2, rtol=1e-6)
    assert not np.isfinite(said.log_likelihood(np.array([0.0, 1.0, np.nan]))).any()


def test_a_range_says_the_middle_of_its_family():
    assert between("users", 4.0, 9.0).middle == pytest.approx(6.0)
    assert between("availability", 0.2, 0.8, "logit-normal").middle == pytest.approx(0.5)
    assert about("users", 10.0).high == pytest.approx(12.0)
    assert exactly("users", 10.0).high == pytest.approx(10.5)


@given(events=st.integers(0, 1000), years=st.floats(0.1, 1000.0), rate=st.floats(1e-3, 100.0))
def test_a_count_is_as_likely_as_poisson_says(events, years, rate):
    rates = np.array([rate, (events or 1) / years])
    found = Count("incidents.pipeline_per_year", events, years).log_likelihood(rates)
    expected = stats.poisson.logpmf(events, rates * years)
    assert found[0] - found[1] == pytest.approx(expected[0] - expected[1], rel=1e-6, abs=1e-6)


def test_a_count_s_quantiles_hold_what_they_say():
    count = Count("incidents.pipeline_per_year", 7, 2.5)
    shares = np.array([0.05, 0.5, 0.95])
    found = stats.gamma.cdf(count.quantiles(shares), 7.5, scale=1 / 2.5)
    np.testing.assert_allclose(found, shares)


@pytest.mark.parametrize(
    "said",
    [
        lambda: between("users", 9.0, 4.0),
        lambda: between("users", 0.0, 4.0),
        lambda: between("availability", 0.9, 1.0, "logit-normal"),
        lambda: about("users", -3.0),
        lambda: Statement("users", 1.0, 2.0, 3.0, percent=100.0),
        lambda: Count("incidents.pipeline_per_year", -1, 2.0),
        lambda: Count("incidents.pipeline_per_year", 1, 0.0),
    ],
)
def test_what_is_no_range_is_refused_by_name(said):
    with pytest.raises(InputError, match=r"users|availability|pipeline"):
        said()
