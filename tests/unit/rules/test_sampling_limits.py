"""Every distribution that a scenario may state can be drawn, at the very limits too."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from modelops_abm.core.randomness import draw_key, entity_key
from modelops_abm.rules.sampling import law_of, sample, sample_above
from modelops_abm.scenario import Distribution
from modelops_abm.scenario.quantity import (
    SMALLEST_CV,
    SMALLEST_MEAN,
    SMALLEST_SHARE,
    widest_beta_cv,
)

MEANS = (SMALLEST_MEAN, 1.0, 1e12)
SHARES = (SMALLEST_SHARE, 0.5, 1.0 - SMALLEST_SHARE)


def beta_cvs(mean: float) -> list[float]:
    """Return the smallest and the largest spread of a beta; none if there is no room."""
    widest = min(5.0, widest_beta_cv(mean))
    return [SMALLEST_CV, widest] if widest >= SMALLEST_CV else []


LIMITS = [
    *(("gamma", mean, cv) for mean in MEANS for cv in (SMALLEST_CV, 5.0)),
    *(("weibull", mean, cv) for mean in MEANS for cv in (0.02, 5.0)),
    *(("lognormal", mean, cv) for mean in MEANS for cv in (1e-9, 5.0)),
    *(("exponential", mean, 1.0) for mean in MEANS),
    *(("beta", mean, cv) for mean in SHARES for cv in beta_cvs(mean)),
]


@pytest.mark.parametrize(("family", "mean", "cv"), LIMITS)
def test_draws_at_the_limits_end_and_are_numbers(family: str, mean: float, cv: float) -> None:
    law = law_of(Distribution.model_validate({"family": family, "mean": mean, "cv": cv}))
    entity = entity_key(0, 0, 1, 0)
    for occurrence in range(300):
        key = draw_key(entity, 13, occurrence)
        value = sample(law, key)
        assert math.isfinite(value)
        assert value >= 0.0
        for bound in (0.0, 1e-9, 1.0, 100.0):
            beyond = sample_above(law, bound, key)
            assert math.isfinite(beyond)
            assert beyond >= bound * (1.0 - 1e-12)


@pytest.mark.parametrize(
    ("family", "mean"),
    [("beta", 2.2e-309), ("beta", 1e-7), ("gamma", 1e-320), ("lognormal", 1e-10)],
)
def test_what_cannot_be_drawn_is_refused(family: str, mean: float) -> None:
    with pytest.raises(ValidationError, match="must"):
        Distribution.model_validate({"family": family, "mean": mean, "cv": 0.001})


def test_a_constant_needs_no_drawing() -> None:
    law = law_of(Distribution(family="constant", mean=1e-300, cv=0.0))
    assert sample(law, 0) == 1e-300
