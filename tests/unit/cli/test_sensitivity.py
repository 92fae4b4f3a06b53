"""The commands ``sensitivity`` and ``voi``: what they print, keep, and say of mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from modelops_abm.experiments import Question, sobol, tornado
from modelops_abm.experiments.information_runs import value_of_information
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.scenario import baseline_of, with_values
from modelops_abm.scenario.presets import preset

VALUES = {
    "portfolio.initial_models": 5,
    "horizon_days": 200,
    "capabilities.rollback.maximum": 1.0,
}
PLAN = tuple(part for name, value in VALUES.items() for part in ("--set", f"{name}={value}"))
TEXTS = ("drift.severity=0.1..0.5", "model.market_size=log:50..5000")
VARIED = tuple(part for text in TEXTS for part in ("--vary", text))
FUTURES = ("--replications", "3")


def question() -> Question:
    plan = with_values(preset("reference"), VALUES, source="test")
    return Question(plan, tuple(parse_input(text) for text in TEXTS))


@pytest.mark.parametrize("method", ["tornado", "morris", "sobol"])
def test_says_what_moves_most_and_keeps_it(modelops: Callable, tmp_path: Path, method: str) -> None:
    points = ("--points", "4")
    outcome = modelops(
        "sensitivity", *PLAN, *VARIED, *FUTURES, *points, "--method", method, "--output", "kept"
    )
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert any(line.startswith("Users a model could have") for line in lines)
    with Image.open(tmp_path / "kept" / f"{method}.png") as picture:
        assert picture.width == 2400
    name = "indices" if method == "sobol" else "effects"
    table = pd.read_parquet(tmp_path / "kept" / f"{name}.parquet")
    assert {"drift.severity", "model.market_size"} <= set(table.index.get_level_values("input"))


def test_json_is_the_tornado_of_the_library(modelops: Callable) -> None:
    outcome = modelops("sensitivity", *PLAN, *VARIED, *FUTURES, "--json")
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    found = tornado(question(), 3)
    assert [each["input"] for each in said["effects"]] == [s.input.name for s in found.swings]
    for each, swing in zip(said["effects"], found.swings, strict=True):
        assert [row["mean"] for row in each["values"]] == pytest.approx(list(swing.means))


def test_json_is_the_sobol_of_the_library(modelops: Callable) -> None:
    sobol_of_four = ("--method", "sobol", "--points", "4")
    outcome = modelops("sensitivity", *PLAN, *VARIED, *FUTURES, *sobol_of_four, "--json")
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    found = sobol(question(), 4, 3)
    totals = {each["input"]: each["total"] for each in said["indices"]}
    assert totals == dict(zip(found.indices.names, found.indices.total.tolist(), strict=True))
    assert found.decision is not None
    turns = {each["input"]: each["share"] for each in said["decision"]["turns"]}
    assert turns == {name: each.share for name, each in found.decision.turns.items()}
    wins = {each["alternative"]: each["share"] for each in said["decision"]["wins"]}
    assert wins == {name: each.share for name, each in found.decision.wins.items()}


EACH = (*PLAN, "--set", "capabilities.lineage.maximum=1.0", "--each")


def test_each_capability_alone_may_win(modelops: Callable, tmp_path: Path) -> None:
    outcome = modelops("sensitivity", *EACH, *VARIED, *FUTURES, "--output", "kept")
    assert outcome.code == 0, outcome.err
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    with Image.open(tmp_path / "kept" / "winners.png") as picture:
        assert picture.width == 2400
    table = pd.read_parquet(tmp_path / "kept" / "winners.parquet")
    assert set(table["best"]) <= {"the baseline", "rollback alone", "lineage alone", "the plan"}
    again = modelops("sensitivity", *EACH, *VARIED, *FUTURES, "--output", "kept", "--json")
    said = json.loads(again.out)
    assert len(said["alternatives"]) == 4
    kept = table.groupby("input", sort=False)["may_be_best"].apply(list)
    for each in said["effects"]:
        assert [", ".join(at["may_be_best"]) for at in each["best"]] == kept[each["input"]]


def test_each_capability_alone_may_win_at_points(modelops: Callable) -> None:
    points = ("--method", "sobol", "--points", "4")
    outcome = modelops("sensitivity", *EACH, *VARIED, *FUTURES, *points)
    assert outcome.code == 0, outcome.err
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    assert "lineage alone" in outcome.out


def test_voi_says_what_to_measure_and_keeps_it(modelops: Callable, tmp_path: Path) -> None:
    points = ("--points", "32")
    outcome = modelops("voi", *PLAN, *VARIED, *FUTURES, *points, "--output", "kept")
    assert outcome.code == 0, outcome.err
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    assert "on what is known" in outcome.out
    table = pd.read_parquet(tmp_path / "kept" / "value-of-information.parquet")
    assert set(table.index) == {"drift.severity", "model.market_size"}
    again = modelops("voi", *PLAN, *VARIED, *FUTURES, *points, "--output", "kept", "--json")
    said = json.loads(again.out)
    asked = question()
    alternatives = {"the baseline": baseline_of(asked.plan), "the plan": asked.plan}
    found = value_of_information(alternatives, asked.inputs, 32, 3)
    assert said["perfect"]["mean"] == found.perfect.mean
    assert {name: value["mean"] for name, value in said["partial"].items()} == {
        name: value.mean for name, value in found.partial.items()
    }


def test_what_is_set_is_not_varied(modelops: Callable) -> None:
    """Also if it is set to what the default is; without --vary, and in a section of it."""
    plan = (*PLAN, "--set", "drift.onsets_per_year=2.5", *FUTURES)
    outcome = modelops("sensitivity", *plan, "--vary", "drift", "--json")
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    varied = {each["input"] for each in said["effects"]}
    assert "drift.severity" in varied
    assert "drift.onsets_per_year" not in varied
    assert said["left_out"]["drift.onsets_per_year"] == "given: set on the command line"
    shown = modelops("sensitivity", *plan, "--vary", "drift")
    assert "scenario states (drift events per model)" in " ".join(shown.out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sensitivity", "--preset", "reference"), "this is the baseline"),
        (("sensitivity", *PLAN, "--outcome", "nvp"), "did you mean npv"),
        (("sensitivity", *PLAN, "--vary", "drift.severty"), "did you mean drift.severity"),
        (("sensitivity", *PLAN, *VARIED, "--method", "sobol", "--points", "5"), "2, 4, 8"),
        (("sensitivity", *PLAN, "--each", "--plan-alone"), "leave one of them out"),
        (("sensitivity", *PLAN, "--each", "--method", "morris"), "winning has no size"),
        (("voi", "--preset", "reference"), "this is the baseline"),
        (("voi", *PLAN, "--points", "8"), "32"),
    ],
)
def test_mistakes_are_said(modelops: Callable, arguments: tuple[str, ...], words: str) -> None:
    outcome = modelops(*arguments)
    assert outcome.code in (1, 2)
    assert words in outcome.err
