"""Scenario files: TOML, YAML or JSON, by the ending of the name.

A file states what differs from the reference scenario; what it leaves out is the default. See
`with_changes` for what it may say of a distribution.
"""

from __future__ import annotations

import os
import re
import stat
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from modelops_abm.parameters import json_format, toml_format, yaml_format
from modelops_abm.parameters.document import WITHOUT_SOURCE, Document, UnreadableError
from modelops_abm.parameters.errors import InputError, Problem, place_in_words
from modelops_abm.parameters.merge import with_changes
from modelops_abm.parameters.provenance import changed_names, concerns, with_sources
from modelops_abm.parameters.reading import read_file
from modelops_abm.parameters.scenario import Scenario
from modelops_abm.parameters.wording import listed, printable, shown

LARGEST_FILE = 10_000_000
"""Size of the largest scenario file in bytes."""
_TEMPORARY = re.compile(r"\.modelops-abm-[0-9a-f]{32}\.tmp")
_LEFT_OVER_SECONDS = 60.0
"""A temporary file that is older is of a process that was killed: writing takes no such time."""


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
        raise _error(file, f"the scenario takes {len(content):,} bytes; {_size_limit()}")
    write_whole(file, content, replace=replace)


def scenario_text(scenario: Scenario, file: str) -> str:
    """Return a whole scenario as a file of this name would hold it.

    Raises
    ------
    InputError
        If the ending of the name says no known format.
    """
    return _format_of(file).write(scenario)


def write_whole(path: str | os.PathLike[str], content: bytes, *, replace: bool = False) -> None:
    """Write a file in one go: to a temporary file beside it that takes its place when complete.

    Parameters
    ----------
    path
        The file.
    content
        What it is to hold.
    replace
        Whether a file that is there already is replaced. A link never is, nor written through.

    Raises
    ------
    InputError
        If something is there already, or the file cannot be written.
    """
    file = os.fspath(path)
    target = Path(file)
    try:
        _check_target(target, replace=replace)
        _remove_left_over(target.parent)
        _write(target, content, replace=replace)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise _error(file, f"cannot be written: {_reason(error)}") from None


def _check_target(target: Path, *, replace: bool) -> None:
    if target.is_symlink():
        aim = printable(os.path.realpath(target), 200)
        raise _error(str(target), f"is a link to {aim}; give the name of the file itself")
    if target.exists() and not target.is_file():
        raise _error(str(target), "is a folder or device, not a file")
    if target.exists() and not replace:
        raise _there_already(target)


def _there_already(target: Path) -> InputError:
    return _error(str(target), "is there already; choose another name, or ask to replace it")


def _write(target: Path, content: bytes, *, replace: bool) -> None:
    temporary = target.with_name(f".modelops-abm-{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            temporary.replace(target)
        else:
            _place_anew(temporary, target)
    except BaseException:
        with suppress(OSError):  # it may never have been there
            temporary.unlink()
        raise


def _place_anew(temporary: Path, target: Path) -> None:
    """Move a file to a name that nobody has taken since it was checked."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:  # not every file system has a second name for a file
        _check_target(target, replace=False)
        temporary.replace(target)
    else:
        temporary.unlink()


def _remove_left_over(folder: Path) -> None:
    """Remove temporary files of processes that were killed while they wrote them."""
    for path in folder.glob(".modelops-abm-*.tmp"):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and _is_left_over(path):
                path.unlink()


def _is_left_over(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _LEFT_OVER_SECONDS


def _error(file: str, message: str, line: int | None = None) -> InputError:
    return InputError(Problem(message, place=place_in_words(file, line)))


def _reason(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or printable(str(error), 200)).lower()


def _size_limit() -> str:
    return f"allowed are {LARGEST_FILE:,} bytes"


def _base_name(file: str) -> str:
    return printable(Path(file).name, 255)


def _format_of(file: str) -> _Format:
    ending = Path(file).suffix.lower()
    if ending not in _FORMATS:
        kinds = listed(list(_FORMATS))
        raise _error(file, f"the name of a scenario file must end in {kinds}")
    return _FORMATS[ending]


def _text(content: bytes, file: str) -> str:
    if len(content) > LARGEST_FILE:
        raise _error(file, f"is too large; {_size_limit()}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(file, "is UTF-16 text; save it as UTF-8")
    if b"\0" in content:
        raise _error(file, "is a binary file, not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(file, "is not UTF-8 text; save it as UTF-8", line) from None
    if not text.strip():
        raise _error(file, "is empty")
    return text


def _read_bytes(file: str) -> bytes:
    try:
        return read_file(file, LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError):
        raise _error(file, "there is no such file") from None
    except OSError as error:
        raise _error(file, f"cannot be read: {_reason(error)}") from None


def _document(text: str, format_: _Format, file: str) -> Document:
    try:
        return format_.read(text)
    except UnreadableError as error:
        raise _error(file, error.message, error.line) from None


def _table(document: Document, file: str) -> dict[str, Any]:
    data = document.data
    if not isinstance(data, dict) and data is not None:
        raise _error(file, f"must hold names and values, not {shown(data)}")
    if not data:
        raise _error(file, "holds no values")
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
