"""``compare`` with several plans: which is the best, or which may be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from modelops_abm.experiments import side_by_side
from modelops_abm.experiments.store import PAYBACKS
from modelops_abm.scenario import baseline_of, with_values
from modelops_abm.scenario.presets import preset

SMALL = ("--set", "portfolio.initial_models=6", "--days", "200", "--replications", "12")
PRESETS = ("--preset", "all_five", "--preset", "rollback_alone")


def test_says_which_is_ahead_of_which(modelops: Callable) -> None:
    outcome = modelops("compare", *PRESETS, *SMALL)
    assert outcome.code == 0, outcome.err
    for name in ("all_five", "rollback_alone", "baseline"):
        assert name in outcome.out
    assert "One against the other" in outcome.out
    assert all(len(line) <= 100 for line in outcome.out.splitlines())


def test_json_is_what_the_library_finds(modelops: Callable) -> None:
    said = json.loads(modelops("compare", *PRESETS, *SMALL, "--json").out)
    values = {"portfolio.initial_models": 6, "horizon_days": 200}
    plans = {
        name: with_values(preset(name), values, source="test")
        for name in ("all_five", "rollback_alone")
    }
    scenarios = {"baseline": baseline_of(plans["all_five"]), **plans}
    found = side_by_side(scenarios, 12, baseline="baseline")
    assert said["npv"]["all_five"]["difference"] == found.table("npv").loc["all_five", "difference"]
    assert said["order"] == list(found.ranking().order)
    assert len(said["pairs"]) == 3
    assert said["finance"]["all_five"]["loss"]["n"] == 12
    assert said["npv"]["baseline"]["difference"] is None


def test_files_and_presets_of_one_name_are_told_apart(modelops: Callable) -> None:
    modelops("template", "--scenario", "plan.toml", "--preset", "all_five")
    outcome = modelops("compare", "plan.toml", "--preset", "all_five", *SMALL, "--json")
    assert outcome.code == 0, outcome.err
    assert set(json.loads(outcome.out)["npv"]) == {"baseline", "all_five", "all_five 2"}


def test_another_baseline_can_be_named(modelops: Callable) -> None:
    outcome = modelops(
        "compare", "--preset", "all_five", "--against", "rollback_alone", *SMALL, "--json"
    )
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    assert said["scenarios"]["baseline"]["name"] == "rollback_alone"
    assert list(said["npv"]) == ["baseline", "all_five"]


def test_keeps_tables_and_a_picture(modelops: Callable, tmp_path: Path) -> None:
    assert modelops("compare", *PRESETS, *SMALL, "--output", "kept").code == 0
    assert len(pd.read_parquet(tmp_path / "kept" / "npv-by-future.parquet")) == 12
    with Image.open(tmp_path / "kept" / "side-by-side.png") as picture:
        assert picture.width == 2400


def test_goes_on_with_what_is_kept(modelops: Callable, tmp_path: Path) -> None:
    alone = modelops("compare", *PRESETS, *SMALL, "--json").out
    fewer = ("--replications", "5", "--output", "kept", "--json")
    assert modelops("compare", *PRESETS, *SMALL, *fewer).code == 0
    assert modelops("compare", *PRESETS, *SMALL, "--output", "kept", "--json").out == alone
    assert len(pd.read_parquet(tmp_path / "kept" / "runs")) == 3 * 12
    assert len(pd.read_parquet(tmp_path / "kept" / "runs" / PAYBACKS)) == 3 * 12


def test_one_plan_keeps_its_figures(modelops: Callable, tmp_path: Path) -> None:
    assert modelops("compare", "--preset", "all_five", *SMALL, "--output", "kept").code == 0
    assert "npv" in pd.read_parquet(tmp_path / "kept" / "figures.parquet").index
    assert len(pd.read_parquet(tmp_path / "kept" / "plan.parquet")) == 12
    with Image.open(tmp_path / "kept" / "worth-and-payback.png") as picture:
        assert picture.width == 2400


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--preset", "all_five", "--preset", "small_team"), "name one with --against"),
        (("--preset", "all_five", "--against", "nonsense"), "nonsense"),
        (("--preset", "all_five", "--preset", "nonsense"), "there is no preset"),
        (("--preset", "all_five") * 13, "at most 12 plans"),
    ],
)
def test_mistakes_are_said(modelops: Callable, arguments: tuple[str, ...], words: str) -> None:
    outcome = modelops("compare", *arguments)
    assert outcome.code in (1, 2)
    assert words in outcome.err
    assert "Traceback" not in outcome.err
