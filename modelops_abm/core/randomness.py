"""Keyed randomness: every draw is a pure function of what it is for.

A draw is named by (seed, replication, entity, decision point, occurrence). There is no shared
sequence, so one model more reshuffles nobody's luck, and two scenarios with the same seed and
replication meet the same ideas, the same issues' thresholds and the same efforts (common random
numbers). The generator chains the finaliser of SplitMix64 (Steele, Lea & Flood 2014,
doi:10.1145/2660193.2660195), one step for each part of the name, in the manner of counter-based
generators (Salmon et al. 2011, doi:10.1145/2063384.2063405).
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

import numpy as np

from modelops_abm.compiled import compiled

LARGEST_SEED = 2**63 - 1


class Origin(IntEnum):
    """Where an entity comes from; its key is made of this and its index there."""

    ORGANISATION = 0
    INITIAL_MODEL = 1
    INITIAL_IDEA = 2
    ARRIVING_IDEA = 3
    CLIENT_MODEL = 4
    DEVELOPER = 5


class DecisionPoint(IntEnum):
    """What a draw is for. Append only: a changed number changes every result."""

    ARRIVAL_GAP = 1
    ARCHETYPE = 2
    MARKET_SIZE = 3
    PREDICTIONS_PER_USER = 4
    VALUE_PER_PREDICTION = 5
    COST_PER_PREDICTION = 6
    COST_OF_WRONG_PREDICTION = 7
    YEARLY_POWER_LOSS = 8
    DECAYS = 9
    CAPACITY_RATIO = 10
    BUILD_EFFORT = 11
    DEPLOYMENT_EFFORT = 12
    USEFUL_LIFE = 13
    AGE = 14
    LAST_RETRAINING = 15
    WORK_LEFT = 16
    PRODUCTIVITY = 17
    THRESHOLD_PIPELINE = 18
    THRESHOLD_CAPACITY = 19
    THRESHOLD_COMPLIANCE = 20
    THRESHOLD_DRIFT = 21
    SELF_HEALING = 22
    IMAGE_PIPELINE = 23
    IMAGE_CAPACITY = 24
    IMAGE_COMPLIANCE = 25
    IMAGE_DRIFT = 26
    IMAGE_RETRAINING = 27
    EFFORT_PIPELINE = 28
    EFFORT_CAPACITY = 29
    EFFORT_COMPLIANCE = 30
    EFFORT_INVESTIGATION = 31
    EFFORT_DRIFT_RETRAINING = 32
    EFFORT_RETRAINING = 33
    DRIFT_SEVERITY = 34
    DRIFT_DELAY = 35
    DECAY_DELAY = 36


@compiled
def chain(key: int, word: int) -> int:
    """Return the key of a part of what `key` names: one step of SplitMix64.

    Parameters
    ----------
    key
        64-bit key of the whole.
    word
        Number of the part, any 64-bit integer.
    """
    state = (np.uint64(key) ^ np.uint64(word)) + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64(state ^ (state >> np.uint64(31))))


@compiled
def entity_key(seed: int, replication: int, origin: int, index: int) -> int:
    """Return the key of an entity in one replication.

    Parameters
    ----------
    seed, replication
        Both 0 or more.
    origin
        An `Origin`.
    index
        Number of the entity there, from 0; for a client's model a hash of its identifier.
    """
    return chain(chain(chain(chain(0, seed), replication), origin), index)


@compiled
def draw_key(entity: int, decision_point: int, occurrence: int) -> int:
    """Return the key of the n-th draw (from 0) of an entity at a decision point."""
    return chain(chain(entity, decision_point), occurrence)


@compiled
def uniform(key: int) -> float:
    """Return the uniform number between 0 and 1, both excluded, that a draw's key stands for."""
    return (float(np.uint64(key) >> np.uint64(12)) + 0.5) * 2.0**-52


def index_of_identifier(identifier: str) -> int:
    """Return the index of a client's model: 63 bits of a hash of its identifier."""
    digest = hashlib.blake2b(identifier.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
