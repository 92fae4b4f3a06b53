"""The tray in the browser: brought back after F5, and whatever a browser sends is checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from modelops_abm.app.browser_sync import open_session, restore, to_keep
from modelops_abm.app.state.answer import USUAL, Question, answers
from modelops_abm.app.state.link import Linked, query_of
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import (
    LONGEST_NAME,
    MOST_KEPT,
    Kept,
    read_tray,
    tray_text,
    with_kept,
)
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario, with_values
from tests.patience import PATIENCE_SECONDS

SMALL = {"portfolio.initial_models": 2, "horizon_days": 60, "team.developers": 2}
PLAN = Plan.of_preset("all_five").changed(SMALL)
OTHER = PLAN.changed({"capabilities.rollback.maximum": 0.0})
PORTFOLIO = ImportedPortfolio(
    source="secret clients.csv", models=(PortfolioModel(id="secret-1", name="Secret name"),)
)
QUERY = query_of(Linked(PLAN)) or ""
HUGE = query_of(Linked(Plan.of_preset("all_five"))) or ""


def plan_of(linked: Linked) -> Plan:
    return linked.plan


def test_names_and_plans_come_back_without_answers() -> None:
    *_, answer = answers(Question(PLAN, 0))
    tray = with_kept((), 'one, "quoted"', PLAN, answer)
    tray = with_kept(tray, "two", OTHER, None)
    text = tray_text(tray)
    assert len(text) < 2_000
    back = read_tray(text, plan_of)
    assert [(kept.name, kept.plan.key, kept.answer) for kept in back] == [
        (kept.name, kept.plan.key, None) for kept in tray
    ]
    assert [kept.plan.changes for kept in back] == [kept.plan.changes for kept in tray]
    assert tray_text(()) == ""


def test_a_reload_brings_back_the_tray_and_answers_it() -> None:
    before = Session(PLAN)
    before.keep("one")
    before.take(OTHER)
    after = open_session(query_of(Linked(OTHER)))
    restore(after, to_keep(before.plan, before.tray.value))
    after.ask()
    assert after.wait(PATIENCE_SECONDS)
    (kept,) = after.tray.value
    assert (kept.name, kept.plan.key) == ("one", PLAN.key)
    assert kept.is_answered(0, USUAL)
    restore(after, to_keep(PLAN, (Kept("late", PLAN),)))  # what is there by now stays
    assert [kept.name for kept in after.tray.value] == ["one"]
    before.close()
    after.close()


@pytest.mark.parametrize(
    "base", [None, with_values(Scenario(name="own"), SMALL, source="own.toml")]
)
def test_plans_with_the_visitors_files_come_back_with_them(base: Scenario | None) -> None:
    """The text holds no row of a portfolio; the file beside it does."""
    plan = PLAN if base is None else Plan("own", base)
    plan = plan.with_portfolio(PORTFOLIO)
    kept = to_keep(plan, (Kept("with files", plan),))
    assert "ecret" not in kept["tray"]
    after = open_session(query_of(Linked(PLAN)))
    restore(after, kept)
    (back,) = after.tray.value
    assert back.plan.scenario == plan.scenario
    after.close()
    without = open_session(query_of(Linked(PLAN)))
    restore(without, {"tray": kept["tray"]})
    assert without.tray.value == ()
    without.close()


@pytest.mark.parametrize(
    "entries",
    [
        {"one": QUERY},
        [["one"]],
        [[1, QUERY]],
        [["one", 1]],
        [["", QUERY]],
        [["x" * (LONGEST_NAME + 1), QUERY]],
        [["\x07bell", QUERY]],
        [["one", "preset=../../etc/passwd"]],
        [["one", "preset=all_five&team.developers=lots"]],
        [["one", "preset=all_five&horizon_days=1825&portfolio.initial_models=1e9"]],
        [["one", "a=" + "x" * 7000]],
        None,
        "text",
        7,
    ],
)
def test_what_makes_no_sense_is_left_out(entries: object) -> None:
    assert read_tray(json.dumps(entries), plan_of) == ()


def test_what_is_right_beside_it_is_kept_and_never_too_much() -> None:
    entries = [["bad", "seed=x"], ["one", QUERY], ["one", QUERY]]
    assert [kept.name for kept in read_tray(json.dumps(entries), plan_of)] == ["one"]
    many = [[str(number), HUGE] for number in range(1000)]
    assert len(read_tray(json.dumps(many[:50]), plan_of)) == MOST_KEPT
    assert read_tray(json.dumps(many * 10), plan_of) == ()


@given(st.text(max_size=60) | st.from_regex(r"[\[\]{}\",:a1]{0,30}", fullmatch=True))
def test_no_text_is_an_error(text: str) -> None:
    assert read_tray(text, plan_of) == ()


def test_deep_text_is_no_error() -> None:
    assert read_tray("[" * 20_000, plan_of) == ()
