"""Keyed randomness: every draw is a pure function of what it is for.

A draw is named by (seed, replication, entity, decision point, occurrence). There is no shared
sequence, so one model more changes no other's draws, and two scenarios with the same seed and
replication meet the same ideas, the same issues' thresholds and the same efforts (common random
numbers). The generator chains the finaliser of SplitMix64 (Steele, Lea & Flood 2014,
doi:10.1145/2660193.2660195), one step for each part of the name, in the manner of counter-based
generators (Salmon et al. 2011, doi:10.1145/2063384.2063405).
"""

from __future__ import annotations

import hashlib
from enum import IntEnum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled import compiled
from modelops_abm.core.statechart import Cause

LARGEST_SEED = 2**63 - 1


_named: dict[int, str] = {}


def key_of_name(name: str) -> int:
    """Return the key that a name stands for: 63 bits of a hash of it.

    It is the same on every machine, and does not depend on what other names there are.

    Raises
    ------
    ValueError
        If another name already has this key.

    Examples
    --------
    >>> key_of_name("useful_life")
    4132868775910309900
    """
    key = _hash(name)
    if _named.setdefault(key, name) != name:
        raise ValueError(f"{name!r} and {_named[key]!r} would share their draws: rename one")
    return key


def _hash(name: str) -> int:
    # 63 bits, so that every key is also a whole number of 0 or more in compiled code.
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


class _Keyed(IntEnum):
    """Names whose values are the keys of the names."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> int:
        return key_of_name(name.lower())


class Origin(_Keyed):
    """Where an entity comes from; its key is made of this and its index there."""

    ORGANISATION = auto()
    INITIAL_MODEL = auto()
    INITIAL_IDEA = auto()
    ARRIVING_IDEA = auto()
    CLIENT_MODEL = auto()
    DEVELOPER = auto()
    SHARED_SOURCE = auto()


class DecisionPoint(_Keyed):
    """What a draw is for. A changed name changes every result; one more changes none."""

    ARRIVAL_GAP = auto()
    ARCHETYPE = auto()
    MARKET_SIZE = auto()
    PREDICTIONS_PER_USER = auto()
    VALUE_PER_PREDICTION = auto()
    COST_PER_PREDICTION = auto()
    COST_OF_WRONG_PREDICTION = auto()
    YEARLY_POWER_LOSS = auto()
    DECAYS = auto()
    CAPACITY_RATIO = auto()
    BUILD_EFFORT = auto()
    DEPLOYMENT_EFFORT = auto()
    USEFUL_LIFE = auto()
    BUILD_SUCCESS = auto()
    SHARED_SOURCE = auto()
    # Each kind of request has its own key at these, see `key_for_request`.
    REQUEST_ARRIVAL = auto()
    REQUEST_EFFORT = auto()
    FIRST_REVIEW = auto()
    CAPACITY_STEP_EFFORT = auto()
    AGE = auto()
    LAST_RETRAINING = auto()
    WORK_LEFT = auto()
    PRODUCTIVITY = auto()
    SELF_HEALING = auto()
    DRIFT_SEVERITY = auto()
    DRIFT_DELAY = auto()
    DRIFT_RETRAINING_EFFORT = auto()
    DECAY_DELAY = auto()
    # Each cause has its own key at these, see `keys_by_cause`.
    THRESHOLD = auto()
    EFFORT = auto()
    PREVIOUS_VERSION = auto()
    PREVIOUS_THRESHOLD = auto()


def key_for_request(point: DecisionPoint, kind: str) -> int:
    """Return the key of a decision point for a kind of request, made of both names."""
    # Not kept among the names: those of kinds are a stranger's, and each scenario has others.
    return _hash(f"{point.name.lower()} of request {kind}")


def key_for_cause(point: DecisionPoint, cause: str) -> int:
    """Return the key of a decision point for one cause, made of both names."""
    return key_of_name(f"{point.name} of {cause}".lower())


def keys_by_cause(point: DecisionPoint) -> tuple[int, ...]:
    """Return the keys of a decision point for all causes, in the order of `Cause`."""
    return tuple(key_for_cause(point, cause.name) for cause in Cause)


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
    # Unsigned, so that sums and products wrap around and shifts bring in zeros.
    state = (np.uint64(key) ^ np.uint64(word)) + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    # Signed again: a key is an ordinary whole number for whatever takes one.
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
    # From a constant: a step combines key and word by exclusive or, so without it seed 1 with
    # replication 0 would be seed 0 with replication 1 (0002).
    return chain(chain(chain(chain(0, seed), replication), origin), index)


@compiled
def draw_key(entity: int, decision_point: int, occurrence: int) -> int:
    """Return the key of the n-th draw (from 0) of an entity at a decision point."""
    return chain(chain(entity, decision_point), occurrence)


@compiled
def uniform(key: int) -> float:
    """Return the uniform number between 0 and 1, both excluded, that a draw's key stands for."""
    # 52 bits and half a unit of the last: exact in a float, and never 0, whose logarithm is asked
    # for, nor 1.
    return (float(np.uint64(key) >> np.uint64(12)) + 0.5) * 2.0**-52


@compiled
def fill_with_uniforms(key: int, first: int, numbers: NDArray[np.float64]) -> None:
    """Write the uniform numbers of the parts of what `key` names, counted from `first`."""
    for place in range(len(numbers)):
        numbers[place] = uniform(chain(key, first + place))


def index_of_identifier(identifier: str) -> int:
    """Return the index of a client's model: 63 bits of a hash of its identifier."""
    return _hash(identifier)


def checked_seed(value: object, name: str = "rng") -> int:
    """Return a seed or replication as a whole number.

    Raises
    ------
    ValueError
        If it is not a whole number from 0 to 2**63 - 1.
    """
    # True and False are whole numbers to Python, but nobody means them as a seed.
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        whole = int(value)
        if 0 <= whole <= LARGEST_SEED:
            return whole
    raise ValueError(f"{name} must be a whole number from 0 to {LARGEST_SEED}, not {value!r}")
