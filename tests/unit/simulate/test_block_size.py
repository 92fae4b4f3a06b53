from __future__ import annotations

import pytest

from modelops_abm.runs.resources import MOST_REPLICATIONS, replications_per_block
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel
from modelops_abm.scenario.presets import preset

REFERENCE = preset("reference")


def changed(**values: float) -> Scenario:
    names = {name.replace("__", "."): value for name, value in values.items()}
    return with_values(REFERENCE, names, source="test")


def test_the_reference_fills_a_block() -> None:
    assert replications_per_block([REFERENCE]) == MOST_REPLICATIONS
    assert replications_per_block([changed(horizon_days=1)]) == MOST_REPLICATIONS
    assert replications_per_block([]) == MOST_REPLICATIONS


@pytest.mark.parametrize(
    ("heavier", "size"),
    [
        (changed(horizon_days=2_190), 4),
        (changed(portfolio__initial_models=2_400), 1),
        (changed(team__developers=24), 2),
        (changed(horizon_days=36_500, portfolio__initial_models=24_000), 1),
    ],
)
def test_the_heaviest_scenario_decides(heavier: Scenario, size: int) -> None:
    assert replications_per_block([heavier]) == size
    assert replications_per_block([REFERENCE, heavier]) == size


def test_tables_take_longer() -> None:
    assert replications_per_block([REFERENCE], with_tables=True) < MOST_REPLICATIONS


def test_the_models_of_a_portfolio_count() -> None:
    listed = tuple(PortfolioModel(id=str(number)) for number in range(2_400))
    portfolio = ImportedPortfolio(source="test", models=listed)
    assert replications_per_block([REFERENCE.model_copy(update={"imported": portfolio})]) == 1
