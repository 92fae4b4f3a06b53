"""What holds for the shares and synergies of any game."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from modelops_abm.experiments.credit_shares import (
    first_gains,
    last_gains,
    players_in,
    shapley_values,
    synergies,
)

type Floats = NDArray[np.float64]


@st.composite
def games(draw: st.DrawFn, fewest: int = 1, most: int = 5) -> Floats:
    """Draw the worths of all coalitions of some players, in two replications."""
    coalitions = 1 << draw(st.integers(fewest, most))
    amounts = st.floats(-1e9, 1e9, allow_subnormal=False)
    rows = st.lists(st.tuples(amounts, amounts), min_size=coalitions, max_size=coalitions)
    return np.array(draw(rows))


@given(games())
def test_shares_add_up_and_gains_with_synergies_too(worths: Floats) -> None:
    total, near = worths[-1] - worths[0], {"rtol": 1e-9, "atol": 1e-9 * np.abs(worths).max()}
    np.testing.assert_allclose(shapley_values(worths).sum(axis=0), total, **near)
    parts = first_gains(worths).sum(axis=0) + synergies(worths).sum(axis=(0, 1)) / 2
    np.testing.assert_allclose(parts, total, **near)


@given(games(), st.randoms(use_true_random=False))
def test_names_do_not_matter(worths: Floats, random: Random) -> None:
    """Players in another order get the same shares and synergies, in that order."""
    players = players_in(worths)
    order = list(range(players))
    random.shuffle(order)
    renamed = np.empty_like(worths)
    for coalition in range(1 << players):
        members = [place for place in range(players) if coalition >> place & 1]
        renamed[coalition] = worths[sum(1 << order[place] for place in members)]
    near = {"rtol": 1e-9, "atol": 1e-9 * np.abs(worths).max()}
    for values in (shapley_values, first_gains, last_gains):
        np.testing.assert_allclose(values(renamed), values(worths)[order], **near)
    pairs = synergies(worths)[np.ix_(order, order)]
    np.testing.assert_allclose(synergies(renamed), pairs, **near)


@given(games(3, 3), games(3, 3), st.floats(-10.0, 10.0))
def test_games_played_together_give_the_sum(one: Floats, other: Floats, factor: float) -> None:
    near = {"rtol": 1e-9, "atol": 1e-7 * max(np.abs(one).max(), np.abs(other).max(), 1e-300)}
    expected = shapley_values(one) + factor * shapley_values(other)
    np.testing.assert_allclose(shapley_values(one + factor * other), expected, **near)


@given(games())
def test_worth_that_everybody_has_anyway_is_nobodys(worths: Floats) -> None:
    near = {"rtol": 1e-9, "atol": 1e-6 * max(np.abs(worths).max(), 1.0)}
    np.testing.assert_allclose(shapley_values(worths + 1e6), shapley_values(worths), **near)


@given(games(4, 4), st.integers(0, 3))
def test_who_never_adds_anything_gets_nothing_to_the_bit(worths: Floats, idle: int) -> None:
    for coalition in range(16):
        worths[coalition | 1 << idle] = worths[coalition & ~(1 << idle)]
    assert not shapley_values(worths)[idle].any()
    assert not synergies(worths)[idle].any()
