"""All kinds of logs that are read, and which of them a file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from modelops_abm.clients.incidents import INCIDENTS, is_statuspage, read_incidents
from modelops_abm.clients.logs import Kind, recognised
from modelops_abm.clients.problems import RowProblem
from modelops_abm.clients.quality import QUALITY, read_quality
from modelops_abm.clients.registry import REGISTRY, read_registry
from modelops_abm.clients.timesheets import TIMESHEETS, read_timesheets
from modelops_abm.clients.usage import USAGE, read_usage


class Log(Protocol):
    """What every log tells of itself."""

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """What could not be used, with its rows."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided or taken for granted, in sentences."""

    def sentence(self) -> str:
        """Return what was understood."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind of log is read."""

    kind: Kind
    """What it says, and its forms."""
    read: Callable[..., Log]
    """Reads a file or its content; an InputError if it cannot, or if something is stated that says
    nothing of such a log."""
    is_other: Callable[[bytes], bool] = lambda content: False
    """Whether a file that is no table is of this kind nevertheless."""


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        reader.kind.name: reader
        for reader in (
            Reader(INCIDENTS, read_incidents, is_statuspage),
            Reader(TIMESHEETS, read_timesheets),
            Reader(USAGE, read_usage),
            Reader(QUALITY, read_quality),
            Reader(REGISTRY, read_registry, lambda content: content.startswith(b"SQLite format 3")),
        )
    }
)
"""The readers by the name of what they read."""


def reader_of(content: bytes) -> Reader | None:
    """Return the reader of the log that a file is, known by its columns or its form; or None.

    >>> reader_of(b"opened_at,resolved_at,service").kind.name
    'incidents'
    >>> reader_of(b"id,users") is None
    True
    """
    for reader in READERS.values():
        if reader.is_other(content):
            return reader
    kind = recognised(content, (reader.kind for reader in READERS.values()))
    return READERS[kind.name] if kind else None
