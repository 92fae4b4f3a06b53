"""The packaged portfolio is labelled, believable, and fits the default scenario."""

from __future__ import annotations

from collections import Counter

from modelops_abm.clients import attribute_sources, illustrative_portfolio
from modelops_abm.scenario.portfolio import STAGE_NAMES
from modelops_abm.scenario.scenario import Scenario

PORTFOLIO = illustrative_portfolio()


def test_it_is_labelled() -> None:
    assert PORTFOLIO.source == "illustrative portfolio, not real data"


def test_it_fits_the_default_scenario() -> None:
    assert Scenario(imported=PORTFOLIO).imported == PORTFOLIO


def test_it_is_mixed() -> None:
    stages = Counter(model.stage for model in PORTFOLIO.models)
    assert len(PORTFOLIO.models) == 24
    assert set(stages) == set(STAGE_NAMES)
    assert {model.regulated for model in PORTFOLIO.models} >= {True, None}
    owners = [owner for model in PORTFOLIO.models for owner in attribute_sources(model).values()]
    assert 0.3 < owners.count("client") / len(owners) < 0.9


def test_its_numbers_are_of_the_usual_size() -> None:
    for model in PORTFOLIO.models:
        assert 50 <= (model.addressable_users or 50) <= 10_000
        assert 1 <= (model.predictions_per_user_day or 1) <= 20
        assert 0.05 <= (model.value_per_prediction or 1) <= 5
        assert 0.0001 <= (model.cost_per_prediction or 0.005) <= 0.05
