"""The terminal: consoles, sentences that wrap, and progress on standard error."""

from __future__ import annotations

import codecs
import io
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from modelops_abm.formats import MINUS, NARROW_SPACE

_WIDEST = 100
_PLAIN = {MINUS: "-", NARROW_SPACE: " ", "\u2013": "-", "\u2026": "...", "\u2019": "'"}
_DEGRADE = "modelops_abm.degrade"


class _Console(Console):
    """A console that leaves it to the command line what a reader who has gone away means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, error: bool = False) -> Console:
    """Return a console for standard output or standard error; text is taken as it is."""
    return _Console(stderr=error, highlight=False, markup=False, emoji=False)


def degrade_gracefully() -> None:
    """Prepare for terminals that lack characters or are not there, so that nothing fails on it."""
    codecs.register_error(_DEGRADE, _replacement)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_DEGRADE)


def _nowhere() -> TextIO:
    """Return a stream for what is written to a closed standard stream."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _replacement(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in missing), error.end


def say(target: Console, text: str) -> None:
    """Print a paragraph, wrapped to the terminal but never before a unit."""
    width = min(target.width, _WIDEST)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    target.print("\n".join(lines), soft_wrap=True)


@contextmanager
def progress(*, wanted: bool = True) -> Iterator[Progress]:
    """Show progress on standard error, if that is a terminal, until the work is done."""
    target = console(error=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    disable = not (wanted and target.is_terminal)
    with Progress(*columns, console=target, transient=True, disable=disable) as bar:
        yield bar


def load_simulator(bar: Progress) -> None:
    """Import the simulator and compile its equations, or load them compiled.

    Both are done here, with a word on it, because they take seconds: the import whenever the
    system has forgotten the files, the compilation on first use.
    """
    task = bar.add_task("Loading the simulator", total=None)
    import modelops_abm.simulate  # noqa: F401 - registers what there is to compile
    from modelops_abm.compiled import prepare

    prepare(_first_use(bar, task, "some seconds"))
    bar.remove_task(task)


def load_ensemble(bar: Progress) -> None:
    """Import the simulator, and compile it with the ensemble engine or load both compiled."""
    task = bar.add_task("Loading the simulator", total=None)
    from modelops_abm.simulate import prepare_ensemble

    prepare_ensemble(_first_use(bar, task, "about a minute"))
    bar.remove_task(task)


def _first_use(bar: Progress, task: TaskID, time_needed: str) -> Callable[[int, int], None]:
    """Return what shows the progress of a compilation, once there is any."""
    words = f"Preparing the simulator (first use, {time_needed})"
    return lambda done, total: bar.update(task, description=words, completed=done, total=total)
