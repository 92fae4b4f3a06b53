from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from modelops_abm.app.decide.tray_card import items_in
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import USUAL, Answer, Question, answers
from modelops_abm.app.state.estimation import CreditSoFar, Failure, RunProgress
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import Kept, Tray, with_answer
from modelops_abm.experiments import credit
from modelops_abm.experiments.plans import raised
from modelops_abm.scenario import InputError, Scenario, with_values
from tests.patience import PATIENCE_SECONDS, until

LEVEL = "capabilities.rollback.maximum"
BASE = with_values(
    Scenario(),
    {"portfolio.initial_models": 2, "horizon_days": 90, "team.developers": 2},
    source="test",
)


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(Plan("reference", BASE).changed({LEVEL: 0.5}))
    yield session
    session.close()
    assert session.wait(PATIENCE_SECONDS)


def is_settled(session: Session) -> bool:
    answer = session.answer.value
    return answer is not None and answer.is_settled and answer.plan.key == session.plan.key


def test_asks_and_shows(session: Session) -> None:
    session.ask()
    until(lambda: is_settled(session))
    until(lambda: session.credit.value is not None)
    assert session.credit.value is not None
    assert session.credit.value.credit is not None
    assert session.credit.value.credit.capabilities == ("rollback",)


def test_shows_no_answer_to_another_plan(session: Session) -> None:
    other = session.plan.changed({LEVEL: 1.0})
    first = next(answers(Question(other, 0)))
    session._hear(first)
    assert session.answer.value is None
    session.take(other)
    session._hear(first)
    assert session.answer.value is first


def test_figures_stay_until_the_new_ones_come(session: Session) -> None:
    first = next(answers(Question(session.plan, 0)))
    session._hear(first)
    session.change({LEVEL: 1.0})
    assert session.answer.value is first
    assert session.plan.key != first.plan.key


def test_failure_keeps_the_figures_and_says_so(session: Session) -> None:
    first = next(answers(Question(session.plan, 0)))
    session._hear(first)
    session._hear(Failure(session.plan, "no room"))
    assert session.notice.value == "This plan could not be simulated. no room"
    assert session.answer.value == replace(first, error="no room")


def test_progress_of_answer_and_credit_are_apart(session: Session) -> None:
    session._hear(RunProgress(session.plan, "answer", 16, 400))
    session._hear(RunProgress(session.plan, "credit", 25, 200))
    assert session.progress.value == RunProgress(session.plan, "answer", 16, 400)
    assert session.credit_progress.value == (25, 200)
    found = credit(session.plan.scenario, 16)
    session._hear(CreditSoFar(session.plan, found))
    assert session.credit.value == CreditSoFar(session.plan, found)


def test_one_step_for_every_change(session: Session) -> None:
    start = session.plan
    session.change({LEVEL: 1.0})
    session.change({LEVEL: 1.0})  # nothing new
    session.change({"team.developers": 3})
    assert len(session.history.value.past) == 2
    session.undo()
    session.undo()
    assert session.plan == start
    session.redo()
    assert session.plan.value(LEVEL) == 1.0


def test_what_is_not_allowed_is_a_notice(session: Session) -> None:
    plan = session.plan
    session.change({LEVEL: 2.0})
    assert session.plan is plan
    assert "0 to 1" in session.notice.value
    session.change({LEVEL: 1.0})
    assert session.notice.value == ""


def test_reset_can_be_undone(session: Session) -> None:
    changed = session.plan
    session.reset()
    assert session.plan.changes == {}
    assert session.plan.scenario == BASE
    session.undo()
    assert session.plan == changed


def test_any_plan_can_be_laid_on_any_organisation(session: Session) -> None:
    planned = session.plan.planned
    session.change({"team.developers": 7, "drift.growth_days": 30.0})
    session.take_organisation("small_team")
    assert session.plan.planned == planned
    own = Plan.of_preset("small_team").scenario
    assert session.plan.scenario.team == own.team
    assert session.plan.scenario.drift == own.drift
    session.take_plan("lineage_alone")
    assert session.plan.planned == Plan.of_preset("lineage_alone").planned
    assert session.plan.scenario.team == own.team
    session.take_organisation("no_such_preset")
    assert session.plan.scenario.team == own.team
    assert "there is no preset" in session.notice.value


def test_levels_that_are_raised_later_belong_to_the_plan(session: Session) -> None:
    later, team = {"day": 30, LEVEL: 1.0}, {"day": 40, "team.developers": 3}
    session.change({"changes": (later, team)})
    assert session.plan.levels["rollback"] == 0.5
    session.take_organisation("small_team")
    assert [change.values for change in session.plan.scenario.changes] == [{LEVEL: 1.0}]
    session.undo()
    session.take_plan("reference")
    assert [change.values for change in session.plan.scenario.changes] == [{"team.developers": 3.0}]
    assert raised(session.plan.scenario) == ()


def test_replay_shows_before_and_after(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelops_abm.app.state.session._REPLAY_SECONDS", 0.05)
    before = session.plan
    session.change({LEVEL: 1.0})
    after = session.plan
    session.replay()
    assert session.plan == before
    time.sleep(0.2)
    assert session.plan == before  # until it has been answered
    session._hear(next(answers(Question(before, 0))))
    until(lambda: session.plan == after)
    assert session.history.value.undone == ()


def test_another_change_ends_the_replay(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelops_abm.app.state.session._REPLAY_SECONDS", 0.05)
    session.change({LEVEL: 1.0})
    session.replay()
    session.change({LEVEL: 0.25})
    session._hear(next(answers(Question(session.plan, 0))))
    time.sleep(0.3)
    assert session.plan.value(LEVEL) == 0.25


def test_tray_keeps_and_completes(session: Session) -> None:
    session.ask()
    session.keep("half")  # before it is answered
    session.change({LEVEL: 1.0})
    session.ask()
    until(lambda: is_settled(session))
    until(lambda: session.tray.value[0].is_answered(0, USUAL))
    kept = session.tray.value[0]
    assert kept.comparison is not None
    assert kept.comparison.plan.scenario == kept.plan.scenario
    assert kept.comparison.plan.scenario.capabilities.rollback.maximum == 0.5
    session.keep("full")
    assert session.tray.value[1].answer is session.answer.value
    session.rename("half", "Half of it")
    session.load("Half of it")
    assert session.plan.value(LEVEL) == 0.5
    session.forget("full")
    assert [kept.name for kept in session.tray.value] == ["Half of it"]


def test_tray_names_are_checked(session: Session) -> None:
    session.keep("one")
    session.keep("one")
    assert "already" in session.notice.value
    assert len(session.tray.value) == 1


def test_a_kept_plan_has_its_own_baseline(session: Session) -> None:
    session.keep("two developers")
    session.change({"team.developers": 4})
    session.ask()
    until(lambda: session.tray.value[0].is_answered(0, USUAL))
    comparison = session.tray.value[0].comparison
    assert comparison is not None
    assert comparison.baseline.scenario.team.developers == 2
    assert comparison.baseline.scenario.capabilities.rollback.maximum == 0.0


def test_the_drawer_asks_for_the_levels(session: Session) -> None:
    session.ask()
    session.drawer.set("rollback")
    session.explain()
    until(lambda: session.explanation.value and session.explanation.value.levels)
    session.drawer.set("team.developers")
    session.explain()
    assert session.explanation.value is None


def test_two_sessions_share_nothing() -> None:
    one, other = Session(), Session()
    one.change({LEVEL: 0.25})
    one.notice.set("only here")
    one.keep("mine")
    assert other.plan.value(LEVEL) == 1.0
    assert other.notice.value == ""
    assert other.tray.value == ()
    one.close()
    other.close()


def test_guarded_handlers_tell(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    def wrong() -> None:
        raise InputError("five is too many")

    def broken() -> None:
        raise ZeroDivisionError

    reported(session, wrong)()
    assert session.notice.value == "five is too many"
    reported(session, broken)()
    assert "a mistake of this program (ZeroDivisionError)" in session.notice.value
    assert "a handler of the page failed" in caplog.text


def test_a_plan_kept_while_an_answer_comes_stays_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.keep("first")
    keeping = threading.Thread(target=lambda: session.keep("second"))
    found = next(answers(Question(session.plan, 0)))

    def meanwhile(tray: Tray, answer: Answer) -> Tray:
        keeping.start()
        keeping.join(0.2)  # it waits for what is being done here
        return with_answer(tray, answer)

    monkeypatch.setattr("modelops_abm.app.state.session.with_answer", meanwhile)
    session._hear(found)
    keeping.join(PATIENCE_SECONDS)
    assert [kept.name for kept in session.tray.value] == ["first", "second"]
    assert session.tray.value[0].answer is found


def test_a_kept_plan_that_is_too_large_to_run_unasked_says_so() -> None:
    large = Plan.of_preset("all_five").changed({"portfolio.initial_models": 10_000})
    session = Session()
    session.tray.set((Kept("large", large),))
    (_, kept) = items_in(session)
    assert kept.waiting.startswith("Not run: it is large")
    session.agreed.set(math.inf)
    (_, kept) = items_in(session)
    assert kept.waiting == "Being computed"
    session.close()
