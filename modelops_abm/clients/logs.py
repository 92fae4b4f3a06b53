"""What all logs of a client share: which table it is, what its columns say, and when.

A log is a table that a tool exports: incidents, usage, time sheets. Its form is known by the exact
names of its columns, or else somebody says which column is what; nothing is guessed. A row that
cannot be used is left out and told with its place, and the log is read without it; what concerns
the whole table refuses it.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from modelops_abm.clients.cells import ERROR, MEND, is_spreadsheets_error, read_number, says_nothing
from modelops_abm.clients.moments import DateOrder, order_of, read_stamp, read_zone
from modelops_abm.clients.problems import Mistake, RowProblem, grouped, rows_in_words
from modelops_abm.clients.rows import says_total
from modelops_abm.clients.table import (
    MOST_ROWS,
    Record,
    column_name,
    decode,
    decode_either,
    file_problem,
    read_bytes,
    records,
    refuse_other_texts,
    separated,
)
from modelops_abm.errors import InputError, Problem
from modelops_abm.scenario.documents import UnreadableError, read_toml
from modelops_abm.text import all_of, appearance, printable

type Source = str | os.PathLike[str] | bytes
type ColumnsOf = Mapping[str, str | Sequence[str]]
"""Which column, or which several, say what: by the name of what they say."""

LARGEST_LOG_BYTES = 100_000_000
"""An incident log of years, or a day's usage of many models, is larger than a portfolio."""
MOST_COLUMNS = 5_000
"""Jira writes a column for every comment of the issue that has most."""
_MOST_NAMED, _MOST_COUNTED = 30, 8
_MONTH = re.compile("(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_TITLE_ROWS = 20
"""Rows in which a header is looked for, to say where it is, if the first row is none."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a log says."""

    name: str
    """What a mapping calls it, and the column of a template."""
    meaning: str
    """What stands in it, for the documentation and for messages."""
    required: bool = False
    """Whether no log can be used without."""
    is_many: bool = False
    """Whether a row may say several things; otherwise two columns of one name must agree."""


@dataclass(frozen=True, slots=True)
class Form:
    """A table as one tool exports it."""

    name: str
    """The tool, and which of its exports."""
    telling: tuple[str, ...]
    """Columns that must all be there: by them it is known."""
    columns: Mapping[str, str | tuple[str, ...]]
    """Column by field, or columns of which in every row the first that says something counts. All
    names are in lower case."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of log: what it says, and the forms in which it is known."""

    name: str
    """What a command calls it: incidents."""
    noun: str
    """What a message calls it: an incident log."""
    fields: tuple[Field, ...]
    """All that it may say."""
    forms: tuple[Form, ...]
    """The forms; of two that fit, the one that more columns tell."""
    template: str = ""
    """A file to fill in, with example rows that are to be replaced."""
    silent: tuple[str, ...] = ()
    """What of a `Reading` says nothing of it, and is refused."""

    def form_of(self, header: Iterable[str]) -> Form | None:
        """Return the form of a table with such columns, or None if it is none of them."""
        names = {_plain(name) for name in header}
        fitting = [form for form in self.forms if names.issuperset(map(_plain, form.telling))]
        return max(fitting, key=lambda form: len(form.telling), default=None)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields without which it cannot be used."""
        return tuple(field.name for field in self.fields if field.required)


class Reading(BaseModel):
    """How a log is to be read, as somebody states it in a file or on the command line.

    Attributes
    ----------
    file
        The log, beside the file that says so; empty where it is named otherwise.
    kind
        Name of its kind; empty where its columns tell it.
    columns
        Column, or several, by what they say: by the names of the fields of its `Kind`. Needed for a
        table of no known form; of a known one they count before the form.
    only
        Values by column or field of the rows that are meant: ``{"severity": ["1", "2"]}``.
    words
        What words of the file mean. Of an incident log, the cause by what stands in the column of
        causes: ``{"Upstream data": "pipeline"}``; of time sheets, one of `MEANINGS` by activity; of
        a table of quality, by metric what a model that knows nothing has, and ``lower`` after it if
        less is better: ``{"accuracy": "0.8", "RMSE": "12.5 lower"}``.
    dates
        Whether 05/02/2024 has the day or the month first, where the file does not show it.
    zone
        Of moments without offset, and whose days count for those with one; UTC if not given.
    since, until
        When the log began to be kept, and when it was exported; of what is kept by day, the first
        and last day that are meant. A day is the whole of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str = ""
    kind: str = ""
    columns: dict[str, str | list[str]] = {}
    only: dict[str, str | list[str]] = {}
    words: dict[str, str] = {}
    dates: DateOrder | None = None
    zone: str | None = None
    since: datetime | date | None = None
    until: datetime | date | None = None

    @property
    def rows_meant(self) -> dict[str, tuple[str, ...]]:
        """What `only` says, with every column's values as several."""
        return {name: _several(values) for name, values in self.only.items()}

    @property
    def first_day(self) -> date | None:
        """The day of `since`."""
        return self.since.date() if isinstance(self.since, datetime) else self.since

    @property
    def last_day(self) -> date | None:
        """The day of `until`."""
        return self.until.date() if isinstance(self.until, datetime) else self.until


AS_IT_IS = Reading()
"""Nothing is stated: the file itself tells all."""


@dataclass(frozen=True)
class LogTable:
    """A table of which is known what its columns say."""

    form: str
    """Name of the form, or that the columns are as somebody says."""
    header: tuple[str, ...]
    """Names of all columns, as they stand."""
    rows: tuple[Record, ...]
    """The rows that have a cell for every column."""
    places: Mapping[str, tuple[int, ...]]
    """Positions of the columns, by field; of several columns all."""
    problems: tuple[RowProblem, ...]
    """Rows that are none."""

    def cells(self, field: str) -> list[str]:
        """Return what a field says, row by row: the first of its columns that says anything."""
        places = self.places.get(field, ())
        return [
            next((cell for at in places if not says_nothing(cell := row.cells[at].strip())), "")
            for row in self.rows
        ]

    def all_cells(self, field: str) -> list[tuple[str, ...]]:
        """Return what all columns of a field say, row by row, without those that say nothing."""
        places = self.places.get(field, ())
        return [
            tuple(cell for at in places if not says_nothing(cell := row.cells[at].strip()))
            for row in self.rows
        ]

    def names(self, field: str) -> tuple[str, ...]:
        """Return the columns of a field, as they stand in the header."""
        return tuple(self.header[at] for at in self.places.get(field, ()))

    def chosen(self, only: Mapping[str, Sequence[str]]) -> list[bool]:
        """Return of every row whether it has one of the values wanted, of every column asked for.

        Parameters
        ----------
        only
            Values by field or column, compared whatever the capitals.

        Raises
        ------
        Mistake
            If there is no such column, or no row has any of its values.
        """
        chosen = [True] * len(self.rows)
        # One after the other, so that each value asked for narrows what is left.
        for name, values in only.items():
            wanted = {value.strip().casefold() for value in values}
            cells = self._cells_called(name)
            if not any(cell.casefold() in wanted for cell in cells):
                found = _named(list(dict.fromkeys(cells)))
                reason = f"has no row whose {printable(name)} is {all_of([*values])}"
                raise Mistake(reason, f"it has {found or 'none'}")
            chosen = [
                so_far and cell.casefold() in wanted
                for so_far, cell in zip(chosen, cells, strict=True)
            ]
        return chosen

    def _cells_called(self, name: str) -> list[str]:
        if name in self.places:
            return self.cells(name)
        columns = [column_name(column) for column in self.header]
        if column_name(name) not in columns:
            raise Mistake(f"has no column '{printable(name)}'", f"it has {_named(self.header)}")
        at = columns.index(column_name(name))
        return [row.cells[at].strip() for row in self.rows]

    @property
    def unread(self) -> tuple[int, ...]:
        """Positions of the columns that say nothing which is read."""
        read = {at for places in self.places.values() for at in places}
        return tuple(at for at, name in enumerate(self.header) if at not in read and name)

    def in_words(self) -> str:
        """Return which table it is and what was taken from where."""
        taken = [
            f"{field} from {all_of([printable(name) for name in self.names(field)])}"
            for field in self.places
        ]
        return f"{self.form}; {', '.join(taken)}"


def recognised(content: bytes, kinds: Iterable[Kind]) -> Kind | None:
    """Return of which kind a log is by the columns that it names, or None; it never raises."""
    try:
        for kind in kinds:
            header = next(_rows_of(content, kind))
            if isinstance(header, Record) and kind.form_of(header.cells) is not None:
                return kind
    except Mistake:
        pass
    return None


def unknown_columns(content: bytes, kind: Kind) -> tuple[str, ...]:
    """Return the columns of a table of no known form, which somebody has to map; else nothing.

    It never raises: what is wrong with the file is told by who reads it.

    >>> from modelops_abm.clients.incidents import INCIDENTS
    >>> unknown_columns(b"Start,Ende,Dienst", INCIDENTS)
    ('Start', 'Ende', 'Dienst')
    """
    try:
        header, *others = islice(_rows_of(content, kind), 1 + _TITLE_ROWS)
    except Mistake:
        return ()
    if isinstance(header, RowProblem) or kind.form_of(header.cells) is not None:
        return ()
    names = _columns(header)
    # Of a title, or of cells that nothing known separates, there is nothing to choose from.
    return names if len(names) > 1 and _header_below(others, kind) is None else ()


def columns_of(content: bytes, kind: Kind) -> tuple[str, ...]:
    """Return the columns of a table, of a known form or not; nothing if it is none. Never raises.

    >>> from modelops_abm.clients.incidents import INCIDENTS
    >>> columns_of(b"Start,Ende,,Ende", INCIDENTS)
    ('Start', 'Ende')
    """
    try:
        header = next(_rows_of(content, kind))
    except Mistake:
        return ()
    return _columns(header) if isinstance(header, Record) else ()


def _columns(header: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.strip() for cell in header.cells if cell.strip()))


def read_table(source: Source, kind: Kind, reading: Reading = AS_IT_IS) -> LogTable:
    """Return the table in a CSV file with what its columns say.

    Parameters
    ----------
    source
        Path of the file, or its content.
    kind
        What kind of log it is to be.
    reading
        How it is to be read; its columns, if they are stated, count before those of a form.

    Raises
    ------
    InputError
        If something is stated that says nothing of such a log.
    Mistake
        If it is no such table, or it is not known what its columns say.
    """
    if stated := [name for name in kind.silent if getattr(reading, name)]:
        raise InputError(f"{all_of(stated)} cannot be stated of {kind.noun}")
    header, *others = _rows_of(read_bytes(source, LARGEST_LOG_BYTES), kind)
    if isinstance(header, RowProblem):
        raise Mistake(f"cannot be read: {header.reason} (row 1)", header.remedy)
    if others and isinstance(others[-1], RowProblem):
        raise _broken_off(others[-1])
    if len(header.cells) > MOST_COLUMNS:
        reason = f"names {len(header.cells):,} columns"
        raise Mistake(reason, f"leave some out: {MOST_COLUMNS:,} are read")
    form = kind.form_of(header.cells)
    places = dict(_places_in_form(header, form)) if form else {}
    places |= _places_as_mapped(header, kind, reading.columns)
    lacking = [name for name in kind.required if name not in places]
    if lacking:
        raise _not_known(header, others, kind, lacking)
    rows = [row for row in others if isinstance(row, Record)]
    width = len(header.cells)
    _check_twins(header, [row for row in rows if len(row.cells) == width], kind, places)
    problems = [row for row in others if isinstance(row, RowProblem)]
    problems += [_wrong_length(row, width) for row in rows if len(row.cells) != width]
    used = sorted({at for where in places.values() for at in where})
    broken = [_error_in(row, header, used) for row in rows if len(row.cells) == width]
    problems += filter(None, broken)
    out = {row for problem in problems for row in problem.rows}
    return LogTable(
        form.name if form else "a table with columns as mapped",
        tuple(cell.strip() for cell in header.cells),
        tuple(row for row in rows if row.row not in out),
        {field.name: places[field.name] for field in kind.fields if field.name in places},
        tuple(problems),
    )


def _broken_off(problem: RowProblem) -> Mistake:
    """Return why a table is refused that cannot be read to its end.

    Counts of a part, over the time of the whole, would be read as a rate that is far too low.
    """
    if problem.rows[0] > MOST_ROWS:
        return Mistake(problem.reason.replace("the file has", "has"), "take the latest years")
    reason = f"cannot be read to its end: {problem.reason} (row {problem.rows[0]})"
    return Mistake(reason, problem.remedy.removesuffix("; nothing below was read"))


def label_of(source: Source, name: str | None) -> str:
    """Return what to call a log in messages: its name, or that of its file."""
    return name or ("the uploaded file" if isinstance(source, bytes) else Path(source).name)


@contextmanager
def refusing(label: str) -> Iterator[None]:
    """Make of a mistake in a log as a whole the error that names it.

    Raises
    ------
    InputError
        If a `Mistake` is raised within.
    """
    try:
        yield
    except Mistake as mistake:
        raise InputError(file_problem(mistake).in_file(label)) from None


def _rows_of(content: bytes, kind: Kind) -> Iterator[Record | RowProblem]:
    """Return the rows of a file, of which the first that holds anything is the header."""
    text = decode_either(content)
    refuse_other_texts(text, kind.noun)
    rows = records(*separated(text, _known_columns(kind)))
    header = next(rows, None)
    if header is None:
        raise Mistake("is empty", "the first row must name the columns")
    return chain([header], rows)


def _known_columns(kind: Kind) -> set[str]:
    told = {name for form in kind.forms for name in form.telling}
    return told.union(*(_several(name) for form in kind.forms for name in form.columns.values()))


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _places_in_form(header: Record, form: Form) -> Iterator[tuple[str, tuple[int, ...]]]:
    names = [_plain(cell) for cell in header.cells]
    for field, columns in form.columns.items():
        # A column that stands there twice says two things: Jira has one for every component.
        wanted = map(_plain, _several(columns))
        places = tuple(at for column in wanted for at, name in enumerate(names) if name == column)
        if places:
            yield field, places


def _plain(name: str) -> str:
    """Return the name of a column as forms are compared: one tool writes it in both ways."""
    return column_name(name).replace("_", " ")


def _check_twins(
    header: Record, rows: Sequence[Record], kind: Kind, places: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse a column that stands there twice and says two things where there can be one."""
    for field in kind.fields:
        by_name: dict[str, list[int]] = {}
        for at in () if field.is_many else places.get(field.name, ()):
            by_name.setdefault(_plain(header.cells[at]), []).append(at)
        for twins in (each for each in by_name.values() if len(each) > 1):
            for row in rows:
                said = {row.cells[at].strip() for at in twins}
                if len({cell for cell in said if not says_nothing(cell)}) > 1:
                    name = printable(header.cells[twins[0]].strip())
                    reason = f"has the column '{name}' {len(twins)} times, which disagree in row"
                    raise Mistake(f"{reason} {row.row}", "keep the one that is meant")


def _places_as_mapped(header: Record, kind: Kind, mapping: ColumnsOf) -> dict[str, tuple[int, ...]]:
    known = [field.name for field in kind.fields]
    names = [column_name(cell) for cell in header.cells]
    places: dict[str, tuple[int, ...]] = {}
    for field, columns in mapping.items():
        if field not in known:
            reason = f"is mapped to '{printable(field)}', which {kind.noun} does not say"
            raise Mistake(reason, f"map one of {', '.join(known)}")
        found: list[int] = []
        for column in _several(columns):
            wanted = column_name(column)
            if wanted not in names:
                reason = f"has no column '{printable(column)}'"
                raise Mistake(reason, f"it has {_named(header.cells)}")
            found += [at for at, name in enumerate(names) if name == wanted]
        places[field] = tuple(found)
    return places


def _not_known(
    header: Record, others: Sequence[Record | RowProblem], kind: Kind, lacking: Sequence[str]
) -> Mistake:
    if below := _header_below(others, kind):
        reason = f"has its header in row {below.row}, not in the first"
        return Mistake(reason, "delete the rows above it")
    if sum(bool(cell.strip()) for cell in header.cells) == 1:
        reason = f"has one column alone, {_named(header.cells)}"
        return Mistake(reason, "separate columns by commas, and delete rows above their names")
    options = " ".join(f"--map {name}=COLUMN" for name in lacking)
    return Mistake(
        f"is {kind.noun} of no known form, with the columns {_named(header.cells)}",
        f"say which column is what: --kind {kind.name} {options} (docs/evidence-files.md has the "
        "known forms and all that can be mapped)",
    )


def _header_below(others: Sequence[Record | RowProblem], kind: Kind) -> Record | None:
    """Return the header of a known form that stands below a title; None if there is none."""
    rows = (row for row in others[:_TITLE_ROWS] if isinstance(row, Record))
    return next((row for row in rows if kind.form_of(row.cells) is not None), None)


def counted_in_words(counts: Mapping[str, int]) -> str:
    """Return how many there are of what, not all if they are many.

    >>> counted_in_words({"API": 231, "Labs": 32})
    'API 231, Labs 32'
    """
    shown = [f"{printable(name)} {count:,}" for name, count in counts.items()]
    more = f" and {len(shown) - _MOST_COUNTED:,} more" if len(shown) > _MOST_COUNTED else ""
    return ", ".join(shown[:_MOST_COUNTED]) + more


def _named(cells: Sequence[str]) -> str:
    """Return the names of columns in words, not all if they are many."""
    names = list(dict.fromkeys(printable(cell.strip()) for cell in cells if cell.strip()))
    left = len(names) - _MOST_NAMED
    return all_of([f"'{name}'" for name in names[:_MOST_NAMED]]) + (
        f" and {left:,} more" if left > 0 else ""
    )


def _wrong_length(record: Record, width: int) -> RowProblem:
    found = len(record.cells)
    return RowProblem(
        f"the row has {found} cells, the header has {width}",
        "quote cells that hold the separator, and give every column a cell",
        (record.row,),
        rule="the row is not as wide as the header",
    )


def _error_in(record: Record, header: Record, used: Sequence[int]) -> RowProblem | None:
    """Return that a spreadsheet's formula has failed in a row: what it should say nobody knows."""
    for at in used:
        if is_spreadsheets_error(cell := record.cells[at].strip()):
            column, remedy = header.cells[at].strip(), f"{MEND}, and export the table again"
            return RowProblem(ERROR, remedy, (record.row,), (column,), printable(cell))
    return None


def load_reading(file: str | os.PathLike[str]) -> Reading:
    """Return what a TOML file says of how a log is to be read.

    Raises
    ------
    InputError
        If it cannot be read, or says what no log knows.
    """
    label = Path(file).name
    with refusing(label):
        text = decode(read_bytes(file))
    try:
        return Reading.model_validate(read_toml(text).data)
    except UnreadableError as error:
        raise InputError.at(label, error.message, error.line) from None
    except ValidationError as error:
        raise InputError(
            [
                Problem(found["msg"].lower(), label, ".".join(map(str, found["loc"])))
                for found in error.errors(include_url=False)
            ]
        ) from None


class Names:
    """Names of models in one spelling: those that differ in capitals or blanks alone are one.

    Otherwise a model would be two, each of which is used, or fails, half as often.

    >>> names = Names()
    >>> names("Churn"), names("churn ")
    ('Churn', 'Churn')
    """

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, None]] = defaultdict(dict)

    def __call__(self, name: str) -> str:
        """Return the first spelling of a name."""
        spellings = self._spellings[appearance(name)]
        spellings[name] = None
        return next(iter(spellings))

    def notes(self) -> Iterator[str]:
        """Yield the sentence about those that stand in more than one spelling."""
        alike = [[*each] for each in self._spellings.values() if len(each) > 1]
        if alike:
            shown = "; ".join(all_of([f"'{printable(n)}'" for n in each]) for each in alike[:5])
            more = f"; and {len(alike) - 5:,} more" if len(alike) > 5 else ""
            yield f"taken as one, as they differ in capitals or blanks alone: {shown}{more}"


class Cells:
    """Reads the cells of a table, and keeps what cannot be used with its place and the reason.

    All its moments are read in one order of day and month and on one clock; how many had no zone is
    told.

    Parameters
    ----------
    table
        The table.
    reading
        How it is to be read.
    dated
        Fields of the table that hold days or moments.
    """

    def __init__(self, table: LogTable, reading: Reading, *dated: str) -> None:
        self.table = table
        self.problems = list(table.problems)
        self._reading = reading
        self._clock = read_zone(reading.zone) if reading.zone else None
        # Dictionaries as sets: a row with two such moments counts once.
        self._naive: dict[int, None] = {}
        self._dated: dict[int, None] = {}
        self._zoned: set[int] = set()
        self.names = Names()
        # Of all together: one number above 12 shows the order for the whole file.
        cells = chain.from_iterable(map(self._cells, dated))
        self.order = order_of(cells, reading.dates)

    def read[T](self, field: str, how: Callable[[str], T]) -> list[T | None]:
        """Return what each row says in a field; None if nothing, or what cannot be read."""
        return [
            self.read_cell(field, row, cell, how) if cell else None
            for row, cell in self._cells(field)
        ]

    def numbers(self, field: str) -> list[float | None]:
        """Return the number in each row; None if there is none or it cannot be read."""
        return self.read(field, read_number)

    def models(self) -> list[str]:
        """Return the model in each row, in one spelling; a total of them is left out, and told."""
        for row, name in self._cells("model"):
            if says_total(name):
                reason, remedy = "looks like a total or an average", "it is left out, as no model"
                self.leave_out(row, reason, remedy, self.table.names("model"), name)
        return [self.names(name) for _, name in self._cells("model")]

    def days(self, field: str = "day") -> list[date | None]:
        """Return the day in each row; of a month (2025-03) the first; None if there is none."""
        return self.read(field, self._day)

    def moments(self, field: str) -> list[datetime | None]:
        """Return the moments of a field in UTC; None where there is none or it cannot be read."""
        return [
            self.read_cell(field, row, cell, partial(self._moment, row)) if cell else None
            for row, cell in self._cells(field)
        ]

    def _cells(self, field: str) -> Iterator[tuple[int, str]]:
        return zip((row.row for row in self.table.rows), self.table.cells(field), strict=True)

    def read_cell[T](self, field: str, row: int, cell: str, how: Callable[[str], T]) -> T | None:
        """Return what a cell says; None if it cannot be read, which is kept."""
        try:
            return how(cell)
        except Mistake as mistake:
            names = self.table.names(field)
            columns = (" or ".join(names),) if names else ()
            self.leave_out(row, mistake.reason, mistake.remedy, columns, cell)
            return None

    def _day(self, cell: str) -> date:
        if month := _MONTH.fullmatch(cell):
            return date(int(month["year"]), int(month["month"]), 1)
        stamp = read_stamp(cell, self.order, "2024-03-15, or 2024-03 for a month")
        # A day is the day that is written, unless somebody says whose days count.
        if stamp.offset is None or self._clock is None:
            return stamp.local.date()
        return stamp.on(self._clock).astimezone(self._clock).date()

    def _moment(self, row: int, cell: str) -> datetime:
        # Counted only once it is read: what cannot be is told by itself.
        stamp = read_stamp(cell, self.order)
        moment = stamp.on(self._clock or UTC)
        if stamp.offset is not None:
            self._zoned.add(row)
        else:
            self._naive[row] = None
            if not stamp.timed:
                self._dated[row] = None
        return moment

    def length_unknown(self, row: int) -> str:
        """Return why nobody knows what lies between the moments of a row; nothing if one does."""
        if row in self._dated:
            return "says days and no times, so that its length may be off by a day"
        if self._clock is None and row in self._naive and row in self._zoned:
            return "has a zone at one end and none at the other"
        return ""

    def leave_out(
        self,
        rows: int | Iterable[int],
        reason: str,
        remedy: str,
        columns: Sequence[str] = (),
        value: str = "",
        rule: str = "",
    ) -> None:
        """Keep that rows cannot be used, or only in part, and why; see `RowProblem`."""
        where = (rows,) if isinstance(rows, int) else tuple(rows)
        self.problems.append(
            RowProblem(reason, remedy, where, tuple(columns), printable(value), rule)
        )

    @property
    def unreadable(self) -> set[int]:
        """Rows of which something could not be read or used."""
        return {row for problem in self.problems for row in problem.rows}

    def usable(self) -> Iterator[tuple[int, int]]:
        """Yield place and row of what is meant and was readable so far.

        Raises
        ------
        Mistake
            If there is no such column, or no row has any of the values that are meant.
        """
        chosen, unreadable = self.table.chosen(self._reading.rows_meant), self.unreadable
        for at, record in enumerate(self.table.rows):
            if chosen[at] and record.row not in unreadable:
                yield at, record.row

    def told(self, what: str, found: Collection[object]) -> tuple[RowProblem, ...]:
        """Return all that could not be used.

        Raises
        ------
        Mistake
            If that is everything, so that nothing was found; with the first reason.
        """
        problems = grouped(self.problems)
        if not found:
            why = f": {problems[0].message}" if problems else ""
            raise Mistake(f"holds no {what} that can be used{why}", "see docs/evidence-files.md")
        return problems

    def notes(self) -> Iterator[str]:
        """Yield what was taken for granted of names and moments, in sentences."""
        yield from self.names.notes()
        if self._naive:
            clock = self._reading.zone or "UTC, as nobody says otherwise (--zone)"
            yield f"moments without a zone are taken as {clock}: {rows_in_words(self._naive)}"
        if self._dated:
            yield f"days without a time are taken as their beginning: {rows_in_words(self._dated)}"
        if self.order and not self._reading.dates:
            words = "day" if self.order == "day-first" else "month"
            yield f"a number above 12 shows that dates have the {words} first"
