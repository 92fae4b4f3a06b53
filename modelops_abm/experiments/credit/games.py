"""Cooperative games: who earns how much of a total that several bring about together.

A game states what every coalition of players is worth. A coalition is a whole number, its members
are its bits: player i belongs to it if bit i is set, so 0 is nobody and the last one everybody.
Worths are an array of coalitions x replications; every replication is a game of its own, and so the
results are paired samples.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

_ROUNDING = 1e-12
"""A synergy smaller than this part of the worths it is made of is rounding."""


def players_in(worths: Floats) -> int:
    """Return the number of players of a game.

    Raises
    ------
    ValueError
        If the coalitions are not all subsets of some players.
    """
    coalitions = len(worths)
    players = coalitions.bit_length() - 1
    if coalitions != 1 << players:
        raise ValueError(f"a game has 1, 2, 4, 8 ... coalitions, not {coalitions}")
    return players


def shapley_values(worths: Floats) -> Floats:
    """Return each player's share of what everybody together earns: players x replications.

    What a player adds to those who came before, averaged over all orders of coming (Shapley 1953,
    doi:10.1515/9781400881970-018; in simulation Owen 2014, doi:10.1137/130936233, and Song, Nelson
    and Staum 2016, doi:10.1137/15M1048070). The shares add up to the worth of everybody less that
    of nobody, up to rounding. A player who never adds anything gets exactly 0.
    """
    players = players_in(worths)
    shares = np.zeros((players, *worths.shape[1:]))
    for player in range(players):
        for others in _coalitions_without(players, player):
            orders = players * math.comb(players - 1, others.bit_count())
            shares[player] += (worths[others | 1 << player] - worths[others]) / orders
    return shares


def first_gains(worths: Floats) -> Floats:
    """Return what each player adds to nobody: players x replications."""
    return np.array([worths[1 << player] - worths[0] for player in _players(worths)])


def last_gains(worths: Floats) -> Floats:
    """Return what each player adds to all the others: players x replications."""
    everybody = len(worths) - 1
    gains = [worths[everybody] - worths[everybody ^ 1 << player] for player in _players(worths)]
    return np.array(gains)


def synergies(worths: Floats) -> Floats:
    """Return what each pair adds together beyond what its two add apart: players x players x runs.

    The Shapley-Taylor index of order two (Sundararajan, Dhamdhere and Agarwal 2020,
    arXiv:1902.05622), symmetric, 0 on the diagonal. It splits everything beyond `first_gains` over
    the pairs: the first gains and the synergies of all pairs add up to the total, and a player's
    Shapley value is the first gain and half of each synergy that the player has a part in.
    """
    players = players_in(worths)
    result = np.zeros((players, players, *worths.shape[1:]))
    for one in range(players):
        for other in range(one):
            result[one, other] = result[other, one] = _synergy(worths, players, one, other)
    return result


def _synergy(worths: Floats, players: int, one: int, other: int) -> Floats:
    """Return the index of a pair; what is within rounding of its worths is 0."""
    result = np.zeros(worths.shape[1:])
    for others in _coalitions_without(players, one, other):
        both, first, second = others | 1 << one | 1 << other, others | 1 << one, others | 1 << other
        beyond = (worths[both] - worths[first]) - (worths[second] - worths[others])
        result += beyond * 2.0 / (players * math.comb(players - 1, others.bit_count()))
    largest = np.max(np.abs(worths), axis=0)
    return np.where(np.abs(result) <= _ROUNDING * largest, 0.0, result)


def _players(worths: Floats) -> range:
    return range(players_in(worths))


def _coalitions_without(players: int, *absent: int) -> list[int]:
    away = sum(1 << player for player in absent)
    return [coalition for coalition in range(1 << players) if not coalition & away]
