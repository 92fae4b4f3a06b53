from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from modelops_abm.app.decide.parameter_drawer import stream_effect
from modelops_abm.app.state import answer as answering, estimation
from modelops_abm.app.state.answer import (
    PRECISIONS,
    Answer,
    Question,
    answers,
    stages_of,
)
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.estimation import (
    Ahead,
    CreditSoFar,
    Estimator,
    Explanation,
    Failure,
    Message,
    RunProgress,
)
from modelops_abm.app.state.jobs import PRECEDENCE, Job
from modelops_abm.app.state.plan import Plan
from modelops_abm.evidence.belief import Belief
from modelops_abm.experiments import compare, credit
from modelops_abm.experiments.draws import draws_of
from modelops_abm.experiments.statistics import LOOKS
from modelops_abm.runs import Cancelled
from modelops_abm.runs.threads import Account, Caller, Rank, SharedThreads, new_caller
from modelops_abm.scenario import InputError, Scenario, catalogue, with_values
from tests.patience import PATIENCE_SECONDS, until

SMALL = {
    "portfolio.initial_models": 3,
    "portfolio.initial_ideas": 2,
    "portfolio.initial_builds": 1,
    "horizon_days": 120,
    "team.developers": 2,
}


def small_plan(**levels: float) -> Plan:
    base = with_values(Scenario(), SMALL, source="test")
    start = Plan("reference", base)
    return start.changed({f"capabilities.{name}.maximum": level for name, level in levels.items()})


class Listener:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def __call__(self, message: Message) -> None:
        self.messages.append(message)

    def answers(self) -> list[Answer]:
        return [message for message in self.messages if isinstance(message, Answer)]

    def credits(self) -> list[CreditSoFar]:
        return [message for message in self.messages if isinstance(message, CreditSoFar)]

    def bars(self) -> list[RunProgress]:
        return [message for message in self.messages if isinstance(message, RunProgress)]

    def explanations(self) -> list[Explanation]:
        return [message for message in self.messages if isinstance(message, Explanation)]

    def ahead(self) -> list[Answer]:
        found = (message.answer for message in self.messages if isinstance(message, Ahead))
        return [answer for answer in found if answer is not None]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: self.messages)


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_answers_look_by_look_then_credit(listener: Listener) -> None:
    plan = small_plan(monitoring=0.5, rollback=1.0)
    estimator = Estimator(listener)
    estimator.ask(Question(plan, 7))
    assert estimator.wait(PATIENCE_SECONDS)
    found = listener.answers()
    futures = [answer.comparison.replications for answer in found]
    assert futures == list(LOOKS[: len(futures)])
    assert [answer.is_settled for answer in found] == [False] * (len(found) - 1) + [True]
    assert all(answer.plan is plan and answer.seed == 7 for answer in found)
    last = listener.credits()[-1]
    assert last.credit is not None
    ends = {bar.work: (bar.done, bar.aim) for bar in listener.bars()}
    assert ends["credit"] == (0, 0)
    assert last.credit.capabilities == ("monitoring", "rollback")
    whole = credit(plan.scenario, seed=7)
    assert last.credit.share("rollback").estimate == whole.share("rollback").estimate


def test_the_answer_is_the_comparison_of_the_experiments() -> None:
    plan = small_plan(automation=1.0)
    *_, last = answers(Question(plan, 3))
    whole = compare(plan.scenario, last.comparison.replications, seed=3)
    assert last.comparison.finance.npv == whole.finance.npv
    assert set(last.comparison.bands) >= {"npv", "availability", "level_automation"}


def test_a_newer_question_supersedes(listener: Listener) -> None:
    estimator = Estimator(listener)
    plans = [small_plan(monitoring=level / 10.0) for level in range(1, 8)]
    for plan in plans:
        estimator.ask(Question(plan, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    keys = [message.plan.key for message in listener.answers()]
    order = [plan.key for plan in plans]
    assert keys == sorted(keys, key=order.index)  # never back to an older plan
    assert keys[-1] == plans[-1].key
    assert listener.answers()[-1].is_settled


def test_stops_soon_when_closed(listener: Listener) -> None:
    before = threading.active_count()
    big = Plan.of_preset("all_five").changed({"horizon_days": 3650})
    estimator = Estimator(listener)
    estimator.ask(Question(small_plan(), 0))  # starts the threads that all share
    listener.wait_until(lambda: bool(listener.answers()))
    shared = threading.active_count() - before
    estimator.ask(Question(big, 0))
    estimator.answer_all([Question(big, 0)])
    estimator.explain(Question(big, 0), "monitoring")
    estimator.close()
    assert estimator.wait(PATIENCE_SECONDS)
    heard = len(listener.messages)
    time.sleep(0.2)
    assert len(listener.messages) == heard
    assert threading.active_count() - before <= shared


def test_a_settled_answer_is_remembered(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = small_plan(lineage=1.0), small_plan(lineage=0.5)
    estimator = Estimator(listener)
    for plan in (first, second):
        estimator.ask(Question(plan, 0))
        assert estimator.wait(PATIENCE_SECONDS)
    settled = listener.answers()[-1]
    listener.messages.clear()
    monkeypatch.setattr(answering, "comparisons", None)
    monkeypatch.setattr(estimation, "stream_shares", None)
    estimator.ask(Question(second, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.answers() == [settled]
    assert [message.credit is not None for message in listener.credits()] == [True]


def test_an_answer_may_be_forgotten_while_it_is_shown(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped job remembers its answer, and so pushes out the one that is being shown."""
    first, *others, late = [small_plan(rollback=level / 10.0) for level in range(1, 7)]
    settled = {plan.key: list(answers(Question(plan, 0)))[-1] for plan in (first, *others[:1])}
    has_looked_up = threading.Event()
    estimator = Estimator(listener)
    for plan in (first, *others[: answering.MOST_CACHED - 1]):
        answer = replace(settled[first.key], plan=plan)
        estimator.cache.add(Question(plan, 0), answer, None)

    def slow(*_: object, **__: object) -> Iterator[Answer]:
        yield replace(settled[first.key], plan=late)
        assert has_looked_up.wait(PATIENCE_SECONDS)

    tell = Job.tell

    def told(job: Job, publish: Callable[[Message], None], message: Message) -> None:
        if isinstance(message, Answer) and message.plan is first:
            has_looked_up.set()
        tell(job, publish, message)

    monkeypatch.setattr(answering, "answers", slow)
    monkeypatch.setattr(estimation, "stream_shares", lambda *_, **__: iter([None]))
    monkeypatch.setattr(Job, "tell", told)
    estimator.ask(Question(late, 0))
    listener.wait_until(lambda: any(each.plan is late for each in listener.answers()))
    estimator.ask(Question(first, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    assert estimator.cache.get(Question(first, 0)) is not None
    assert [m for m in listener.messages if isinstance(m, Failure)] == []
    assert listener.answers()[-1].plan is first


def ranks_of(submitted: pytest.MonkeyPatch) -> list[Rank]:
    """Return what will hold the rank of every call to the shared threads."""
    ranks: list[Rank] = []
    add = SharedThreads.add

    def noted(self: SharedThreads, caller: Caller, rank: Rank, call: Any) -> None:
        ranks.append(rank)
        add(self, caller, rank, call)

    submitted.setattr(SharedThreads, "add", noted)
    return ranks


def test_only_first_figures_have_the_first_rank(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks = ranks_of(monkeypatch)
    estimator = Estimator(listener)
    estimator.answer_all([Question(small_plan(rollback=0.25), 0)])
    estimator._at_rest.set()
    assert estimator.wait(PATIENCE_SECONDS)
    assert set(ranks) == {Rank.NEXT}
    ranks.clear()
    quantity = next(each for each in catalogue() if each.name == "team.payroll_per_year")
    plan = small_plan(rollback=0.25)
    looks = stream_effect(
        plan, quantity, 0, threading.Event(), may_run=lambda _: True, account=Account()
    )
    next(looks)
    assert set(ranks) == {Rank.LAST}
    ranks.clear()
    next(answers(Question(small_plan(rollback=0.25), 0)))
    assert ranks[0] is Rank.FIRST
    ranks.clear()
    estimator.weigh(small_plan(rollback=0.25).changed({"usage.season": [1.5] + [1.0] * 11}), 0)
    assert estimator.wait(PATIENCE_SECONDS)
    assert set(ranks) == {Rank.LAST}


def test_nothing_raised_has_no_credit(listener: Listener) -> None:
    plan = small_plan()
    estimator = Estimator(listener)
    estimator.ask(Question(plan, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.answers()[-1].is_settled
    assert listener.credits() == [CreditSoFar(plan, None)]


def test_fair_shares_are_found_out_for_who_asks(listener: Listener) -> None:
    """What the plan would lose without each comes for everybody, and is not run again."""
    plan = small_plan(monitoring=0.5, rollback=1.0, lineage=1.0)
    question = Question(plan, 7, 200)
    estimator = Estimator(listener)
    estimator.ask(question)
    assert estimator.wait(PATIENCE_SECONDS)
    dropped = listener.credits()[-1].credit
    assert dropped is not None
    assert dropped.questions == ("dropped",)
    estimator.share_out(question)
    assert estimator.wait(PATIENCE_SECONDS)
    shared, whole = listener.credits()[-1].credit, credit(plan.scenario, seed=7)
    assert shared is not None
    for name in whole.capabilities:
        assert dropped.last(name).estimate == whole.last(name).estimate
        for asked in whole.questions:
            assert shared.worth(name, asked).estimate == whole.worth(name, asked).estimate
    kept = estimator.cache.get(question)
    assert kept is not None
    assert kept[1] is shared
    # Of another plan both are asked for at once, and the answer comes first.
    other = question._replace(plan=small_plan(monitoring=0.5, rollback=0.5, lineage=1.0))
    estimator.ask(other)
    estimator.share_out(other)
    assert estimator.wait(PATIENCE_SECONDS)
    kept = estimator.cache.get(other)
    assert kept is not None
    assert kept[1] is listener.credits()[-1].credit
    assert estimator.whole_credit(kept[0], None).credit is not None


def test_credit_and_levels_are_over_what_the_answer_is_over(listener: Listener) -> None:
    """In the first of its futures: all of a plan, and each level, as its comparison has them."""
    plan = small_plan(monitoring=1.0, rollback=1.0)
    question = Question(plan, 5, 200, is_over=True)
    estimator = Estimator(listener)
    estimator.ask(question)
    estimator.explain(question, "rollback")
    assert estimator.wait(PATIENCE_SECONDS)
    over = listener.answers()[-1].over
    assert over is not None
    last = listener.credits()[-1]
    assert last.is_over
    assert last.credit is not None
    worth = over.difference("npv").values[: last.credit.replications]
    np.testing.assert_array_equal(last.credit.together().values, worth)
    told = listener.explanations()[-1]
    assert told.is_over
    assert told.levels is not None
    whole = told.levels.samples["npv"][told.levels.levels.index(1.0)]
    np.testing.assert_array_equal(whole, over.plan.outcome("npv")[: len(whole)])
    # As set it is another credit, which is found out anew and kept beside.
    estimator.ask(question._replace(is_over=False))
    assert estimator.wait(PATIENCE_SECONDS)
    as_set = listener.credits()[-1]
    assert not as_set.is_over
    assert as_set.credit is not None
    assert as_set.credit.together().estimate != last.credit.together().estimate
    for is_over, expected in ((True, last.credit), (False, as_set.credit)):
        kept = estimator.cache.get(question._replace(is_over=is_over))
        assert kept is not None
        assert kept[1] is expected


def test_explains_after_the_answer(listener: Listener) -> None:
    plan = small_plan(monitoring=1.0)
    estimator = Estimator(listener)
    estimator.ask(Question(plan, 0))
    estimator.explain(Question(plan, 0), "monitoring")
    assert estimator.wait(PATIENCE_SECONDS)
    first, *later = listener.explanations()
    assert first == Explanation(plan, "monitoring")
    assert later[-1].levels is not None
    assert later[-1].levels.levels == (0.0, 0.25, 0.5, 0.75, 1.0)
    settled = next(place for place, m in enumerate(listener.messages)
                   if isinstance(m, Answer) and m.is_settled)  # fmt: skip
    assert listener.messages.index(later[0]) > settled


def test_answers_others_one_after_the_other(listener: Listener) -> None:
    plans = [small_plan(rollback=0.25), small_plan(rollback=0.75)]
    estimator = Estimator(listener)
    estimator.ask(Question(small_plan(), 0))
    estimator.answer_all([Question(plan, 0) for plan in plans])
    assert estimator.wait(PATIENCE_SECONDS)
    settled = [answer.plan.key for answer in listener.answers() if answer.is_settled]
    assert settled == [small_plan().key, *(plan.key for plan in plans)]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("not enough memory"), "not enough memory"),
        (KeyError("npv"), "That did not work, by a mistake of this program (KeyError)."),
    ],
)
def test_failure_is_told_in_words(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(answering, "comparisons", broken)
    plan = small_plan()
    estimator = Estimator(listener)
    estimator.ask(Question(plan, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.messages == [Failure(plan, words)]


def test_cancelled_before_it_begins() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        next(answers(Question(small_plan(), 0), cancel=cancel))


@pytest.mark.parametrize("is_over", [False, True])
def test_every_plan_is_run_in_all_futures_of_its_precision(is_over: bool) -> None:
    """However narrow its interval: else plans beside each other would be of other futures."""
    for plan in (small_plan(lineage=0.25), small_plan(automation=1.0)):
        *_, last = answers(Question(plan, 0, PRECISIONS["rough"], is_over))
        assert last.comparison.replications == last.aim == 200
        assert last.over is None or last.over.replications == 200
        assert last.is_settled


def test_a_finer_answer_takes_more_futures(listener: Listener) -> None:
    plan = small_plan(automation=1.0)
    estimator = Estimator(listener)
    for name in ("rough", "fine"):
        estimator.ask(Question(plan, 0, PRECISIONS[name]))
        assert estimator.wait(PATIENCE_SECONDS)
    settled = [answer.comparison.replications for answer in listener.answers() if answer.is_settled]
    assert settled == [200, 1600]


def test_large_scenarios_are_looked_at_sooner() -> None:
    large = with_values(Scenario(), {"portfolio.initial_models": 20_000}, source="test")
    assert stages_of(Scenario()) == LOOKS
    assert stages_of(large)[0] == 2
    assert stages_of(large)[-1] == LOOKS[-1]


@pytest.mark.parametrize("work", ["answer", "credit"])
def test_progress_is_published_now_and_then(work: Literal["answer", "credit"]) -> None:
    told = list[RunProgress]()
    bar = estimation.ProgressBar(small_plan(), work, told.append)
    began = time.monotonic()
    for done in range(1, 50):
        bar.show(done, 200)
    pause = estimation._PAUSE_SECONDS[work]
    assert len(told) <= 1 + (time.monotonic() - began) / pause
    if work == "credit":
        assert told[0].done == 1  # at once, so that a bar appears
    time.sleep(pause + 0.01)
    bar.show(150, 200)
    assert (told[-1].done, told[-1].aim) == (150, 200)
    bar.end()
    assert (told[-1].done, told[-1].aim) == (0, 0)


def test_progress_stands_back_while_somebody_waits_for_first_figures() -> None:
    told = list[RunProgress]()
    bar = estimation.ProgressBar(small_plan(), "credit", told.append)
    with PRECEDENCE.claimed(new_caller()):
        bar.show(1, 200)
        assert not told
    bar.show(2, 200)
    assert [bar.done for bar in told] == [2]


# --------------------------------------------------------------------------------------
# A plan that is answered before it is decided with.


def believed(count: int = 60, **levels: float) -> Question:
    """Return a question of a plan over a belief of a small organisation."""
    plan = small_plan(**levels)
    organisation = with_values(Scenario(), SMALL, source="test")
    own = OwnBelief(Belief(organisation, (), draws_of(organisation, count), 50.0))
    return Question(plan.decided_with(own), 0, PRECISIONS["rough"], is_over=True)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what will hold the key of every plan whose answer is begun."""
    plans: list[str] = []
    run = estimation.answers

    def noted(question: Question, *others: Any) -> Iterator[Answer]:
        plans.append(question.plan.key)
        return run(question, *others)

    monkeypatch.setattr(estimation, "answers", noted)
    return plans


def test_what_was_answered_ahead_is_not_run_again(
    listener: Listener, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    question, shown = believed(monitoring=1.0), small_plan()
    ranks = ranks_of(monkeypatch)
    estimator = Estimator(listener)
    estimator.look_ahead(question)
    assert not estimator.wait(0.1), "what is shown is answered first"
    estimator.ask(Question(shown, 0))
    assert estimator.wait(PATIENCE_SECONDS)
    ahead = listener.ahead()
    assert [answer.plan.key for answer in listener.answers()][-1] == shown.key
    assert ahead[-1].is_settled
    assert ahead[-1].over is not None
    assert ahead[-1].over.settles is not None
    assert ahead[-1].over.replications == question.futures
    assert begun == [shown.key, question.plan.key]
    listener.messages.clear()
    estimator.ask(question)
    estimator.stop_looking_ahead()
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.answers()[0].over is ahead[-1].over
    assert begun == [shown.key, question.plan.key]
    assert listener.credits()[-1].credit is not None
    estimator.look_ahead(question)  # looked at again, it is there at once
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.ahead()[-1].over is ahead[-1].over
    assert set(ranks) <= {Rank.FIRST, Rank.NEXT, Rank.LAST}


def test_what_is_asked_for_meanwhile_goes_on_where_it_is(
    listener: Listener, begun: list[str]
) -> None:
    question = believed(rollback=1.0)
    estimator = Estimator(listener)
    estimator.ask(Question(small_plan(), 0))
    estimator.look_ahead(question)
    listener.wait_until(lambda: bool(listener.ahead()))
    estimator.ask(question)
    estimator.stop_looking_ahead()
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.answers()[-1].is_settled
    assert begun.count(question.plan.key) == 1


def test_ahead_is_answered_while_somebody_looks(listener: Listener, begun: list[str]) -> None:
    first, second = believed(rollback=1.0), believed(rollback=0.5)
    estimator = Estimator(listener)
    estimator.ask(Question(small_plan(), 0))
    estimator.look_ahead(first)
    estimator.look_ahead(second)  # of another plan, or belief, the first is stopped
    assert estimator.wait(PATIENCE_SECONDS)
    assert {answer.plan.key for answer in listener.ahead()} == {second.plan.key}
    listener.messages.clear()
    third = believed(rollback=0.25)
    estimator.look_ahead(third)
    estimator.stop_looking_ahead()
    assert estimator.wait(PATIENCE_SECONDS)
    assert not any(answer.is_settled for answer in listener.ahead())
    # Decided with, and then the plan is changed: nobody wants it any more.
    estimator.look_ahead(third)
    estimator.ask(third)
    estimator.stop_looking_ahead()
    estimator.ask(Question(small_plan(), 0))
    assert estimator.wait(PATIENCE_SECONDS)
    assert not any(answer.is_settled for answer in listener.ahead())


def test_what_cannot_be_answered_ahead_says_no_more(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Iterator[Answer]:
        raise InputError("no")

    question, estimator = believed(rollback=1.0), Estimator(listener)
    estimator.stop_answering()  # nothing is asked for: there is nothing to wait for
    monkeypatch.setattr(estimation, "answers", fail)
    estimator.look_ahead(question)
    assert estimator.wait(PATIENCE_SECONDS)
    assert listener.messages == [Ahead(question.plan, None)]


def test_fewer_futures_of_the_same_do_not_take_the_place_of_more(listener: Listener) -> None:
    one, other = believed(rollback=1.0), believed(80, rollback=1.0)
    assert one.plan.key != other.plan.key
    few, *_, all_of_them = answers(one)
    newer = Ahead(other.plan, few)
    assert Ahead(one.plan, all_of_them).stays_beside(newer)
    assert not Ahead(one.plan, few).stays_beside(Ahead(other.plan, all_of_them))
    assert not Ahead(one.plan, None).stays_beside(newer)
    other_plan = believed(80, rollback=0.5).plan
    assert not Ahead(other_plan, all_of_them).stays_beside(newer)
