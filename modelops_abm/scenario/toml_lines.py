"""The line of every name in a TOML text, which the standard library's parser does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress

from modelops_abm.scenario.fields import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}#\n]+")


class _LostError(Exception):
    """The text is not as expected."""


def lines_of(text: str) -> dict[Path, int]:
    """Return the line of every name and list entry in a valid TOML text, as far as understood."""
    scanner = _Scanner(text)
    with suppress(_LostError, IndexError):  # the lines found so far still help
        scanner.scan()
    return scanner.lines


class _Scanner:
    """Walks over a text that the parser has accepted, and only looks for names."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._last_entry: dict[Path, int] = {}

    def scan(self) -> None:
        table: Path = ()
        while self._skip_blank():
            if self._next_is("[["):
                table = self._list_header()
            elif self._next_is("["):
                table = self._header()
            else:
                self._assignment(table)

    def _header(self) -> Path:
        start = self._take("[")
        path = self._within_lists(self._key())
        self._take("]")
        self._note_all(path, start)
        return path

    def _list_header(self) -> Path:
        start = self._take("[[")
        *outer, last = self._key()
        path = (*self._within_lists(tuple(outer)), last)
        self._take("]]")
        self._last_entry[path] = self._last_entry.get(path, -1) + 1
        entry = (*path, self._last_entry[path])
        self._note_all(entry, start)
        return entry

    def _within_lists(self, names: Path) -> Path:
        """Return the path of a header, in which a list stands for its last entry."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._last_entry:
                path = (*path, self._last_entry[path])
        return path

    def _assignment(self, table: Path) -> None:
        start, path = self._at, (*table, *self._key())
        self._note_all(path, start)
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self._next_is("["):
            self._list(path)
        elif self._next_is("{"):
            for _ in self._entries("{", "}"):
                self._assignment(path)
        else:
            self._match(_STRING if self._text[self._at] in "\"'" else _PLAIN)

    def _list(self, path: Path) -> None:
        for number in self._entries("[", "]"):
            self._note_all((*path, number), self._at)
            self._value((*path, number))

    def _entries(self, opening: str, closing: str) -> Iterator[int]:
        """Yield a number at the beginning of every entry, which the caller takes."""
        self._take(opening)
        number = 0
        while self._skip_blank() and not self._next_is(closing):
            yield number
            number += 1
            self._skip_blank()
            if self._next_is(","):
                self._take(",")
        self._take(closing)

    def _key(self) -> Path:
        parts = [self._match(_KEY_PART)[1]]
        while self._next_is("."):
            self._take(".")
            parts.append(self._match(_KEY_PART)[1])
        return tuple(_unquoted(part) for part in parts)

    def _note_all(self, path: Path, at: int) -> None:
        """Note the line of a path, and of the sections around it that it is the first to name."""
        line = bisect_left(self._ends, at) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _next_is(self, mark: str) -> bool:
        return self._text.startswith(mark, self._at)

    def _take(self, mark: str) -> int:
        """Pass over a mark and return where it was."""
        if not self._next_is(mark):
            raise _LostError
        self._at += len(mark)
        return self._at - len(mark)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise _LostError
        self._at = found.end()
        return found

    def _skip_blank(self) -> bool:
        """Pass over blanks and comments, and tell whether anything follows."""
        self._match(_BLANK)
        return self._at < len(self._text)


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    text: str = tomllib.loads(f"key = {part}")["key"]
    return text
