"""What to buy first on Decide: what is asked, what was found, and of which organisation it is."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from io import BytesIO

import numpy as np
import pytest
from pptx import Presentation

from modelops_abm.app.browser_sync import query_of_session
from modelops_abm.app.decide.advice_card import AdviceCard, asked_in, take_budget
from modelops_abm.app.export.content import command_of_advice, subject_of
from modelops_abm.app.export.report import report
from modelops_abm.app.export.slides import slides
from modelops_abm.app.state.advising import (
    MOST_MINUTES,
    Advised,
    Advising,
    Asked,
    asked_of,
    found_out,
)
from modelops_abm.app.state.answer import PRECISIONS, USUAL, Question, answers
from modelops_abm.app.state.fitting import Line
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import Advice, RoadMap
from modelops_abm.experiments.road_maps import road_map_of
from modelops_abm.runs.threads import Account, new_caller
from tests.app.comparisons import QUICK
from tests.app.test_decide_components import shown
from tests.patience import until

FEW = 24
BUDGET = 1e9


@pytest.fixture(scope="module")
def plan() -> Plan:
    levels = {f"capabilities.{name}.maximum": 1.0 for name in ("automation", "lineage")}
    return Plan.of_preset("reference").changed({**QUICK, **levels})


@pytest.fixture(scope="module")
def advised(plan: Plan) -> Advised:
    """Return what to buy where money is no limit."""
    asked = asked_of(plan, BUDGET, 3, FEW, is_over=True)
    found = found_out(asked, {"executor": new_caller(account=Account())}, trials=8)
    return Advised(asked, found)


def recommending(advised: Advised, road_map: RoadMap) -> Advised:
    """Return the same as if another finalist had been the best."""
    best = advised.advice.found.measured(road_map)
    confirmed = replace(advised.advice.found.confirmed, recommended=best)
    found = replace(advised.advice.found, confirmed=confirmed)
    return replace(advised, advice=replace(advised.advice, found=found))


@pytest.fixture
def to_buy(advised: Advised, plan: Plan) -> Advised:
    """Return the same as if something had been recommended that is not the plan, whatever is."""
    others = (each.road_map for each in advised.advice.found.finalists)
    own = road_map_of(plan.scenario)
    return recommending(advised, next(each for each in others if each.steps and each != own))


@pytest.fixture
def session(plan: Plan) -> Iterator[Session]:
    session = Session(plan, 3)
    yield session
    session.close()


def test_as_the_plan_it_has_the_same_worth(advised: Advised, plan: Plan) -> None:
    """One number for each road map: that of the card is that of the verdict, future by future."""
    for finalist in advised.advice.found.finalists:
        shown_plan = recommending(advised, finalist.road_map).laid_on(plan)
        stages = (each.over for each in answers(Question(shown_plan, 3, FEW, is_over=True)))
        over = next(each for each in stages if each is not None and each.replications == 24)
        if finalist.road_map.steps:
            worth = over.difference("npv").values
            np.testing.assert_array_equal(worth, finalist.rechecked.gains)


def test_it_is_of_the_organisation_whatever_is_planned(plan: Plan, to_buy: Advised) -> None:
    asked = to_buy.asked
    for other in (
        plan.changed({"capabilities.monitoring.maximum": 0.3}),
        plan.changed({"capabilities.automation.start_day": 90.0}),
        to_buy.laid_on(plan),
    ):
        assert replace(asked, plan=other).is_of(asked)
    for changed in (
        replace(asked, plan=plan.changed({"team.developers": 3})),
        replace(asked, plan=plan.changed({"capabilities.lineage.capital_cost": 7e4})),
        replace(asked, budget=BUDGET + 1.0),
        replace(asked, chance=0.9),
        replace(asked, seed=4),
        replace(asked, is_over=False),
    ):
        assert not changed.is_of(asked)


def test_a_road_map_becomes_the_plan_by_one_step(session: Session, to_buy: Advised) -> None:
    session.advising.found.set(to_buy)
    before = session.plan
    with shown(AdviceCard(session)) as card:
        card.act("use road map")
        assert session.plan != before
        assert road_map_of(session.plan.scenario) == to_buy.advice.road_map
        assert "The plan follows this road map." in card.text
        session.undo()
        assert session.plan == before
        assert "Use this road map" in card.text


def test_what_was_found_stays_and_says_of_what_it_is(session: Session, to_buy: Advised) -> None:
    session.advising.budget.set(BUDGET)
    session.advising.found.set(
        replace(to_buy, asked=replace(to_buy.asked, replications=400, answered=400))
    )
    with shown(AdviceCard(session)) as card:
        assert "4 developers, over organisations like yours" in card.text
        assert "changed since" not in card.text
        session.change({"team.developers": 5})
        assert "the organisation changed since" in card.text
        assert "4 developers" in card.text
        assert "Find out anew" in card.text
        session.undo()
        session.is_over.set(False)
        assert "what figures are over changed since" in card.text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("0", "0 is not allowed: $1 to 1,000,000,000."),
        ("-5", "-5 is not allowed: "),
        ("1e30", "1e30 is not allowed: "),
        ("0,125", "'0,125' is no number: write 0.125."),
        ("much", "'much' is no number: $1 to 1,000,000,000."),
        ("", "'' is no number: "),
    ],
)
def test_what_is_no_budget_is_said_and_nothing_begins(
    session: Session, typed: str, complaint: str
) -> None:
    before = session.advising.budget.value
    with shown(AdviceCard(session)) as card:
        card.act("budget", typed)
        assert complaint in unescape(card.text)
        card.act("ask advice")
        assert session.advising.searching.value is None
    assert session.advising.budget.value == before
    take_budget(session.advising, "$90 000")
    assert (session.advising.budget.value, session.advising.problem.value) == (90_000.0, "")


def test_after_what_went_wrong_it_can_be_asked_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Asked] = []
    monkeypatch.setattr(session.advising, "ask", asked.append)
    session.advising.problem.set("This takes too long.")
    with shown(AdviceCard(session)) as card:
        assert "This takes too long." in card.text
        assert 'aria-invalid="true"' not in card.text, "nothing is wrong with the budget"
        card.act("ask advice")
        assert len(asked) == 1
        card.act("budget", "much")
        card.act("ask advice")
        assert len(asked) == 1
        card.act("budget", "90000")
        assert "This takes too long." not in card.text
        card.act("ask advice")
    assert asked[-1].budget == 90_000.0


def test_what_takes_too_long_is_left_to_the_command(plan: Plan) -> None:
    large = plan.changed({"portfolio.initial_models": 9_000, "horizon_days": 1_095})
    advising = Advising(lambda change: change(), Account())
    asked = asked_of(large, 4e5, 0, USUAL, is_over=False)
    assert asked.minutes > MOST_MINUTES
    advising.ask(asked)
    assert advising.problem.value.endswith("modelops-abm advise PLAN.toml --budget 400000 --as-set")
    assert advising.wait(0.0)


def test_it_is_found_out_in_the_background(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = partial(found_out, trials=6)
    monkeypatch.setattr("modelops_abm.app.state.advising.found_out", find)
    session.advising.ask(replace(asked_in(session), budget=BUDGET, replications=8))
    until(lambda: session.advising.found.value is not None)
    assert session.advising.searching.value is None
    with shown(AdviceCard(session)) as card:
        for about in session.advising.found.value.advice.told:
            assert about == "What to buy" or f"<dt>{about}</dt>" in card.text
        assert "Nine of ten futures" not in card.text
        card.act("whole advice")
        assert "Show less" in card.text
        tables = session.advising.found.value.advice.tables()
        for each in (each for each in tables if each.is_shown):
            assert all(row.cells[0] in unescape(card.text) for row in each.rows)


def test_how_surely_a_budget_holds_is_asked_found_out_and_said(
    session: Session, to_buy: Advised, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[object] = []

    def advise(*_: object, chance: float | None, **__: object) -> Advice:
        limits.append(chance)
        return to_buy.advice

    monkeypatch.setattr("modelops_abm.app.state.advising.advise", advise)
    with shown(AdviceCard(session)) as card:
        card.act("budget chance", "0.9")
        card.act("budget chance", "much")
    asked = asked_in(session)
    assert "k of capital in 90\u202f% of the futures over" in asked.in_words()
    assert "--budget 250000 --budget-chance 0.9 " in command_of_advice(asked)
    assert "budget_chance=0.9" in (query_of_session(session) or "")
    found_out(replace(asked, is_over=False), {})
    session.advising.chance.set(None)
    found_out(replace(asked_in(session), is_over=False), {})
    assert limits == [0.9, None]


def test_report_and_slides_have_it_only_of_their_own_organisation(
    plan: Plan, to_buy: Advised
) -> None:
    session = Session(plan, 3)
    answer, *_ = answers(Question(plan, 3, FEW, is_over=True))
    session.answer.set(answer)
    without = subject_of(session)
    assert without is not None
    title = ">What to buy first</h2>"
    assert title not in report(without).decode()
    session.advising.found.set(to_buy)
    subject = subject_of(session)
    assert subject is not None
    text = unescape(re.sub(r"</?span>", "", report(subject).decode()))  # one for each word
    assert title in text
    assert all(words in text for words in to_buy.advice.told.values())
    command = command_of_advice(to_buy.asked)
    assert command in text
    assert "advise --budget 1000000000 --preset reference --belief published" in command
    deck = Presentation(BytesIO(slides(subject)))
    texts = [each.text for slide in deck.slides for each in slide.shapes if each.has_text_frame]
    assert any(each.startswith("What to buy first") for each in texts)
    session.answer.set(answer.as_set())
    other = subject_of(session)
    assert other is not None
    assert other.advised is None, "that is over organisations, and this is as set"
    session.close()


def test_it_waits_for_others_and_can_be_stopped(plan: Plan) -> None:
    line, cancel = Line(most=1), threading.Event()
    advising = Advising(lambda change: change(), Account(), line)
    with line.place(cancel, lambda _: None):
        advising.ask(asked_of(plan, BUDGET, 0, FEW, is_over=True))
        until(lambda: advising.searching.value is not None and advising.searching.value.ahead == 1)
        advising.stop()
        assert advising.searching.value is None
    assert advising.wait(60.0)
    assert advising.found.value is None


def test_what_goes_wrong_is_said(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(asked: Asked, *_: object) -> None:
        raise ValueError(asked.seed)

    monkeypatch.setattr("modelops_abm.app.state.advising.found_out", fail)
    advising = Advising(lambda change: change(), Account())
    advising.ask(asked_of(plan, BUDGET, 0, FEW, is_over=True))
    until(lambda: bool(advising.problem.value))
    assert "by a mistake of this program (ValueError)" in advising.problem.value
    assert advising.searching.value is None


def test_no_future_of_a_fine_answer_has_a_part_in_choosing() -> None:
    plan = Plan.of_preset("all_five")
    usual, fine = (
        asked_of(plan, BUDGET, 0, PRECISIONS[name], is_over=False) for name in ("usual", "fine")
    )
    assert (usual.replications, fine.replications) == (400, 400)
    assert fine.answered == PRECISIONS["fine"]
    assert not fine.is_of(usual), "it was chosen by futures of the finer answer"
    assert "--reserved" not in command_of_advice(usual)
    assert f"--reserved {fine.answered}" in command_of_advice(fine)
