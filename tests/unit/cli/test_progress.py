"""Progress where there is no terminal: a line now and then."""

from __future__ import annotations

import re
import time

import pytest

from modelops_abm import terminal

LINE = re.compile(r"Simulating 400 futures: 25 %(, about \d:\d\d:\d\d left)?")


def test_long_work_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "FIRST_LINE_SECONDS", 0.01)
    monkeypatch.setattr(terminal, "NEXT_LINE_SECONDS", 0.01)
    printed = ""
    with terminal.progress() as bar:
        bar.update(bar.add_task("Simulating 400 futures", total=400), completed=100)
        while printed.count("\n") < 2:
            time.sleep(0.01)
            printed += capsys.readouterr().err
    lines = printed.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert "\x1b" not in printed


def test_work_of_unknown_length_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "FIRST_LINE_SECONDS", 0.01)
    printed = ""
    with terminal.progress() as bar:
        bar.add_task("Loading the simulator", total=None)
        while not printed:
            time.sleep(0.01)
            printed = capsys.readouterr().err
    assert printed.startswith("Loading the simulator ...\n")


def test_short_or_quiet_work_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal.progress() as bar:
        bar.add_task("Simulating", total=1)
    monkeypatch.setattr(terminal, "FIRST_LINE_SECONDS", 0.001)
    with terminal.progress(wanted=False) as bar:
        bar.add_task("Simulating", total=1)
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
