"""The US federal government's inventory of AI use cases (2024) as a portfolio.

The inventory (OMB memorandum M-24-10; consolidated file, one row per use case, 62 columns,
Windows-1252 or UTF-8) says of each use case its stage, four dates and its impact on rights and
safety. It holds no users and no money: those fall back to the scenario.

Mapping
-------
stage
    Ideation, Planned, Initiated -> idea; Acquisition and/or Development -> build; Implementation
    and Assessment -> deployment; Operation and Maintenance, In production, In mission ->
    production; Retired, Research or Administrative Action Complete -> retired. Where it is
    missing: the furthest stage that the dates before the start date reached.
deployed_at, retired_at
    Date Implemented, Date Retired. A date that says only a month or a year stands for the middle
    of what fits the stage; one that contradicts the stage on the start date is unknown.
    Date Initiated and the date when acquisition began are kept in `FederalInventory.use_cases`.
regulated
    True for rights-impacting, safety-impacting or both; False for neither; otherwise left open.
id
    Agency and name in small letters, with a counter where they repeat: ``doj/veritone#2``.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from calendar import month_abbr, monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from modelops_abm.clients.problems import Mistake, RowProblem
from modelops_abm.clients.table import Record, decode_either, file_problem, read_bytes, records
from modelops_abm.errors import InputError
from modelops_abm.scenario.fields import nearest
from modelops_abm.scenario.portfolio import (
    EARLIEST_DAY,
    LATEST_DAY,
    ImportedPortfolio,
    PortfolioModel,
    StageName,
)
from modelops_abm.text import csv_text, printable

_SPREADSHEET_EPOCH = date(1899, 12, 30)
_MONTHS = {name: number for number, name in enumerate(month_abbr) if name}


class Period(NamedTuple):
    """The days that a date may mean, from the first to the last."""

    first: date
    last: date

    @property
    def middle(self) -> date:
        """Return the day that stands for the period; the later one of two."""
        return self.first + timedelta(days=((self.last - self.first).days + 1) // 2)

    def within(self, first: date, last: date) -> Period | None:
        """Return the part of the period between two days, or None if there is none."""
        start, end = max(first, self.first), min(last, self.last)
        return Period(start, end) if start <= end else None


class Shape(StrEnum):
    """How a date is written in the file."""

    BLANK = "blank"
    NOT_APPLICABLE = "not applicable"
    DAY = "month/day/year"
    LOST_SLASH = "month/day/year with a slash lost"
    YEAR_AS_DAY_NUMBER = "year shown as a day of 1905"
    YEAR_MONTH = "two-digit year and month"
    ISO_DAY = "year-month-day with a remark"
    ISO_MONTH = "year-month with a remark"
    YEARS = "range of years"
    CALENDAR_YEAR = "calendar year in prose"
    FISCAL_YEAR = "fiscal year in prose"
    FISCAL_QUARTER = "quarter of a fiscal year"
    BEFORE_YEAR = "before a year"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"
    UNREADABLE = "not a date"


class DateReading(NamedTuple):
    """What a cell says."""

    shape: Shape
    period: Period | None
    """The days it may mean; None if it is not known."""


def read_federal_date(cell: str) -> DateReading:
    """Return what a date cell of the inventory means; whatever it holds, it does not raise."""
    text = " ".join(cell.split())
    # The first pattern that fits decides, also if the day does not exist: a rule further down would
    # read something else out of the same text.
    for shape, pattern, period_of in _RULES:
        match = pattern.fullmatch(text)
        if match is not None:
            try:
                return DateReading(shape, period_of(match))
            except (ValueError, KeyError):  # no such day or month: 2/30/2024, 23-Foo
                break
    return DateReading(Shape.UNREADABLE, None)


def _unknown(_: re.Match[str]) -> None:
    return None


def _day(match: re.Match[str]) -> Period:
    month, day, year = (int(part) for part in match.groups())
    return _single(date(year, month, day))


def _year_of_day_number(match: re.Match[str]) -> Period:
    # A spreadsheet took the year 2021 for a day, the 2021st after its epoch, which lies in 1905.
    # This takes it back.
    month, day = int(match[1]), int(match[2])
    return _year((date(1905, month, day) - _SPREADSHEET_EPOCH).days)


def _iso_day(match: re.Match[str]) -> Period:
    return _single(date.fromisoformat(match[1]))


def _iso_month(match: re.Match[str]) -> Period:
    return _months(int(match[1]), int(match[2]), 1)


def _year_month(match: re.Match[str]) -> Period:
    return _months(2000 + int(match[1]), _MONTHS[match[2]], 1)


def _calendar_year(match: re.Match[str]) -> Period:
    return _year(int(match[1]))


def _fiscal_year(match: re.Match[str]) -> Period:
    """Return a fiscal year of the federal government: 2025 began on 1 October 2024."""
    return _months(int(match[1]) - 1, 10, 12)


def _fiscal_quarter(match: re.Match[str]) -> Period:
    # The first quarter is October to December of the year before; the second begins in January.
    quarter, year = int(match[1]), 2000 + int(match[2])
    return _months(year - 1, 10, 3) if quarter == 1 else _months(year, 3 * quarter - 5, 3)


def _single(day: date) -> Period:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValueError(f"{day} is out of range")
    return Period(day, day)


def _year(year: int) -> Period:
    return _months(year, 1, 12)


def _months(year: int, month: int, count: int) -> Period:
    """Return the period of some months from the given one."""
    years, last_month = divmod(month + count - 2, 12)
    end = date(year + years, last_month + 1, monthrange(year + years, last_month + 1)[1])
    return Period(_single(date(year, month, 1)).first, _single(end).last)


_RULES: tuple[tuple[Shape, re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = (
    (Shape.BLANK, re.compile(""), _unknown),
    (Shape.NOT_APPLICABLE, re.compile(r"N/?A( ?-.*)?"), _unknown),
    # Before plain days, which would take it for one of 1905.
    (Shape.YEAR_AS_DAY_NUMBER, re.compile(r"(\d{1,2})/(\d{1,2})/1905"), _year_of_day_number),
    (Shape.DAY, re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"), _day),
    (Shape.LOST_SLASH, re.compile(r"(\d{1,2})/(\d{1,2})(\d{4})"), _day),
    (Shape.YEAR_MONTH, re.compile(r"(\d\d)-([A-Z][a-z]{2})"), _year_month),
    (Shape.ISO_DAY, re.compile(r"(\d{4}-\d\d-\d\d)\b.*"), _iso_day),
    (Shape.ISO_MONTH, re.compile(r"(\d{4})-(\d\d)\b.*"), _iso_month),
    (Shape.YEARS, re.compile(r"(?:Current model: )?(\d{4})-\d{4}"), _calendar_year),
    (Shape.CALENDAR_YEAR, re.compile(r".*\(calendar (\d{4})\)"), _calendar_year),
    (Shape.FISCAL_YEAR, re.compile(r"Scheduled for FY(\d{4})"), _fiscal_year),
    (Shape.FISCAL_QUARTER, re.compile(r"Q([1-4])FY(\d\d)"), _fiscal_quarter),
    (Shape.BEFORE_YEAR, re.compile(r"Pre-\d{4}"), _unknown),
    (Shape.NOT_YET, re.compile(r"TBD|TODO|Ongoing|On-going development"), _unknown),
    (Shape.UNKNOWN, re.compile(r"Unknown"), _unknown),
)
"""Tried in this order; of a range of years the first counts, as the columns ask when it began."""


NAME, AGENCY, AGENCY_NAME = "Use Case Name", "Agency Abbreviation", "Agency"
STAGE = "Stage of Development"
IMPACT = "Is the AI use case rights-impacting, safety-impacting, both, or neither?"
INITIATED, IMPLEMENTED, RETIRED = "Date Initiated", "Date Implemented", "Date Retired"
ACQUIRED = "Date when Acquisition and/or Development began"
DATES = (INITIATED, ACQUIRED, IMPLEMENTED, RETIRED)
COLUMNS = (NAME, AGENCY, AGENCY_NAME, STAGE, IMPACT, *DATES)

STAGES: dict[str, StageName] = {
    "ideation": "idea",
    "planned": "idea",
    "initiated": "idea",
    "acquisition and/or development": "build",
    "implementation and assessment": "deployment",
    "operation and maintenance": "production",
    "in production": "production",
    "in mission": "production",
    "retired": "retired",
    "research or administrative action complete": "retired",
}
"""The inventory's stages as those of the portfolio; completed research serves nobody any more."""

IMPACTS = {
    "both": True,
    "rights-impacting": True,
    "safety-impacting": True,
    "neither": False,
}
"""Whether a use case counts as regulated: it falls under the rules of OMB memorandum M-24-10."""

_NOTED_STAGES = frozenset({"research or administrative action complete"})
_PLAIN_SHAPES = frozenset({Shape.BLANK, Shape.DAY})
_LONGEST_NAME = 200
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Note(NamedTuple):
    """A value that was not taken as it stands."""

    row: int
    """Row of the file as in a spreadsheet (the header is row 1)."""
    column: str
    """Name of the column."""
    value: str
    """What stands there, shortened if it is long."""
    outcome: str
    """What was made of it."""

    @property
    def kind(self) -> str:
        """What it shares with others: the column, and why, without the date that came out."""
        reason = self.outcome.partition(": ")[0]
        return f"{self.column}: {self.outcome if reason == 'unknown' else reason}"


@dataclass
class RowReader:
    """Reads the cells of one row and keeps the notes."""

    row: int
    cells: Mapping[str, str]
    start_date: date
    notes: list[Note] = field(default_factory=list)

    def name(self) -> str:
        """Return the use case's name on one line of at most 200 characters."""
        printed = _CONTROL.sub(" ", self.cells[NAME])
        text = " ".join(printed.split())
        if text != self.cells[NAME].strip():
            self._note(NAME, "blanks, line breaks and control characters made single blanks")
        if len(text) > _LONGEST_NAME:
            self._note(NAME, f"shortened to {_LONGEST_NAME} characters")
        if not text:
            self._note(NAME, "no name: called 'use case without a name'")
        return text[:_LONGEST_NAME].strip() or "use case without a name"

    def regulated(self) -> bool | None:
        """Return whether it is rights- or safety-impacting; None if the row does not say."""
        text = self.cells[IMPACT].strip()
        impact = IMPACTS.get(text.lower())
        if impact is None and text:
            self._note(IMPACT, "not known: the scenario's default")
        return impact

    def dates(self) -> dict[str, DateReading]:
        """Return what every date column says, with a note on all but plain days and blanks."""
        readings = {column: read_federal_date(self.cells[column]) for column in DATES}
        for column, reading in readings.items():
            if reading.shape not in _PLAIN_SHAPES:
                self._note(column, f"{reading.shape.value}: {_in_words(reading.period)}")
        return readings

    def stage(self, readings: Mapping[str, DateReading]) -> StageName:
        """Return the stage; where the column does not say, the furthest that the dates reached."""
        text = " ".join(self.cells[STAGE].split()).lower()
        stage = STAGES.get(text)
        if stage is None:
            stage = self._stage_of_dates(readings)
            self._note(STAGE, f"no stage: {stage}, as far as its dates reach")
        elif text in _NOTED_STAGES:
            self._note(STAGE, f"taken as {stage}")
        return stage

    def _stage_of_dates(self, readings: Mapping[str, DateReading]) -> StageName:
        reached: dict[str, StageName] = {
            RETIRED: "retired",
            IMPLEMENTED: "production",
            ACQUIRED: "build",
        }
        for column, stage in reached.items():
            period = readings[column].period
            if period is not None and period.last <= self.start_date:
                return stage
        return "idea"

    def fitting_dates(
        self, stage: StageName, readings: Mapping[str, DateReading]
    ) -> tuple[date | None, date | None]:
        """Return when it went live and when it retires, as far as stage and dates allow."""
        # Periods until the last step: "2024" can lie before a retirement in May, its middle cannot.
        live = self._fit(IMPLEMENTED, readings, past=stage in ("production", "retired"))
        gone = self._fit(RETIRED, readings, past=stage == "retired")
        if live is None or gone is None:
            return (live and live.middle), (gone and gone.middle)
        return self._in_order(live, gone)

    def _fit(
        self, column: str, readings: Mapping[str, DateReading], *, past: bool
    ) -> Period | None:
        """Return the part of a date's period before, or after, the start date."""
        period = readings[column].period
        tomorrow = self.start_date + timedelta(days=1)
        window = (EARLIEST_DAY, self.start_date) if past else (tomorrow, LATEST_DAY)
        fit = None if period is None else period.within(*window)
        if period is not None and fit is None:
            side = "after" if past else "not after"
            self._note(column, f"unknown: {side} {self.start_date}, which the stage contradicts")
        return fit

    def _in_order(self, live: Period, gone: Period) -> tuple[date | None, date | None]:
        before = live.within(EARLIEST_DAY, gone.last)
        if before is None:
            for column in (IMPLEMENTED, RETIRED):
                self._note(column, "unknown: retired before it was implemented")
            return None, None
        # Not before the day that was just taken for going live.
        after = gone.within(before.middle, LATEST_DAY)
        return before.middle, after and after.middle

    def _note(self, column: str, outcome: str) -> None:
        self.notes.append(Note(self.row, column, printable(self.cells[column]), outcome))


def _in_words(period: Period | None) -> str:
    if period is None:
        return "unknown"
    if period.first == period.last:
        return f"{period.first}"
    return f"a day from {period.first} to {period.last}"


_LONGEST_SLUG = 80
_AS_PUBLISHED = "use the file as it was published"


def kinds_of_notes(notes: Iterable[Note]) -> dict[str, int]:
    """Return how many values were not taken as they stand, by kind, the most frequent first."""
    return dict(Counter(note.kind for note in notes).most_common())


def notes_csv(notes: Iterable[Note]) -> str:
    """Return the notes as CSV: row, column, value and what was made of it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(Note._fields)
    for row, *words in notes:
        writer.writerow([row, *map(csv_text, words)])
    return text.getvalue()


class UseCase(NamedTuple):
    """One use case of the inventory beside the model that it became."""

    row: int
    """Row of the file as in a spreadsheet (the header is row 1)."""
    agency: str
    """Abbreviation of the agency."""
    model: PortfolioModel
    """The model in the portfolio."""
    dates: dict[str, DateReading]
    """What the four date columns say, by name of the column."""


class Exclusion(NamedTuple):
    """A row that became no model."""

    row: int
    reason: str


@dataclass(frozen=True)
class FederalInventory:
    """The inventory, or one agency's part of it, as a portfolio."""

    portfolio: ImportedPortfolio
    """One model per use case."""
    use_cases: tuple[UseCase, ...]
    """The same in the same order, with row, agency and dates."""
    notes: tuple[Note, ...]
    """Every value that was not taken as it stands."""
    excluded: tuple[Exclusion, ...]
    """Every row of the agency that became no model, and why."""
    rows: int
    """Rows of the agency: as many as models and exclusions together."""

    @property
    def stages(self) -> Counter[StageName]:
        """Return the number of models in every stage."""
        return Counter(use_case.model.stage for use_case in self.use_cases)


def read_federal_inventory(
    path: str | os.PathLike[str],
    *,
    agency: str | None = None,
    start_date: date = date(2025, 1, 1),
) -> FederalInventory:
    """Read the federal inventory of AI use cases, or one agency's part of it.

    Parameters
    ----------
    path
        The consolidated CSV file of 2024.
    agency
        Abbreviation of an agency, such as ``DOJ``; by default all of them.
    start_date
        Date of day 0, at which the stages are taken to stand.

    Raises
    ------
    InputError
        If the file cannot be read, columns are missing, or no row is of the agency.
    """
    file = Path(path).name
    try:
        table = _table(path)
        header = _header(table[0])
        rows = [_row(record, header) for record in table[1:]]
        chosen = [row for row in rows if agency is None or row.agency == agency.strip().upper()]
        if agency is not None and not chosen:
            raise _no_such_agency(agency, rows)
    except Mistake as mistake:
        raise InputError([file_problem(mistake).in_file(file)]) from None
    source = " ".join(["US federal AI use case inventory 2024", *([agency] if agency else [])])
    return _inventory(source, chosen, start_date)


class _Row(NamedTuple):
    number: int
    agency: str
    cells: dict[str, str]
    flaw: str
    """Why it can become no model; empty if it can."""


def _table(path: str | os.PathLike[str]) -> list[Record]:
    """Return all rows that hold anything; published in Windows-1252, it may be UTF-8 by now."""
    text = decode_either(read_bytes(path))
    table = []
    for record in records(text, ","):
        if isinstance(record, RowProblem):
            raise Mistake(f"breaks off at {record.place}: {record.reason}", _AS_PUBLISHED)
        table.append(record)
    if not table:
        raise Mistake("is empty", _AS_PUBLISHED)
    return table


def _header(record: Record) -> list[str]:
    names = [" ".join(cell.split()) for cell in record.cells]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise Mistake(f"lacks the columns {', '.join(missing)}", _AS_PUBLISHED)
    return names


def _row(record: Record, header: list[str]) -> _Row:
    """Return the cells that matter by column; a row of another length keeps none of them."""
    found, wanted = len(record.cells), len(header)
    whole = found == wanted
    cells = {column: record.cells[header.index(column)] if whole else "" for column in COLUMNS}
    agency = (cells[AGENCY].strip() or cells[AGENCY_NAME].strip()).upper()
    flaw = "" if whole else f"it has {found} cells, the header has {wanted}"
    return _Row(record.row, agency, cells, flaw)


def _no_such_agency(agency: str, rows: list[_Row]) -> Mistake:
    known = sorted({row.agency for row in rows} - {""})
    near = nearest(agency.strip().upper(), known)
    hint = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
    return Mistake(f"has no use case of agency {printable(agency)!r}", hint)


def _inventory(source: str, rows: list[_Row], start_date: date) -> FederalInventory:
    notes: list[Note] = []
    counter: Counter[str] = Counter()
    use_cases = []
    for row in rows:
        if not row.flaw:
            reader = RowReader(row.number, row.cells, start_date)
            use_cases.append(_use_case(reader, row.agency, counter))
            notes += reader.notes
    return FederalInventory(
        portfolio=ImportedPortfolio(source=source, models=tuple(case.model for case in use_cases)),
        use_cases=tuple(use_cases),
        notes=tuple(notes),
        excluded=tuple(Exclusion(row.number, row.flaw) for row in rows if row.flaw),
        rows=len(rows),
    )


def _use_case(reader: RowReader, agency: str, counter: Counter[str]) -> UseCase:
    name, dates, regulated = reader.name(), reader.dates(), reader.regulated()
    stage = reader.stage(dates)
    deployed_at, retired_at = reader.fitting_dates(stage, dates)
    known = {"deployed_at": deployed_at, "retired_at": retired_at, "regulated": regulated}
    stated = {field: value for field, value in known.items() if value is not None}
    model = PortfolioModel.model_validate(
        {"id": _identifier(agency, name, counter), "name": name, "stage": stage, **stated}
    )
    return UseCase(reader.row, agency, model, dates)


def _identifier(agency: str, name: str, counter: Counter[str]) -> str:
    """Return an id that stays the same whichever agencies are read; `#` is in no slug."""
    slug = f"{_slug(agency) or 'agency'}/{_slug(name) or 'use-case'}"
    counter[slug] += 1
    return slug if counter[slug] == 1 else f"{slug}#{counter[slug]}"


def _slug(text: str) -> str:
    """Return the letters and digits of a text in small ASCII, with hyphens for all the rest."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_SLUG].rstrip("-")
