"""Keyed randomness against an independent SplitMix64, and the quality of its uniform numbers."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
from scipy import stats

from modelops_abm.core import randomness
from modelops_abm.core.randomness import (
    LARGEST_SEED,
    DecisionPoint,
    Origin,
    chain,
    draw_key,
    entity_key,
    index_of_identifier,
    key_for_cause,
    key_of_name,
    keys_by_cause,
    uniform,
)
from modelops_abm.core.statechart import Cause

WORD = 2**64
N = 40_000
CHECKS = 8
ALPHA = 1e-4 / CHECKS


def splitmix64(key: int, word: int) -> int:
    """One step of SplitMix64 in whole numbers, as a signed 64-bit number."""
    state = ((key % WORD) ^ (word % WORD)) + 0x9E3779B97F4A7C15
    state %= WORD
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % WORD
    state ^= state >> 31
    return state - WORD if state >= WORD // 2 else state


def test_the_reference_sequence_of_splitmix64() -> None:
    """The first outputs of the published generator from state 1234567."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    gamma = 0x9E3779B97F4A7C15
    states = [(1234567 + step * gamma) % WORD for step in range(3)]
    outputs = [chain(state - WORD if state >= WORD // 2 else state, 0) % WORD for state in states]
    assert outputs == expected


@pytest.mark.parametrize("key", [0, 1, -1, 2**63 - 1, -(2**63), 987654321987654321])
@pytest.mark.parametrize("word", [0, 1, -1, 2**63 - 1, 36])
def test_chain_is_splitmix64(key: int, word: int) -> None:
    assert chain(key, word) == splitmix64(key, word)


def test_the_keys_of_draws_are_chains() -> None:
    entity = entity_key(7, 3, Origin.ARRIVING_IDEA.value, 17)
    expected = 0
    for part in (7, 3, Origin.ARRIVING_IDEA, 17):
        expected = splitmix64(expected, part)
    assert entity == expected
    key = draw_key(entity, DecisionPoint.DRIFT_DELAY.value, 5)
    assert key == splitmix64(splitmix64(entity, DecisionPoint.DRIFT_DELAY), 5)


def test_the_largest_seed_is_accepted() -> None:
    assert entity_key(LARGEST_SEED, LARGEST_SEED, 4, 0) != entity_key(0, 0, 4, 0)


def test_uniform_is_strictly_between_0_and_1() -> None:
    for key in (0, -1, 1, 2**63 - 1, -(2**63)):
        value = uniform(key)
        assert 0.0 < value < 1.0
        assert value == ((key % WORD >> 12) + 0.5) * 2.0**-52


def _numbers(vary: str) -> np.ndarray:
    """Uniform numbers of which one part of the name varies."""
    threshold = DecisionPoint.THRESHOLD.value
    names = {"seed": 5, "replication": 0, "index": 2, "point": threshold, "occurrence": 0}
    values = []
    for number in range(N):
        # Decision points are keyed by a hash of their names, identifiers by the same.
        part = index_of_identifier(str(number)) if vary == "point" else number
        name = {**names, vary: part}
        entity = entity_key(name["seed"], name["replication"], 2, name["index"])
        values.append(uniform(draw_key(entity, name["point"], name["occurrence"])))
    return np.array(values)


@pytest.mark.parametrize("vary", ["seed", "replication", "index", "point", "occurrence"])
def test_uniform_numbers_are_uniform_and_uncorrelated(vary: str) -> None:
    values = _numbers(vary)
    assert stats.kstest(values, "uniform").pvalue > ALPHA
    correlation = np.corrcoef(values[1:], values[:-1])[0, 1]
    assert abs(correlation) < stats.norm.isf(ALPHA / 2) / np.sqrt(N - 1)


def test_no_two_runs_share_their_luck() -> None:
    """Neither number may stand for the other: replications of two seeds are different runs."""
    runs = itertools.product(range(60), range(60))
    entities = {entity_key(seed, replication, 0, 0) for seed, replication in runs}
    assert len(entities) == 60 * 60


def test_no_two_names_share_a_key() -> None:
    by_cause = [
        key
        for point in (DecisionPoint.THRESHOLD, DecisionPoint.EFFORT, DecisionPoint.PREVIOUS_VERSION)
        for key in keys_by_cause(point)
    ]
    points = [*(point.value for point in DecisionPoint), *by_cause]
    names = itertools.product((0, 1, 2), (0, 1), tuple(Origin), range(30), points, range(4))
    keys = {
        draw_key(entity_key(seed, replication, origin.value, index), point, occurrence)
        for seed, replication, origin, index, point, occurrence in names
    }
    assert len(keys) == 3 * 2 * len(Origin) * 30 * len(points) * 4


def test_a_key_is_made_of_its_name_alone() -> None:
    """By a hash that is the same everywhere, so that a name more changes no other key."""
    for named in (*DecisionPoint, *Origin):
        digest = hashlib.blake2b(named.name.lower().encode(), digest_size=8).digest()
        assert named.value == int.from_bytes(digest, "big") >> 1
    assert key_for_cause(DecisionPoint.EFFORT, "drift") == key_of_name("effort of drift")
    assert keys_by_cause(DecisionPoint.EFFORT)[Cause.DRIFT] == key_of_name("effort of drift")


def test_decision_points_and_origins_keep_their_names() -> None:
    """A changed key changes every result ever made."""
    assert DecisionPoint.ARRIVAL_GAP == 575074071596773227
    assert DecisionPoint.USEFUL_LIFE == 4132868775910309900
    assert Origin.CLIENT_MODEL == 8219108820205294236
    assert key_for_cause(DecisionPoint.THRESHOLD, "pipeline") == 823145536136026484


def test_two_names_with_one_key_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(randomness, "_hash", lambda _name: DecisionPoint.AGE.value)
    with pytest.raises(ValueError, match="'weather' and 'age' would share their draws"):
        key_of_name("weather")
    assert key_of_name("age") == DecisionPoint.AGE


def test_identifiers_become_indices_of_63_bits() -> None:
    indices = [index_of_identifier(f"model {number}") for number in range(1000)]
    assert len(set(indices)) == 1000
    assert all(0 <= index < 2**63 for index in indices)
