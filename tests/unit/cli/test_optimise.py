from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from modelops_abm import with_values
from modelops_abm.evidence.belief import Belief, save_belief
from modelops_abm.experiments import Decisions, draws_of, optimise as search
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.scenario.presets import preset
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]
ASKED = ("optimise", "--preset", "all_five", "--days", "400", "--replications", "16")
FEW = (*ASKED, "--levels", "1", "--starts", "0", "--trials", "32", "--finalists", "2")
MANY = (*ASKED, "--starts", "0,90", "--trials", "24", "--finalists", "2")


def words(text: str) -> str:
    return " ".join(text.replace(NARROW_SPACE, " ").split())


def test_it_is_what_the_library_gives(modelops: Command) -> None:
    budget = ("--budget-per-year", "150000", "--seed", "3", "--json")
    code, out, err = modelops(*MANY, *budget)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    plan = with_values(preset("all_five"), {"horizon_days": 400}, source="test")
    found = search(
        Decisions(plan, starts=(0.0, 90.0)),
        budget_per_year=150_000.0,
        trials=24,
        replications=16,
        finalists=2,
        seed=3,
    )
    assert answer["tried"] == found.tried
    assert answer["recommended"]["worth"]["mean"] == found.best.mean_gain
    assert len(answer["finalists"]) == len(found.finalists)
    assert answer["budget_per_year"] == 150_000.0
    assert answer["plan"]["horizon_days"] == 400


@pytest.mark.parametrize("width", [80, 100])
def test_the_answer_comes_first_and_fits_the_terminal(
    modelops: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    # So many finalists that none of all is left out, however alike they are.
    code, out, err = modelops(*FEW, "--finalists", "8")
    assert (code, err) == (0, "")
    told = words(out)
    assert told.index(" It is worth $") < told.index("Finalists, against doing nothing")
    assert "Build full " in told
    assert "against the plan given" in told.lower() or "plan that was given" in told
    assert "measured all " in told
    assert max(len(line) for line in out.splitlines()) <= width


def test_over_the_budget_is_said(modelops: Command) -> None:
    _, out, _ = modelops(*FEW, "--budget-per-year", "100000")
    told = words(out)
    assert "that plan is over the budget" in told
    assert "(over the budget)" in told


def test_a_folder_keeps_it_and_goes_on(modelops: Command, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    first = modelops(*FEW, "--output", str(place))
    assert first.code == 0
    assert {"experiment.json", "finalists.parquet", "frontier.png", "road-map.png", "runs"} <= {
        path.name for path in place.iterdir()
    }
    facts = json.loads((place / "experiment.json").read_text())
    assert (facts["experiment"], facts["trials"], facts["starts"]) == ("optimise", 32, [0.0])
    table = pd.read_parquet(place / "finalists.parquet")
    assert table["is_recommended"].sum() == 1
    runs = {path.name for path in (place / "runs").iterdir()}
    assert modelops(*FEW, "--output", str(place)) == first
    assert {path.name for path in (place / "runs").iterdir()} == runs, "nothing was run again"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--levels", "0,2"), "levels is 2; must be from 0 to 1"),
        (("--levels", "low"), "'low' is not numbers with commas between them: 0,0.5,1"),
        (("--starts", "400"), "starts is 400; must be a day from 0 to 399"),
        (("--developers", "7.5"), "developers is 7.5; must be whole numbers"),
        (("--developers", "inf"), "must be whole numbers"),
        (("--developers", "nan"), "must be whole numbers"),
        (("--budget-per-year", "-1"), "not a number of dollars above 0"),
        (("--trials", "0"), "0 is not in the range"),
    ],
)
def test_mistakes_are_said(modelops: Command, wrong: tuple[str, ...], said: str) -> None:
    code, out, err = modelops(*FEW, *wrong)
    assert code in (1, 2)
    assert out == ""
    assert said in words(err)


def test_the_team_may_change(modelops: Command) -> None:
    code, out, _ = modelops(*FEW, "--developers", "8,12", "--trials", "64", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["road_maps"] == 64
    assert answer["recommended"]["developers"] in (8, 12)


def test_over_a_belief_the_safe_one_stands_beside_the_best(
    modelops: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    plan = with_values(preset("all_five"), {"horizon_days": 100}, source="test")
    file = "belief.parquet"  # a long path would be a long line
    names = ["team.focus", "drift.onsets_per_year"]
    save_belief(Belief(plan, (), draws_of(plan, 30, names=names), 30.0), tmp_path / file)
    asked = ("optimise", "--belief", file, "--replications", "16", "--levels", "1", "--starts", "0")
    few = (*asked, "--trials", "32", "--finalists", "2", "--capital", "90000")
    code, out, err = modelops(*few)
    assert (code, err) == (0, "")
    told = words(out)
    assert "by the mean of the worst 5 % of futures (CVaR)" in told
    assert "Over what it may be" in told
    assert max(len(line) for line in out.splitlines()) <= 80
    answer = json.loads(modelops(*few, "--json").out)
    assert answer["recommended"]["worth"] == answer["recommended"]["last_check"]
    assert answer["over"]["draws"] == 16
    assert answer["over"]["regret"]["low"] <= answer["over"]["regret"]["high"] + 1e-9
    assert answer["capital"] == 90_000.0
