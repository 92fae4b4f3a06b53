"""Shares and synergies against games with known answers, and against averages over all orders."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from modelops_abm.experiments.credit_shares import (
    first_gains,
    last_gains,
    players_in,
    shapley_values,
    synergies,
)
from tests.verification.checks import seed_of

type Floats = NDArray[np.float64]
type Worth = Callable[[frozenset[int]], float]

EXACT = 1e-12
"""Rounding of a few dozen additions of worths around 1."""


def game(players: int, worth: Worth) -> Floats:
    """Return the worths of all coalitions, in one replication."""
    members = (
        frozenset(player for player in range(players) if coalition >> player & 1)
        for coalition in range(1 << players)
    )
    return np.array([[worth(coalition)] for coalition in members])


def random_game(players: int, name: str, replications: int = 1) -> Floats:
    """Return a game without any structure."""
    return np.random.default_rng(seed_of(name)).normal(size=(1 << players, replications))


def shares_of(players: int, worth: Worth) -> list[float]:
    """Return the Shapley values of a game."""
    return [float(value) for value in shapley_values(game(players, worth))[:, 0]]


def test_an_additive_game_gives_each_player_its_own() -> None:
    own = [3.0, -1.0, 0.5, 2.0]
    worths = game(4, lambda coalition: 7.0 + sum(own[player] for player in coalition))
    for gains in (shapley_values(worths), first_gains(worths), last_gains(worths)):
        np.testing.assert_allclose(gains[:, 0], own, rtol=EXACT)
    assert not synergies(worths).any()


@pytest.mark.parametrize("needed", [{0}, {1, 3}, {0, 2, 3}, {0, 1, 2, 3, 4}])
def test_unanimity_shares_equally_among_those_who_are_needed(needed: set[int]) -> None:
    """Every pair of them has an equal part of the synergy (Shapley-Taylor index)."""
    worths = game(5, lambda coalition: float(needed <= coalition))
    shares, pairs = shapley_values(worths)[:, 0], synergies(worths)[:, :, 0]
    size = len(needed)
    for one in range(5):
        assert shares[one] == pytest.approx(1.0 / size if one in needed else 0.0, abs=EXACT)
        for other in range(5):
            both = one != other and {one, other} <= needed
            expected = 1.0 / math.comb(size, 2) if both else 0.0
            assert pairs[one, other] == pytest.approx(expected, abs=EXACT)


def test_the_glove_game() -> None:
    """Two have a left glove, one has the only right one, and a pair is worth 1."""
    pairs = shares_of(
        3, lambda coalition: float(min(len(coalition & {0, 1}), len(coalition & {2})))
    )
    assert pairs == pytest.approx([1 / 6, 1 / 6, 2 / 3], abs=EXACT)


def test_the_airport_game() -> None:
    """A runway long enough for all; each pays its part of each stretch (Littlechild, Owen 1973)."""
    needs = [1.0, 2.0, 5.0, 9.0]
    shares = shares_of(4, lambda coalition: max((needs[player] for player in coalition), default=0))
    stretches = [longer - shorter for shorter, longer in itertools.pairwise([0.0, *needs])]
    expected = [
        sum(stretches[place] / (4 - place) for place in range(player + 1)) for player in range(4)
    ]
    assert shares == pytest.approx(expected, abs=EXACT)


def test_a_weighted_vote() -> None:
    """Of 50, 49 and 1 votes with 51 needed, the last two have the same power."""
    votes = [50, 49, 1]
    shares = shares_of(3, lambda coalition: float(sum(votes[player] for player in coalition) > 50))
    assert shares == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=EXACT)


def gain_in_order(worths: Floats, order: Sequence[int], player: int) -> Floats:
    """Return what a player adds to those before it."""
    before = sum(1 << other for other in order[: order.index(player)])
    return np.asarray(worths[before | 1 << player] - worths[before])


def synergy_in_order(worths: Floats, order: Sequence[int], one: int, other: int) -> Floats:
    """Return what a pair adds beyond its two apart, to those before both."""
    first = min(order.index(one), order.index(other))
    before = sum(1 << player for player in order[:first])
    a, b = 1 << one, 1 << other
    return np.asarray(
        worths[before | a | b] - worths[before | a] - worths[before | b] + worths[before]
    )


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5])
def test_shares_are_averages_over_all_orders(players: int) -> None:
    worths = random_game(players, f"orders of {players}", replications=3)
    orders = list(itertools.permutations(range(players)))
    for player in range(players):
        average = np.mean([gain_in_order(worths, order, player) for order in orders], axis=0)
        np.testing.assert_allclose(shapley_values(worths)[player], average, atol=EXACT)


@pytest.mark.parametrize("players", [2, 3, 4, 5])
def test_synergies_are_averages_over_all_orders(players: int) -> None:
    worths = random_game(players, f"pairs of {players}", replications=3)
    orders = list(itertools.permutations(range(players)))
    for one, other in itertools.combinations(range(players), 2):
        average = np.mean([synergy_in_order(worths, order, one, other) for order in orders], axis=0)
        np.testing.assert_allclose(synergies(worths)[one, other], average, atol=EXACT)


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5])
def test_everything_adds_up(players: int) -> None:
    """Shares to the total, first gains and synergies too; the latter to the shares."""
    worths = 1e7 + 1e6 * random_game(players, f"sums of {players}", replications=50)
    total = worths[-1] - worths[0]
    shares, first, pairs = shapley_values(worths), first_gains(worths), synergies(worths)
    np.testing.assert_allclose(shares.sum(axis=0), total, rtol=1e-9)
    np.testing.assert_allclose(first.sum(axis=0) + pairs.sum(axis=(0, 1)) / 2, total, rtol=1e-9)
    np.testing.assert_allclose(first + pairs.sum(axis=1) / 2, shares, rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("idle", [0, 1, 2, 3])
def test_a_player_who_adds_nothing_gets_nothing_to_the_bit(idle: int) -> None:
    worths = random_game(4, f"idle {idle}", replications=20)
    for coalition in range(16):
        worths[coalition | 1 << idle] = worths[coalition & ~(1 << idle)]
    assert not shapley_values(worths)[idle].any()
    assert not synergies(worths)[idle].any()


def test_players_who_can_stand_in_for_each_other_get_the_same() -> None:
    worths = game(5, lambda coalition: float(len(coalition)) ** 1.7)
    np.testing.assert_allclose(shapley_values(worths), worths[-1:] / 5 * np.ones((5, 1)))
    off_diagonal = synergies(worths)[~np.eye(5, dtype=bool)]
    assert off_diagonal == pytest.approx(np.full((20, 1), off_diagonal[0, 0]))


def test_a_game_needs_all_coalitions() -> None:
    assert players_in(np.zeros((32, 4))) == 5
    with pytest.raises(ValueError, match="not 6"):
        shapley_values(np.zeros((6, 4)))
