"""Ctrl-C that strikes where Python swallows exceptions."""

from __future__ import annotations

import signal
import sys
import time
import weakref

import pytest

from modelops_abm.ctrl_c import insisting


class Mortal:
    """Something that ends as soon as nobody holds it."""


class Interrupted:
    """Something whose end is interrupted."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


class Failing:
    """Something whose end fails."""

    def __del__(self) -> None:
        raise ValueError("at the end")


def work(seconds: float) -> None:
    for _ in range(round(seconds / 0.01)):
        time.sleep(0.01)


def test_an_interrupt_in_a_finaliser_comes_again(capfd: pytest.CaptureFixture[str]) -> None:
    @insisting()
    def end_something() -> None:
        Interrupted()
        work(30.0)

    with pytest.raises(KeyboardInterrupt):
        end_something()
    assert capfd.readouterr().err == ""


def test_an_interrupt_in_a_callback_comes_again() -> None:
    @insisting()
    def watch_something() -> None:
        mortal = Mortal()
        watch = weakref.ref(mortal, lambda _reference: signal.raise_signal(signal.SIGINT))
        del mortal
        assert watch() is None
        work(30.0)

    with pytest.raises(KeyboardInterrupt):
        watch_something()


def test_other_exceptions_go_where_they_went_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda each: seen.append(each.exc_type))
    with insisting():
        Failing()
    assert seen == [ValueError]
    Failing()
    assert seen == [ValueError, ValueError]
