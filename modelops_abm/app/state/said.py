"""What a visitor has told of the organisation, and as what a browser keeps it for its tab."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.uploads import Complaint, label_of
from modelops_abm.clients import kinds
from modelops_abm.clients.logs import Reading
from modelops_abm.clients.table import column_name
from modelops_abm.evidence.interview import QUESTIONS, answers_text, read_answers
from modelops_abm.evidence.statements import (
    Count,
    Evidence,
    Statement,
    evidence_as_json,
    evidence_of,
)
from modelops_abm.scenario import InputError
from modelops_abm.text import printable

type Answers = Mapping[str, Statement]
"""What was answered, by the name of the question."""
type Step = tuple[Answers, OwnBelief | None]
"""Answers, or in their place the belief of a file."""

DATES, ZONE, WORDS, ONLY = "*dates", "*zone", "*words", "*only"
SINCE, UNTIL = "*since", "*until"
"""What a form calls how dates are meant, the time zone, what words mean, which rows count, and for
which time the log was kept, beside the fields."""
DATE_ORDERS = ("", "day-first", "month-first")
"""How dates may be meant; at first as the file shows."""
_LONGEST_KEPT = 2_000_000
"""Letters of what is read of a browser."""
MOST_STEPS = 50
"""Steps of answers that can be undone."""
MOST_BROUGHT = 4
"""Beliefs of files among those steps: each may be of megabytes."""


@dataclass(frozen=True)
class ReadLog:
    """What became of a log.

    Attributes
    ----------
    kind
        Name of what it is.
    label
        What to call the file.
    state
        Whether it is being read, was read, was refused, or somebody has to say which column is
        what.
    sentence, found
        What was understood, and what it says; of one with columns to map, what else it may be.
    unusable, unusable_rows
        Of the rows that cannot be used which and why, and how many they are.
    evidence
        The statements in it.
    columns
        Columns that have to be mapped.
    """

    kind: str
    label: str
    state: Literal["reading", "read", "refused", "unknown"]
    sentence: str = ""
    found: tuple[str, ...] = ()
    unusable: tuple[Complaint, ...] = ()
    unusable_rows: int = 0
    evidence: Evidence = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogForm:
    """How a kind of log is read, as it was chosen in the form of its row.

    Attributes
    ----------
    columns
        The columns of the file.
    chosen
        Column by field, and how dates are meant, the time zone and so on by `DATES` and its like;
        what is empty is not chosen.
    """

    columns: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def choosing(self, name: str, value: str) -> LogForm:
        """Return it with something else chosen."""
        return replace(self, chosen=MappingProxyType({**self.chosen, name: value}))

    def of_another(self, columns: tuple[str, ...]) -> LogForm:
        """Return that of the next file: as it is if that has the same columns, or else empty.

        For which time a log was kept is of the one file.
        """
        if set(columns) != set(self.columns):
            return LogForm(columns)
        kept = {name: value for name, value in self.chosen.items() if name not in (SINCE, UNTIL)}
        return LogForm(columns, MappingProxyType(kept))

    def reading(self) -> Reading:
        """Return how the log is to be read.

        Raises
        ------
        InputError
            If a line of the words says no meaning, or a day is none.

        Examples
        --------
        >>> form = LogForm().choosing("opened", "Start").choosing(WORDS, "Daten = pipeline")
        >>> form.reading().words
        {'Daten': 'pipeline'}
        """
        chosen = self.chosen
        columns = {name: each for name, each in chosen.items() if each and not name.startswith("*")}
        said: dict[str, Any] = {"columns": columns, "zone": chosen.get(ZONE, "").strip()}
        if (dates := chosen.get(DATES, "")) in DATE_ORDERS:
            said["dates"] = dates
        for name, end in ((SINCE, "since"), (UNTIL, "until")):
            if day := chosen.get(name, ""):
                said[end] = _read_day(day)
        meanings = _pairs(chosen.get(WORDS, ""), "says no meaning: write WORDS = MEANING")
        said["words"] = dict(meanings)
        only: dict[str, list[str]] = {}
        for column, value in _pairs(chosen.get(ONLY, ""), "names no value: write COLUMN = VALUE"):
            same = (each for each in only if column_name(each) == column_name(column))
            only.setdefault(next(same, column), []).append(value)
        said["only"] = only
        return Reading(**{name: each for name, each in said.items() if each})


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{printable(text)}' is no day: write it as in 2024-03-15") from None


def _pairs(text: str, otherwise: str) -> Iterator[tuple[str, str]]:
    """Yield what stands left and right of the sign of equality in each line that says anything."""
    for line in filter(str.strip, text.splitlines()):
        left, _, right = line.partition("=")
        if not left.strip() or not right.strip():
            raise InputError(f"'{printable(line.strip())}' {otherwise}")
        yield left.strip(), right.strip()


@dataclass(frozen=True)
class Said:
    """All that a visitor has told.

    Attributes
    ----------
    answers
        By the name of the question.
    logs
        By their kind.
    past, undone
        What was before each step, the latest last, and what was undone, the next to redo first.
        Logs have no steps: of one that was put away there is nothing left to bring back.
    brought
        The belief of a file that somebody brought, which stands in place of answers; None if none.
    """

    answers: Answers = field(default_factory=lambda: MappingProxyType({}))
    logs: Mapping[str, ReadLog] = field(default_factory=lambda: MappingProxyType({}))
    past: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    brought: OwnBelief | None = None

    @property
    def evidence(self) -> Evidence:
        """The statements of all logs."""
        return tuple(each for log in self.logs.values() for each in log.evidence)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing has been told."""
        return not self.answers and not self.evidence

    @property
    def step(self) -> Step:
        """What a step changes."""
        return self.answers, self.brought

    def then(self, answers: Answers, brought: OwnBelief | None = None) -> Said:
        """Return it with other answers, or a belief in their place, by a step; the same is none."""
        if (answers, brought) == self.step:
            return self
        past = _latest((*self.past, self.step)[-MOST_STEPS:])
        answers = MappingProxyType(dict(answers))
        return replace(self, answers=answers, brought=brought, past=past, undone=())

    def undo(self) -> Said:
        """Return it a step back, or as it is if there is none."""
        if not self.past:
            return self
        *past, (answers, brought) = self.past
        undone = (self.step, *self.undone)
        return replace(self, answers=answers, brought=brought, past=tuple(past), undone=undone)

    def redo(self) -> Said:
        """Return it a step forward again, or as it is if none was undone."""
        if not self.undone:
            return self
        (answers, brought), *undone = self.undone
        past = (*self.past, self.step)
        return replace(self, answers=answers, brought=brought, past=past, undone=tuple(undone))


def _latest(past: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the latest steps of a past, with few enough beliefs of files."""
    brought = [place for place, (_, belief) in enumerate(past) if belief is not None]
    return past[brought[-MOST_BROUGHT - 1] + 1 :] if len(brought) > MOST_BROUGHT else past


def text_of(answers: Answers) -> str:
    """Return answers as a file that the command line reads, in the order of the interview."""
    return answers_text({name: answers[name] for name in QUESTIONS if name in answers})


def kept_text(said: Said) -> str:
    """Return what was told as text that `read_kept` reads, without any row or belief of a file."""
    if said.is_nothing and not said.past and not said.undone and said.brought is None:
        return ""
    logs = [
        {
            **asdict(replace(log, evidence=(), unusable=(), columns=())),
            "evidence": [evidence_as_json(each) for each in log.evidence],
        }
        for log in said.logs.values()
        if log.state == "read"
    ]
    steps = {
        name: [text_of(answers) for answers, _ in steps]
        for name, steps in (("past", said.past), ("undone", said.undone))
    }
    brought = [] if said.brought is None else said.brought.files
    return json.dumps({"answers": text_of(said.answers), "logs": logs, "brought": brought, **steps})


def read_kept(text: str, belief: OwnBelief | None = None) -> Said:
    """Return what was told, of the text that a browser kept, which may send anything.

    Parameters
    ----------
    text
        The text.
    belief
        What was believed then.

    Raises
    ------
    InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError
        If it is no such text.
    """
    if not text or len(text) > _LONGEST_KEPT:
        return Said()
    found = json.loads(text)
    past, undone = (
        tuple((_answers(each), None) for each in found[name][:MOST_STEPS])
        for name in ("past", "undone")
    )
    logs: dict[str, ReadLog] = {}
    for log in found["logs"]:
        kind = str(log["kind"])
        if kind in kinds.READERS:
            logs[kind] = ReadLog(
                kind,
                label_of(str(log["label"])),
                "read",
                printable(str(log["sentence"]), 2_000),
                tuple(printable(str(words), 2_000) for words in log["found"][:50]),
                (),
                int(log["unusable_rows"]),
                tuple(_evidence(each) for each in log["evidence"][:200]),
            )
    files = tuple(label_of(str(label)) for label in found.get("brought", ())[:1])
    brought = replace(belief, files=files) if belief is not None and files else None
    return Said(_answers(found["answers"]), MappingProxyType(logs), past, undone, brought)


def _answers(text: str) -> Answers:
    # Without an answer there is no file of answers.
    return MappingProxyType(read_answers(text.encode(), "answers.toml") if text else {})


def _evidence(data: dict[str, Any]) -> Statement | Count:
    found = evidence_of(dict(data))
    return replace(found, source=printable(str(found.source), 200))
