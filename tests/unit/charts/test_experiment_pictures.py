"""Pictures of experiments say what was found, and refuse what they cannot draw."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.charts import credit_synergies, credit_waterfall, worth_and_payback
from modelops_abm.charts.comparison import bins_of_worth
from modelops_abm.charts.figure import Bars
from modelops_abm.experiments import Credit, compare
from modelops_abm.scenario import with_values
from modelops_abm.scenario.presets import preset

RNG = np.random.default_rng(0)


def a_credit(worths: list[float], capabilities: tuple[str, ...], noise: float = 1e5) -> Credit:
    samples = np.array(worths)[:, None] * 1e6 + RNG.normal(0.0, noise, (len(worths), 50))
    return Credit(preset("all_five"), 0, capabilities, {"npv": samples})  # type: ignore[arg-type]


def test_the_waterfall_says_who_earns_most() -> None:
    found = a_credit([0.0, 3.0, 1.0, 4.0], ("automation", "rollback"))
    words = credit_waterfall(found).words
    assert "automation earns most" in words
    assert "they are worth" in words


def test_the_waterfall_does_not_name_a_best_that_cannot_be_told() -> None:
    found = a_credit([0.0, 1.0, 1.0, 2.0], ("automation", "rollback"), noise=3e5)
    words = credit_waterfall(found).words
    assert "may be due to" in words


def test_a_plan_that_loses_is_said_to_lose() -> None:
    found = a_credit([0.0, -3.0, 1.0, -2.0], ("automation", "rollback"))
    assert "they lose $" in credit_waterfall(found).words


def test_synergies_name_the_pair_that_does_the_same_work() -> None:
    found = a_credit([0.0, 2.0, 2.0, 3.0], ("automation", "rollback"))
    assert "Automation and rollback do in part the same work" in credit_synergies(found).words


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="raises no capability"):
        credit_waterfall(a_credit([0.0], ()))
    with pytest.raises(ValueError, match="takes two"):
        credit_synergies(a_credit([0.0, 1.0], ("automation",)))


@pytest.mark.parametrize("replications", [1, 2, 40])
def test_the_worth_of_a_plan_is_drawn_over_any_number_of_futures(replications: int) -> None:
    plan = with_values(preset("rollback_alone"), {"horizon_days": 200}, source="the test")
    comparison = compare(plan, replications)
    picture = worth_and_payback(comparison)
    (bars,) = (
        layer for panel in picture.panels for layer in panel.layers if isinstance(layer, Bars)
    )
    assert bars.high.sum() == replications
    assert "the plan" in picture.words.lower()


def test_a_plan_that_changes_nothing_is_drawn() -> None:
    same = with_values(preset("reference"), {"horizon_days": 30}, source="the test")
    assert worth_and_payback(compare(same, 5)).words.startswith("The plan is the baseline.")


@pytest.mark.parametrize("spread", [0.0, 1.0, 1e6])
@pytest.mark.parametrize("centre", [-3e6, 0.0, 2e5])
def test_every_future_is_in_a_bin_that_earns_or_loses(centre: float, spread: float) -> None:
    for _ in range(20):
        worth = RNG.normal(centre, spread, 200)
        edges = bins_of_worth(worth)
        assert np.histogram(worth, edges)[0].sum() == len(worth)
        assert np.abs(edges).min() < 1e-9 * np.ptp(edges)
        assert len(edges) <= 45
