from __future__ import annotations

import gc
import threading
import weakref

import pytest

from modelops_abm.app import memory
from modelops_abm.app.state.session import Session


def test_many_who_leave_make_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, called = list[int](), threading.Event()

    def give_back() -> None:
        calls.append(1)
        called.set()

    monkeypatch.setattr(memory, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(memory, "give_back", give_back)
    for _ in range(5):
        memory.give_back_soon()
    assert called.wait(10.0)
    assert calls == [1]


def test_giving_back_works_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    memory.give_back()
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    memory.give_back()


def test_nothing_holds_a_closed_session() -> None:
    session = Session()
    session.ask()
    session.keep("one")
    gone = weakref.ref(session)
    session.close()
    assert session.wait(30.0)
    del session
    gc.collect()
    assert gone() is None
