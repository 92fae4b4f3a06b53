"""The table in a CSV file: what kind of file it is, its encoding, separator and records."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from modelops_abm.clients.problems import Mistake, RowProblem
from modelops_abm.disk import read_file
from modelops_abm.errors import reason_of
from modelops_abm.file_kinds import kind_of, kind_of_text
from modelops_abm.text import damaged, printable

LARGEST_FILE_BYTES = 20_000_000
MOST_ROWS = 200_000
_LONGEST_LINE = 2_000_000
"""Letters; one of a hundred megabytes would be millions of cells, which take a gigabyte."""
_TOO_LONG = "line too long"

_SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile('"?sep=(.|\\\\t)"?[,;]*(\r\n|\r|\n|$)', re.IGNORECASE)
_NOT_WINDOWS_1252 = re.compile(
    "[a-z][\u00c0-\u00d6\u00d8-\u00de\u0152\u0160\u0178\u017d\u201a\u201e]"
)
"""A capital or low quotation mark after a small letter: an accented one of a Macintosh or DOS."""
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


def read_bytes(
    source: str | os.PathLike[str] | bytes, largest_bytes: int = LARGEST_FILE_BYTES
) -> bytes:
    """Return the content of a file, or the bytes themselves.

    Raises
    ------
    Mistake
        If there is no such file, it cannot be read, or it is larger than the bytes allowed.
    """
    if isinstance(source, bytes):
        return _of_fair_size(source, largest_bytes)
    try:
        content = read_file(source, largest_bytes)
    except OSError as error:
        raise Mistake(f"cannot be read: {reason_of(error)}", "check the name of the file") from None
    return _of_fair_size(content, largest_bytes)


def _of_fair_size(content: bytes, largest_bytes: int) -> bytes:
    if len(content) > largest_bytes:
        limit = f"{largest_bytes // 1_000_000} MB"
        raise Mistake(f"is larger than {limit}", "split it, or leave columns out")
    return content


def decode(content: bytes) -> str:
    """Return the text of a CSV file in UTF-8, with or without byte order mark.

    Raises
    ------
    Mistake
        If the content is anything else; the encoding is never guessed.
    """
    refuse_other_formats(content)
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
    refuse_other_formats(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _windows_1252(content)
    # Windows-1252 fits nearly any bytes: that it could be decoded says little.
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
    header = re.split(r"[\r\n]", text.lstrip("\r\n "), maxsplit=1)[0][:_LONGEST_LINE]
    # Separators within quotation marks are part of a name.
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
    # As they stand: a line break within quotation marks is part of its cell.
    lines = _fair_lines(io.StringIO(text, newline=""))
    # Strict: a quotation mark that never closes would swallow the rest of the file without a word.
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


def _fair_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > _LONGEST_LINE:
            raise csv.Error(_TOO_LONG)
        yield line


def _broken(row: int, error: str) -> RowProblem:
    if error == _TOO_LONG:
        reason = f"the row has more than {_LONGEST_LINE:,} letters"
        return RowProblem(reason, "give every model or incident a line of its own", (row,))
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


_REMEDIES = {
    "a sheet": "save the sheet as 'CSV UTF-8'",
    "a table": "export the table as 'CSV UTF-8'",
    "files": "unpack it first",
    "text": _AS_UTF8,
    "nothing": "fetch the file itself",
}
"""What to do with a file of another kind, by what it holds."""


def refuse_other_formats(content: bytes) -> None:
    """Raise a `Mistake` for the content of a workbook, a document, an archive or a picture."""
    if kind := kind_of(content):
        raise Mistake(kind.words, _REMEDIES[kind.holds])


def refuse_other_texts(text: str, noun: str = "a portfolio") -> None:
    """Raise a `Mistake` for text of another form than a table: JSON, HTML, XML, a scenario.

    Parameters
    ----------
    text
        The content of the file.
    noun
        What was looked for.
    """
    if kind := kind_of_text(text):
        as_scenario = f"give it a name that ends in {kind.ending}, and give it as a scenario"
        remedy = as_scenario if kind.holds == "text" else _REMEDIES[kind.holds]
        raise Mistake(f"is no {noun.partition(' ')[2]}: it {kind.words}", remedy)


class _Table(NamedTuple):
    """A kind of table, told by columns that it alone has, with others that it often has."""

    name: str
    telling: str
    common: str
    remedy: str


_TABLES = (
    _Table(
        "an incident log",
        "incident incident_id incident_number incident_title incident_impact_level opened "
        "opened_at opened_on resolved resolved_at resolved_on resolved_timestamp closed closed_at "
        "acknowledged acknowledged_at mttr time_to_resolve root_cause outage downtime issue_key "
        "ticket ticket_id detected_at investigating_timestamp",
        "severity priority urgency impact service service_name component assignee assigned_to "
        "summary short_description duration number created created_at created_on started_at "
        "ended_at start_timestamp close_timestamp status state alert category description",
        "modelops-abm check reads it if it says which column is what: --kind incidents "
        "--map opened=COLUMN --map closed=COLUMN --map service=COLUMN",
    ),
    _Table(
        "a table of usage",
        "prediction predictions requests request_count calls invocations queries hits tokens "
        "active_users prediction_count inferences latency latency_ms",
        "date day timestamp time month week datetime hour model model_id model_name endpoint "
        "service version user_id",
        "modelops-abm check reads it if it says which column is what: --kind usage "
        "--map day=COLUMN --map model=COLUMN --map users=COLUMN --map predictions=COLUMN",
    ),
    _Table(
        "an export of a model registry",
        "run_id experiment_id experiment_name artifact_uri artifact_path model_version "
        "registered_model registered_model_name creation_timestamp last_updated_timestamp "
        "model_uri current_stage aliases git_commit run_link signature",
        "version source framework flavor user_id tags description name stage status "
        "created_at updated_at",
        "modelops-abm check reads it if it says which column is what: --kind registry "
        "--map model=COLUMN --map version=COLUMN --map created=COLUMN --map stage=COLUMN",
    ),
    _Table(
        "the US federal inventory of AI use cases",
        "use_case_name stage_of_development agency_abbreviation",
        "agency bureau date_initiated date_implemented date_retired",
        "make a portfolio of it on the command line: modelops-abm inventory FILE --output "
        "portfolio.csv",
    ),
    _Table(
        "a table of results of this program",
        "from_client went_live_at arrived_at production_days served_days power_days "
        "developer_days_per_day retirement_reason",
        "number name origin archetype stage activity id day value cost users demand served "
        "retired_at regulated retraining_interval_days",
        "give the portfolio that was run",
    ),
)


def refuse_other_tables(names: Sequence[str], columns: Sequence[str]) -> None:
    """Raise a `Mistake` for a header that is an incident log's, a registry's or the like.

    Parameters
    ----------
    names
        The columns of the file, in lower case.
    columns
        Those of a portfolio.
    """
    # One column of another table may be an accident; two, and more than those of a portfolio, are
    # not: then unknown columns are not ignored either, as the rows are no models.
    plain = {"_".join(re.split(r"[\W_]+", name)).strip("_") for name in names}
    facts = len(plain & set(columns) - {"id", "name", "archetype", "stage"})
    for table in _TABLES:
        telling, common = set(table.telling.split()), set(table.common.split())
        if plain & telling and len(plain & (telling | common)) > max(1, facts):
            reason = f"is no portfolio: it looks like {table.name}"
            raise Mistake(reason, table.remedy)
