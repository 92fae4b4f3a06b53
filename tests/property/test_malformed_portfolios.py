"""Malformed portfolio files, made from good ones: a clear error, or the portfolio that was meant.

Every file either gives an `InputError` whose every line names the file, and row and column where
there are any, or is accepted; then an independent reading of its cells gives the same values, and
it survives being written and read again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.clients import (
    check_portfolio,
    illustrative_portfolio,
    read_portfolio,
    template_csv,
)
from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.portfolio import portfolio_csv, write_portfolio
from modelops_abm.errors import InputError
from modelops_abm.scenario.portfolio import (
    EARLIEST_DAY,
    LATEST_DAY,
    STAGE_NAMES,
    ImportedPortfolio,
    PortfolioModel,
    contradictions,
)
from modelops_abm.text import appearance, damaged

FILE = "models.csv"
GOOD = portfolio_csv(illustrative_portfolio())
ROW = 7
"""The row that is spoilt, as in a spreadsheet."""

DATES = ("deployed_at", "retired_at", "last_retrained_at")
WORDS = ("id", "name", "archetype", "stage", "regulated")
WIDTH = len(COLUMNS)
NUMBERS = tuple(name for name in COLUMNS if name not in (*DATES, *WORDS))

BAD_NUMBERS = {
    "1,5": "1.5",
    "1'000": "thousands",
    "1,234,567.8": "thousands",
    "1 000": "thousands",
    "$5": "plain number",
    "5 EUR": "plain number",
    "15%": "0.15",
    "nan": "empty",
    "-inf": "empty",
    "n/a": "empty",
    "1e400": "too large",
    "1e-400": "too small",
    "-1": "allowed is",
    "2e9": "allowed is",
    "about 5": "not a number",
    "1_000": "thousands",
    "1.200": "1200, or 1.2 for the fraction",
    "0x1F": "not a number",
    "\u0663": "not a number",
    "=2+3": "not a number",
    "1" * 5000: "too large",
}
BAD_DATES = {
    "15/03/2024": "YYYY-MM-DD",
    "3/15/24": "YYYY-MM-DD",
    "20240315": "YYYY-MM-DD",
    "2024-02-30": "calendar",
    "2024-13-01": "calendar",
    "45366": "2024-03-15",
    "2024-03-15 25:00:00": "calendar",
    "2024-03-15Z": "YYYY-MM-DD",
    "0024-03-15": "1950",
    "9999-12-31": "2200",
    "March 2024": "YYYY-MM-DD",
    "2024": "YYYY-MM-DD",
    "today": "YYYY-MM-DD",
}
BAD_NAMES = {
    "x" * 201: "200 characters",
    "two, \nlines": "one line",
    "bell\x07": "one line",
    "caf\u00c3\u00a9": "letters were lost",
    "caf\ufffd": "letters were lost",
}
BAD_WORDS = {
    "stage": {"live": "write one of", "productoin": "did you mean production", "1": "write one"},
    "regulated": {"maybe": "yes, no", "2": "yes, no", "y": "yes, no"},
    "id": {**BAD_NAMES, "": "must be given", "   ": "must be given"},
    "name": BAD_NAMES,
    "archetype": BAD_NAMES,
}
CELLS = [
    *((name, value, hint) for name in NUMBERS for value, hint in BAD_NUMBERS.items()),
    *((name, value, hint) for name in DATES for value, hint in BAD_DATES.items()),
    *((name, value, hint) for name, bad in BAD_WORDS.items() for value, hint in bad.items()),
]


def test_there_are_many_malformed_files() -> None:
    assert len(CELLS) + len(SPOILT) >= 300


@pytest.mark.parametrize(("column", "value", "hint"), CELLS)
def test_a_bad_cell_is_named(column: str, value: str, hint: str) -> None:
    rows = list(csv.reader(io.StringIO(GOOD)))
    rows[ROW - 1][rows[0].index(column)] = value
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    lines = _lines_of_error(text.getvalue().encode())
    assert len(lines) == 1
    assert lines[0].startswith(f"{FILE}, row {ROW}, column {column}: ")
    assert hint in lines[0]


def _replace(old: str, new: str) -> Callable[[str], bytes]:
    return lambda good: good.replace(old, new, 1).encode()


def _in_row(edit: Callable[[str], str]) -> Callable[[str], bytes]:
    def spoil(good: str) -> bytes:
        lines = good.split("\r\n")
        lines[ROW - 1] = edit(lines[ROW - 1])
        return "\r\n".join(lines).encode()

    return spoil


SPOILT: dict[str, tuple[Callable[[str], bytes], str]] = {
    "unknown column": (_replace(",users,", ",userz,"), "row 1: 'userz' is not a known column; did"),
    "repeated column": (_replace(",name,", ",id,"), "row 1, column id: 'id' names columns 1 and 2"),
    "column without a name": (_replace(",name,", ",,"), "column 2: stands in a column without"),
    "no id column": (_replace("id,", "key,"), "row 1, column id: the column id is missing"),
    "no header": (lambda good: good.split("\r\n", 1)[1].encode(), "the column id is missing"),
    "a cell too many": (
        _in_row(lambda line: line + ","),
        f"row {ROW}: the row has {WIDTH + 1} cells",
    ),
    "decimal comma": (_in_row(lambda line: line.replace(".", ",", 1)), "decimals with a point"),
    "a cell too few": (
        _in_row(lambda line: line.rsplit(",", 1)[0]),
        f"the row has {WIDTH - 1} cells",
    ),
    "text in quotes goes on": (_in_row(lambda line: '"a"b' + line), f"row {ROW}: the row is not"),
    "quote never closed": (_in_row(lambda line: '"' + line), f"row {ROW}: a quotation mark opens"),
    "quote closed late": (_in_row(lambda line: line.replace(",", ',"', 1)), f"row {ROW}"),
    "row twice": (
        _in_row(lambda line: f"{line}\r\n{line}"),
        f"more than once, in 2 rows: {ROW}, {ROW + 1}",
    ),
    "very long cell": (_in_row(lambda line: "x" * 200_000 + line), f"row {ROW}: a cell"),
    "wrong separator in a row": (_in_row(lambda line: line.replace(",", ";")), "has 1 cells"),
    "NUL": (_replace("motor", "mo\0tor"), "holds NUL bytes"),
    "total": (
        lambda good: (good + "Total" + (WIDTH - 1) * "," + "\r\n").encode(),
        "looks like a total",
    ),
    "look-alike": (_in_row(lambda line: f"{line}\r\n{line[0].upper()}{line[1:]}"), "the same as"),
    "no stage": (_in_row(lambda line: line.replace("production", "")), "there is no stage"),
    "separator of another kind": (lambda good: ("sep=|\r\n" + good).encode(), "separator '|'"),
    "binary": (lambda _: bytes(range(256)) * 20, "it is a binary file, not text"),
    "workbook": (lambda _: b"PK\x03\x04" + b"\0" * 50, "save the sheet"),
    "UTF-16": (lambda good: good.encode("utf-16"), "is text in UTF-16"),
    "Windows-1252": (lambda good: good.replace("Motor", "M\u00fcller").encode("cp1252"), "line 2"),
    "cut inside a letter": (lambda good: good.encode() + "\u00fc".encode()[:1], "is not UTF-8"),
    "empty": (lambda _: b"", "is empty"),
    "blanks only": (lambda _: b"\r\n , ,\t\r\n", "is empty"),
    "byte order mark only": (lambda _: b"\xef\xbb\xbf", "is empty"),
    "too large": (lambda good: good.encode() * 10_000, "larger than 20 MB"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_file_is_explained(spoilt: str) -> None:
    spoil, hint = SPOILT[spoilt]
    lines = _lines_of_error(spoil(GOOD))
    assert any(hint in line for line in lines)


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutant_is_refused_clearly_or_means_what_it_says(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([GOOD, template_csv()])).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        content = _mutated(content, data)
    try:
        portfolio = read_portfolio(content, name=FILE)
    except InputError:
        _lines_of_error(content)
        return
    _means_what_it_says(portfolio, content)
    _round_trips(portfolio)


FRAGMENTS = ["", ",", ";", '"', "\n", "\r", "\t", "-", ".", "0", "9", "e", "\0", "\u00e9", "x", " "]


def _mutated(content: bytes, data: st.DataObject) -> bytes:
    """Return the content with a piece cut out, repeated or replaced."""
    start = data.draw(st.integers(0, len(content)))
    end = min(len(content), start + data.draw(st.integers(0, 30)))
    new = data.draw(
        st.sampled_from(FRAGMENTS).map(str.encode)
        | st.binary(max_size=3)
        | st.just(content[start:end] * 2)
    )
    return content[:start] + new + content[end:]


def _lines_of_error(content: bytes) -> list[str]:
    """Return the lines of the error that a file gives, having checked their form."""
    with pytest.raises(InputError) as caught:
        read_portfolio(content, name=FILE)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems)
    assert all(line.isprintable() for line in lines)
    starts = (f"{FILE}: ", f"{FILE}, row ", f"{FILE}, column ", f"{FILE}, columns ")
    assert all(line.startswith(starts) for line in lines)
    assert all("; " in line for line in lines), "an error says what would be right"
    return lines


def _means_what_it_says(portfolio: ImportedPortfolio, content: bytes) -> None:
    """Compare the models with the cells, read in the plainest way."""
    text = content.decode("utf-8-sig").lstrip("\r\n\t ,;")
    first_line = text.splitlines()[0]
    separator = max(",;\t", key=first_line.count)
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    rows = [row for row in table[1:] if any(cell.strip() for cell in row)]
    names = [name.strip().lower() for name in table[0]]
    assert len(rows) == len(portfolio.models)
    for row, model in zip(rows, portfolio.models, strict=True):
        for name, cell in zip(names, row, strict=True):
            assert _same(name, cell.strip(), model), (name, cell)


def _same(name: str, cell: str, model: PortfolioModel) -> bool:
    if not name:
        return not cell
    value = getattr(model, name)
    if not cell:
        return bool(value == PortfolioModel.model_fields[name].default)
    if isinstance(value, bool):
        return value == (cell.lower() in ("yes", "true", "1"))
    if isinstance(value, float):
        return value == float(cell)
    if isinstance(value, date):
        return str(value) == cell[:10]
    lines = [line.strip() for line in cell.splitlines() if line.strip()]
    return str(value) == (cell.lower() if name == "stage" else " ".join(lines))


def _round_trips(portfolio: ImportedPortfolio) -> None:
    again = read_portfolio(portfolio_csv(portfolio).encode(), name=portfolio.source)
    assert again == portfolio
    for one, other in zip(portfolio.models, again.models, strict=True):
        assert one.model_fields_set - _none(one) - {"stage"} == other.model_fields_set - {"stage"}
    stated = {"stage" in model.model_fields_set for model in again.models}
    assert len(stated) < 2, "the stage is in all rows or in none"
    if any("stage" in model.model_fields_set for model in portfolio.models):
        assert stated == {True}


def _none(model: PortfolioModel) -> set[str]:
    return {name for name in COLUMNS if getattr(model, name) is None}


_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=200
).filter(lambda text: text.strip() and not damaged(text))
_DAYS = st.dates(EARLIEST_DAY, LATEST_DAY)
_OF_FIELD: dict[str, st.SearchStrategy[object]] = {
    **{name: st.floats(1e-12, 1e4, exclude_min=True) for name in NUMBERS},
    **dict.fromkeys(("users", "capacity_per_day"), st.floats(1e-300, 1e9)),
    **dict.fromkeys(("name", "archetype"), _NAMES | st.sampled_from(["Total", "Note: x"])),
    **dict.fromkeys(DATES, _DAYS),
    "yearly_power_loss": st.floats(0.0, 0.99),
    "drift_severity": st.floats(0.0, 1.0, exclude_min=True, exclude_max=True),
    "retraining_interval_days": st.floats(1.0, 1e4),
    "shared_source": st.integers(0, 1_000),
    "stage": st.sampled_from(STAGE_NAMES),
    "regulated": st.booleans(),
}
_IDS = _NAMES | st.sampled_from(["Total", "Sum of users", "Average", "id", "NA", "007", "sep=;"])
_VALUES = st.fixed_dictionaries({"id": _IDS}, optional=_OF_FIELD)
_MODELS = _VALUES.filter(
    lambda values: not contradictions(PortfolioModel.model_construct(None, **values))
).map(PortfolioModel.model_validate)
PORTFOLIOS = st.lists(_MODELS, max_size=5, unique_by=lambda model: appearance(model.id)).map(
    lambda models: ImportedPortfolio(source=FILE, models=tuple(models))
)


@given(PORTFOLIOS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_every_portfolio_survives_being_written_and_read(portfolio: ImportedPortfolio) -> None:
    _round_trips(portfolio)


@given(
    PORTFOLIOS,
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.integers(0, 2),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_separator_line_end_and_byte_order_mark_change_nothing(
    portfolio: ImportedPortfolio,
    separator: str,
    encoding: str,
    line_end: str,
    stated: bool,
    nameless_columns: int,
) -> None:
    text = io.StringIO(newline="")
    text.write(f"sep={separator}{line_end}" * stated)
    rows = csv.reader(io.StringIO(portfolio_csv(portfolio), newline=""))
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end)
    writer.writerows([*row, *[""] * nameless_columns] for row in rows)
    assert read_portfolio(text.getvalue().encode(encoding), name=FILE) == portfolio


@given(PORTFOLIOS, st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_an_unknown_column_is_refused_or_changes_nothing(
    portfolio: ImportedPortfolio, data: st.DataObject
) -> None:
    rows = list(csv.reader(io.StringIO(portfolio_csv(portfolio), newline="")))
    place = data.draw(st.integers(0, len(rows[0])))
    for number, row in enumerate(rows):
        row.insert(place, data.draw(_NAMES) if number else "owner")
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    content = text.getvalue().encode()
    with pytest.raises(InputError, match="'owner' is not a known column"):
        read_portfolio(content, name=FILE)
    assert read_portfolio(content, name=FILE, ignore_unknown_columns=True) == portfolio


def test_a_file_of_the_same_name_round_trips(tmp_path: Path) -> None:
    portfolio = illustrative_portfolio()
    write_portfolio(portfolio, tmp_path / FILE)
    again = read_portfolio(tmp_path / FILE, start_date=date(2026, 1, 1))
    assert (again.source, again.models) == (FILE, portfolio.models)
    assert check_portfolio(tmp_path / FILE).problems == ()
