"""What is wrong with a cell, a row or a whole file of client data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from modelops_abm.errors import Problem
from modelops_abm.text import printable

_MOST_ROWS_NAMED = 10
_MOST_EXAMPLES = 3


class Mistake(ValueError):  # noqa: N818 - it is the client's mistake, and no error of the program
    """A cell or a file that cannot be read: why, and what would be right."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class RowProblem:
    """One thing that is wrong in a table, with all its places."""

    reason: str
    """What is wrong, with the values."""
    remedy: str
    """What would be right."""
    rows: tuple[int, ...] = ()
    """Rows as in a spreadsheet (the header is row 1); none if it concerns the whole file."""
    columns: tuple[str, ...] = ()
    """Names of the columns concerned; none if it concerns the whole row."""
    value: str = ""
    """What was found there, or first, made printable and shortened if it is long."""
    rule: str = ""
    """What is wrong, whatever the values; the same as the reason if left out."""
    examples: tuple[str, ...] = ()
    """Of many rows: some with what stands there."""

    @property
    def place(self) -> str:
        """Return the place in words, for example ``row 7, column users``."""
        words = [f"row {self.rows[0]}"] if len(self.rows) == 1 else []
        if self.columns:
            noun = "column" if len(self.columns) == 1 else "columns"
            words.append(f"{noun} {printable(' and '.join(self.columns), 200)}")
        return ", ".join(words)

    @property
    def message(self) -> str:
        """Return value, reason and remedy in one sentence; of many rows, which they are."""
        found = f"'{self.value}' " if self.value else ""
        if len(self.rows) < 2:
            return f"{found}{self.reason}; {self.remedy}"
        examples = f" ({', '.join(self.examples)})" if self.examples else ""
        return f"{self._rule} in {rows_in_words(self.rows)}{examples}; {self.remedy}"

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """What is the same in problems that are told as one."""
        return self._rule, self.columns

    @property
    def example(self) -> str:
        """The row with what is peculiar to it, or an empty string if nothing is."""
        found = f"'{self.value}'" if self.value else ""
        if self._rule != self.reason:
            found = f"{found} {self.reason}".strip()
        return f"row {self.rows[0]}: {found}" if found else ""

    @property
    def _rule(self) -> str:
        return self.rule or self.reason

    def in_file(self, file: str) -> Problem:
        """Return the same as a problem that names the file."""
        label = printable(file, 200)
        return Problem(self.message, f"{label}, {self.place}" if self.place else label)


def rows_in_words(rows: Iterable[int]) -> str:
    """Return which rows they are: row 4; 214 rows: 2, 3, 5 and 211 more."""
    rows = sorted(rows)
    if len(rows) == 1:
        return f"row {rows[0]}"
    named = ", ".join(str(row) for row in rows[:_MOST_ROWS_NAMED])
    left = len(rows) - _MOST_ROWS_NAMED
    return f"{len(rows):,} rows: {named}" + (f" and {left:,} more" if left > 0 else "")


def grouped(problems: Iterable[RowProblem]) -> tuple[RowProblem, ...]:
    """Return problems with those of one kind and column as one, in the order of the first rows."""
    # A column of 10,000 wrong dates is one mistake of one export, and told once.
    kinds: dict[tuple[str, tuple[str, ...]], list[RowProblem]] = {}
    for problem in problems:
        kinds.setdefault(problem.kind, []).append(problem)
    together = (_as_one(same) for same in kinds.values())
    return tuple(sorted(together, key=lambda problem: problem.rows[:1]))


def _as_one(same: list[RowProblem]) -> RowProblem:
    same.sort(key=lambda problem: problem.rows[:1])
    examples: dict[str, str] = {}
    for problem in same:
        examples.setdefault(problem.example.partition(": ")[2], problem.example)
    shown = [example for example in examples.values() if example][:_MOST_EXAMPLES]
    rows = sorted({row for problem in same for row in problem.rows})
    return replace(same[0], rows=tuple(rows), examples=tuple(shown))
