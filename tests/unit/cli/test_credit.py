"""The command ``credit``: what it prints, keeps, and says of mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from modelops_abm.experiments import credit
from modelops_abm.scenario import with_values
from modelops_abm.scenario.presets import preset

SMALL = {"portfolio.initial_models": 6, "horizon_days": 200}
TWO = {"capabilities.rollback.maximum": 1.0, "capabilities.lineage.maximum": 0.5}
PLAN = tuple(part for name, value in (SMALL | TWO).items() for part in ("--set", f"{name}={value}"))
FUTURES = ("--replications", "8")


def test_prints_shares_that_add_up_and_pairs(modelops: Callable) -> None:
    outcome = modelops("credit", *PLAN, *FUTURES)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert {line.split()[0] for line in lines if line.startswith(("rollback", "lineage", "tog"))}
    assert "rollback and lineage" in outcome.out
    assert "Net present value: together they change it by" in outcome.out


def test_json_is_what_the_library_finds(modelops: Callable) -> None:
    outcome = modelops("credit", *PLAN, *FUTURES, "--json", "--outcome", "availability")
    assert outcome.code == 0, outcome.err
    said = json.loads(outcome.out)
    plan = with_values(preset("reference"), SMALL | TWO, source="test")
    found = credit(plan, 8, outcomes=("availability",))
    for name in ("rollback", "lineage"):
        share = found.share(name, "availability").estimate
        assert said["capabilities"][name]["share"]["mean"] == share.mean
    shares = [each["share"]["mean"] for each in said["capabilities"].values()]
    assert sum(shares) == pytest.approx(said["together"]["mean"])
    assert said["order"][0] in said["may_be_highest"]


def test_keeps_tables_and_pictures(modelops: Callable, tmp_path: Path) -> None:
    assert modelops("credit", *PLAN, *FUTURES, "--output", "kept").code == 0
    shares = pd.read_parquet(tmp_path / "kept" / "shares.parquet")
    assert set(shares.index) == {"rollback", "lineage"}
    for name in ("shares", "synergies"):  # for spreadsheets, the same to the last digit
        table = pd.read_parquet(tmp_path / "kept" / f"{name}.parquet").reset_index()
        spreadsheet = pd.read_csv(tmp_path / "kept" / f"{name}.csv")
        table = table.rename(columns={"index": "name"})
        pd.testing.assert_frame_equal(spreadsheet, table, check_dtype=False, rtol=1e-14)
    assert {"share_mean", "share_half_width", "alone_mean", "last_mean"} <= set(shares.columns)
    pairs = pd.read_parquet(tmp_path / "kept" / "synergies.parquet")
    assert list(pairs.index) == [("rollback", "lineage")]
    for name in ("waterfall", "synergies"):
        with Image.open(tmp_path / "kept" / f"{name}.png") as picture:
            assert picture.width == 2400


def test_one_capability_alone_needs_no_pairs(modelops: Callable, tmp_path: Path) -> None:
    plan = ("--set", "capabilities.rollback.maximum=1", "--days", "120")
    outcome = modelops("credit", *plan, *FUTURES, "--output", "kept")
    assert outcome.code == 0, outcome.err
    assert "Two together" not in outcome.out
    assert not (tmp_path / "kept" / "synergies.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--preset", "reference"), "this is the baseline"),
        ((*PLAN, "--outcome", "nvp"), "did you mean npv"),
        ((*PLAN, "--replications", "1"), "1 is a single run"),
    ],
)
def test_mistakes_are_said(modelops: Callable, arguments: tuple[str, ...], words: str) -> None:
    outcome = modelops("credit", *arguments)
    assert outcome.code in (1, 2)
    assert words in outcome.err
