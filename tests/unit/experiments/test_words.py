"""The sentences that experiments are put into."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from modelops_abm.experiments import LevelChange, LevelWorth, PairedDifference, SingleChanges
from modelops_abm.experiments.credit_levels import best_level, best_single_change
from modelops_abm.experiments.credit_reasons import (
    OUTCOMES,
    Reasons,
    earning,
    explanation,
    reasons_of,
)
from modelops_abm.experiments.words import Difference, known_money, level_of_capability
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.text import all_of
from tests.unit.experiments.plans import small

PLAN = small({"team.developers": 5, "team.focus": 0.5}, monitoring=1.0)
NOISE = np.random.default_rng(8).normal(size=40)
NOISE -= NOISE.mean()


def around(mean: float) -> np.ndarray:
    """Return 40 values with this mean that is known within 0.1 % of 1,000."""
    return mean + NOISE


def reasons(**changes: float) -> Reasons:
    """Return reasons with these mean differences and nothing else told."""
    found = {name: around(changes[name]) if name in changes else NOISE for name in OUTCOMES}
    return reasons_of(PLAN, "monitoring", 1.0, found)


def plain(text: str) -> str:
    return text.replace(NARROW_SPACE, " ")


def test_it_names_what_is_saved_what_it_takes_and_what_is_built_largest_first() -> None:
    found = reasons(
        lost_drift=-300_000.0,
        lost_offline=-500_000.0,
        capital=60_000.0,
        upkeep=70_000.0,
        developer_days_capability=180.0,
        developer_days_repair=-100.0,
        models_delivered=-11.0,
        ideal_value=-900_000.0,
    )
    assert plain(explanation(found)) == (
        "It saves $500 k lost to time not served, $300 k lost to drift and 50 developer-days of"
        " repair, but takes $130 k of capital and upkeep and 90 developer-days to set up. The team"
        " of 5 then builds 11.0 models fewer, and what the models could earn at their best falls by"
        " $900 k."
    )


def test_only_burdens_are_said_without_a_but() -> None:
    found = reasons(lost_decay=40_000.0, capital=90_000.0, upkeep=10_000.0)
    assert plain(explanation(found)) == (
        "It takes $100 k of capital and upkeep, and loses $40 k more to slow decay."
    )


def test_only_what_matters_is_named() -> None:
    """Below a tenth of the largest amount nothing is, however well it is known."""
    found = reasons(lost_drift=-300_000.0, lost_offline=-31_000.0, lost_usage=-29_000.0)
    assert plain(explanation(found)) == (
        "It saves $300 k lost to drift and $31 k lost to time not served."
    )


def test_what_it_takes_by_itself_is_named_however_small() -> None:
    found = reasons(lost_drift=-300_000.0, capital=2_000.0, developer_days_capability=20.0)
    assert plain(explanation(found)) == (
        "It saves $300 k lost to drift, but takes $2.0 k of capital and upkeep and 10"
        " developer-days to set up."
    )


def test_the_unit_of_work_is_said_once() -> None:
    found = reasons(
        developer_days_repair=-200.0,
        developer_days_retrain=-60.0,
        developer_days_capability=19.0,
    )
    assert plain(explanation(found)) == (
        "It saves 100 developer-days of repair and 30 of retraining, but takes 9.5 developer-days"
        " to set up."
    )


def test_what_cannot_be_told_is_not_named() -> None:
    assert plain(explanation(reasons())) == (
        "After 40 futures nothing that it changes can be told from zero."
    )


def test_a_capability_that_stays_at_its_start_changes_nothing() -> None:
    same = replace(reasons(lost_drift=-300_000.0), level=0.0)
    assert explanation(same) == "It stays at the level that it starts at, so it changes nothing."


@pytest.mark.parametrize(("mean", "word"), [(1e4, "earns"), (-1e4, "costs"), (0.0, "can't tell")])
def test_earning_is_said_in_the_words_of_the_page(mean: float, word: str) -> None:
    assert earning(PairedDifference(around(mean))) == word


def levels(here: float, **means: float) -> LevelWorth:
    """Return the levels 0, 0.5 and 1 with these mean NPVs."""
    tried = {0.0: means["none"], 0.5: means["half"], 1.0: means["full"]}
    own = np.random.default_rng(9).normal(0.0, 1000.0, (3, 40))
    own -= own.mean(axis=1, keepdims=True)
    npv = np.array(list(tried.values()))[:, None] + own
    return LevelWorth(small(monitoring=here), 0, "monitoring", tuple(tried), {"npv": npv})


def test_the_best_level_is_said_with_its_worth_here() -> None:
    found = levels(1.0, none=390_000.0, half=200_000.0, full=0.0)
    assert re.fullmatch(
        r"Best level tried: none, worth \+\$390\.00 k against full\.", plain(best_level(found))
    )


def test_the_plans_own_level_may_be_the_best() -> None:
    found = levels(0.5, none=0.0, half=200_000.0, full=100_000.0)
    assert best_level(found) == "Best level tried: half, the plan's own."


def test_levels_that_cannot_be_told_apart_are_said_to_be() -> None:
    found = levels(1.0, none=0.0, half=200_100.0, full=200_000.0)
    assert best_level(found) == "Best level tried: can't tell half and full apart."
    found = levels(0.0, none=0.0, half=200_100.0, full=200_000.0)
    assert plain(best_level(found)).endswith("against none; can't tell it from full.")


def changes(as_is: float, **means: float) -> SingleChanges:
    """Return changes of rollback and lineage with these mean NPVs, the baseline's being 0."""
    own = np.random.default_rng(10).normal(0.0, 1000.0, (4, 40))
    own -= own.mean(axis=1, keepdims=True)
    npv = np.array([0.0, as_is, means["rollback"], means["lineage"]])[:, None] + own
    tried = (LevelChange("rollback", 0.0), LevelChange("lineage", 0.75))
    return SingleChanges(small(rollback=1.0, lineage=1.0), 0, tried, npv)


def test_the_best_change_is_said_with_what_it_leads_to() -> None:
    found = changes(-900_000.0, rollback=-100_000.0, lineage=-500_000.0)
    assert plain(best_single_change(found)).startswith(
        "The best single change is no rollback, worth +$800.0"
    )
    assert plain(best_single_change(found)).endswith("The plan still loses $100.00 k.")
    found = changes(-900_000.0, rollback=-500_000.0, lineage=300_000.0)
    assert "most lineage" in best_single_change(found)
    assert plain(best_single_change(found)).endswith("The plan is then worth $300.00 k.")
    found = changes(-900_000.0, rollback=0.0, lineage=-1e6)
    assert best_single_change(found).endswith("The plan then cannot be told from the baseline.")


def test_changes_that_cannot_be_told_apart_are_said_to_be() -> None:
    found = changes(-900_000.0, rollback=200_100.0, lineage=200_000.0)
    assert "; can't tell it from most lineage." in best_single_change(found)


def test_it_says_when_no_change_helps() -> None:
    found = changes(500_000.0, rollback=-100_000.0, lineage=0.0)
    assert best_single_change(found) == "No single change of a level helps."
    found = changes(500_000.0, rollback=500_010.0, lineage=0.0)
    assert best_single_change(found) == "No single change of a level can be told to help yet."


def test_levels_have_words() -> None:
    words = [level_of_capability("rollback", level) for level in (0.0, 0.25, 0.5, 0.75, 1.0, 0.6)]
    assert [plain(word) for word in words] == [
        "no rollback",
        "some rollback",
        "half rollback",
        "most rollback",
        "full rollback",
        "60 % rollback",
    ]


def test_lists_read_as_in_a_sentence() -> None:
    assert [all_of([]), all_of(["a"]), all_of(["a", "b"]), all_of(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_half_an_interval_is_not_rounded_to_nothing() -> None:
    assert Difference("availability", 0.0116, 0.00014).width == "0.014"


def test_rounding_asks_for_no_digits() -> None:
    certain = PairedDifference(np.array([0.3, 0.1 + 0.2, 0.3]) * 1e6)
    assert 0.0 < (certain.estimate.half_width or 0.0) < 1e-3
    assert plain(known_money(certain)) == "$300 k"
