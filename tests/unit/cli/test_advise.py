"""``advise``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm import preset, with_values
from modelops_abm.evidence.belief import Belief, save_belief
from modelops_abm.experiments import draws_of
from modelops_abm.formats import NARROW_SPACE
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]
SHORT = ("--days", "90", "--replications", "10", "--levels", "1", "--starts", "0", "--trials", "6")
SMALL = ("--set", "portfolio.initial_models=4", "--set", "portfolio.initial_ideas=3")
ASKED = ("advise", *SHORT, *SMALL, "--budget", "90000")


def words(text: str) -> str:
    return " ".join(text.replace(NARROW_SPACE, " ").split())


def test_the_answer_comes_first_and_fits_the_terminal(
    modelops: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = modelops(*ASKED)
    assert (code, err) == (0, "")
    told = words(out)
    assert "10 futures, organisations as published" in told
    assert " Buy " in told
    assert "The budget limits capital over the whole time, on average" in told or "nothing" in told
    assert max(len(line) for line in out.splitlines()) <= 80


def test_json_is_one_object_and_the_same_again(modelops: Command) -> None:
    code, out, err = modelops(*ASKED, "--as-set", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["capital"] == 90_000.0
    assert said["as_set"] is True
    assert said["safe"] is None
    assert said["advice"][0].startswith("Buy ")
    assert json.loads(modelops(*ASKED, "--as-set", "--json").out) == said


def test_over_a_belief_of_a_file(modelops: Command, tmp_path: Path) -> None:
    plan = with_values(preset("all_five"), {"horizon_days": 100}, source="test")
    file = str(tmp_path / "belief.parquet")
    save_belief(Belief(plan, (), draws_of(plan, 30, names=["team.focus"]), 30.0), file)
    folder = tmp_path / "kept"
    asked = ("advise", *SHORT, "--budget", "90000", "--belief", file)
    code, _, err = modelops(*asked, "--output", str(folder))
    assert (code, err) == (0, "")
    assert {"futures.csv", "futures.parquet", "advice.png", "road-map.png"} <= {
        each.name for each in folder.iterdir()
    }
    said = json.loads(modelops(*asked, "--output", str(folder), "--json").out)
    assert said["belief"]["draws"] == 30
    assert said["regret"]["low"] <= said["regret"]["high"] + 1e-9


@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        (("advise", *SHORT), 2, "--budget"),
        (("advise", *SHORT, "--budget", "0"), 2, "is not a number of dollars above 0"),
        (
            ("advise", *SHORT, "--budget", "$250k", "--budget-chance", "1"),
            1,
            "--budget-chance must be above 0 and below 1",
        ),
        (
            ("advise", *SHORT, "--budget", "1e5", "--as-set", "--belief", "published"),
            1,
            "--as-set and --belief contradict each other",
        ),
    ],
)
def test_mistakes_are_told(modelops: Command, wrong: tuple[str, ...], code: int, told: str) -> None:
    outcome = modelops(*wrong)
    assert outcome.code == code
    assert told in outcome.err
