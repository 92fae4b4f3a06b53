"""The command ``benchmarks``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from modelops_abm import preset
from modelops_abm.evidence.benchmarks import BENCHMARKS
from modelops_abm.evidence.model_card import benchmarks_of


def test_tells_ours_theirs_of_whom_and_the_verdict(modelops: Callable) -> None:
    outcome = modelops("benchmarks", "--replications", "3")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    assert "730 days, seed 0, 3 futures" in words
    assert "published figures that can be compared hold this organisation" in words
    for part in ("Time on upkeep", "inside", "above", "(below)", "±", "quoted by another source"):
        assert part in words
    assert all(len(line) <= 100 for line in outcome.out.splitlines())


def test_json_is_what_the_library_finds(modelops: Callable) -> None:
    said = json.loads(
        modelops("benchmarks", "--preset", "all_five", "--replications", "3", "--json").out
    )
    found = benchmarks_of(preset("all_five"), 3).to_json()
    assert said == json.loads(json.dumps(found))


def test_the_plan_and_changes_to_come_do_not_matter(modelops: Callable) -> None:
    plain = json.loads(modelops("benchmarks", "--replications", "2", "--json").out)
    planned = json.loads(
        modelops(
            *("benchmarks", "--preset", "all_five", "--change", "180:team.developers=4"),
            *("--replications", "2", "--json"),
        ).out
    )
    assert planned["measures"] == plain["measures"]


def test_over_a_belief_both_answers_are_told(modelops: Callable) -> None:
    asked = ("benchmarks", "--belief", "published", "--replications", "4")
    out = modelops(*asked).out
    assert "As set: " in out
    assert "Over what the organisation may be: " in out
    over = json.loads(modelops(*asked, "--json").out)
    as_set = json.loads(modelops("benchmarks", "--replications", "4", "--json").out)
    assert over["at_the_values_as_set"]["measures"] == as_set["measures"]
    assert over["measures"] != as_set["measures"]


def test_what_it_has_is_its_own(modelops: Callable) -> None:
    few = json.loads(
        modelops("benchmarks", "--set", "team.developers=4", "--replications", "2", "--json").out
    )
    assert few["measures"]["people"]["mean"] == pytest.approx(4.0)


def test_table_and_picture_are_kept(modelops: Callable) -> None:
    outcome = modelops("benchmarks", "--replications", "2", "--output", "kept")
    assert outcome.code == 0, outcome.err
    table = pd.read_parquet("kept/benchmarks.parquet")
    assert list(table["benchmark"]) == [each.name for each in BENCHMARKS.values() if each.about]
    assert Path("kept/benchmarks.png").stat().st_size > 10_000


@pytest.mark.parametrize("arguments", [("--days", "90"), ("--replications", "1")])
def test_what_it_does_not_take_is_refused(modelops: Callable, arguments: tuple[str, ...]) -> None:
    outcome = modelops("benchmarks", *arguments)
    assert outcome.code == 2
    assert arguments[0] in outcome.err
