"""Who has figures stands back for those who have none, but not for ever."""

from __future__ import annotations

import threading
import time

from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.estimation import Estimator, Message
from modelops_abm.app.state.jobs import COURTESY, Courtesy
from modelops_abm.app.state.plan import Plan
from modelops_abm.experiments.statistics import LOOKS
from modelops_abm.runs.threads import FIRST_SECONDS, new_caller

LONG = 60.0


def standing_back(courtesy: Courtesy, cancel: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=courtesy.stand_back, args=(cancel, LONG), daemon=True)
    thread.start()
    thread.join(0.2)
    return thread


def test_nobody_stands_back_for_nobody() -> None:
    began = time.monotonic()
    Courtesy().stand_back(threading.Event(), LONG)
    assert time.monotonic() - began < LONG / 2.0


def test_stands_back_until_the_last_one_has_figures() -> None:
    courtesy = Courtesy()
    with courtesy.waiting(new_caller()):
        with courtesy.waiting(new_caller()):
            thread = standing_back(courtesy, threading.Event())
            assert thread.is_alive()
        thread.join(0.2)
        assert thread.is_alive()
        assert courtesy.is_wanted
    thread.join(LONG / 2.0)
    assert not thread.is_alive()
    assert not courtesy.is_wanted


def test_nobody_stands_back_for_what_takes_long() -> None:
    courtesy, caller = Courtesy(), new_caller()
    with courtesy.waiting(caller):
        assert courtesy.is_wanted
        caller.seconds = FIRST_SECONDS
        assert not courtesy.is_wanted
        courtesy.stand_back(threading.Event(), LONG)


def test_does_not_stand_back_for_longer_than_it_says() -> None:
    courtesy = Courtesy()
    with courtesy.waiting(new_caller()):
        began = time.monotonic()
        courtesy.stand_back(threading.Event(), 0.1)
        assert 0.1 <= time.monotonic() - began < LONG / 2.0


def test_who_is_stopped_stands_back_no_longer() -> None:
    courtesy, cancel = Courtesy(), threading.Event()
    with courtesy.waiting(new_caller()):
        thread = standing_back(courtesy, cancel)
        cancel.set()
        thread.join(LONG / 2.0)
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
        with COURTESY.waiting(new_caller()):
            estimator.ask(Plan.of_preset("reference"), 0)
            assert first.wait(LONG)
            time.sleep(0.5)
            assert heard == [LOOKS[0]]
        assert estimator.wait(LONG)
        assert heard == list(LOOKS[: len(heard)])
        assert len(heard) > 1
    finally:
        estimator.close()
