"""Pictures of experiments say what was found, and refuse what they cannot draw."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import Credit
from modelops_abm.plots import credit_synergies, credit_waterfall, finding
from modelops_abm.presets import preset

RNG = np.random.default_rng(0)


def a_credit(worths: list[float], capabilities: tuple[str, ...], noise: float = 1e5) -> Credit:
    samples = np.array(worths)[:, None] * 1e6 + RNG.normal(0.0, noise, (len(worths), 50))
    return Credit(preset("all_five"), 0, capabilities, {"npv": samples})  # type: ignore[arg-type]


def test_the_waterfall_says_who_earns_most() -> None:
    found = a_credit([0.0, 3.0, 1.0, 4.0], ("automation", "rollback"))
    words = finding(credit_waterfall(found))
    assert "automation earns most" in words
    assert "they are worth" in words


def test_the_waterfall_does_not_name_a_best_that_cannot_be_told() -> None:
    found = a_credit([0.0, 1.0, 1.0, 2.0], ("automation", "rollback"), noise=3e5)
    words = finding(credit_waterfall(found))
    assert "may be due to" in words


def test_a_plan_that_loses_is_said_to_lose() -> None:
    found = a_credit([0.0, -3.0, 1.0, -2.0], ("automation", "rollback"))
    assert "they lose $" in finding(credit_waterfall(found))


def test_synergies_name_the_pair_that_does_the_same_work() -> None:
    found = a_credit([0.0, 2.0, 2.0, 3.0], ("automation", "rollback"))
    assert "Automation and rollback do in part the same work" in finding(credit_synergies(found))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="raises no capability"):
        credit_waterfall(a_credit([0.0], ()))
    with pytest.raises(ValueError, match="takes two"):
        credit_synergies(a_credit([0.0, 1.0], ("automation",)))
