"""What a scenario says of how well its values are known: files, replacement, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelops_abm.scenario import (
    InputError,
    Scenario,
    catalogue,
    describe,
    fingerprint_of,
    load_scenario,
    parse_assignment,
    save_scenario,
    with_values,
)
from modelops_abm.scenario.changes import parse_range
from modelops_abm.scenario.knowledge import Knowledge, Spread, Weights
from modelops_abm.scenario.sources import own_knowledge, with_range
from modelops_abm.scenario.words import known_in_words

OURS = """\
[team]
developers = 12

[[sources]]
name = "team.developers"
source = "head count"
confidence = "client"
low = 10
high = 15

[[sources]]
name = "retraining.serves_while_retraining"
source = "interview"
weights = { true = 3, false = 1 }

[[sources]]
name = "model.market_size"
source = "licences"
low = 100
high = 900.5
percent = 50
"""


def known(scenario: Scenario, name: str) -> Knowledge | None:
    (found,) = (each for each in catalogue() if each.name == name)
    return own_knowledge(scenario, found)


@pytest.fixture
def ours(tmp_path: Path) -> Scenario:
    file = tmp_path / "ours.toml"
    file.write_text(OURS, encoding="utf-8")
    return load_scenario(file)


def test_a_file_says_how_well_a_value_is_known(ours: Scenario) -> None:
    assert known(ours, "team.developers") == Spread(10.0, 15.0)
    assert known(ours, "model.market_size") == Spread(100.0, 900.5, percent=50.0)
    weights = Weights(((True, 3.0), (False, 1.0)), "interview")
    assert known(ours, "retraining.serves_while_retraining") == weights
    assert known(ours, "team.focus") is None
    words = {each.quantity.name: known_in_words(each) for each in describe(ours)}
    assert words["team.developers"] == "10 to 15"
    assert words["model.market_size"] == "100 to 900 (50 %)"
    assert words["retraining.serves_while_retraining"] == "yes 75 %, no 25 %"
    assert words["usage.neutral_availability"] == "0.3 to 0.9"
    stated = with_values(ours, {"team.focus": 0.5}, source="ours")
    assert {each.quantity.name: known_in_words(each) for each in describe(stated)}[
        "team.focus"
    ] == "as stated"


@pytest.mark.parametrize("ending", ["toml", "yaml", "json"])
def test_it_travels_with_the_file_and_changes_no_result(
    ours: Scenario, tmp_path: Path, ending: str
) -> None:
    save_scenario(ours, tmp_path / f"again.{ending}")
    assert load_scenario(tmp_path / f"again.{ending}") == ours
    bare = with_values(Scenario(), {"team.developers": 12}, source="x")
    assert fingerprint_of(bare) == fingerprint_of(ours)


def test_a_range_goes_with_its_value(ours: Scenario) -> None:
    assert known(with_values(ours, {"team.focus": 0.5}, source="x"), "team.developers") is not None
    other = with_values(ours, {"team.developers": 40}, source="x")
    assert known(other, "team.developers") is None


def test_a_range_is_added_to_the_source_that_is_there() -> None:
    scenario = with_values(Scenario(), {"team.focus": 0.5}, source="sheets", confidence="client")
    (stated,) = with_range(scenario, "team.focus", low=0.4, high=0.6, source="me").sources
    assert (stated.source, stated.confidence, stated.high) == ("sheets", "client", 0.6)


@pytest.mark.parametrize(
    ("name", "stated", "words"),
    [
        ("team.focus", {"low": 0.7, "high": 0.9}, "around the value, which is 0.6"),
        ("team.focus", {"low": 0.6, "high": 0.6}, "around the value"),
        ("team.focus", {"low": 0.5}, "both, low and high"),
        ("team.focus", {"low": 0.5, "high": 1.5}, "team.focus: high: must be more than 0, at most"),
        ("team.focus", {"weights": {"a": 1.0}}, "weights are for switches"),
        ("team.focus", {"low": 0.5, "high": 0.7, "percent": 100.0}, "percent"),
        ("team.developers", {"low": 6.5, "high": 9.0}, "low: must be a whole number"),
        ("drift.decay_alert", {"low": 0.5, "high": 0.7}, "a switch has weights"),
        ("drift.decay_alert", {"weights": {"sometimes": 1.0}}, "cannot be sometimes; it may be"),
        ("drift.decay_alert", {"weights": {"always": 0.0}}, "more than 0"),
        ("drift.decay_alert", {"weights": {}}, "must name some of always"),
        ("team.focos", {"low": 0.5, "high": 0.7}, "did you mean team.focus"),
        ("team", {"low": 0.5, "high": 0.7}, "neither a number nor a switch"),
        ("model.market_size.mean", {"low": 5.0, "high": 700.0}, "is no value of which a range"),
        ("start_date", {"low": 0.5, "high": 0.7}, "neither a number nor a switch"),
        ("usage.season", {"low": 0.5, "high": 2.0}, "neither a number nor a switch"),
    ],
)
def test_what_is_no_range_of_a_value(name: str, stated: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        with_range(Scenario(), name, source="x", **stated)


def test_a_wrong_range_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OURS.replace("high = 15", "high = 11"), encoding="utf-8")
    with pytest.raises(InputError, match=r"ours.toml, line 8: .*around the value, which is 12"):
        load_scenario(file)


@pytest.mark.parametrize("text", ["", "team.focus", "team.focus=1", "=1..2", "a=x:y", "a=1..x"])
def test_what_cannot_be_read_as_a_range(text: str) -> None:
    with pytest.raises(InputError, match="what is known is a range or weights"):
        parse_range(text)


def test_a_range_is_not_an_assignment() -> None:
    with pytest.raises(InputError, match="a value must be a number"):
        parse_assignment("team.focus=0.5..0.7")
