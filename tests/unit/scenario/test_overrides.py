"""Setting values by their dotted names."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from modelops_abm.scenario import (
    Distribution,
    ImportedPortfolio,
    InputError,
    PortfolioModel,
    Scenario,
    ValueSource,
    parse_assignment,
    with_values,
)

BY = "set on the command line"


def test_value_and_its_source() -> None:
    scenario = with_values(Scenario(), {"capabilities.monitoring.maximum": 0.8}, source=BY)
    assert scenario.capabilities.monitoring.maximum == 0.8
    name = "capabilities.monitoring.maximum"
    assert scenario.sources == (ValueSource(name=name, source=BY, confidence="user"),)
    assert Scenario().capabilities.monitoring.maximum == 0.0


def test_source_of_the_same_value_is_replaced() -> None:
    first = with_values(Scenario(), {"model.market_size.cv": 0.2}, source="first")
    both = with_values(first, {"team.developers": 3}, source="first", confidence="client")
    last = with_values(both, {"model.market_size": 9}, source="last")
    found = [(source.name, source.source) for source in last.sources]
    assert found == [("team.developers", "first"), ("model.market_size", "last")]


def test_value_that_is_already_so_keeps_its_source() -> None:
    first = with_values(Scenario(), {"team.developers": 3}, source="first")
    assert with_values(first, {"team.developers": 3}, source="last") == first


def test_back_to_the_default_is_a_change_too() -> None:
    first = with_values(Scenario(), {"team.developers": 3}, source="first")
    back = with_values(first, {"team.developers": 8}, source="last")
    assert [source.source for source in back.sources] == ["last"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"": 800}, ("lognormal", 800.0, 0.5)),
        ({".mean": 800}, ("lognormal", 800.0, 0.5)),
        ({".cv": 0.2}, ("lognormal", 500.0, 0.2)),
        ({".family": "gamma"}, ("gamma", 500.0, 0.5)),
        ({".family": "exponential"}, ("exponential", 500.0, 1.0)),
        ({".family": "constant", "": 7}, ("constant", 7.0, 0.0)),
        ({"": 7, ".cv": 0.1}, ("lognormal", 7.0, 0.1)),
        ({"": {"mean": 7, "cv": 0.1}, ".family": "gamma"}, ("gamma", 7.0, 0.1)),
        ({"": Distribution(family="constant", mean=3.0)}, ("constant", 3.0, 0.0)),
    ],
)
def test_distribution(values: dict[str, Any], expected: tuple[str, float, float]) -> None:
    stated = {f"model.market_size{part}": value for part, value in values.items()}
    changed = with_values(Scenario(), stated, source=BY)
    found = changed.model.market_size
    assert (found.family, found.mean, found.cv) == expected
    assert [source.name for source in changed.sources] == ["model.market_size"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("", ".mean"), (".cv", ".shape"), (".mean", "")],
)
def test_one_quantity_under_two_names(first: str, second: str) -> None:
    name = "model.useful_life_years"
    with pytest.raises(InputError, match=rf"{name}{second}: states the same as {name}{first};"):
        with_values(Scenario(), {f"{name}{first}": 2.0, f"{name}{second}": 1.5}, source=BY)


def test_a_whole_distribution_states_its_parts() -> None:
    values = {"model.market_size": {"cv": 0.1}, "model.market_size.cv": 0.2}
    with pytest.raises(InputError, match="states the same"):
        with_values(Scenario(), values, source=BY)


def test_values_that_only_fit_together() -> None:
    delays = {"delay_with_days": 40.0, "delay_without_days": 50.0}
    values = {f"capabilities.monitoring.{name}": days for name, days in delays.items()}
    assert len(with_values(Scenario(), values, source=BY).sources) == 2


def test_numbers_of_numpy() -> None:
    values = {"team.developers": np.int64(3), "team.focus": np.float64(0.5)}
    scenario = with_values(Scenario(), values, source=BY)
    assert type(scenario.team.developers) is int
    assert type(scenario.team.focus) is float


def test_portfolio_and_labels() -> None:
    portfolio = ImportedPortfolio(source="models.csv", models=(PortfolioModel(id="a"),))
    values = {"imported": portfolio, "name": "theirs", "description": "x"}
    scenario = with_values(Scenario(), values, source="file models.csv", confidence="client")
    assert (scenario.imported, scenario.name) == (portfolio, "theirs")
    assert [source.name for source in scenario.sources] == ["imported"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("team", "team: is a section; set one of its values, such as team.developers"),
        ("developers", "developers: no such name; did you mean team.developers?"),
        ("team.developrs", "team.developrs: no such name; did you mean team.developers?"),
        (
            "capabilities.monitorng.maximum",
            "capabilities.monitorng.maximum: no such name; "
            "did you mean capabilities.monitoring.maximum?",
        ),
        ("archetypes.a", "archetypes.a: archetypes can only be set as a whole"),
        ("team.developers.x", "team.developers.x: team.developers can only be set as a whole"),
        (
            "model.market_size.std",
            "model.market_size.std: a distribution has family, mean, cv or shape",
        ),
        ("sources", "sources: sources are recorded with the values that are set"),
        ("qqq\n", "qqq\\n: no such name"),
        ("", "no such name"),
        (".", ".: no such name"),
    ],
)
def test_name_that_cannot_be_set(name: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        with_values(Scenario(), {name: 1}, source=BY)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"team.developers": 0}, "team.developers is 0; allowed is 1 to 10,000 (developers)"),
        (
            {"team.developers": "five"},
            "team.developers is 'five'; expected a whole number, 1 to 10,000 (developers)",
        ),
        (
            {"model.market_size": -1},
            "model.market_size.mean is -1; allowed is more than 0, at most 1,000,000,000 (users)",
        ),
        (
            {"model.market_size.cv": 9},
            "model.market_size.cv is 9; allowed is 0 to 5 (times the mean)",
        ),
        (
            {"model.market_size": "many", "model.market_size.cv": 0.3},
            "model.market_size.mean is 'many'; expected a number, "
            "more than 0, at most 1,000,000,000 (users)",
        ),
    ],
)
def test_value_that_is_not_allowed(values: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError) as caught:
        with_values(Scenario(), values, source=BY)
    assert str(caught.value) == expected


def test_every_unknown_name_is_reported() -> None:
    with pytest.raises(InputError) as caught:
        with_values(Scenario(), {"a.b": 1, "c.d": 2}, source=BY)
    assert [problem.field for problem in caught.value.problems] == ["a.b", "c.d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("team.developers=5", ("team.developers", 5)),
        (" team.focus = 0.5 ", ("team.focus", 0.5)),
        ("a=.5", ("a", 0.5)),
        ("a=5.", ("a", 5.0)),
        ("a=1e5", ("a", 100_000.0)),
        ("a=-1_000", ("a", -1000)),
        ("team.preemption=none", ("team.preemption", "none")),
        ("name=two words", ("name", "two words")),
        ('name="a = b"', ("name", "a = b")),
        ("a=true", ("a", True)),
        ("a=2026-01-31", ("a", date(2026, 1, 31))),
        ('a=["repair","retrain"]', ("a", ["repair", "retrain"])),
        ("a={mean=3, cv=0.2}", ("a", {"mean": 3, "cv": 0.2})),
    ],
)
def test_assignment(text: str, expected: tuple[str, Any]) -> None:
    assert parse_assignment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "a",
        "a=",
        "=3",
        "a=[1",
        "a='",
        "a=1\nb=2",
        "a={",
        "a=" + "[" * 5000,
        "a=" + "9" * 9999,
    ],
)
def test_what_is_no_assignment(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_assignment(text)
    assert len(str(caught.value)) < 300
