from __future__ import annotations

import threading

import pytest

from modelops_abm.app.state.jobs import Errand, Errands

SECONDS = 10.0


def test_nothing_old_is_told_after_something_new() -> None:
    errands, told = Errands(), list[str]()
    in_the_middle, go_on = threading.Event(), threading.Event()

    def old(errand: Errand) -> None:
        errand.tell(told.append, "old, before")
        in_the_middle.set()
        go_on.wait(SECONDS)
        errand.tell(told.append, "old, after")

    errands.start("work", old)
    assert in_the_middle.wait(SECONDS)
    errands.start("work", lambda errand: errand.tell(told.append, "new"))
    go_on.set()
    assert errands.wait(SECONDS)
    assert told == ["old, before", "new"]


def test_new_waits_with_its_news_until_the_old_has_ended() -> None:
    errands, told = Errands(), list[str]()
    telling, told_it = threading.Event(), threading.Event()

    def slow_to_publish(message: str) -> None:
        telling.set()
        told_it.wait(SECONDS)
        told.append(message)

    errands.start("work", lambda errand: errand.tell(slow_to_publish, "old"))
    assert telling.wait(SECONDS)
    errands.start("work", lambda errand: errand.tell(told.append, "new"))
    told_it.set()
    assert errands.wait(SECONDS)
    assert told == ["old", "new"]


def test_kinds_do_not_disturb_each_other() -> None:
    errands, told = Errands(), list[str]()
    other_is_done = threading.Event()

    def first(errand: Errand) -> None:
        other_is_done.wait(SECONDS)
        errand.tell(told.append, "first")

    errands.start("one kind", first)
    errands.start("another", lambda errand: errand.tell(told.append, "other"))
    other_is_done.set()
    assert errands.wait(SECONDS)
    assert sorted(told) == ["first", "other"]


def test_pause_ends_when_the_errand_is_stopped() -> None:
    errands, wanted = Errands(), list[bool]()
    began = threading.Event()

    def work(errand: Errand) -> None:
        began.set()
        wanted.append(errand.pause(SECONDS))

    errands.start("work", work)
    assert began.wait(SECONDS)
    errands.stop("work")
    assert errands.wait(SECONDS / 2.0)
    assert wanted == [False]


def test_closed_for_good() -> None:
    errands, told = Errands(), list[str]()
    errands.close()
    errands.start("work", lambda errand: errand.tell(told.append, "late"))
    assert errands.wait(SECONDS)
    assert told == []


def until_stopped(errand: Errand) -> None:
    errand.cancel.wait(SECONDS)


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    errands = Errands()
    for _ in range(20):
        errands.start("work", until_stopped)
    errands.close()
    assert errands.wait(SECONDS)
    errand_threads = {thread for thread in threading.enumerate() if "errand" in thread.name}
    for thread in errand_threads - before:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_nobody_can_wait_for_an_errand_that_has_not_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errands, found = Errands(), []
    start = Errand.start

    def wait() -> None:
        try:
            found.append(errands.wait(5.0))
        except RuntimeError as error:
            found.append(error)

    waiting = threading.Thread(target=wait)

    def slowly(errand: Errand) -> None:
        waiting.start()
        waiting.join(0.2)
        start(errand)

    monkeypatch.setattr(Errand, "start", slowly)
    errands.start("work", lambda errand: None)
    waiting.join(10.0)
    assert found == [True]
