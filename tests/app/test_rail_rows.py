from __future__ import annotations

import math

import pytest

from modelops_abm.app.decide.rail import horizon_choice, pickers, rail_head
from modelops_abm.app.decide.rail_rows import (
    DEVELOPERS,
    SETTABLE,
    SLIDERS,
    assumption_rows,
    changed_assumptions,
    changed_rows,
    day_in_place,
    found,
    level_in_words,
    maximum_of,
    pace,
    precision_row,
    setting_rows,
    slider_rows,
    slider_texts,
)
from modelops_abm.app.state.answer import Answer, Question, answers
from modelops_abm.app.state.plan import History, Plan
from modelops_abm.runs import replicate
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, catalogue, with_values

LEVEL = maximum_of("monitoring")
SMALL_BASE = with_values(
    Scenario(),
    {"capabilities.automation.effort_days": 240.0,
     "portfolio.initial_models": 2, "portfolio.initial_ideas": 1, "portfolio.initial_builds": 0,
     "horizon_days": 365, "team.developers": 3},
    source="test",
)  # fmt: skip


@pytest.fixture(scope="module")
def answer() -> Answer:
    plan = Plan("reference", SMALL_BASE).changed(
        {"capabilities.rollback.maximum": 1.0, "capabilities.automation.maximum": 1.0}
    )
    return next(answers(Question(plan, 0)))


def test_every_slider_is_there() -> None:
    rows = slider_rows(Plan.of_preset("all_five"), None, None, {})
    assert tuple(row["name"] for row in rows) == SLIDERS
    assert [row["position"] for row in rows] == [100.0] * 5 + [8.0]
    assert all(row["lowest"] <= row["position"] <= row["highest"] for row in rows)
    assert [row["explains"] for row in rows] == [*CAPABILITY_NAMES, DEVELOPERS]


def test_the_last_change_leaves_a_ghost() -> None:
    before = Plan.of_preset("all_five").changed({LEVEL: 0.5})
    rows = {
        row["name"]: row for row in slider_rows(before.changed({LEVEL: 0.25}), before, None, {})
    }
    assert rows[LEVEL]["ghost"] == 50.0
    assert rows[LEVEL]["was"] == "50\u202f%"
    assert rows[LEVEL]["text"] == "25"
    assert rows[maximum_of("rollback")]["ghost"] is None
    assert rows[maximum_of("rollback")]["was"] == ""


def test_problems_stand_beside_their_field() -> None:
    rows = slider_rows(Plan.of_preset("all_five"), None, None, {LEVEL: "Too much."})
    assert [row["problem"] for row in rows] == ["", "Too much.", "", "", "", ""]


@pytest.mark.parametrize(
    ("level", "words"),
    [(0.0, "None"), (0.25, "Some"), (0.5, "Half"), (0.75, "Most"), (1.0, "Full"),
     (0.1, "Between none and some"), (0.6, "Between half and most")],
)  # fmt: skip
def test_levels_in_words(level: float, words: str) -> None:
    assert level_in_words(level) == words


def test_a_text_for_every_position() -> None:
    plan = Plan.of_preset("small_team")
    rows, texts = slider_rows(plan, None, None, {}), slider_texts(plan)
    for row in rows:
        positions = int(row["highest"] - row["lowest"]) + 1
        assert len(texts[row["words"]]) == positions
        if row["notes"]:
            assert len(texts[row["notes"]]) == positions
    assert texts["team"][:2] == ["1 developer", "2 developers"]
    assert texts["payroll"][4] == "$950\u202fk a year"


def test_a_large_team_fits_its_slider() -> None:
    plan = Plan.of_preset("reference").changed({DEVELOPERS: 75})
    *_, team = slider_rows(plan, None, None, {})
    assert team["highest"] == 75.0


def test_in_place_when_half_of_the_futures_have_it(answer: Answer) -> None:
    ensemble = replicate(answer.plan.scenario, 16, daily=("level_rollback",))
    median = ensemble.bands["level_rollback"]["50.0%"]
    exact = float(median.index[median >= 1.0][0])
    assert exact <= day_in_place(answer.comparison, "rollback") < exact + 7.0
    assert pace(answer.plan, answer, "rollback").startswith("in place by month ")


def test_what_never_comes_says_so(answer: Answer) -> None:
    assert math.isinf(
        day_in_place(answer.comparison, "automation")
    )  # 240 days of work, 3 developers
    assert pace(answer.plan, answer, "automation") == "not in place by month 12"


def test_pace_without_an_answer() -> None:
    plan = Plan.of_preset("all_five")
    assert pace(plan, None, "rollback") == "start and pace"
    assert pace(plan.changed({LEVEL: 0.0}), None, "monitoring") == "nothing to build"
    there = plan.changed({"capabilities.lineage.start_level": 1.0})
    assert pace(there, None, "lineage") == "in place already"


def test_main_assumptions_as_drawn() -> None:
    rows = assumption_rows(Plan.of_preset("reference"), {})
    assert [f"{row['before']}{row['text']}{row['after']}" for row in rows] == [
        "$0.50", "8 a year", "2 a year", "15\u202f% a year", "24 a year",
    ]  # fmt: skip


def test_what_counts_as_a_changed_assumption() -> None:
    plan = Plan.of_preset("reference").changed(
        {LEVEL: 1.0, DEVELOPERS: 5, "horizon_days": 365, "capabilities.rollback.start_day": 30.0,
         "drift.onsets_per_year": 3.0, "model.market_size.cv": 0.3}
    )  # fmt: skip
    assert changed_assumptions(plan) == ["drift.onsets_per_year", "model.market_size.cv"]
    main = {row["name"]: row["was"] for row in assumption_rows(plan, {}) if row["was"]}
    assert main == {"drift.onsets_per_year": "2 a year"}
    (only,) = changed_rows(plan, {}, elsewhere=main)
    assert only["name"] == "model.market_size"
    rows = changed_rows(plan, {})
    assert [(row["name"], row["was"]) for row in rows] == [
        ("drift.onsets_per_year", "2"),
        ("model.market_size", "500"),
    ]


def test_all_of_the_catalogue_can_be_found_by_name() -> None:
    left_out = {"name", "description", "archetypes", "changes", "requests", "imported"}
    assert {quantity.name for quantity in catalogue()} - set(SETTABLE) == left_out
    for name in SETTABLE:
        assert name in [quantity.name for quantity in found(name.replace(".", " "))]


def test_search_by_words_best_first() -> None:
    names = [quantity.name for quantity in found("Retraining  interval")]
    assert names[0] == "retraining.interval_days"
    assert found("") == []
    assert found("no such thing at all") == []
    assert [entry.name for entry in found("discount")] == ["finance.discount_rate"]
    assert "capabilities.monitoring.delay_with_days" in [entry.name for entry in found("detect")]


def test_settings_show_range_and_unit() -> None:
    plan = Plan.of_preset("reference")
    (row,) = setting_rows([SETTABLE["retraining.interval_days"]], plan, {})
    assert row["text"] == "90"
    assert "1 to 36,500 days" in row["detail"]
    (choice,) = setting_rows([SETTABLE["team.preemption"]], plan, {})
    assert choice["options"] == (("maintenance", "Maintenance"), ("none", "None"))


def test_precisions_are_numbers_of_futures() -> None:
    row = precision_row("usual")
    assert row["text"] == "usual"
    assert [word for _, word in row["options"]] == [
        "Rough, 200 futures", "Usual, 400 futures", "Fine, 1,600 futures",
    ]  # fmt: skip
    assert "The same for every plan" in row["detail"]


def test_head_says_what_is_possible() -> None:
    first = Plan.of_preset("all_five")
    fresh = str(rail_head(History(first)))
    assert fresh.count("disabled") == 4
    changed = str(rail_head(History(first).then(first.changed({LEVEL: 0.5}))))
    assert changed.count("disabled") == 1  # nothing to redo
    assert "Reset to All five capabilities" in changed


def test_the_pickers_say_whose_organisation_it_is_and_what_is_planned() -> None:
    plan = Plan.of_preset("small_team")
    assert "Small team" in str(pickers(plan))
    assert "No capabilities" in str(pickers(plan))
    assert ">changed<" not in str(pickers(plan.changed({LEVEL: 0.5})))
    assert ">changed<" in str(pickers(plan.changed({"horizon_days": 730})))
    staged = plan.changed({"changes": ({"day": 30, LEVEL: 1.0},)})
    assert ">No capabilities</strong>" not in str(pickers(staged)), "it raises one later"
    own = str(pickers(Plan("<b>mine</b>", Scenario())))
    assert "&lt;b&gt;mine&lt;/b&gt;" in own
    assert "<b>" not in own


def test_an_unusual_horizon_is_shown_too() -> None:
    plan = Plan.of_preset("all_five")
    assert str(horizon_choice(plan)).count("<button") == 3
    assert ">3 years<" in str(horizon_choice(plan))
    odd = str(horizon_choice(plan.changed({"horizon_days": 548})))
    assert odd.count("<button") == 4
    assert ">18 months<" in odd
