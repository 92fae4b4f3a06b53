"""What is wrong with a cell, a row or a whole file of client data."""

from __future__ import annotations

from dataclasses import dataclass

from modelops_abm.parameters.errors import Problem
from modelops_abm.parameters.wording import printable


class Mistake(ValueError):  # noqa: N818 - it is the client's mistake, and no error of the program
    """A cell or a file that cannot be read: why, and what would be right."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class RowProblem:
    """One thing that is wrong in a table, with its place."""

    reason: str
    """What is wrong."""
    remedy: str
    """What would be right."""
    row: int | None = None
    """Row as in a spreadsheet (the header is row 1); None if it concerns the whole file."""
    columns: tuple[str, ...] = ()
    """Names of the columns concerned; none if it concerns the whole row."""
    value: str = ""
    """What was found there, made printable and shortened if it is long."""

    @property
    def place(self) -> str:
        """Return the place in words, for example ``row 7, column users``."""
        words = [] if self.row is None else [f"row {self.row}"]
        if self.columns:
            noun = "column" if len(self.columns) == 1 else "columns"
            words.append(f"{noun} {printable(' and '.join(self.columns), 200)}")
        return ", ".join(words)

    @property
    def message(self) -> str:
        """Return value, reason and remedy in one sentence."""
        found = f"'{self.value}' " if self.value else ""
        return f"{found}{self.reason}; {self.remedy}"

    def in_file(self, file: str) -> Problem:
        """Return the same as a problem that names the file."""
        label = printable(file, 200)
        return Problem(self.message, f"{label}, {self.place}" if self.place else label)
