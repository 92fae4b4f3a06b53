"""The command ``fit``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.evidence import fit as fitting
from modelops_abm.evidence.belief import load_belief

ANSWERS = (
    *("--answer", "models_live=8", "--answer", "people=3"),
    *("--answer", "outages_per_month~8", "--answer", "upkeep_share=40%..60%"),
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make a fit little work, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    size = fitting.Size(draws=200, rounds=(40, 40), checked=20)
    monkeypatch.setitem(fitting.fit.__kwdefaults__, "size", size)


def test_tells_what_was_learned_and_writes_the_belief(modelops: Callable) -> None:
    outcome = modelops("fit", *ANSWERS, "--output", "belief.parquet")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.replace("\u202f", " ").split())
    assert "What it shows" in words
    assert "Outages a month" in words
    assert "compare --belief belief.parquet" in words
    belief = load_belief("belief.parquet")
    assert len(belief.draws) == 200
    assert belief.scenario.portfolio.initial_models == 8
    assert [each.about for each in belief.evidence] == ["outages_per_month", "upkeep_share"]
    assert sorted(path.name for path in Path().iterdir()) == ["belief.parquet"]


def test_json_is_one_object_and_the_same_each_time(modelops: Callable) -> None:
    one, other = (json.loads(modelops("fit", *ANSWERS, "--json").out) for _ in range(2))
    assert one == other
    assert {"learned", "predicted", "contradictions", "effective_draws"} <= set(one)


def test_what_is_there_is_not_replaced(modelops: Callable) -> None:
    Path("belief.parquet").write_text("mine")
    outcome = modelops("fit", *ANSWERS, "--output", "belief.parquet")
    assert outcome.code == 1
    assert "is there already" in outcome.err
    assert Path("belief.parquet").read_text() == "mine"


def test_wrong_answers_are_told_together(modelops: Callable) -> None:
    outcome = modelops(
        *("fit", "--answer", "outages=3", "--answer", "people=3", "--answer", "people=4")
    )
    assert outcome.code == 1
    assert "there is no such question" in outcome.err
    assert "is answered twice" in outcome.err
    assert modelops("fit", "--output", "belief.csv").code == 1
