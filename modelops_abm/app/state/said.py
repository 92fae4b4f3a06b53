"""What a visitor has told of the organisation, and as what a browser keeps it for its tab."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from modelops_abm.app.state.uploads import Complaint, label_of
from modelops_abm.clients import kinds
from modelops_abm.evidence.interview import read_answers
from modelops_abm.evidence.statements import (
    Count,
    Evidence,
    Statement,
    evidence_as_json,
    evidence_of,
)
from modelops_abm.text import printable

_LONGEST_KEPT = 2_000_000
"""Letters of what is read of a browser."""


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
        What was understood, and what it says.
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
class Said:
    """All that a visitor has told.

    Attributes
    ----------
    answers
        By the name of the question.
    logs
        By their kind.
    """

    answers: Mapping[str, Statement] = field(default_factory=lambda: MappingProxyType({}))
    logs: Mapping[str, ReadLog] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def evidence(self) -> Evidence:
        """The statements of all logs."""
        return tuple(each for log in self.logs.values() for each in log.evidence)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing has been told."""
        return not self.answers and not self.evidence


def kept_text(said: Said, answers: str) -> str:
    """Return what was told as text that `read_kept` reads, without any row of a file.

    Parameters
    ----------
    said
        What was told.
    answers
        The answers as a file.
    """
    if said.is_nothing:
        return ""
    logs = [
        {
            **asdict(replace(log, evidence=(), unusable=(), columns=())),
            "evidence": [evidence_as_json(each) for each in log.evidence],
        }
        for log in said.logs.values()
        if log.state == "read"
    ]
    return json.dumps({"answers": answers, "logs": logs})


def read_kept(text: str) -> Said:
    """Return what was told, of the text that a browser kept, which may send anything.

    Raises
    ------
    InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError
        If it is no such text.
    """
    if not text or len(text) > _LONGEST_KEPT:
        return Said()
    found = json.loads(text)
    answers = read_answers(found["answers"].encode(), "answers.toml")
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
    return Said(MappingProxyType(answers), MappingProxyType(logs))


def _evidence(data: dict[str, Any]) -> Statement | Count:
    found = evidence_of(dict(data))
    return replace(found, source=printable(str(found.source), 200))
