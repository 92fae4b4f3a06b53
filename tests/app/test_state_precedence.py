"""Who has figures stands back for those who have none, but not for ever."""

from __future__ import annotations

import threading
import time

from modelops_abm.app.state.answer import Answer, Question
from modelops_abm.app.state.estimation import Estimator, Message
from modelops_abm.app.state.jobs import PRECEDENCE, Precedence
from modelops_abm.app.state.plan import Plan
from modelops_abm.experiments.statistics import LOOKS
from modelops_abm.runs.threads import FIRST_SECONDS, new_caller
from tests.patience import PATIENCE_SECONDS


def standing_back(precedence: Precedence, cancel: threading.Event) -> threading.Thread:
    thread = threading.Thread(
        target=precedence.give_way, args=(cancel, PATIENCE_SECONDS), daemon=True
    )
    thread.start()
    thread.join(0.2)
    return thread


def test_nobody_stands_back_for_nobody() -> None:
    began = time.monotonic()
    Precedence().give_way(threading.Event(), PATIENCE_SECONDS)
    assert time.monotonic() - began < PATIENCE_SECONDS / 2.0


def test_stands_back_until_the_last_one_has_figures() -> None:
    precedence = Precedence()
    with precedence.claimed(new_caller()):
        with precedence.claimed(new_caller()):
            thread = standing_back(precedence, threading.Event())
            assert thread.is_alive()
        thread.join(0.2)
        assert thread.is_alive()
        assert precedence.is_claimed
    thread.join(PATIENCE_SECONDS / 2.0)
    assert not thread.is_alive()
    assert not precedence.is_claimed


def test_nobody_stands_back_for_what_takes_long() -> None:
    precedence, caller = Precedence(), new_caller()
    with precedence.claimed(caller):
        assert precedence.is_claimed
        caller.seconds = FIRST_SECONDS
        assert not precedence.is_claimed
        precedence.give_way(threading.Event(), PATIENCE_SECONDS)


def test_does_not_stand_back_for_longer_than_it_says() -> None:
    precedence = Precedence()
    with precedence.claimed(new_caller()):
        began = time.monotonic()
        precedence.give_way(threading.Event(), 0.1)
        assert 0.1 <= time.monotonic() - began < PATIENCE_SECONDS / 2.0


def test_who_is_stopped_stands_back_no_longer() -> None:
    precedence, cancel = Precedence(), threading.Event()
    with precedence.claimed(new_caller()):
        thread = standing_back(precedence, cancel)
        cancel.set()
        thread.join(PATIENCE_SECONDS / 2.0)
        assert not thread.is_alive()


def test_first_figures_come_while_another_waits_and_better_ones_after() -> None:
    heard: list[int] = []
    first = threading.Event()

    def hear(message: Message) -> None:
        if isinstance(message, Answer):
            heard.append(message.comparison.replications)
            first.set()

    estimator = Estimator(hear)
    try:
        with PRECEDENCE.claimed(new_caller()):
            estimator.ask(Question(Plan.of_preset("reference"), 0))
            assert first.wait(PATIENCE_SECONDS)
            time.sleep(0.5)
            assert heard == [LOOKS[0]]
        assert estimator.wait(PATIENCE_SECONDS)
        assert heard == list(LOOKS[: len(heard)])
        assert len(heard) > 1
    finally:
        estimator.close()
