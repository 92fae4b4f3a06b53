"""The terminal: consoles, sentences that wrap, tables, and progress on standard error."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table as RichTable

from modelops_abm.representation import Table
from modelops_abm.text import visible

_WIDEST = 100
FIRST_LINE_SECONDS, NEXT_LINE_SECONDS = 10.0, 30.0
"""When progress is told where there is no terminal."""


class _Console(Console):
    """A console that obeys nothing in the text that it prints.

    It leaves it to the command line what a reader who has gone away means.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, with escapes for what a terminal would take for a command."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, error: bool = False) -> Console:
    """Return a console for standard output or standard error; text is taken as it is."""
    return _Console(stderr=error, highlight=False, markup=False, emoji=False)


def say(target: Console, text: str) -> None:
    """Print a paragraph, wrapped to the terminal but never before a unit."""
    width = min(target.width, _WIDEST)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    target.print("\n".join(lines), soft_wrap=True)


def say_all(target: Console, text: str) -> None:
    """Print paragraphs, which line breaks part."""
    for paragraph in text.splitlines():
        say(target, paragraph)


def print_table(target: Console, table: Table) -> None:
    """Print the table in words of a result, if it has one, and an empty line after it."""
    if not table.is_shown:
        return
    target.print(_summary(target, table) if table.is_summary else _plain(target, table))
    target.print()


def _plain(target: Console, table: Table) -> RichTable:
    printed = RichTable(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="dim",
        caption=table.caption or None,
        caption_justify="left",
    )
    for place, column in enumerate(table.columns):
        printed.add_column(
            column.heading,
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number and not column.may_wrap,
            overflow="fold",  # long words go on in the next line; none is cut
            min_width=None if column.is_number or place else _least_width(target, table),
        )
    return _filled(printed, table)


def _summary(target: Console, table: Table) -> RichTable:
    printed = RichTable(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="",
        width=min(target.width, _WIDEST),
    )
    title, *others = table.columns
    printed.add_column(title.heading, header_style="bold", ratio=1, overflow="fold")
    for column in others:
        printed.add_column(column.heading, header_style="dim", justify="right", no_wrap=True)
    return _filled(printed, table)


def _filled(printed: RichTable, table: Table) -> RichTable:
    for row in table.rows:
        printed.add_row(*row.cells, style="bold" if row.is_strong else "")
    return printed


def _least_width(target: Console, table: Table) -> int:
    """Return how wide the first column must be for no word of it to be parted, if that fits."""
    words = [word for row in table.rows for word in row.cells[0].split()]
    texts = [[column.heading] for column in table.columns]
    for row in table.rows:
        for cells, cell in zip(texts, row.cells, strict=False):
            cells.append(cell)
    beside = sum(2 + max(map(len, cells)) for cells in texts[1:])
    return max(1, min(max(map(len, words), default=1), target.width - beside))


@contextmanager
def progress(*, wanted: bool = True) -> Iterator[Progress]:
    """Show progress on standard error until the work is done.

    In a terminal that is a bar. Anywhere else, in a file or a log, it is a line now and then, and
    none for what takes a few seconds.
    """
    target = console(error=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    disable = not (wanted and target.is_terminal)
    with (
        Progress(*columns, console=target, transient=True, disable=disable) as bar,
        _lines(bar, target) if wanted and disable else nullcontext(),
    ):
        yield bar


@contextmanager
def _lines(bar: Progress, target: Console) -> Iterator[None]:
    """Print the progress from time to time, as long as the work goes on."""
    is_done = threading.Event()

    def tell() -> None:
        pause = FIRST_LINE_SECONDS
        while not is_done.wait(pause):
            pause = NEXT_LINE_SECONDS
            for task in bar.tasks[-1:]:
                with suppress(OSError, ValueError):  # who reads it may have gone away
                    target.print(_line(task), soft_wrap=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_done.set()
        teller.join()


def _line(task: Task) -> str:
    """Return what a task has done so far: "Simulating 400 futures: 25 %, about 0:01:10 left"."""
    if task.total is None:
        return f"{task.description} ..."
    seconds = task.time_remaining
    left = "" if seconds is None else f", about {timedelta(seconds=round(seconds))} left"
    return f"{task.description}: {task.percentage:.0f} %{left}"


def load_simulator(bar: Progress) -> None:
    """Import the simulator and compile its equations, or load them compiled.

    Both are done here, with a word on it, because they take seconds: the import whenever the
    system has forgotten the files, the compilation on first use.
    """
    task = bar.add_task("Loading the simulator", total=None)
    from modelops_abm.runs import prepare_mesa

    prepare_mesa(_first_use(bar, task, "some seconds"))
    bar.remove_task(task)


def load_ensemble(bar: Progress) -> None:
    """Import the simulator, and compile it with the ensemble engine or load both compiled."""
    task = bar.add_task("Loading the simulator", total=None)
    from modelops_abm.runs import prepare_ensemble

    prepare_ensemble(_first_use(bar, task, "about a minute"))
    bar.remove_task(task)


def _first_use(bar: Progress, task: TaskID, time_needed: str) -> Callable[[int, int], None]:
    """Return what shows the progress of a compilation, once there is any."""
    words = f"Preparing the simulator (first use, {time_needed})"
    return lambda done, total: bar.update(task, description=words, completed=done, total=total)
