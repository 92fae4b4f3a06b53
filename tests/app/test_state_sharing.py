from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from modelops_abm.app.state import estimation
from modelops_abm.app.state.answer import Answer, Question, answers
from modelops_abm.app.state.estimation import Estimator
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.sharing import SharedStreams
from modelops_abm.runs import Cancelled
from tests.app.test_state_estimation import Listener, small_plan
from tests.patience import PATIENCE_SECONDS, until


class Source:
    """Counts up to ten, a step whenever it is let, and knows how often it was begun and ended."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.steps = threading.Semaphore(0)

    def __call__(self, cancel: Event) -> Iterator[int]:
        self.begun += 1
        try:
            for number in range(1, 11):
                while not self.steps.acquire(timeout=0.001):
                    if cancel.is_set():
                        raise Cancelled
                yield number
        finally:
            self.ended += 1


class Taker:
    """Takes a stream in a thread of its own."""

    def __init__(self, streams: SharedStreams[int], source: Callable[[Event], Iterator[int]]):
        self.cancel, self.found, self.was_cancelled = Event(), list[int](), False
        self._items = streams.items("key", source, self.cancel)
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        try:
            self.found.extend(self._items)
        except Cancelled:
            self.was_cancelled = True

    def is_done(self) -> bool:
        return not self._thread.is_alive()


def test_whoever_takes_a_stream_it_runs_once() -> None:
    source, streams = Source(), SharedStreams[int](1)
    takers = [Taker(streams, source) for _ in range(5)]
    source.steps.release(10)
    until(lambda: all(taker.is_done() for taker in takers))
    for taker in takers:  # each finding once at most, in order, up to the last
        assert taker.found == sorted(set(taker.found))
        assert taker.found[-1] == 10
    assert source.begun == source.ended == 1
    late = Taker(streams, source)
    until(late.is_done)
    assert (late.found, source.begun) == ([10], 1)


@pytest.mark.parametrize("seed", range(5))
def test_who_is_cancelled_ends_no_other(seed: int) -> None:
    chance = random.Random(seed)
    source, streams = Source(), SharedStreams[int](1)
    takers = [Taker(streams, source) for _ in range(6)]
    cancelled = takers[:4]
    for taker in cancelled:
        source.steps.release(chance.randrange(1, 3))
        taker.cancel.set()
    until(lambda: all(taker.is_done() for taker in cancelled))
    source.steps.release(100)  # what was run for one who is gone is run again
    until(lambda: all(taker.is_done() for taker in takers))
    for taker in takers:
        assert taker.found == sorted(set(taker.found))
    assert all(taker.found[-1] == 10 for taker in takers[4:])
    assert not any(taker.was_cancelled for taker in takers[4:])


def test_what_nobody_takes_any_more_ends() -> None:
    source, streams = Source(), SharedStreams[int](1)
    source.steps.release(1)
    items = streams.items("key", source, Event())
    assert next(items) == 1
    assert source.ended == 0
    del items
    assert source.ended == 1
    assert next(streams.items("key", source, Event())) == 1  # what was found is still there
    assert source.begun == 1
    source.steps.release(10)
    assert list(streams.items("key", source, Event())) == [*range(1, 11)]
    assert source.begun == 2


def test_a_mistake_is_told_to_each_who_meets_it() -> None:
    def fails(_: Event) -> Iterator[int]:
        yield 1
        raise ValueError("no second")

    streams = SharedStreams[int](1)
    for _ in range(2):
        items = streams.items("key", fails, Event())
        assert next(items) == 1
        with pytest.raises(ValueError, match="no second"):
            next(items)


def test_of_streams_that_nobody_takes_the_latest_are_kept() -> None:
    source, streams = Source(), SharedStreams[int](2)
    for key in ("a", "b", "c", "b", "c", "a"):
        source.steps.release(10)
        assert [*streams.items(key, source, Event())][-1] == 10
    assert source.begun == 4  # only the first a was forgotten
    for key in ("d", "b", "c"):
        source.steps.release(1)
        next(streams.items(key, source, Event()))
    assert source.begun == 7  # what was not taken to its end counts as well


def test_visitors_who_open_the_page_share_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Plan] = []

    def counted(question: Question, *arguments: object) -> Iterator[Answer]:
        asked.append(question.plan)
        return answers(Question(small, *question[1:]), *arguments)  # type: ignore[arg-type]

    small = small_plan(rollback=1.0)
    monkeypatch.setattr(estimation, "answers", counted)
    monkeypatch.setattr(estimation, "_ANSWERS", SharedStreams[Answer](4))
    plans = [Plan.of_preset("rollback_alone") for _ in range(3)]
    heard = [Listener() for _ in plans]
    estimators = [Estimator(each) for each in heard]
    for estimator, plan in zip(estimators, plans, strict=True):
        estimator.ask(Question(plan, 0))
    assert all(each.wait(PATIENCE_SECONDS) for each in estimators)
    assert len(asked) == 1
    last = [each.answers()[-1] for each in heard]
    assert all(one.is_settled and one.plan is plan for one, plan in zip(last, plans, strict=True))
    assert len({id(one.comparison.plan.values) for one in last}) == 1


def test_what_a_visitor_brings_is_not_shared() -> None:
    plan = Plan.of_preset("all_five")
    moved = plan.changed({"capabilities.rollback.maximum": 0.5})
    keys = {Question(plan, 0).common_key, Question(moved, 0).common_key}
    assert len(keys) == 2
    assert None not in keys
    assert Question(Plan.of_preset("all_five"), 0).common_key in keys
    own = plan.own.model_copy(update={"name": "acme.toml"})
    assert Question(Plan("all_five", own), 0).common_key is None
    assert Question(small_plan(), 0).common_key is None  # a scenario of one's own
