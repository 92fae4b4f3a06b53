"""The terminal: consoles, sentences that wrap, tables, and progress on standard error."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
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

from modelops_abm.representation import Column, Row, Table
from modelops_abm.text import visible

_WIDEST, _GAP, _INDENT = 100, 2, 2
_A_FEW, _LONGEST_WORD = 16, 30
"""How wide a column of words is at least, and what of a single word counts."""
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
        # Rich itself would end the process here.
        raise BrokenPipeError


def console(*, error: bool = False) -> Console:
    """Return a console for standard output or standard error; text is taken as it is."""
    return _Console(stderr=error, highlight=False, markup=False, emoji=False)


def say(target: Console, text: str) -> None:
    """Print a paragraph, wrapped to the terminal but never before a unit."""
    width = min(target.width, _WIDEST)
    target.print(_wrapped(text, width), soft_wrap=True)


def say_all(target: Console, text: str) -> None:
    """Print paragraphs, which line breaks part."""
    for paragraph in text.splitlines():
        say(target, paragraph)


def say_below(target: Console, text: str) -> None:
    """Print a line further in; a terminal has it wrapped, a file whole, to search for."""
    if target.is_terminal:
        text = textwrap.indent(_wrapped(text, min(target.width, _WIDEST) - 4), "    ")[2:]
    else:
        text = f"  {text}"
    target.print(text, soft_wrap=True)


def print_table(target: Console, table: Table) -> None:
    """Print the table in words of a result, if it has one, and an empty line after it."""
    if not table.is_shown:
        return
    if table.is_summary:
        target.print(_summary(target, table))
    else:
        _print_plain(target, table)
    target.print()


def _print_plain(target: Console, table: Table) -> None:
    """Print columns side by side or, where they are too narrow for that, a block for each row.

    A block begins with the cells that say what it is about; rows that leave them empty go on.
    """
    # Empty where words would be parted: then a row takes several lines.
    if widths := _widths(table, target.width):
        target.print(_filled(_columns(table, widths), table.rows))
    else:
        _print_blocks(target, table)
    if table.caption:
        say(target, table.caption)


def _print_blocks(target: Console, table: Table) -> None:
    heads = table.heads
    say(target, ", ".join(column.heading for column in table.columns[:heads]))
    body = replace(
        table,
        columns=table.columns[heads:],
        rows=[row._replace(cells=row.cells[heads:]) for row in table.rows],
    )
    widths = _widths(body, target.width - _INDENT)
    for place, (row, below) in enumerate(zip(table.rows, body.rows, strict=True)):
        if head := "  ".join(filter(None, row.cells[:heads])):
            target.print(head, style="bold")
        if widths:
            block = _filled(_columns(body, widths, show_header=place == 0), [below])
        else:  # not even so: a line for each cell
            block = RichTable("", "", box=None, padding=(0, _GAP, 0, 0), show_header=False)
            block = _filled(block, _as_rows(body, below))
        target.print(Padding(block, (0, 0, 0, _INDENT)))


def _as_rows(table: Table, row: Row) -> Iterator[Row]:
    for column, cell in zip(table.columns, row.cells, strict=False):
        yield Row((column.heading, cell), row.is_strong)


def _widths(table: Table, width: int) -> list[int]:
    """Return how wide each column is, or none at all if a word or number would be parted.

    What the terminal has to spare goes to the column whose longest text takes most lines.
    """
    texts = [[column.heading] for column in table.columns]
    for row in table.rows:
        for column_texts, cell in zip(texts, row.cells, strict=False):
            column_texts.append(cell)
    wanted = [max(map(cell_len, each)) for each in texts]
    widths = [_least(column, each) for column, each in zip(table.columns, texts, strict=True)]
    spare = width - sum(widths) - _GAP * (len(widths) - 1)
    if spare < 0:
        return []
    # One character after the other, each to the column that takes most lines now.
    for _ in range(min(spare, sum(wanted) - sum(widths))):
        lines = [
            full / now if full > now else 0.0 for full, now in zip(wanted, widths, strict=True)
        ]
        widths[lines.index(max(lines))] += 1
    return widths


def _least(column: Column, texts: Sequence[str]) -> int:
    """Return how narrow a column may be: its numbers in one line, words unparted and a few."""
    heading, *cells = texts
    words = [cell_len(word) for text in texts for word in text.split(" ")]
    longest = min(max(words, default=1), _LONGEST_WORD)
    if column.is_number and not column.may_wrap:
        return max(cell_len(text) for text in (*cells, *heading.split(" ")))
    return longest if column.is_number else max(longest, min(max(map(cell_len, texts)), _A_FEW))


def _columns(table: Table, widths: Sequence[int], *, show_header: bool = True) -> RichTable:
    printed = RichTable(
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
        header_style="dim",
        show_header=show_header,
    )
    for column, width in zip(table.columns, widths, strict=True):
        printed.add_column(
            column.heading,
            justify="right" if column.is_number else "left",
            width=width,
            overflow="fold",  # long words go on in the next line; none is cut
        )
    return printed


def _summary(target: Console, table: Table) -> RichTable:
    printed = RichTable(
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
        header_style="",
        width=min(target.width, _WIDEST),
    )
    title, *others = table.columns
    printed.add_column(title.heading, header_style="bold", ratio=1, overflow="fold")
    for column in others:
        printed.add_column(column.heading, header_style="dim", justify="right", no_wrap=True)
    return _filled(printed, table.rows)


def _filled(printed: RichTable, rows: Iterable[Row]) -> RichTable:
    widths = [column.width or 0 for column in printed.columns]
    for row in rows:
        cells = map(_wrapped, row.cells, widths)
        printed.add_row(*cells, style="bold" if row.is_strong else "")
    return printed


def _wrapped(text: str, width: int) -> str:
    """Return text in lines, never parted before a unit; as it is if the width is not known."""
    if not width:
        return text
    return "\n".join(
        textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [text]
    )


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
    # In a file the bar would be a line for each of its steps.
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
            # The latest alone: those before it are done.
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
    done, seconds = task.completed, task.elapsed or 0.0
    # By all of the time so far: the steps of the latest half minute are few where each takes long.
    rest = timedelta(seconds=round(seconds * (task.total - done) / done)) if done else None
    left = "" if rest is None else f", about {rest} left"
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
