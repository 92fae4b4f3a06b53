"""What a user did wrong: every problem with its place, value and allowed range."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from modelops_abm.text import printable

_MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    message: str
    """What is wrong, with what is allowed."""
    place: str = ""
    """Where: the file, and the line, or the row and column, in words."""
    field: str = ""
    """Dotted name of the value, if it is about one."""
    value: str = ""
    """The value as it is shown, if that helps."""
    suggestion: str = ""
    """What may have been meant."""

    def __str__(self) -> str:
        subject = f"{self.field} is {self.value}" if self.value else self.field
        joint = "; " if self.value else ": "
        text = f"{subject}{joint}{self.message}" if subject else self.message
        if self.suggestion:
            text = f"{text}; did you mean {self.suggestion}?"
        return f"{self.place}: {text}" if self.place else text


def needs(what: str, extra: str) -> InputError:
    """Return the error about packages of an extra that are not installed.

    >>> print(needs("Dask is needed for a cluster", "distributed"))
    Dask is needed for a cluster: pip install "modelops-abm[distributed]"
    """
    return InputError(f'{what}: pip install "modelops-abm[{extra}]"')


class InputError(ValueError):
    """Input that cannot be used; its text is one readable line for every problem.

    Parameters
    ----------
    problems
        Everything that is wrong: problems, one problem, or a sentence.

    Examples
    --------
    >>> from modelops_abm import Scenario, with_values
    >>> try:
    ...     with_values(Scenario(), {"team.developers": -1}, source="example")
    ... except InputError as error:
    ...     print(error)
    team.developers is -1; allowed is 1 to 10,000 (developers)
    """

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        """The problems, in the order of the input."""
        super().__init__(self.problems)

    @classmethod
    def at(cls, place: str | os.PathLike[str], message: str, line: int | None = None) -> Self:
        """Return the error about one thing in a file or folder, or at an address.

        >>> print(InputError.at("plan.toml", "no such name", line=3))
        plan.toml, line 3: no such name
        """
        return cls(Problem(message, place_in_words(os.fspath(place), line)))

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_MOST_SHOWN]]
        more = len(self.problems) - len(lines)
        return "\n".join(lines + [f"... and {more} more problems"] * (more > 0))


def place_in_words(file: str, line: int | None = None) -> str:
    """Return a place such as ``plan.toml, line 12``."""
    return ", ".join(([printable(file, 200)] if file else []) + ([f"line {line}"] if line else []))


def reason_of(error: Exception) -> str:
    """Return why a file or folder cannot be used, in lower case: in the system's words, if any."""
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or printable(str(error), 200)).lower()
