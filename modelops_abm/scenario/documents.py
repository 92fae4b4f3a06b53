"""What a scenario file says, before it is checked: TOML, YAML or JSON as plain values with lines.

The files are a stranger's: whatever they hold, reading ends soon, with values or with an
`UnreadableError`. Bounded are the depth, the length of numbers and of dotted names; a name that is
given twice is refused, and so is what a scenario needs not and others have abused: YAML's anchors,
aliases and tags.

YAML is read by the rules of YAML 1.2: ``no`` and ``on`` are words and no booleans, ``1e-3`` is a
number, ``1:30`` is none.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import yaml

from modelops_abm.scenario.fields import Path
from modelops_abm.text import comma_in_line, printable

DEEPEST = 20
"""How deeply sections and lists of a file may be nested; a scenario needs six."""

_TOO_MANY_DIGITS = re.compile(r"[0-9_]{4300,}")  # more than Python turns into a number

_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TOO_MANY_PARTS = re.compile(
    rf"(?:^|[\[{{,])[ \t]*(?:[\w\"'-]+[ \t]*\.[ \t]*){{{DEEPEST}}}", re.MULTILINE
)
"""A dotted name that is nested too deeply; `tomllib` takes minutes for very long ones."""
_TWICE = ("Cannot overwrite", "Cannot declare", "Duplicate inline table key")

# The parser in C, where PyYAML was built with it.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# No zero in front, which YAML 1.1 took for octal; and so many digits at most, as the time to read
# them grows with their square.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,400})")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Document(NamedTuple):
    """What a file says."""

    data: Any
    """Its values; a mapping in every file that makes sense."""
    lines: Callable[[], Mapping[Path, int]]
    """Returns the line of every path, as far as it can be told."""


class UnreadableError(Exception):
    """Text that is not what its format demands."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_toml(text: str) -> Document:
    """Read TOML; raise `UnreadableError` if it is none."""
    if found := _TOO_MANY_PARTS.search(text):
        raise _too_deep(text.count("\n", 0, found.end()) + 1)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error), text) from None
    except ValueError:
        raise _too_long_number(text) from None
    except RecursionError:
        raise _too_deep() from None
    _check_nesting(data)
    return Document(data, lambda: toml_lines(text))


def _toml_error(message: str, text: str) -> UnreadableError:
    found = _POSITION.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    words = _POSITION.sub("", message)
    if words.startswith(_TWICE):
        return UnreadableError(f"a name or section is given twice ({words})", line)
    return UnreadableError(_commas(text, line) or f"not valid TOML: {words}", line)


def _commas(text: str, line: int) -> str:
    """Return that a number in a line has a comma, which no format can read; else nothing."""
    lines = text.splitlines()
    return comma_in_line(lines[line - 1]) if line <= len(lines) else ""


def toml_lines(text: str) -> Mapping[Path, int]:
    """Return the line of every name and list entry in a TOML text that can be read.

    The standard library's parser does not tell it. It takes about twice the time of reading, which
    grows with the length of the text alone, whatever is in it (decision 0038).
    """
    import tree_sitter_toml  # only a file with a mistake in it needs them
    from tree_sitter import Language, Parser

    lines = _TomlLines()
    lines.document(Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node)
    return lines.found


class _TomlLines:
    """Walks over the tree of a text that was accepted, so that it is no deeper than is allowed."""

    def __init__(self) -> None:
        self.found: dict[Path, int] = {}
        self._last_entry: dict[Path, int] = {}

    def document(self, root: Any) -> None:
        for node in _inner(root):
            if node.type == "pair":
                self._pair(node, ())
                continue
            key, *pairs = _inner(node)
            path = self._opened(_names(key), is_list=node.type == "table_array_element")
            self._note(path, key)
            for pair in pairs:
                self._pair(pair, path)

    def _opened(self, names: Path, *, is_list: bool) -> Path:
        """Return the path of a header, in which a list stands for its last entry."""
        path: Path = ()
        for place, name in enumerate(names, start=1):
            path = (*path, name)
            if is_list and place == len(names):
                self._last_entry[path] = self._last_entry.get(path, -1) + 1
            if path in self._last_entry:
                path = (*path, self._last_entry[path])
        return path

    def _pair(self, node: Any, section: Path) -> None:
        key, value = _inner(node)
        path = (*section, *_names(key))
        self._note(path, key)
        self._value(value, path)

    def _value(self, node: Any, path: Path) -> None:
        if node.type == "inline_table":
            for pair in _inner(node):
                self._pair(pair, path)
        elif node.type == "array":
            for number, entry in enumerate(_inner(node)):
                self._note((*path, number), entry)
                self._value(entry, (*path, number))

    def _note(self, path: Path, node: Any) -> None:
        """Note the line of a path, and of the sections around it that it is the first to name."""
        line = node.start_point.row + 1
        for length in range(1, len(path) + 1):
            self.found.setdefault(path[:length], line)


def _inner(node: Any) -> list[Any]:
    return [each for each in node.named_children if each.type != "comment"]


def _names(key: Any) -> Path:
    """Return the names in a key, which may be dotted, and quoted in part."""
    if key.type == "dotted_key":
        return tuple(name for part in key.named_children for name in _names(part))
    name = key.text.decode()
    return (tomllib.loads(f"key = {name}")["key"] if key.type == "quoted_key" else name,)


def read_json(text: str) -> Document:
    """Read JSON; raise `UnreadableError` if it is none."""
    try:
        data = json.loads(text, object_pairs_hook=_json_section)
    except json.JSONDecodeError as error:
        message = _commas(text, error.lineno) or f"not valid JSON: {error.msg}"
        raise UnreadableError(message, error.lineno) from None
    except ValueError:
        raise _too_long_number(text) from None
    except RecursionError:
        raise _too_deep() from None
    except UnreadableError:
        read_yaml(text)  # finds the same, and says the line
        raise
    _check_nesting(data)
    return Document(data, lambda: _json_lines(text))


def _json_section(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    section = {}
    for name, value in entries:
        if name in section:
            raise UnreadableError(f"{printable(name)} is given twice")
        section[name] = value
    return section


def _json_lines(text: str) -> Mapping[Path, int]:
    """Return the lines of a text that is, as nearly all JSON, YAML as well."""
    try:
        return read_yaml(text).lines()
    except UnreadableError:
        return {}


def read_yaml(text: str) -> Document:
    """Read YAML; raise `UnreadableError` if it is none, or not as plain as it should be."""
    reader = _YamlReader(text)
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        # The parser reads ahead, and a newer one has a limit of its own, of a thousand levels.
        if "nesting depth" in (error.problem or ""):
            raise _too_deep(line) from None
        raise UnreadableError(f"not valid YAML: {error.problem or error.context}", line) from None
    except yaml.YAMLError as error:
        message = str(error).partition("\n")[0]
        raise UnreadableError(f"not valid YAML: {printable(message, 200)}") from None
    return Document(data, lambda: reader.lines)


class _YamlReader:
    """Builds the values from the parser's events.

    Not from its tree of nodes: that is built by recursion, and follows aliases, before anybody can
    look at how deep it goes.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_PARSER))

    def document(self) -> Any:
        data = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise UnreadableError("holds more than one document", _line(event))
                data = self._value(next(self._events), ())
        return data

    def _value(self, event: Any, path: Path) -> Any:
        _refuse_extras(event)
        if len(path) > DEEPEST:
            raise _too_deep(_line(event))
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._section(path)

    def _list(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _section(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = _name(event)
            # PyYAML itself would let the last one count, without a word.
            if name in values:
                raise UnreadableError(f"{printable(name)} is given twice", _line(event))
            self.lines[*path, name] = _line(event)
            values[name] = self._value(next(self._events), (*path, name))
        return values


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _refuse_extras(event: Any) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise UnreadableError("anchors (&) and aliases (*) cannot be used here", _line(event))
    if getattr(event, "tag", None) is not None:
        tag = printable(event.tag)
        raise UnreadableError(f"tags such as {tag} cannot be used here", _line(event))


def _name(event: Any) -> str:
    _refuse_extras(event)
    name = _scalar(event) if isinstance(event, yaml.ScalarEvent) else None
    if not isinstance(name, str):
        found = printable(getattr(event, "value", "a list or section"))
        raise UnreadableError(f"a name must be text, not {found}", _line(event))
    return name


def _scalar(event: yaml.ScalarEvent) -> Any:
    # Only text without quotes may be a number or a word for true: '5' in quotes is text.
    is_plain = event.style is None or event.style == ""
    return plain_yaml_value(event.value) if is_plain else event.value


def plain_yaml_value(text: str) -> Any:
    """Return what text without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return _date(text) if _DATE.fullmatch(text) else text


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _check_nesting(data: Any) -> None:
    """Raise an error if values are nested too deeply."""
    # Level by level and not by recursion, which is what such data would break.
    level = [data]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep(line: int | None = None) -> UnreadableError:
    """Return the error about values that are nested too deeply."""
    return UnreadableError(f"nested more than {DEEPEST} levels deep", line)


def _too_long_number(text: str) -> UnreadableError:
    """Return the error about a number with thousands of digits."""
    found = _TOO_MANY_DIGITS.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else None
    return UnreadableError("a number has too many digits", line)
