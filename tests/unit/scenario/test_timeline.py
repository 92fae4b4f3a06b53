"""What a scenario may say of values that change on a day, and what it is told if it may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from modelops_abm.experiments.plans import level_of, raised, with_levels, without
from modelops_abm.experiments.road_maps import road_map_of, with_road_map
from modelops_abm.scenario import (
    InputError,
    Scenario,
    baseline_of,
    fingerprint_of,
    is_baseline,
    read_scenario,
    scenario_text,
    with_values,
)
from modelops_abm.scenario.scenario import timeline
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.scenario.without_effect import without_effect
from modelops_abm.scenario.words import changes_in_words


def scenario(*changes: dict[str, Any], **values: Any) -> Scenario:
    dotted = {name.replace("__", "."): value for name, value in values.items()}
    return with_values(Scenario(), {**dotted, "changes": list(changes)}, source="test")


def from_toml(text: str) -> Scenario:
    return read_scenario(f"[[changes]]\n{text}\n".encode(), "plan.toml")


def test_dotted_and_nested_names_say_the_same() -> None:
    for text in (
        'day = 180\n"team.developers" = 4\n"efforts.retraining" = 7',
        "day = 180\nteam.developers = 4\nefforts.retraining.mean = 7",
        "day = 180\nteam = { developers = 4 }\n[changes.efforts]\nretraining = { mean = 7.0 }",
        'day = 2026-06-30\n"team.developers" = 4\n"efforts.retraining.mean" = 7',
    ):
        found = from_toml(text)
        (entry,) = timeline(found)
        assert entry.day == 180
        assert entry.values == {"team.developers": 4, "efforts.retraining": 7.0}
        assert entry.scenario.efforts.retraining.cv == 0.5
        for file in ("plan.toml", "plan.yaml", "plan.json"):
            assert read_scenario(scenario_text(found, file).encode(), file).changes == found.changes


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('day = 9\n"team.developer" = 4', 3, "cannot change in the course of a run; did you mean"),
        ("day = 9\nhorizon_days = 400", 3, "the maximum of a capability"),
        ('day = 9\n"team.focus" = 0', 3, "more than 0, at most 1"),
        ('day = 9\n"team.developers" = 2.5', 3, "expected a whole number"),
        ('day = 9\n"efforts.retraining" = { cv = 2.0 }', 3, "cannot change"),
        ('day = 1095\n"team.focus" = 0.5', 2, "must be from 0 to 1,094, the last day of the run"),
        ('day = 2025-12-31\n"team.focus" = 0.5', 2, "is day -1 of the run"),
        ('day = "soon"\n"team.focus" = 0.5', 2, "a whole number of days, or a date"),
        ('"team.focus" = 0.5', 1, "day: must be given"),
        ("day = 9", 1, "says no new value"),
        ('day = 9\n"team.focus" = 0.5\nteam.focus = 0.4', 4, "is given twice"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        from_toml(text)
    (problem,) = caught.value.problems
    assert problem.place == f"plan.toml, line {line}"
    assert words in str(problem)


def test_a_shorter_run_tells_which_change_it_leaves_out() -> None:
    plan = scenario({"day": 180, "team.developers": 4})
    with pytest.raises(InputError, match=r"changes\[entry 1\].day is 180; must be from 0 to 99"):
        with_values(plan, {"horizon_days": 100}, source="test")


def test_a_mean_that_a_family_cannot_have_is_refused() -> None:
    share = {"family": "beta", "mean": 0.5, "cv": 0.5}
    with pytest.raises(InputError, match=r"of the beta family, cv 0\.5, cannot have"):
        scenario({"day": 5, "efforts.retraining": 3.0}, efforts__retraining=share)


def test_days_go_in_order_and_values_hold_until_changed_again() -> None:
    plan = scenario(
        {"day": 60, "team.developers": 0},
        {"day": 30, "team.developers": 5, "team.focus": 0.4},
        {"day": 60, "team.developers": 6},
        {"day": 90, "team.developers": 6},
    )
    days = timeline(plan)
    assert [(each.day, dict(each.values)) for each in days] == [
        (30, {"team.developers": 5, "team.focus": 0.4}),
        (60, {"team.developers": 6}),
    ]
    assert days[-1].scenario.team.focus == 0.4


def test_a_date_counts_from_the_start_date() -> None:
    change = {"day": date(2026, 3, 1), "team.developers": 4}
    assert [each.day for each in timeline(scenario(change))] == [59]
    assert [each.day for each in timeline(scenario(change, start_date=date(2026, 2, 1)))] == [28]
    assert "start_date" not in without_effect(scenario(change))


def test_every_value_that_may_change_is_one_of_a_scenario() -> None:
    for name in CHANGEABLE:
        value = 2 if name in ("team.developers", "retraining.interval_days") else 0.75
        (entry,) = timeline(scenario({"day": 3, name: value}))
        assert list(entry.values) == [name]


def test_the_baseline_has_the_changes_but_those_of_capabilities() -> None:
    plan = scenario(
        {"day": 30, "capabilities.automation.maximum": 0.5},
        {"day": 60, "capabilities.automation.maximum": 1.0, "team.developers": 6},
    )
    assert not is_baseline(plan)
    assert raised(plan) == ("automation",)
    assert level_of(plan, "automation") == 1.0
    for same in (baseline_of(plan), without(plan, ["automation"])):
        assert is_baseline(same)
        assert [(each.day, each.values) for each in same.changes] == [(60, {"team.developers": 6})]
    at_once = with_levels(plan, {"automation": 0.8})
    assert (at_once.capabilities.automation.maximum, len(at_once.changes)) == (0.8, 1)
    assert with_road_map(plan, road_map_of(at_once)).changes == at_once.changes
    staged = with_road_map(plan, road_map_of(plan))
    assert [(each.day, dict(each.values)) for each in timeline(staged)] == [
        (60, {"team.developers": 6, "capabilities.automation.maximum": 1.0})
    ]
    assert staged.capabilities.automation.start_day == 30.0


def test_a_change_is_part_of_what_a_scenario_is() -> None:
    plan = scenario({"day": 30, "team.developers": 5})
    assert fingerprint_of(plan) != fingerprint_of(Scenario())
    assert fingerprint_of(plan) != fingerprint_of(scenario({"day": 31, "team.developers": 5}))


def test_what_a_change_gives_an_effect_is_not_without_it() -> None:
    none = {"incidents__pipeline_per_year": 0.0}
    assert "efforts.pipeline_repair" in without_effect(scenario(**none))
    later = scenario({"day": 30, "incidents.pipeline_per_year": 5.0}, **none)
    assert "efforts.pipeline_repair" not in without_effect(later)


def test_what_changes_is_said_in_a_sentence() -> None:
    assert changes_in_words(Scenario()) == ""
    plan = scenario(
        {"day": 60, "team.developers": 5, "efforts.retraining": 7.5},
        {"day": 30, "team.focus": 0.4},
        {"day": 90, "team.developers": 5},  # as it is
    )
    assert changes_in_words(plan) == (
        "Values change: day 30: team.focus=0.4; day 60: team.developers=5, efforts.retraining=7.5."
    )
    many = scenario(*({"day": day, "team.developers": 1 + day} for day in range(20)))
    assert changes_in_words(many).endswith("; and on 12 later days.")
