"""Written portfolios and the template."""

from __future__ import annotations

import csv
import io
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from modelops_abm.clients import (
    attribute_sources,
    illustrative_portfolio,
    read_portfolio,
    template_csv,
    write_portfolio,
    write_template,
)
from modelops_abm.clients.portfolio import portfolio_csv
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel
from modelops_abm.scenario.scenario import Scenario

STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def test_the_template_reads_and_shows_two_stages(tmp_path: Path) -> None:
    write_template(tmp_path / "template.csv")
    template = read_portfolio(tmp_path / "template.csv", start_date=Scenario().start_date)
    assert [model.stage for model in template.models] == ["production", "idea"]
    assert template_csv().splitlines()[0].split(",") == list(PortfolioModel.model_fields)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "models.csv"
    write_portfolio(illustrative_portfolio(), path)
    before = path.read_bytes()

    def refuse(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(KeyboardInterrupt):
        write_portfolio(ImportedPortfolio(source="empty"), path, replace=True)
    assert [file.name for file in tmp_path.iterdir()] == ["models.csv"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("users", [0.0, 1.234, 999.125, 1e9, 5e-324, 0.1 + 0.2])
def test_numbers_read_back_to_the_bit(users: float) -> None:
    portfolio = ImportedPortfolio(source="x", models=(PortfolioModel(id="a", users=users),))
    assert read_portfolio(portfolio_csv(portfolio).encode(), name="x") == portfolio


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-1",
        "@SUM(A1)",
        "'=1+1",
        "''-x",
        "'plain",
        "\uff1d1",
        '=cmd|"/c x"!A1',
    ],
)
def test_no_text_is_a_formula_and_all_text_reads_back(text: str) -> None:
    models = (PortfolioModel(id=text, name=text, archetype=text, users=7.0),)
    portfolio = ImportedPortfolio(source="x", models=models)
    written = portfolio_csv(portfolio)
    assert read_portfolio(written.encode(), name="x") == portfolio
    cells = next(islice(csv.reader(io.StringIO(written)), 1, None))
    assert not any(cell.startswith(STARTS_OF_FORMULAS) for cell in cells)


def test_what_the_client_left_out_stays_left_out() -> None:
    entry = PortfolioModel(id="a", stage="production", users=None, deployed_at=date(2024, 1, 1))
    again = read_portfolio(
        portfolio_csv(ImportedPortfolio(source="x", models=(entry,))).encode()
    ).models[0]
    assert attribute_sources(again) == attribute_sources(entry)


def test_every_attribute_says_whose_it_is() -> None:
    owners = attribute_sources(
        PortfolioModel(id="a", users=3.0, stage="production", archetype=None)
    )
    assert tuple(owners) == tuple(PortfolioModel.model_fields)
    assert {name for name, owner in owners.items() if owner == "client"} == {
        "id",
        "name",
        "users",
        "stage",
    }
