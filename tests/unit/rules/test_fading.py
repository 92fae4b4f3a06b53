"""Exponential fading against the same in extended precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelops_abm.rules.power import LARGEST_EXTENT, faded, remaining

EXTENTS = [
    *np.random.default_rng(1).uniform(0.0, 3.0, 5_000).tolist(),
    *(10.0 ** np.random.default_rng(2).uniform(-18.0, math.log10(LARGEST_EXTENT), 5_000)).tolist(),
    *(step * 0.5 * math.log(2.0) for step in range(1, 200)),
    1e-300,
    LARGEST_EXTENT,
]
EXTENDED = np.array(EXTENTS, dtype=np.longdouble)
TWO_LAST_PLACES = 2.0 * np.finfo(float).eps

needs_extended_precision = pytest.mark.skipif(
    np.finfo(np.longdouble).eps >= np.finfo(float).eps,
    reason="this machine has no longer floating-point numbers to compare with",
)


@needs_extended_precision
def test_what_is_gone() -> None:
    found = np.array([faded(extent) for extent in EXTENTS])
    expected = -np.expm1(-EXTENDED)
    assert float(np.max(np.abs(found - expected) / expected)) < TWO_LAST_PLACES


@needs_extended_precision
def test_what_is_left() -> None:
    found = np.array([remaining(extent) for extent in EXTENTS])
    expected = np.exp(-EXTENDED)
    assert float(np.max(np.abs(found - expected) / expected)) < TWO_LAST_PLACES


def test_as_the_mathematical_library() -> None:
    for extent in EXTENTS:
        assert faded(extent) == pytest.approx(-math.expm1(-extent), rel=1e-15)
        assert remaining(extent) == pytest.approx(math.exp(-extent), rel=1e-15)


def test_at_the_ends() -> None:
    assert faded(0.0) == 0.0
    assert remaining(0.0) == 1.0
    assert faded(math.inf) == 1.0
    assert 0.0 < remaining(1e9) < 1e-300
