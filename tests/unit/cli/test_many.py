from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm import replicate, with_values
from modelops_abm.core import outcomes
from modelops_abm.experiments import estimate
from modelops_abm.experiments.averages import in_words
from modelops_abm.experiments.statistics import Estimate
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.runs.results import Ensemble
from modelops_abm.runs.summary import GROUPS
from modelops_abm.scenario.presets import preset
from modelops_abm.version import __version__
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]
MANY = ("simulate", "--days", "20", "--replications", "5")
NOTHING_THERE = ("portfolio.initial_models=0", "portfolio.initial_ideas=0")


def test_json_is_what_the_library_gives(modelops: Command) -> None:
    code, out, err = modelops(*MANY, "--seed", "3", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    keys = {"scenario", "seed", "replications", "engine", "version", "summary", "published"}
    assert set(answer) == keys
    assert (answer["seed"], answer["replications"], answer["version"]) == (3, 5, __version__)
    scenario = with_values(preset("reference"), {"horizon_days": 20}, source="test")
    summaries = replicate(scenario, 5, seed=3).summaries()
    assert list(answer["summary"]) == [outcome.name for outcome in outcomes.SUMMARY]
    for name, shown in answer["summary"].items():
        expected = estimate(summaries[name].to_numpy())
        assert shown == {
            "n": expected.n,
            "mean": expected.mean,
            "standard_deviation": expected.standard_deviation,
            "half_width": expected.half_width,
        }


def test_json_has_null_for_what_does_not_exist(modelops: Command) -> None:
    settings = [word for name in NOTHING_THERE for word in ("--set", name)]
    summary = json.loads(modelops(*MANY, *settings, "--json").out)["summary"]
    nothing = {"mean": None, "standard_deviation": None, "half_width": None, "n": 0}
    assert summary["availability"] == nothing
    assert summary["models_delivered"]["mean"] == 0.0


def test_both_engines_give_the_same(modelops: Command) -> None:
    ensemble, mesa = (
        json.loads(modelops(*MANY, "--engine", engine, "--json").out)
        for engine in ("ensemble", "mesa")
    )
    assert (ensemble["engine"], mesa["engine"]) == ("ensemble", "mesa")
    assert ensemble["summary"] == mesa["summary"]


@pytest.mark.parametrize("width", [80, 120])
def test_table_fits_the_terminal(
    modelops: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, err = modelops(*MANY)
    assert (code, err) == (0, "")
    for title in (*GROUPS, "Out of service", "Where the value went", "std dev", "5 replications"):
        assert title in out
    assert max(len(line) for line in out.splitlines()) <= width
    assert "nan" not in out.lower().split()


def test_numbers_end_where_the_half_width_does() -> None:
    cells = in_words(Estimate(100, 10_634_567.0, 2_446_000.0, 485_400.0), "$ of day 0")
    assert [cell.replace(NARROW_SPACE, " ") for cell in cells] == ["$10.63 M", "$2.45 M", "$485 k"]
    share = in_words(Estimate(100, 0.89356, 0.00457, 0.00091), "share")
    assert [cell.replace(NARROW_SPACE, " ") for cell in share] == ["89.356 %", "0.457", "0.091"]
    assert in_words(Estimate(9, -2.5, 0.3, 0.2), "days")[0] == "−2.50 days"
    spent = in_words(Estimate(9, 3.6e5, 1e-11, 8e-12), "$")
    assert [cell.replace(NARROW_SPACE, " ") for cell in spent] == ["$360 k", "0", "0"]


def test_output_is_the_ensemble(modelops: Command) -> None:
    code, out, err = modelops(*MANY, "--output", "deep/many")
    assert (code, err) == (0, "")
    assert "Saved in deep/many" in out
    saved = Ensemble.load(Path("deep/many"))
    assert (saved.replications, saved.engine, saved.scenario.horizon_days) == (5, "ensemble", 20)
    assert [path.name for path in Path("deep").iterdir()] == ["many"]


def test_quiet_prints_nothing(modelops: Command) -> None:
    assert tuple(modelops(*MANY, "--quiet", "--output", "many")) == (0, "", "")
    assert Ensemble.load(Path("many")).replications == 5


def test_something_else_in_the_place_of_results_stays(modelops: Command) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work")
    Path("mine/run.json").write_text("{}")
    code, out, err = modelops(*MANY, "--output", "mine")
    assert (code, out) == (1, "")
    assert "mine/run.json: is in the way" in err
    assert Path("mine/run.json").read_text() == "{}"
    assert sorted(path.name for path in Path("mine").iterdir()) == ["run.json", "thesis.txt"]


def test_portfolio_is_named(modelops: Command) -> None:
    _, out, _ = modelops(*MANY, "--portfolio", "illustrative")
    assert "not real data" in " ".join(out.split())
