from __future__ import annotations

import threading

import pytest

from modelops_abm.app.state.jobs import Job, Jobs
from tests.patience import PATIENCE_SECONDS


def test_nothing_old_is_told_after_something_new() -> None:
    jobs, told = Jobs(), list[str]()
    in_the_middle, go_on = threading.Event(), threading.Event()

    def old(job: Job) -> None:
        job.tell(told.append, "old, before")
        in_the_middle.set()
        go_on.wait(PATIENCE_SECONDS)
        job.tell(told.append, "old, after")

    jobs.start("work", old, pytest.fail)
    assert in_the_middle.wait(PATIENCE_SECONDS)
    jobs.start("work", lambda job: job.tell(told.append, "new"), pytest.fail)
    go_on.set()
    assert jobs.wait(PATIENCE_SECONDS)
    assert told == ["old, before", "new"]


def test_new_waits_with_its_news_until_the_old_has_ended() -> None:
    jobs, told = Jobs(), list[str]()
    telling, told_it = threading.Event(), threading.Event()

    def slow_to_publish(message: str) -> None:
        telling.set()
        told_it.wait(PATIENCE_SECONDS)
        told.append(message)

    jobs.start("work", lambda job: job.tell(slow_to_publish, "old"), pytest.fail)
    assert telling.wait(PATIENCE_SECONDS)
    jobs.start("work", lambda job: job.tell(told.append, "new"), pytest.fail)
    told_it.set()
    assert jobs.wait(PATIENCE_SECONDS)
    assert told == ["old", "new"]


def test_kinds_do_not_disturb_each_other() -> None:
    jobs, told = Jobs(), list[str]()
    other_is_done = threading.Event()

    def first(job: Job) -> None:
        other_is_done.wait(PATIENCE_SECONDS)
        job.tell(told.append, "first")

    jobs.start("one kind", first, pytest.fail)
    jobs.start("another", lambda job: job.tell(told.append, "other"), pytest.fail)
    other_is_done.set()
    assert jobs.wait(PATIENCE_SECONDS)
    assert sorted(told) == ["first", "other"]


def test_pause_ends_when_the_errand_is_stopped() -> None:
    jobs, wanted = Jobs(), list[bool]()
    began = threading.Event()

    def work(job: Job) -> None:
        began.set()
        wanted.append(job.pause(PATIENCE_SECONDS))

    jobs.start("work", work, pytest.fail)
    assert began.wait(PATIENCE_SECONDS)
    jobs.stop("work")
    assert jobs.wait(PATIENCE_SECONDS / 2.0)
    assert wanted == [False]


def test_closed_for_good() -> None:
    jobs, told = Jobs(), list[str]()
    jobs.close()
    jobs.start("work", lambda job: job.tell(told.append, "late"), pytest.fail)
    assert jobs.wait(PATIENCE_SECONDS)
    assert told == []


def until_stopped(job: Job) -> None:
    job.cancel.wait(PATIENCE_SECONDS)


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    jobs = Jobs()
    for _ in range(20):
        jobs.start("work", until_stopped, pytest.fail)
    jobs.close()
    assert jobs.wait(PATIENCE_SECONDS)
    job_threads = {thread for thread in threading.enumerate() if "job" in thread.name}
    for thread in job_threads - before:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_nobody_can_wait_for_an_errand_that_has_not_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs, found = Jobs(), []
    start = Job.start

    def wait() -> None:
        try:
            found.append(jobs.wait(PATIENCE_SECONDS))
        except RuntimeError as error:
            found.append(error)

    waiting = threading.Thread(target=wait)

    def slowly(job: Job) -> None:
        waiting.start()
        waiting.join(0.2)
        start(job)

    monkeypatch.setattr(Job, "start", slowly)
    jobs.start("work", lambda job: None, pytest.fail)
    waiting.join(PATIENCE_SECONDS)
    assert found == [True]
