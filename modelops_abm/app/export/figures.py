"""The figures and their course as CSV, one row an outcome, or an outcome in a week."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from modelops_abm import outcomes
from modelops_abm.app.export.subject import Subject
from modelops_abm.text import csv_text

_DAILY = {outcome.name: outcome for outcome in outcomes.DAILY}
_FIGURES = (
    "outcome",
    "meaning",
    "unit",
    "plan",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "futures_low",
    "futures_high",
    "n",
)
"""The interval of the average difference, and between what 95 of 100 futures lie."""
_WEEKLY = ("day", "outcome", "unit", "of", "mean", "half_width", "q2.5", "q97.5", "n")
_ABOUT = ("scenario", "seed", "version")


def figures_csv(subject: Subject) -> bytes:
    """Return every outcome of the run summary: plan, baseline, and their paired difference."""
    rows = ((*row, *_about(subject), subject.link) for row in _figures(subject))
    return _csv((*_FIGURES, *_ABOUT, "link"), rows)


def series_csv(subject: Subject) -> bytes:
    """Return the course of plan, baseline and difference by week, as the charts show it."""
    comparison = subject.comparison
    sides = {
        "plan": comparison.plan.bands,
        "baseline": comparison.baseline.bands,
        "difference": comparison.bands,
    }
    rows = (
        (*row, *_about(subject))
        for side, bands in sides.items()
        for name, band in bands.items()
        for row in _course(name, side, band)
    )
    return _csv((*_WEEKLY, *_ABOUT), rows)


def _figures(subject: Subject) -> Iterator[tuple[Any, ...]]:
    table = subject.comparison.table()
    for outcome in outcomes.SUMMARY:
        difference = subject.comparison.difference(outcome.name)
        known, futures = difference.estimate, difference.futures or (None, None)
        averages = (table.at[outcome.name, "plan"], table.at[outcome.name, "baseline"])
        yield (
            outcome.name,
            outcome.meaning,
            outcome.unit,
            *averages,
            known.mean,
            known.low,
            known.high,
            *futures,
            known.n,
        )


def _course(name: str, side: str, band: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    columns = band[["mean", "half_width", "2.5%", "97.5%", "n"]]
    for day, *values in columns.itertuples():
        yield (day, name, _DAILY[name].unit, side, *values)


def _about(subject: Subject) -> tuple[str, int, str]:
    return subject.comparison.plan.scenario.name, subject.seed, subject.version


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as spreadsheets read it: UTF-8 with its mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: Any) -> Any:
    """Return a value as a cell: text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, str):
        return csv_text(value)
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value
