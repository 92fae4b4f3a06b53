"""The table in a CSV file: encoding, separator, records with their row numbers."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from modelops_abm.clients.file_kinds import refuse_other_formats
from modelops_abm.clients.row_problem import Mistake, RowProblem
from modelops_abm.disk import read_file
from modelops_abm.text import damaged, printable

LARGEST_FILE_BYTES = 20_000_000
MOST_ROWS = 200_000

_SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile('"?sep=(.|\\\\t)"?[,;]*(\r\n|\r|\n|$)', re.IGNORECASE)
_NOT_WINDOWS_1252 = re.compile(
    "[a-z][\u00c0-\u00d6\u00d8-\u00de\u0152\u0160\u0178\u017d\u201a\u201e]"
)
"""A capital or low quotation mark after a small letter: an accented one of a Macintosh or DOS."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF8 = "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"


@dataclass(frozen=True)
class Record:
    """One row of a table."""

    row: int
    """Number of the row as in a spreadsheet; the header is row 1."""
    cells: list[str]
    """Its cells, as they stand in the file."""
    separator: str = ","
    """What separates cells in the file."""

    @property
    def blank(self) -> bool:
        """Return whether there is nothing in any cell."""
        return not any(cell.strip() for cell in self.cells)


def read_bytes(source: str | os.PathLike[str] | bytes) -> bytes:
    """Return the content of a file, or the bytes themselves.

    Raises
    ------
    Mistake
        If there is no such file, it cannot be read, or it is larger than `LARGEST_FILE_BYTES`.
    """
    if isinstance(source, bytes):
        return _of_fair_size(source)
    try:
        content = read_file(source, LARGEST_FILE_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Mistake(f"cannot be read: {reason}", "check the name of the file") from None
    return _of_fair_size(content)


def _of_fair_size(content: bytes) -> bytes:
    if len(content) > LARGEST_FILE_BYTES:
        limit = f"{LARGEST_FILE_BYTES // 1_000_000} MB"
        raise Mistake(f"is larger than {limit}", "split it, or leave columns out")
    return content


def decode(content: bytes) -> str:
    """Return the text of a CSV file in UTF-8, with or without byte order mark.

    Raises
    ------
    Mistake
        If the content is anything else; the encoding is never guessed.
    """
    _refuse_binary(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Mistake(f"is not UTF-8 text (first at line {line})", _AS_UTF8) from None


def decode_either(content: bytes) -> str:
    """Return text in UTF-8, with or without byte order mark, or else in Windows-1252.

    Text in Windows-1252 with letters beyond ASCII is hardly ever valid UTF-8, so the first that
    fits is the one.

    Raises
    ------
    Mistake
        If it is neither, or the letters show that it was another encoding, or was misread before.
    """
    _refuse_binary(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _windows_1252(content)
    if found := damaged(text):
        line = text.count("\n", 0, text.index(found)) + 1
        raise Mistake(f"has lost letters ('{printable(found)}', first at line {line})", _AS_UTF8)
    return text


def _windows_1252(content: bytes) -> str:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise Mistake("is neither UTF-8 nor Windows-1252 text", _AS_UTF8) from None
    if found := _NOT_WINDOWS_1252.search(text):
        line = text.count("\n", 0, found.start()) + 1
        reason = f"is not Windows-1252 text ('{printable(found[0])}', first at line {line})"
        raise Mistake(reason, _AS_UTF8)
    return text


def _refuse_binary(content: bytes) -> None:
    refuse_other_formats(content)
    if content.startswith(_UTF16):
        raise Mistake("is text in UTF-16", _AS_UTF8)
    if b"\0" in content:
        raise Mistake("holds NUL bytes: it is not text", _AS_UTF8)


def separated(text: str, columns: Set[str]) -> tuple[str, str]:
    """Return the rows of a CSV file without a line sep=, and their separator.

    A first line such as ``sep=;`` states the separator, as spreadsheets write it; they do not count
    it as a row. Otherwise it is the one under which the header names most of the known columns, or
    else the one that is in it most often.

    Raises
    ------
    Mistake
        If the line states a separator that is not read.
    """
    stated = _SEPARATOR_LINE.match(text)
    if stated is None:
        return text, _separator_of(text, columns)
    separator = "\t" if stated[1] in ("\t", "\\t") else stated[1]
    if separator not in _SEPARATORS:
        reason = f"states the separator '{printable(separator)}'"
        raise Mistake(reason, "use commas, semicolons or tabs")
    return text[stated.end() :], separator


def _separator_of(text: str, columns: Set[str]) -> str:
    header = re.split(r"[\r\n]", text.lstrip("\r\n "), maxsplit=1)[0]
    plain = re.sub('"[^"]*"', lambda quoted: re.sub("[,;\t]", " ", quoted[0][1:-1]), header)

    def likeness(separator: str) -> tuple[int, int]:
        cells = plain.split(separator)
        return sum(column_name(cell) in columns for cell in cells), len(cells)

    return max(_SEPARATORS, key=likeness)


def column_name(cell: str) -> str:
    """Return the name of a column without blanks around it, in lower case."""
    return cell.strip().lower()


def records(text: str, separator: str) -> Iterator[Record | RowProblem]:
    """Yield every row that holds anything; a break in the file's form ends it with a problem."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = 0
    while True:
        row += 1
        try:
            record = Record(row, next(reader), separator)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(row, str(error))
            return
        if row > MOST_ROWS + 1:
            yield RowProblem(f"the file has more than {MOST_ROWS:,} rows", "split the file", (row,))
            return
        if not record.blank:
            yield record


def _broken(row: int, error: str) -> RowProblem:
    if "unexpected end" in error:
        reason = "a quotation mark opens in this row and never closes"
    elif "field limit" in error:
        reason = "a cell in this row is far too long (is a quotation mark not closed?)"
    else:
        reason = f"the row is not well-formed ({error})"
    remedy = "close the quotation mark, and double those inside a cell; nothing below was read"
    return RowProblem(reason, remedy, (row,))


def file_problem(mistake: Mistake) -> RowProblem:
    """Return a mistake that concerns the whole file as a problem."""
    return RowProblem(f"the file {mistake.reason}", mistake.remedy)
