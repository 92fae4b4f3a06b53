from __future__ import annotations

import pytest

from modelops_abm.app.state.answer import USUAL, Answer, Question, answers
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.tray import (
    LONGEST_NAME,
    MOST_KEPT,
    Kept,
    Tray,
    renamed,
    with_answer,
    with_kept,
    without,
)
from modelops_abm.scenario import InputError, Scenario, with_values

BASE = with_values(
    Scenario(),
    {"portfolio.initial_models": 2, "horizon_days": 60, "team.developers": 2},
    source="test",
)
ONE = Plan("reference", BASE).changed({"capabilities.rollback.maximum": 1.0})
OTHER = Plan("reference", BASE).changed({"capabilities.lineage.maximum": 1.0})
EMPTY: Tray = ()


def settled(plan: Plan, seed: int = 0) -> Answer:
    *_, last = answers(Question(plan, seed))
    return last


def test_keeps_the_answer_of_the_plan_only() -> None:
    answer = settled(ONE)
    tray = with_kept(with_kept(EMPTY, "one", ONE, answer), "other", OTHER, answer)
    assert tray == (Kept("one", ONE, answer), Kept("other", OTHER, None))
    assert tray[0].comparison is answer.comparison
    assert tray[1].comparison is None


@pytest.mark.parametrize(
    ("name", "message"),
    [("  ", "needs a name"), ("x" * (LONGEST_NAME + 1), "at most 80"), (" one ", "called 'one'")],
)
def test_names_must_be_of_use(name: str, message: str) -> None:
    tray = with_kept(EMPTY, "one", ONE, None)
    with pytest.raises(InputError, match=message):
        with_kept(tray, name, OTHER, None)


def test_a_full_tray_says_so() -> None:
    tray = EMPTY
    for number in range(MOST_KEPT):
        tray = with_kept(tray, f"plan {number}", ONE, None)
    with pytest.raises(InputError, match="remove one first"):
        with_kept(tray, "one more", ONE, None)


def test_rename_and_remove() -> None:
    tray = with_kept(with_kept(EMPTY, "one", ONE, None), "other", OTHER, None)
    assert [kept.name for kept in renamed(tray, "one", "first")] == ["first", "other"]
    assert renamed(tray, "one", "one") == tray
    with pytest.raises(InputError, match="already"):
        renamed(tray, "one", "other")
    assert [kept.name for kept in without(tray, "one")] == ["other"]


def test_answers_reach_every_plan_that_is_the_same() -> None:
    tray = with_kept(with_kept(EMPTY, "one", ONE, None), "the same", ONE, None)
    tray = with_kept(tray, "other", OTHER, None)
    first, *_, last = answers(Question(ONE, 0))
    tray = with_answer(with_answer(tray, first), last)
    assert [kept.answer for kept in tray] == [last, last, None]
    assert with_answer(tray, first) == tray  # what is settled stays
    assert tray[0].is_answered(0, USUAL)
    assert not tray[0].is_answered(1, USUAL)  # not over the futures of another seed
    assert not tray[0].is_answered(0, 2 * USUAL)  # nor over as many as another precision asks for
