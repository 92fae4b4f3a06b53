"""Scenario files: TOML, YAML or JSON, by the ending of the name.

A file states what differs from the reference scenario; what it leaves out is the default. See
`with_changes` for what it may say of a distribution. A saved file holds the whole scenario.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w
import yaml

from modelops_abm.disk import read_file, write_whole
from modelops_abm.errors import InputError, Problem, place_in_words, reason_of
from modelops_abm.file_kinds import FileKind, kind_of, kind_of_text
from modelops_abm.scenario.changes import with_changes
from modelops_abm.scenario.documents import (
    Document,
    UnreadableError,
    plain_yaml_value,
    read_json,
    read_toml,
    read_yaml,
)
from modelops_abm.scenario.quantity import Distribution, Section, facts_of
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.sources import changed_names, concerns, unsourced_names, with_sources
from modelops_abm.text import any_of, printable, shown
from modelops_abm.version import __version__

LARGEST_FILE = 10_000_000
"""Size of the largest scenario file in bytes."""

WITHOUT_SOURCE = "without_source"
"""Name in saved files of the list of values that differ from the default without a source.

It keeps a saved scenario from being credited to the file when it is loaded again."""

_EXPECTED = "expected is a text file in TOML, YAML or JSON"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = {
    "type": "number",
    "minimum": 0.0,
    "maximum": 1e12,
    "description": "The mean; family and coefficient of variation stay as they are.",
}
_SHAPE = {
    "type": "number",
    "minimum": 0.3,
    "maximum": 60.0,
    "description": "Shape of a Weibull, instead of cv.",
}
_UNSOURCED = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Values in a saved file that differ from the default, and have no source.",
}


class _Format(NamedTuple):
    read: Callable[[str], Document]
    write: Callable[[Scenario], str]


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Load a scenario from a file.

    Values that differ from the default are credited to the file, unless its own `sources` say
    whose they are.

    Raises
    ------
    InputError
        With everything that is wrong: file, line, name, value, and what is allowed.

    Examples
    --------
    >>> save_scenario(Scenario(name="ours"), "ours.toml")
    >>> load_scenario("ours.toml").name
    'ours'
    >>> load_scenario("theirs.toml")
    Traceback (most recent call last):
    ...
    modelops_abm.errors.InputError: theirs.toml: there is no such file
    """
    file = os.fspath(path)
    _format_of(file)
    return read_scenario(bytes_of(file), file)


def read_scenario(content: bytes, file: str) -> Scenario:
    r"""Read a scenario from the content of a file.

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

    Examples
    --------
    >>> read_scenario(b"[team]\ndevelopers = 5\n", "ours.toml").sources[0].source
    'file ours.toml'
    """
    data, document = names_and_values(content, file)
    exempt = _without_source(data, document, file)
    scenario = _scenario(data, document, file)
    # The file vouches for what it changes, unless it says itself who does, or that nobody does.
    changed = changed_names(Scenario(), scenario)
    named = [name for name in changed if any(concerns(entry, name) for entry in scenario.sources)]
    credited = [name for name in changed if name not in named and name not in exempt]
    return with_sources(scenario, credited, f"file {printable(Path(file).name, 255)}", "user")


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

    Examples
    --------
    >>> save_scenario(Scenario(), "plan.yaml")
    >>> load_scenario("plan.yaml") == Scenario()
    True
    """
    file = os.fspath(path)
    content = scenario_text(scenario, file).encode()
    # A file that could not be loaded again is no copy of anything.
    if len(content) > LARGEST_FILE:
        raise InputError.at(file, f"the scenario takes {len(content):,} bytes; {_size_limit()}")
    write_whole(file, content, replace=replace)


def scenario_text(scenario: Scenario, file: str) -> str:
    """Return a whole scenario as a file of this name would hold it.

    Raises
    ------
    InputError
        If the ending of the name says no known format.

    Examples
    --------
    >>> read_scenario(scenario_text(Scenario(), "ours.yaml").encode(), "ours.yaml") == Scenario()
    True
    """
    return _format_of(file).write(scenario)


def _size_limit() -> str:
    return f"allowed are {LARGEST_FILE:,} bytes"


def _format_of(file: str) -> _Format:
    ending = Path(file).suffix.lower()
    if ending not in _FORMATS:
        kinds = any_of(list(_FORMATS))
        raise InputError.at(file, f"the name of a scenario file must end in {kinds}")
    return _FORMATS[ending]


def _text(content: bytes, file: str) -> str:
    if len(content) > LARGEST_FILE:
        raise InputError.at(file, f"is too large; {_size_limit()}")
    if kind := kind_of(content):
        raise _of_another(kind, file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError.at(file, "is not UTF-8 text; save it as UTF-8", line) from None
    if not text.strip():
        raise InputError.at(file, f"is empty; {_EXPECTED}")
    return text


def names_and_values(content: bytes, file: str) -> tuple[dict[str, Any], Document]:
    """Return what a file of names and values says, and where.

    Parameters
    ----------
    content, file
        As `read_scenario` takes them.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    text = _text(content, file)
    document = _document(text, _format_of(file), file)
    return _table(document, text, file), document


def bytes_of(file: str) -> bytes:
    """Return the content of a file of names and values.

    Raises
    ------
    InputError
        If there is none.
    """
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
        _refuse_other_text(text, file)
        raise InputError.at(file, error.message, error.line) from None


_REMEDIES = {"files": "unpack it first", "text": "save it as UTF-8"}
"""What to do with a file of another kind, by what it holds; else to give another."""


def _of_another(kind: FileKind, file: str) -> InputError:
    """Return the error about a file that is of another kind than its name says."""
    remedy = _REMEDIES.get(kind.holds, _EXPECTED)
    if kind.ending:
        remedy = f"give it a name that ends in {kind.ending}"
    return InputError.at(file, f"{kind.words}; {remedy}")


def _refuse_other_text(text: str, file: str) -> None:
    kind = kind_of_text(text)
    if kind is not None and _FORMATS.get(kind.ending) != _format_of(file):
        raise _of_another(kind, file)
    first = text.lstrip().partition("\n")[0]
    if kind is None and re.search("[,;\t]", first) and not re.search("[=:]", first):
        raise InputError.at(file, f"looks like a table; {_EXPECTED}")


def _table(document: Document, text: str, file: str) -> dict[str, Any]:
    data = document.data
    if isinstance(data, str):  # to YAML any text is one value
        _refuse_other_text(text, file)
    if not isinstance(data, dict) and data is not None:
        raise InputError.at(file, f"must hold names and values, not {shown(data)}")
    if not data:
        raise InputError.at(file, "holds no values")
    return data


def _without_source(data: dict[str, Any], document: Document, file: str) -> list[str]:
    """Take out of the data the names of the values that nobody vouches for."""
    # Out of the data, as it is a fact about the file and no value of a scenario.
    names = data.pop(WITHOUT_SOURCE, [])
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    place = place_in_words(file, document.lines().get((WITHOUT_SOURCE,)))
    raise InputError(Problem("expected a list of names", place, WITHOUT_SOURCE, shown(names)))


def _scenario(data: dict[str, Any], document: Document, file: str) -> Scenario:
    try:
        return with_changes(Scenario(), data)
    except InputError:  # only now are the lines worth looking for
        return with_changes(Scenario(), data, file=file, lines=document.lines())


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files (draft 2020-12).

    Units, allowed ranges, sources and plausible ranges of the numbers stand beside the keywords
    of the standard. What two values together may be (for example that the shares of archetypes
    add up) is beyond a schema; loading a file checks it.

    Examples
    --------
    >>> json_schema()["properties"]["horizon_days"]["unit"]
    'days'
    """
    schema = Scenario.model_json_schema()
    schema["$defs"]["Distribution"] = _distribution(schema["$defs"]["Distribution"])
    schema["properties"][WITHOUT_SOURCE] = dict(_UNSOURCED)
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "Scenario of modelops_abm",
        "description": "What differs from the reference scenario.",
    }


def _distribution(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a distribution in a file, which may be partial or a mean alone."""
    description = whole.pop("description", "")
    whole.pop("required", None)
    whole["properties"]["shape"] = dict(_SHAPE)
    return {"description": description, "anyOf": [dict(_NUMBER), whole]}


def _as_data(scenario: Scenario) -> dict[str, Any]:
    """Return everything in a scenario as nested mappings and lists, what is None left out."""
    # Name and description first, so that a file says at its top what it is.
    labels, rest = {}, scenario.model_dump(exclude_none=True)
    for name in ("name", "description"):
        labels[name] = rest.pop(name)
    unsourced = unsourced_names(scenario)
    return {**labels, **({WITHOUT_SOURCE: unsourced} if unsourced else {}), **rest}


def _header(scenario: Scenario) -> list[str]:
    """Return the comment lines at the top of a saved file."""
    name = "".join(char if char.isprintable() else " " for char in scenario.name)
    return [
        f"# Scenario {name!r} of modelops_abm {__version__}.",
        "# What is left out of a scenario file is as in the reference scenario.",
    ]


def _json(scenario: Scenario) -> str:
    """Return a scenario as JSON."""
    return json.dumps(_as_data(scenario), indent=2, default=str) + "\n"


def _toml(scenario: Scenario) -> str:
    """Return a scenario as TOML, with the units as comments."""
    unsourced = unsourced_names(scenario)
    lines = [*_header(scenario), "", *_values(scenario)]
    if unsourced:
        lines.append(f"{WITHOUT_SOURCE} = {toml_literal(unsourced)}")
    return "\n".join([*lines, *_inner_sections(scenario, ""), ""])


def toml_literal(value: Any) -> str:
    """Return a value in TOML on one line."""
    if isinstance(value, Section):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, dict):
        parts = (f"{name} = {toml_literal(part)}" for name, part in value.items())
        return f"{{ {', '.join(parts)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_literal(entry) for entry in value)}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _values(section: Section) -> Iterator[str]:
    """Yield a line for every value that is no section and no list of sections."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if value is not None and not _is_inner(value):
            unit = facts_of(field).get("unit")
            yield f"{name} = {toml_literal(value)}" + (f"  # {unit}" if unit else "")


def _is_inner(value: Any) -> bool:
    """Tell whether a value gets headers of its own; an empty list of sections is left out."""
    if isinstance(value, tuple):
        return not value or isinstance(value[0], Section)
    return isinstance(value, Section) and not isinstance(value, Distribution)


def _inner_sections(section: Section, prefix: str) -> Iterator[str]:
    for name in type(section).model_fields:
        value, path = getattr(section, name), prefix + name
        if isinstance(value, tuple) and _is_inner(value):
            for entry in value:
                inner = _inner_sections(entry, f"{path}.")
                yield from ("", f"[[{path}]]", *_values(entry), *inner)
        elif value is not None and _is_inner(value):
            yield from ("", f"[{path}]", *_values(value), *_inner_sections(value, f"{path}."))


class _Inline(dict[str, Any]):
    """A mapping to be written on one line."""


_LINE_BREAKS = frozenset("\x85\u2028\u2029")
"""Of YAML, besides those that it writes as escapes anyway."""


class _Writer(yaml.SafeDumper):
    """Quotes exactly what would not be read as text, and writes distributions on one line."""

    # YAML writes what it meets again as a reference to the first, which `read_yaml` refuses.
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(writer: _Writer, text: str) -> yaml.Node:
    # Without quotes it would be read as another value, or at such a line break as a space.
    is_plain = isinstance(plain_yaml_value(text), str) and _LINE_BREAKS.isdisjoint(text)
    style = None if is_plain else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _inline_node(writer: _Writer, values: _Inline) -> yaml.Node:
    return writer.represent_mapping("tag:yaml.org,2002:map", values, flow_style=True)


_Writer.add_representer(str, _text_node)
_Writer.add_representer(_Inline, _inline_node)


def _yaml(scenario: Scenario) -> str:
    """Return a scenario as YAML."""
    data = _with_inline_distributions(_as_data(scenario))
    body = yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return "\n".join([*_header(scenario), "", body])


def _with_inline_distributions(data: Any) -> Any:
    if isinstance(data, list | tuple):
        return [_with_inline_distributions(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == Distribution.model_fields.keys():
        return _Inline(data)
    return {name: _with_inline_distributions(entry) for name, entry in data.items()}


_FORMATS = {
    ".toml": _Format(read_toml, _toml),
    ".yaml": _Format(read_yaml, _yaml),
    ".yml": _Format(read_yaml, _yaml),
    ".json": _Format(read_json, _json),
}
