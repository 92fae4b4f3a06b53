"""Scenario files in YAML: plain values only, read by the rules of YAML 1.2.

So ``no`` and ``on`` are words and no booleans, ``1e-3`` is a number, ``1:30`` is none. A
scenario needs no anchors, aliases and tags, so they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from modelops_abm.scenario.document import (
    DEEPEST,
    Document,
    UnreadableError,
    as_data,
    header,
    too_deep,
)
from modelops_abm.scenario.fields import Path
from modelops_abm.scenario.quantity import Distribution
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.text import printable

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,400})")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(text: str) -> Document:
    """Read YAML; raise `UnreadableError` if it is none, or not as plain as it should be."""
    reader = _Reader(text)
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"not valid YAML: {error.problem or error.context}"
        raise UnreadableError(message, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        message = str(error).partition("\n")[0]
        raise UnreadableError(f"not valid YAML: {printable(message, 200)}") from None
    return Document(data, lambda: reader.lines)


class _Reader:
    """Builds the values from the parser's events."""

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
            raise too_deep(_line(event))
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
    is_plain = event.style is None or event.style == ""
    return plain_value(event.value) if is_plain else event.value


def plain_value(text: str) -> Any:
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


class _Inline(dict[str, Any]):
    """A mapping to be written on one line."""


class _Writer(yaml.SafeDumper):
    """Quotes exactly what would not be read as text, and writes distributions on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(writer: _Writer, text: str) -> yaml.Node:
    style = None if isinstance(plain_value(text), str) else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _inline_node(writer: _Writer, values: _Inline) -> yaml.Node:
    return writer.represent_mapping("tag:yaml.org,2002:map", values, flow_style=True)


_Writer.add_representer(str, _text_node)
_Writer.add_representer(_Inline, _inline_node)


def write(scenario: Scenario) -> str:
    """Return a scenario as YAML."""
    data = _with_inline_distributions(as_data(scenario))
    body = yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return "\n".join([*header(scenario), "", body])


def _with_inline_distributions(data: Any) -> Any:
    if isinstance(data, list | tuple):
        return [_with_inline_distributions(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == Distribution.model_fields.keys():
        return _Inline(data)
    return {name: _with_inline_distributions(entry) for name, entry in data.items()}
