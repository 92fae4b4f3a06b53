"""Ctrl-C that strikes where Python swallows exceptions."""

from __future__ import annotations

import signal
import sys
import threading
import time
import weakref
from importlib.machinery import ExtensionFileLoader, ModuleSpec

import pytest

from modelops_abm import ctrl_c
from modelops_abm.ctrl_c import interruptible


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
    @interruptible
    def end_something() -> None:
        Interrupted()
        work(30.0)

    with pytest.raises(KeyboardInterrupt):
        end_something()
    assert capfd.readouterr().err == ""


def test_an_interrupt_in_a_callback_comes_again() -> None:
    @interruptible
    def watch_something() -> None:
        mortal = Mortal()
        watch = weakref.ref(mortal, lambda _reference: signal.raise_signal(signal.SIGINT))
        del mortal
        assert watch() is None
        work(30.0)

    with pytest.raises(KeyboardInterrupt):
        watch_something()


def test_an_interrupt_while_a_module_in_c_is_loaded_waits_for_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached: list[str] = []

    def load(_specification: object) -> None:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.1)
        reached.append("end")

    monkeypatch.setattr("_imp.create_dynamic", load)

    @interruptible
    def load_something() -> None:
        ExtensionFileLoader("something", "something.so").create_module(
            ModuleSpec("something", None)
        )
        work(30.0)

    with pytest.raises(KeyboardInterrupt):
        load_something()
    assert reached == ["end"]


def test_who_presses_twice_is_heard_once() -> None:
    ended: list[str] = []

    @interruptible
    def stop() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            ended.append("in order")

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert ended == ["in order"]


def test_who_presses_again_later_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctrl_c, "_ENDING_SECONDS", 0.05)
    heard: list[str] = []

    @interruptible
    def stubborn() -> None:
        for _ in range(2):
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                heard.append("once more")
                time.sleep(0.06)

    stubborn()
    assert heard == ["once more"] * 2


def test_other_exceptions_go_where_they_went_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda each: seen.append(each.exc_type))
    interruptible(Failing)()
    assert seen == [ValueError]
    Failing()
    assert seen == [ValueError, ValueError]


def test_everything_is_put_back() -> None:
    hook = sys.unraisablehook
    assert interruptible(round)(2.5, ndigits=0) == 2.0
    assert sys.unraisablehook is hook
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_run_as_they_are() -> None:
    handlers: list[object] = []
    run = interruptible(lambda: handlers.append(signal.getsignal(signal.SIGINT)))
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]
