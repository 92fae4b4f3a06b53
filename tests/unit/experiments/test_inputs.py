"""What an experiment varies: how it is said, and which values that means."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from modelops_abm import formats
from modelops_abm.experiments.inputs import Choice, Range, check_inputs, parse_input, varied
from modelops_abm.experiments.sensitivity_tornado import best_along
from modelops_abm.scenario import InputError, Scenario, catalogue
from modelops_abm.scenario.fields import DISTRIBUTION_PARTS, value_at
from modelops_abm.scenario.presets import scenario_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("team.developers=4..12", Range("team.developers", 4, 12, is_whole=True)),
        ("team.focus = 0.4 .. 0.8", Range("team.focus", 0.4, 0.8)),
        (
            "model.market_size=log:50..10000",
            Range("model.market_size", 50, 10_000, is_logarithmic=True),
        ),
        ("model.market_size.cv=0..1", Range("model.market_size.cv", 0, 1)),
        (
            "capabilities.automation.maximum=0,0.5,1",
            Choice("capabilities.automation.maximum", (0, 0.5, 1)),
        ),
        ("team.preemption=none, maintenance", Choice("team.preemption", ("none", "maintenance"))),
        (
            "model.market_size={mean = 3, cv = 0.2},5",
            Choice("model.market_size", ({"mean": 3, "cv": 0.2}, 5)),
        ),
    ],
)
def test_reads_what_is_to_be_varied(text: str, meant: Range | Choice) -> None:
    assert parse_input(text) == meant
    assert parse_input(meant.text) == meant


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "says nothing to vary"),
        ("team.developers", "says nothing to vary"),
        ("team.developers=", "says nothing to vary"),
        ("team.developers=12..4", "to a greater one"),
        ("team.developers=4..4", "to a greater one"),
        ("team.developers=4..inf", "to a greater one"),
        ("team.developers=4..nan", "to a greater one"),
        ("team.developers=4..", "a number at both ends"),
        ("team.developers=true..false", "a number at both ends"),
        ("team.developers=4.5..6", "whole numbers"),
        ("team.developers=log:4..6", "no equal ratios"),
        ("model.market_size=log:0..6", "above 0"),
        ("team.developers=4,4", "twice"),
        ("team.developers=4,,5", "no assignment"),
    ],
)
def test_says_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        parse_input(text)


def test_a_scenario_must_take_every_value() -> None:
    inputs = [
        parse_input("team.developer=4..12"),
        parse_input("team.focus=0.4..1.4"),
        parse_input("team.preemption=none,sometimes"),
        parse_input("horizon_days=365,730"),
        parse_input("horizon_days=365,730"),
    ]
    with pytest.raises(InputError) as caught:
        check_inputs(Scenario(), inputs)
    text = str(caught.value)
    for words in ("horizon_days", "twice", "team.developers", "team.focus", "sometimes"):
        assert words in text


def test_the_middle_of_equal_ratios_is_the_geometric_mean() -> None:
    entry = parse_input("model.market_size=log:100..10000")
    assert entry.at(0.5) == pytest.approx(1000.0)


def test_a_choice_gives_each_value_an_equal_part() -> None:
    entry = Choice("team.preemption", ("none", "maintenance"))
    assert [entry.at(position) for position in (0.0, 0.49, 0.5, 1.0)] == [
        "none",
        "none",
        "maintenance",
        "maintenance",
    ]


def test_a_varied_value_says_so() -> None:
    scenario = varied(Scenario(), {"team.developers": 9})
    assert scenario.team.developers == 9
    assert "experiment" in scenario.sources[-1].source


@pytest.mark.parametrize("stated", ["0,125", "0,05", "1,0,05", "0,05..0,1", "1,000", "0,1..0,5"])
def test_a_comma_is_no_decimal_point(stated: str) -> None:
    with pytest.raises(InputError, match=r"decimals have a point|write 0\."):
        parse_input(f"drift.severity={stated}")


def test_values_between_two_ends_are_those_that_one_would_write() -> None:
    assert parse_input("drift.severity=0.1..0.5").points(5) == (0.1, 0.2, 0.3, 0.4, 0.5)


@pytest.mark.parametrize("stated", ["0,1", "0,0.05", "0, 125", "4,12", "10,20,30"])
def test_a_comma_separates_values(stated: str) -> None:
    expected = tuple(float(part) for part in stated.split(","))
    assert parse_input(f"drift.severity={stated}").points(2) == expected


OUTCOMES = np.zeros((2, 2, 3))
KINDS = (
    "=1..2",
    "=0.4..0.6",
    "=log:1..2",
    "=0,1",
    "=0.4,0.6",
    "=true,false",
    "=gamma,weibull",
    "={mean=1,cv=0.4},{mean=2}",
    "=[],['x']",
    "=2026-01-01,2026-01-02",
)


def test_every_name_with_every_kind_of_value_is_varied_or_refused() -> None:
    """What `check_inputs` takes has a value as it is, and values that can be told from it."""
    parts = [
        f"{entry.name}.{part}"
        for entry in catalogue()
        if entry.kind == "distribution"
        for part in DISTRIBUTION_PARTS
    ]
    taken = set()
    for name, kind in product([*(entry.name for entry in catalogue()), *parts], KINDS):
        try:
            entry = parse_input(f"{name}{kind}")
            check_inputs(Scenario(), [entry])
        except InputError:
            continue
        taken.add(name)
        usual = value_at(Scenario(), name)
        assert best_along(("a", "b"), entry.points(2), OUTCOMES, (usual, OUTCOMES[:, 0]))
        assert formats.stated(usual) or usual == ""
    assert "model.useful_life_years.shape" in taken
    assert value_at(Scenario(), "model.useful_life_years.shape") == pytest.approx(2.0)
    assert value_at(Scenario(), "model.market_size.shape") is None


def test_keywords_that_state_the_same_are_refused() -> None:
    with pytest.raises(InputError, match="team__developers states it a second time"):
        scenario_of(None, {"developers": 3, "team__developers": 9})
    for name, meant in (("developer", "developers"), ("drift__severities", "drift__severity")):
        with pytest.raises(InputError, match=f"no such name; did you mean {meant}\\?"):
            scenario_of(None, {name: 3})
