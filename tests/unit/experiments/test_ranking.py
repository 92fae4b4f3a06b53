from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from modelops_abm.experiments.statistics import PairedDifference, rank


def test_the_order_is_that_of_the_means() -> None:
    samples = np.array([[1.0, 2.0, 3.0], [9.0, 8.0, 7.0], [4.0, 5.0, 6.0]])
    assert rank("abc", samples).order == ("b", "c", "a")


def test_equal_alternatives_keep_their_order_and_may_all_be_best() -> None:
    samples = np.tile(np.random.default_rng(0).normal(size=30), (3, 1))
    ranking = rank("abc", samples)
    assert ranking.order == ranking.may_be_best == ("a", "b", "c")
    assert not ranking.is_decided


def test_a_certain_difference_decides_however_large_the_luck() -> None:
    """Paired: the same luck in both cancels."""
    luck = np.random.default_rng(1).normal(0.0, 1e6, 10)
    ranking = rank(("less", "more"), np.array([luck, luck + 1.0]))
    assert ranking.may_be_best == ("more",)
    assert ranking.is_decided


def test_luck_that_is_larger_than_the_difference_does_not_decide() -> None:
    generator = np.random.default_rng(2)
    samples = generator.normal(0.0, 1.0, (2, 10)) + np.array([[0.0], [0.01]])
    assert set(rank("ab", samples).may_be_best) == {"a", "b"}


def test_more_alternatives_ask_for_more_evidence() -> None:
    """A difference that just decides between two does not among six (Bonferroni)."""
    luck = np.random.default_rng(3).normal(size=400)
    luck = (luck - luck.mean()) / luck.std(ddof=1)
    behind = 2.2 * np.sqrt(1 / 400)  # between the quantiles for 5 % of two and of six: 1.97, 2.60
    two = np.array([np.zeros(400), luck - behind])
    assert rank("ab", two).may_be_best == ("a",)
    six = np.vstack([two, np.tile(luck - 1.0, (4, 1))])
    assert rank("abcdef", six).may_be_best == ("a", "b")


@pytest.mark.parametrize("behind", [1.9, 2.0, 2.1])
def test_of_two_one_is_out_just_when_the_interval_of_the_difference_says_so(behind: float) -> None:
    luck = np.random.default_rng(4).normal(size=400)
    other = (luck - luck.mean()) / luck.std(ddof=1) - behind / np.sqrt(400)
    told = PairedDifference(other).verdict == "loses"
    assert rank("ab", np.array([np.zeros(400), other])).is_decided == told
    assert told == (behind > 1.966)


def test_a_replication_without_one_of_them_does_not_count() -> None:
    samples = np.array([[1.0, 1.1, 9.0], [2.0, 2.1, np.nan]])
    assert rank("ab", samples).order == ("b", "a")


@pytest.mark.parametrize("replications", [0, 1])
def test_without_evidence_all_may_be_best(replications: int) -> None:
    samples = np.arange(3.0 * replications).reshape(3, replications)
    assert set(rank("abc", samples).may_be_best) == {"a", "b", "c"}


def test_one_alternative_is_the_best() -> None:
    assert rank("a", np.zeros((1, 5))).is_decided


@pytest.mark.parametrize("others", [1, 3])
def test_who_is_beaten_is_told_by_two_sided_paired_t_tests(others: int) -> None:
    """Those of SciPy, in few replications, where every degree of freedom counts."""
    generator = np.random.default_rng(4)
    for _ in range(200):
        samples = generator.normal(size=(others + 1, 4)) + np.arange(others + 1)[:, None]
        beaten = [
            any(
                stats.ttest_rel(other, own).pvalue < 0.05 / others and other.mean() > own.mean()
                for other in np.delete(samples, place, axis=0)
            )
            for place, own in enumerate(samples)
        ]
        kept = {place for place, is_out in enumerate(beaten) if not is_out}
        assert set(rank(range(others + 1), samples).may_be_best) == kept
