from __future__ import annotations

import gc
import threading
import weakref

import pytest
import solara

from modelops_abm.app import visit
from modelops_abm.app.state.session import Session
from tests.patience import PATIENCE_SECONDS


def test_many_who_leave_make_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, called = list[int](), threading.Event()

    def free_memory() -> None:
        calls.append(1)
        called.set()

    monkeypatch.setattr(visit, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(visit, "free_memory", free_memory)
    for _ in range(5):
        visit.free_memory_soon()
    assert called.wait(PATIENCE_SECONDS)
    assert calls == [1]


def test_giving_back_works_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    visit.free_memory()
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    visit.free_memory()


def test_a_plan_is_asked_before_what_follows_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    session, done = Session(), list[str]()
    monkeypatch.setattr(Session, "ask", lambda session: done.append(f"asked {session.plan.key}"))

    @solara.component
    def rest() -> None:
        done.append(f"drawn {session.plan.key}")
        solara.Text("")

    @solara.component
    def everything() -> None:
        visit.Visit(session)
        rest()

    _, rendered = solara.render(everything(), handle_error=False)
    first = session.plan.key
    session.change({"team.developers": 5})
    rendered.close()
    keys = (first, session.plan.key)
    assert done == [f"{what} {key}" for key in keys for what in ("asked", "drawn")]


def test_nothing_holds_a_closed_session() -> None:
    session = Session()
    session.ask()
    session.keep("one")
    gone = weakref.ref(session)
    session.close()
    assert session.wait(PATIENCE_SECONDS)
    del session
    gc.collect()
    assert gone() is None
