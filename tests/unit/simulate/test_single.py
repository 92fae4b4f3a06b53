from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from modelops_abm.clients import illustrative_portfolio, read_portfolio
from modelops_abm.runs import replicate, simulate
from modelops_abm.runs.results import Run
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import preset

SCENARIOS = {
    "generated": with_values(preset("all_five"), {"horizon_days": 300}, source="test"),
    "client": Scenario(
        start_date=date(2026, 1, 1), horizon_days=200, imported=illustrative_portfolio()
    ),
    "empty": with_values(
        preset("reference"),
        {
            "horizon_days": 2,
            "portfolio.initial_models": 0,
            "portfolio.initial_ideas": 0,
            "portfolio.ideas_per_year": 0.0,
        },
        source="test",
    ),
}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_both_engines_give_the_same_run(scenario: Scenario) -> None:
    mesa = simulate(scenario, seed=2, replication=1)
    ensemble = simulate(scenario, seed=2, replication=1, engine="ensemble")
    for table in ("daily", "events", "models", "developers"):
        pd.testing.assert_frame_equal(
            getattr(mesa, table), getattr(ensemble, table), check_exact=True
        )
    assert dict(mesa.summary) == dict(ensemble.summary)
    assert dict(mesa.totals) == dict(ensemble.totals)


def test_the_models_days_add_up_to_the_portfolio() -> None:
    run = simulate(SCENARIOS["generated"], model_days=True)
    assert run.model_days is not None
    by_day = run.model_days.groupby("day")["value_today"].sum()
    assert by_day.to_numpy() == pytest.approx(run.daily["value"].to_numpy()[by_day.index])
    assert by_day.sum() == pytest.approx(run.totals["value"])
    assert run.models["value"].sum() == pytest.approx(run.totals["value"])


@pytest.mark.parametrize("name", ["generated", "client"])
def test_the_models_time_in_production_adds_up(name: str) -> None:
    run = simulate(SCENARIOS[name], engine="ensemble")
    days = run.models["production_days"]
    assert days.sum() == pytest.approx(run.totals["production_days"], rel=1e-9)
    assert days.between(0.0, run.scenario.horizon_days).all()
    assert (days[run.models["went_live_at"].isna()] == 0.0).all()
    served = run.models["served_days"]
    assert served.sum() == pytest.approx(run.totals["served_days"], rel=1e-9)
    assert (served <= days + 1e-6).all()


def test_a_client_is_told_whose_value_is_whose() -> None:
    models = simulate(SCENARIOS["client"], engine="ensemble").models
    clients = models[models["origin"] == "client"]
    assert len(clients) == len(illustrative_portfolio().models)
    assert clients["from_client"].str.contains("stage").any()
    assert (models[models["origin"] == "idea"]["from_client"] == "").all()


@pytest.mark.parametrize("engine", ["mesa", "ensemble"])
def test_a_clients_id_is_in_the_table_and_every_column_of_a_csv_is_named(
    engine: Literal["mesa", "ensemble"], tmp_path: Path
) -> None:
    portfolio = read_portfolio(b"id,name,users\nNA,Churn,100\n007,Churn,500\n")
    run = simulate(Scenario(horizon_days=60, imported=portfolio), engine=engine)
    assert run.models["id"].to_list()[:2] == ["NA", "007"]
    assert run.models.loc[run.models["origin"] == "idea", "id"].isna().all()
    run.save(tmp_path / "run", csv=True)
    pd.testing.assert_frame_equal(Run.load(tmp_path / "run").models, run.models)
    with (tmp_path / "run" / "models.csv").open(newline="", encoding="utf-8") as file:
        assert [row["id"] for row in csv.DictReader(file)][:2] == ["NA", "007"]
    for table in ("daily", "events", "models", "developers"):
        first_line = (tmp_path / "run" / f"{table}.csv").read_text().splitlines()[0]
        assert all(first_line.split(","))


def test_a_clients_id_is_in_the_models_of_many_runs() -> None:
    portfolio = read_portfolio(b"id\n007\nNA\n")
    models = replicate(Scenario(horizon_days=5, imported=portfolio), 2, models=True).models
    assert models is not None
    assert models.loc[models["origin"] == "client", "id"].to_list() == ["007", "NA"] * 2


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(ValueError, match="Mesa engine"):
        simulate(SCENARIOS["empty"], engine="ensemble", model_days=True)
    with pytest.raises(ValueError, match="'mesa' or 'ensemble'"):
        simulate(SCENARIOS["empty"], engine="other")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whole number"):
        simulate(SCENARIOS["empty"], seed=-1)
