"""Random quantities: a distribution as numbers, and a value of it for a draw's key."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from modelops_abm.compiled import compiled
from modelops_abm.core.randomness import chain, uniform
from modelops_abm.scenario.quantity import Distribution, spread_at, weibull_shape

NEGLIGIBLE_CV = 1e-6


class Family(IntEnum):
    """Families of distribution as numbers."""

    CONSTANT = 0
    EXPONENTIAL = 1
    LOGNORMAL = 2
    GAMMA = 3
    WEIBULL = 4
    BETA = 5


class Law(NamedTuple):
    """A distribution as compiled code takes it.

    Attributes
    ----------
    family
        A `Family`.
    first, second
        constant: value, 0; exponential: mean, 0; lognormal: mean and standard deviation of the
        logarithm; gamma: shape, scale; weibull: shape, scale; beta: its two shapes.
    """

    family: int
    first: float
    second: float


def law_of(distribution: Distribution) -> Law:
    """Return a scenario's distribution as compiled code takes it.

    Where the mean is a column (`scenario.columns`), so is each number of the law.
    """
    family, cv = distribution.family, distribution.cv
    mean: Any = distribution.mean
    if not isinstance(mean, np.ndarray):
        return _law(family, cv, mean)
    # One by one: logarithms of a whole array have other bits (0001).
    laws = [_law(*spread_at(family, cv, each), each) for each in mean.tolist()]
    columns: Any = map(np.array, zip(*laws, strict=True))
    return Law(*columns)


def _law(family: str, cv: float, mean: float) -> Law:
    if mean == 0.0 or cv < NEGLIGIBLE_CV or family == "constant":
        return Law(Family.CONSTANT.value, mean, 0.0)
    if family == "exponential":
        return Law(Family.EXPONENTIAL.value, mean, 0.0)
    if family == "lognormal":
        variance = math.log1p(cv * cv)
        return Law(Family.LOGNORMAL.value, math.log(mean) - variance / 2.0, math.sqrt(variance))
    if family == "gamma":
        return Law(Family.GAMMA.value, 1.0 / (cv * cv), mean * cv * cv)
    if family == "weibull":
        shape = weibull_shape(cv)
        return Law(Family.WEIBULL.value, shape, mean / math.gamma(1.0 + 1.0 / shape))
    size = (1.0 - mean) / (mean * cv * cv) - 1.0
    return Law(Family.BETA.value, mean * size, (1.0 - mean) * size)


@compiled
def standard_normal(probability: float) -> float:
    """Return the standard normal quantile (Wichura 1988, AS 241 PPND16, doi:10.2307/2347330)."""
    # Ratios of polynomials by Horner's rule: for the centre, for the tails, and for the far tails.
    centred = probability - 0.5
    if abs(centred) <= 0.425:
        r = 0.180625 - centred * centred
        upper = 2509.0809287301226727
        upper = upper * r + 33430.575583588128105
        upper = upper * r + 67265.770927008700853
        upper = upper * r + 45921.953931549871457
        upper = upper * r + 13731.693765509461125
        upper = upper * r + 1971.5909503065514427
        upper = upper * r + 133.14166789178437745
        upper = upper * r + 3.387132872796366608
        lower = 5226.495278852545925
        lower = lower * r + 28729.085735721942674
        lower = lower * r + 39307.89580009271061
        lower = lower * r + 21213.794301586595867
        lower = lower * r + 5394.1960214247511077
        lower = lower * r + 687.1870074920579083
        lower = lower * r + 42.313330701600911252
        lower = lower * r + 1.0
        return centred * upper / lower
    # The nearer tail, as 1 less a tiny number would have none of its digits.
    tail = probability if centred < 0.0 else 1.0 - probability
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        upper = 7.7454501427834140764e-4
        upper = upper * r + 0.0227238449892691845833
        upper = upper * r + 0.24178072517745061177
        upper = upper * r + 1.27045825245236838258
        upper = upper * r + 3.64784832476320460504
        upper = upper * r + 5.7694972214606914055
        upper = upper * r + 4.6303378461565452959
        upper = upper * r + 1.42343711074968357734
        lower = 1.05075007164441684324e-9
        lower = lower * r + 5.475938084995344946e-4
        lower = lower * r + 0.0151986665636164571966
        lower = lower * r + 0.14810397642748007459
        lower = lower * r + 0.68976733498510000455
        lower = lower * r + 1.6763848301838038494
        lower = lower * r + 2.05319162663775882187
        lower = lower * r + 1.0
    else:
        r -= 5.0
        upper = 2.01033439929228813265e-7
        upper = upper * r + 2.71155556874348757815e-5
        upper = upper * r + 0.0012426609473880784386
        upper = upper * r + 0.026532189526576123093
        upper = upper * r + 0.29656057182850489123
        upper = upper * r + 1.7848265399172913358
        upper = upper * r + 5.4637849111641143699
        upper = upper * r + 6.6579046435011037772
        lower = 2.04426310338993978564e-15
        lower = lower * r + 1.4215117583164458887e-7
        lower = lower * r + 1.8463183175100546818e-5
        lower = lower * r + 7.868691311456132591e-4
        lower = lower * r + 0.0148753612908506148525
        lower = lower * r + 0.13692988092273580531
        lower = lower * r + 0.59983220655588793769
        lower = lower * r + 1.0
    return -upper / lower if centred < 0.0 else upper / lower


@compiled
def unit_exponential(key: int) -> float:
    """Return the exponential number of mean 1 that a draw's key stands for."""
    return -math.log(uniform(key))


@compiled
def happens(probability: float, key: int) -> bool:
    """Return whether something of this probability happens in a draw."""
    return uniform(key) < probability


@compiled
def _unit_gamma_from_one(shape: float, key: int) -> float:
    """Gamma of scale 1 and shape 1 or more (Marsaglia & Tsang 2000, doi:10.1145/358407.358414)."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = 0
    while True:
        # Two words for each attempt, chained to the draw's key: however many attempts it takes, no
        # other draw is moved.
        x = standard_normal(uniform(chain(key, attempt)))
        v = 1.0 + c * x
        if v > 0.0:
            v = v * v * v
            u = uniform(chain(key, attempt + 1))
            if not math.log(u) >= 0.5 * x * x + d - d * v + d * math.log(v):  # never waits for NaN
                return d * v
        attempt += 2


@compiled
def unit_gamma(shape: float, key: int) -> float:
    """Return the gamma number of scale 1 that a draw's key stands for; for any shape above 0."""
    if shape >= 1.0:
        return _unit_gamma_from_one(shape, key)
    # -1 is the word of no attempt.
    boost = math.pow(uniform(chain(key, -1)), 1.0 / shape)
    return _unit_gamma_from_one(shape + 1.0, key) * boost


@compiled
def sample(law: Law, key: int) -> float:
    """Return the value of a distribution that a draw's key stands for."""
    if law.family == Family.LOGNORMAL:
        return math.exp(law.first + law.second * standard_normal(uniform(key)))
    if law.family == Family.EXPONENTIAL:
        return law.first * unit_exponential(key)
    if law.family == Family.WEIBULL:
        return law.second * math.pow(unit_exponential(key), 1.0 / law.first)
    if law.family == Family.GAMMA:
        return law.second * unit_gamma(law.first, key)
    if law.family == Family.BETA:
        # By keys of their own: with one key the two would use the same numbers.
        one = unit_gamma(law.first, chain(key, 1))
        other = unit_gamma(law.second, chain(key, 2))
        # With tiny shapes both may be 0 by underflow.
        return one / (one + other) if one + other > 0.0 else 0.5
    return law.first


@compiled
def sample_above(law: Law, bound: float, key: int) -> float:
    """Return a value of a distribution given that it exceeds a bound of 0 or more.

    Exponential and Weibull have a closed form. A lognormal's upper tail is inverted. A gamma is
    drawn by rejection: from the whole below its mean, from a shifted exponential beyond it
    (Devroye 1986, IX.3.7). A constant or a share below the bound gives the bound itself.
    """
    if law.family == Family.EXPONENTIAL:
        return bound + law.first * unit_exponential(key)
    if law.family == Family.WEIBULL:
        passed = math.pow(bound / law.second, law.first)
        if passed > 1.0:  # the same, where the power may overflow
            return bound * math.pow(1.0 + unit_exponential(key) / passed, 1.0 / law.first)
        return law.second * math.pow(passed + unit_exponential(key), 1.0 / law.first)
    if law.family == Family.LOGNORMAL:
        return _lognormal_above(law, bound, key)
    if law.family == Family.GAMMA:
        return _gamma_above(law, bound, key)
    return max(bound, sample(law, key))


@compiled
def _lognormal_above(law: Law, bound: float, key: int) -> float:
    """Invert the upper tail: survival of the bound, times a uniform number."""
    if bound <= 0.0:
        return sample(law, key)
    standardised = (math.log(bound) - law.first) / law.second
    survival = 0.5 * math.erfc(standardised / math.sqrt(2.0)) * uniform(key)
    # Smaller numbers lose their digits, and what exceeds such a bound does so by next to nothing.
    if survival < 1e-300:
        return bound
    return max(bound, math.exp(law.first - law.second * standard_normal(survival)))


@compiled
def _gamma_above(law: Law, bound: float, key: int) -> float:
    """Rejection sampling of a gamma's upper tail."""
    start, shape = bound / law.second, law.first
    if start <= shape:
        attempt = 0
        while True:
            value = unit_gamma(shape, chain(key, attempt))
            if value >= start:
                return law.second * value
            attempt += 1
    # The slope of the log density at the bound: an exponential of this rate lies above the tail.
    rate = 1.0 - max(0.0, shape - 1.0) / start
    attempt = 0
    while True:
        value = start + unit_exponential(chain(key, attempt)) / rate
        log_accept = (shape - 1.0) * math.log(value / start) - (1.0 - rate) * (value - start)
        if not math.log(uniform(chain(key, attempt + 1))) > log_accept:  # never waits for NaN
            return law.second * value
        attempt += 2
