"""Which values drive an answer, over draws of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.experiments import Drivers, Question, compare, draws_of, drivers
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.scenario import InputError, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 120, "portfolio.initial_models": 4, "portfolio.initial_ideas": 3}
PLAN = with_values(preset("monitoring_alone"), SMALL, source="test")
NAMES = ["team.developers", "team.payroll_per_year", "capabilities.monitoring.capital_cost"]
COUNT = 2_000


def made_up(answers: np.ndarray, **columns: np.ndarray) -> Drivers:
    return Drivers(Question(PLAN, ()), columns, answers, PairedDifference(answers), None)


def test_of_independent_normals_the_parts_are_those_of_the_variance() -> None:
    generator = np.random.default_rng(1)
    strong, weak, none, chance = generator.standard_normal((4, COUNT))
    words = np.where(weak > 0.0, "more", "less")
    table = made_up(3.0 * strong + weak + chance, strong=strong, weak=weak, none=none, words=words)
    found = table.table()
    assert found.index[0] == "strong"
    # Spearman's of two normals: 6 / pi * asin(r / 2).
    for name, share in (("strong", 9.0 / 11.0), ("weak", 1.0 / 11.0), ("none", 0.0)):
        expected = 6.0 / np.pi * np.arcsin(np.sqrt(share) / 2.0)
        row = found.loc[name]
        assert row["low"] - 0.03 < expected < row["high"] + 0.03
        # The explained part of ranks is about the square of their correlation.
        assert row["alone"] == pytest.approx(expected**2, abs=0.05)
    assert np.isnan(found.loc["words", "correlation"])
    assert 0.0 < found.loc["words", "alone"] < found.loc["weak", "alone"] + 0.02
    assert table.may_drive_most == ("strong",)


def test_what_goes_up_and_down_again_explains_without_a_correlation() -> None:
    value = np.random.default_rng(2).uniform(-1.0, 1.0, COUNT)
    row = made_up(value**2, value=value).table().loc["value"]
    assert row["low"] < 0.0 < row["high"]
    assert row["alone"] > 0.9


def test_it_takes_the_futures_of_a_comparison_and_says_both_answers() -> None:
    draws = draws_of(PLAN, 60, seed=1, names=NAMES)
    found = drivers(Question(PLAN, ()), 60, seed=2, draws=draws)
    compared = compare(PLAN, 60, seed=2, draws=draws)
    assert compared.over is not None
    np.testing.assert_array_equal(found.answers, compared.difference("npv").values)
    np.testing.assert_array_equal(
        found.as_set.values, compared.over.as_set.difference("npv").values
    )
    assert found.unknown == compared.unknown
    words = found.sentence()
    assert words.startswith("As set: the worth of the plan in net present value is ")
    assert "drives the worth of the plan in net present value most" in words
    assert found.to_json()["drivers"][0]["input"] == found.table().index[0]
    assert list(found.figures()) == ["drivers"]


def test_what_is_not_asked_so_is_refused() -> None:
    draws = draws_of(PLAN, 40, names=NAMES)
    with pytest.raises(InputError, match="at least 32 draws"):
        drivers(Question(PLAN, ()), 10, draws=draws)
    with pytest.raises(InputError, match="which alternative wins has none"):
        drivers(Question(PLAN, (), with_each=True), 40, draws=draws)
    with pytest.raises(ValueError, match="draws= must say"):
        drivers(Question(PLAN, ()), 40)
