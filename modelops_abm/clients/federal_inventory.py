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

import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from modelops_abm.clients.federal_dates import DateReading, Shape
from modelops_abm.clients.federal_rows import AGENCY, AGENCY_NAME, COLUMNS, Note, RowReader
from modelops_abm.clients.row_problem import Mistake, RowProblem
from modelops_abm.clients.table import Record, decode_either, file_problem, read_bytes, records
from modelops_abm.errors import InputError
from modelops_abm.scenario.fields import nearest
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel, StageName
from modelops_abm.text import printable

_LONGEST_SLUG = 80
_AS_PUBLISHED = "use the file as it was published"


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

    @property
    def date_shapes(self) -> Counter[Shape]:
        """Return how often every way of writing a date occurs in the four columns together."""
        return Counter(
            reading.shape for use_case in self.use_cases for reading in use_case.dates.values()
        )


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
