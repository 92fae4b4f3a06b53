from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm import simulate, with_values
from modelops_abm.clients import read_portfolio
from modelops_abm.core import outcomes
from modelops_abm.runs.results import Run
from modelops_abm.runs.summary import CAUSES, GROUPS, LEAKAGE
from modelops_abm.scenario import load_scenario
from modelops_abm.scenario.presets import preset
from modelops_abm.version import __version__
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]

NOTHING_THERE = ("portfolio.initial_models=0", "portfolio.initial_ideas=0")


def test_json_is_one_object_with_every_outcome(modelops: Command) -> None:
    code, out, err = modelops("simulate", "--days", "20", "--seed", "0", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    keys = {"scenario", "seed", "replication", "engine", "version", "summary", "published"}
    assert set(answer) == keys
    assert answer["seed"] == 0
    assert answer["version"] == __version__
    assert answer["scenario"]["horizon_days"] == 20
    assert list(answer["summary"]) == [outcome.name for outcome in outcomes.SUMMARY]


def test_json_has_null_for_what_does_not_exist(modelops: Command) -> None:
    settings = [word for name in NOTHING_THERE for word in ("--set", name)]
    _, out, _ = modelops("simulate", "--days", "2", *settings, "--json")
    summary = json.loads(out)["summary"]
    assert summary["availability"] is None
    assert summary["models_delivered"] == 0


def test_json_says_what_was_run(modelops: Command) -> None:
    """The scenario in the answer gives the answer again."""
    arguments = ("--preset", "small_team", "--days", "20", "--set", "drift.severity=0.5")
    _, out, _ = modelops("simulate", *arguments, "--seed", "7", "--replication", "2", "--json")
    answer = json.loads(out)
    Path("again.json").write_text(json.dumps(answer["scenario"]))
    run = simulate(load_scenario("again.json"), seed=7, replication=2)
    assert dict(run.summary) == answer["summary"]


def test_it_is_what_the_library_gives(modelops: Command) -> None:
    _, out, _ = modelops("simulate", "--days", "20", "--seed", "3", "--json")
    scenario = with_values(preset("reference"), {"horizon_days": 20}, source="test")
    assert json.loads(out)["summary"] == dict(simulate(scenario, seed=3).summary)


def test_summary_has_every_outcome_once() -> None:
    shown = [name for names in GROUPS.values() for name in names]
    shown += [name for names in CAUSES.values() for name in names]
    shown += [name for name in LEAKAGE if name != "value"]
    assert sorted(shown) == sorted(outcome.name for outcome in outcomes.SUMMARY)


@pytest.mark.parametrize("width", [80, 120])
def test_summary_fits_the_terminal(
    modelops: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, err = modelops("simulate", "--days", "20")
    assert (code, err) == (0, "")
    for title in (*GROUPS, "Out of service", "Where the value went", "Net present value"):
        assert title in out
    assert max(len(line) for line in out.splitlines()) <= width
    assert "\x1b" not in out


def test_summary_has_a_dash_for_what_does_not_exist(modelops: Command) -> None:
    settings = [word for name in NOTHING_THERE for word in ("--set", name)]
    _, out, _ = modelops("simulate", "--days", "2", *settings)
    (line,) = (line for line in out.splitlines() if line.startswith("Served share"))
    assert line.split()[-1] == "–"
    assert "nan" not in out.lower().split()


def test_quiet_prints_nothing(modelops: Command) -> None:
    assert tuple(modelops("simulate", "--days", "2", "--quiet", "--output", "run")) == (0, "", "")
    assert Run.load(Path("run")).scenario.horizon_days == 2


def test_output_keeps_what_was_asked_for(modelops: Command) -> None:
    arguments = ("--days", "5", "--output", "deep/run", "--csv", "--model-days")
    code, out, err = modelops("simulate", *arguments)
    assert (code, err) == (0, "")
    assert "Saved in deep/run" in out
    run = Run.load(Path("deep/run"))
    assert run.model_days is not None
    assert len(run.daily) == 5
    assert Path("deep/run/daily.csv").exists()
    assert [path.name for path in Path("deep").iterdir()] == ["run"]


def test_output_replaces_an_earlier_result(modelops: Command) -> None:
    modelops("simulate", "--days", "5", "--output", "run")
    modelops("simulate", "--days", "6", "--output", "run")
    assert len(Run.load(Path("run")).daily) == 6


def test_pictures(modelops: Command) -> None:
    code, _, err = modelops("simulate", "--days", "40", "--output", "run", "--pictures")
    assert (code, err) == (0, "")
    pictures = list(Path("run/pictures").iterdir())
    assert pictures
    assert all(path.stat().st_size > 1000 for path in pictures)
    assert Run.load(Path("run")).scenario.horizon_days == 40


def test_portfolio_says_what_came_from_where(modelops: Command) -> None:
    Path("models.csv").write_text("id,users,stage\na,10,production\nb,,idea\n")
    code, out, err = modelops("simulate", "--portfolio", "models.csv", "--days", "5")
    assert (code, err) == (0, "")
    words = " ".join(out.split())
    assert "models.csv, 2 models (1 in the backlog, 1 in production)" in words
    assert "every row gives id, stage some rows give users (1) no row gives name" in words
    assert "falls back to the scenario" in words


def test_what_a_portfolio_gives_and_is_not_used_is_said(modelops: Command) -> None:
    Path("m.csv").write_text("id,stage,deployed_at,owner\nN1,deployment,2026-09-01,Team A\n")
    arguments = ("simulate", "--portfolio", "m.csv", "--days", "5")
    assert modelops(*arguments).code == 1
    code, out, err = modelops(*arguments, "--ignore-unknown-columns", "--output", "run", "--csv")
    assert (code, err) == (0, "")
    words = " ".join(out.split())
    assert "every row gives id, stage given, not used deployed_at no row gives" in words
    assert "Not used: deployed_at of 1 model (N1): a model goes live when its work" in words
    assert Run.load(Path("run")).models["from_client"][0] == "id, name, stage"


def test_portfolio_goes_on_top_of_the_scenario(modelops: Command) -> None:
    Path("plan.toml").write_text("start_date = 2026-06-01\n[team]\ndevelopers = 3\n")
    Path("models.csv").write_text("id,deployed_at\na,2026-05-03\n")
    arguments = ("plan.toml", "--portfolio", "models.csv", "--days", "5", "--json")
    scenario = json.loads(modelops("simulate", *arguments).out)["scenario"]
    assert scenario["team"]["developers"] == 3
    assert scenario["imported"]["source"] == "models.csv"
    sources = {entry["name"]: entry for entry in scenario["sources"]}
    assert sources["imported"]["confidence"] == "client"
    assert sources["team.developers"]["source"] == "file plan.toml"
    assert sources["horizon_days"]["source"] == "set on the command line"


def test_illustrative_and_empty_portfolios(modelops: Command) -> None:
    _, out, _ = modelops("simulate", "--portfolio", "illustrative", "--days", "5")
    assert "not real data" in out
    Path("none.csv").write_text("id\n")
    code, out, _ = modelops("simulate", "--portfolio", "none.csv", "--days", "5")
    assert code == 0
    assert "0 models" in out


SMALL_TEAM = ("--set", "team.developers=1", "--days", "200")


@pytest.mark.parametrize(
    "command",
    [
        ("simulate",),
        ("simulate", "--replications", "4"),
        ("compare", "--preset", "all_five", "--replications", "4"),
        ("compare", "--preset", "all_five", "--preset", "rollback_alone", "--replications", "4"),
    ],
)
def test_a_team_that_cannot_carry_its_portfolio_is_told_so(
    modelops: Command, command: tuple[str, ...]
) -> None:
    """Once, with what team would do and the teams that were tried."""
    code, out, _ = modelops(*command, *SMALL_TEAM)
    said = " ".join(out.split())
    assert code == 0
    assert said.count("A team of 1 developer cannot carry this portfolio") == 1
    assert "would do" in said
    assert "not a promise" in said
    assert "waiting, of the time to restore" in said
    _, out, _ = modelops(*command, "--days", "200")
    assert "cannot carry" not in out


def test_json_says_that_a_team_cannot_carry_its_portfolio(modelops: Command) -> None:
    _, out, _ = modelops("simulate", *SMALL_TEAM, "--json")
    found = json.loads(out)["staffing"]
    assert found["carried"] is False
    assert found["would_do"]["developers"] > 1


FEW = ("--against", "reference", "--replications", "3", "--days", "20")
ROWS = "id,users\na,100\nb,200\n"
ASKED = "The portfolio is given, the team is the product's default: 8 developers, $190"
LATER = "the team is the product's default: 8 developers at the start, $190"


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--days", "20"),
        ("compare", "--preset", "all_five", "--replications", "3", "--days", "20"),
        ("compare", "--preset", "all_five", "--preset", "start_up", *FEW),
        ("credit", "--preset", "all_five", "--replications", "3", "--days", "20"),
    ],
)
def test_a_portfolio_asks_for_its_team(modelops: Command, command: tuple[str, ...]) -> None:
    """Once, and not of a team that is stated, be it the default."""
    Path("rows.csv").write_text(ROWS, encoding="utf-8")
    _, out, _ = modelops(*command, "--portfolio", "rows.csv")
    assert " ".join(out.split()).count(ASKED) == 1
    _, out, _ = modelops(*command, "--portfolio", "rows.csv", "--set", "team.developers=8")
    assert "product's default" not in out
    _, out, _ = modelops(*command, "--portfolio", "illustrative")
    assert "product's default" not in out


def test_the_team_of_a_preset_is_asked_for_too(modelops: Command) -> None:
    """A preset speaks of its own organisation, not of the client's."""
    Path("rows.csv").write_text(ROWS, encoding="utf-8")
    command = ("simulate", "--preset", "start_up", "--days", "20", "--portfolio", "rows.csv")
    _, out, _ = modelops(*command)
    assert "the team is that of preset start_up: 3 developers," in " ".join(out.split())
    _, out, _ = modelops(*command, "--set", "team.developers=3")
    assert "the team is that of" not in out


def test_a_team_that_changes_is_asked_for_as_it_starts(modelops: Command) -> None:
    Path("rows.csv").write_text(ROWS, encoding="utf-8")
    change = ("--change", "5:team.developers=2")
    _, out, _ = modelops("simulate", "--days", "20", *change, "--portfolio", "rows.csv")
    words = " ".join(out.split())
    assert LATER in words
    assert "Values change: day 5: team.developers=2." in words


def test_beside_json_the_team_is_asked_for_on_standard_error(modelops: Command) -> None:
    Path("rows.csv").write_text(ROWS, encoding="utf-8")
    _, out, err = modelops("simulate", "--portfolio", "rows.csv", "--days", "5", "--json")
    assert json.loads(out)
    assert ASKED in " ".join(err.split())


def test_a_result_in_python_asks_for_the_team() -> None:
    rows = read_portfolio(ROWS.encode(), name="rows.csv")
    scenario = with_values(
        preset("reference"), {"imported": rows, "horizon_days": 5}, source="test"
    )
    assert ASKED in simulate(scenario).notes().replace("\u202f", " ")
    stated = with_values(scenario, {"team.developers": 5}, source="test")
    assert simulate(stated).notes() == ""
