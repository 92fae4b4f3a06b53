"""One row of the federal inventory as a model of a portfolio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from modelops_abm.clients.federal_dates import DateReading, Period, Shape, read_federal_date
from modelops_abm.scenario.portfolio import EARLIEST_DAY, LATEST_DAY, StageName
from modelops_abm.text import printable

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
