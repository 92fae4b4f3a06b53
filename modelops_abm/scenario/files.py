"""Scenario files: TOML, YAML or JSON, by the ending of the name.

A file states what differs from the reference scenario; what it leaves out is the default. See
`with_changes` for what it may say of a distribution.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import InputError, Problem, place_in_words, reason_of
from modelops_abm.scenario import json_format, toml_format, yaml_format
from modelops_abm.scenario.changes import with_changes
from modelops_abm.scenario.document import WITHOUT_SOURCE, Document, UnreadableError
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sources import changed_names, concerns, with_sources
from modelops_abm.text import any_of, printable, shown

LARGEST_FILE = 10_000_000
"""Size of the largest scenario file in bytes."""


class _Format(NamedTuple):
    read: Callable[[str], Document]
    write: Callable[[Scenario], str]


_FORMATS = {
    ".toml": _Format(toml_format.read, toml_format.write),
    ".yaml": _Format(yaml_format.read, yaml_format.write),
    ".yml": _Format(yaml_format.read, yaml_format.write),
    ".json": _Format(json_format.read, json_format.write),
}


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Load a scenario from a file.

    Values that differ from the default are credited to the file, unless its own `sources` say
    whose they are.

    Raises
    ------
    InputError
        With everything that is wrong: file, line, name, value, and what is allowed.
    """
    file = os.fspath(path)
    _format_of(file)
    return read_scenario(_read_bytes(file), file)


def read_scenario(content: bytes, file: str) -> Scenario:
    """Read a scenario from the content of a file.

    Parameters
    ----------
    content
        What is in the file.
    file
        Its name, which says the format and is named in messages; nothing is opened.

    Raises
    ------
    InputError
        As `load_scenario` does.
    """
    format_ = _format_of(file)
    document = _document(_text(content, file), format_, file)
    data = _table(document, file)
    exempt = _without_source(data, document, file)
    scenario = _scenario(data, document, file)
    changed = changed_names(Scenario(), scenario)
    named = [name for name in changed if any(concerns(entry, name) for entry in scenario.sources)]
    credited = [name for name in changed if name not in named and name not in exempt]
    return with_sources(scenario, credited, f"file {_base_name(file)}", "user")


def save_scenario(
    scenario: Scenario, path: str | os.PathLike[str], *, replace: bool = False
) -> None:
    """Save a whole scenario to a file; loading it gives an equal one.

    The file appears in one go: whatever happens, there is never a part of one.

    Parameters
    ----------
    scenario
        What to save.
    path
        The file; its ending says the format.
    replace
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError
        If a file is there already, or it cannot be written, or would be too large to be loaded
        again.
    """
    file = os.fspath(path)
    content = scenario_text(scenario, file).encode()
    if len(content) > LARGEST_FILE:
        raise InputError.at(file, f"the scenario takes {len(content):,} bytes; {_size_limit()}")
    write_whole(file, content, replace=replace)


def scenario_text(scenario: Scenario, file: str) -> str:
    """Return a whole scenario as a file of this name would hold it.

    Raises
    ------
    InputError
        If the ending of the name says no known format.
    """
    return _format_of(file).write(scenario)


def _size_limit() -> str:
    return f"allowed are {LARGEST_FILE:,} bytes"


def _base_name(file: str) -> str:
    return printable(Path(file).name, 255)


def _format_of(file: str) -> _Format:
    ending = Path(file).suffix.lower()
    if ending not in _FORMATS:
        kinds = any_of(list(_FORMATS))
        raise InputError.at(file, f"the name of a scenario file must end in {kinds}")
    return _FORMATS[ending]


def _text(content: bytes, file: str) -> str:
    if len(content) > LARGEST_FILE:
        raise InputError.at(file, f"is too large; {_size_limit()}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError.at(file, "is UTF-16 text; save it as UTF-8")
    if b"\0" in content:
        raise InputError.at(file, "is a binary file, not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError.at(file, "is not UTF-8 text; save it as UTF-8", line) from None
    if not text.strip():
        raise InputError.at(file, "is empty")
    return text


def _read_bytes(file: str) -> bytes:
    try:
        return read_file(file, LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError.at(file, "there is no such file") from None
    except OSError as error:
        raise InputError.at(file, f"cannot be read: {reason_of(error)}") from None


def _document(text: str, format_: _Format, file: str) -> Document:
    try:
        return format_.read(text)
    except UnreadableError as error:
        raise InputError.at(file, error.message, error.line) from None


def _table(document: Document, file: str) -> dict[str, Any]:
    data = document.data
    if not isinstance(data, dict) and data is not None:
        raise InputError.at(file, f"must hold names and values, not {shown(data)}")
    if not data:
        raise InputError.at(file, "holds no values")
    return data


def _without_source(data: dict[str, Any], document: Document, file: str) -> list[str]:
    """Take out of the data the names of the values that nobody vouches for."""
    names = data.pop(WITHOUT_SOURCE, [])
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    place = place_in_words(file, document.lines().get((WITHOUT_SOURCE,)))
    raise InputError(Problem("expected a list of names", place, WITHOUT_SOURCE, shown(names)))


def _scenario(data: dict[str, Any], document: Document, file: str) -> Scenario:
    try:
        return with_changes(Scenario(), data)
    except InputError:
        return with_changes(Scenario(), data, file=file, lines=document.lines())
