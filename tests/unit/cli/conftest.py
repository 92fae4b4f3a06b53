"""Running the command line, in this process and in one of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from modelops_abm import terminal
from modelops_abm.cli import main

REPOSITORY = Path(__file__).resolve().parents[3]
WAITING = re.compile(r"^.+(?: \.\.\.|: \d+ %(?:, about [\d:]+ left)?)\n", re.MULTILINE)
"""Progress, which is told where anything takes long: on a busy machine, or to be compiled first."""


class Outcome(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def modelops(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Return a function that runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(terminal, "FIRST_LINE_SECONDS", 1e6)  # even where it takes long

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs Python code in a process of its own, in an empty folder."""

    def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        done.stderr = WAITING.sub("", done.stderr)
        return done

    return run
