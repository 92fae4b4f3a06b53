"""The rows of a portfolio file: its header, each row as a model, and rows that are no models.

A row that looks like a total, an average or a note is told by the words of its id or name, or by
the arithmetic: the first or the last row gives nothing but numbers, and each is the sum or the mean
of those in all other rows. A row that states a stage is a model: that is how a client says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from modelops_abm.clients.cells import COLUMNS, COLUMNS_BY_OTHER_WORDS, meant
from modelops_abm.clients.problems import Mistake, RowProblem
from modelops_abm.clients.table import Record, column_name, refuse_other_tables
from modelops_abm.errors import Problem
from modelops_abm.scenario.portfolio import RATES_OF_REGISTERED, PortfolioModel, contradictions
from modelops_abm.scenario.problems import problems_of
from modelops_abm.text import all_of, printable

MOST_COLUMNS = 500
"""Columns of the widest file that is looked at; a portfolio has twenty."""
_MOST_NAMED = 20
IGNORED_IF_ASKED = "others are ignored if asked (--ignore-unknown-columns on the command line)"


@dataclass(frozen=True)
class Header:
    """The columns of a file, in its order."""

    names: tuple[str, ...]
    """Name of the column at every position, as it is compared."""
    problems: tuple[RowProblem, ...]
    """What is wrong with the header."""
    known: tuple[tuple[int, str], ...]
    """Position and name of every column that can be read, once each."""
    unknown: tuple[str, ...] = ()
    """Names of the columns that cannot be read."""

    @property
    def nameless(self) -> tuple[int, ...]:
        """Positions of the columns without a name, in which nothing may stand."""
        return tuple(at for at, name in enumerate(self.names) if not name)


def read_header(
    record: Record, columns: Sequence[str], required: str, *, ignore_unknown: bool = False
) -> Header:
    """Return what the first row says; unknown, repeated and missing columns are problems.

    Raises
    ------
    Mistake
        If the table is of another kind.
    """
    if len(record.cells) > MOST_COLUMNS:
        return Header((), (_too_wide(record),), ())
    names = tuple(column_name(cell) for cell in record.cells)
    refuse_other_tables(names, columns)
    # Backwards, so that of a repeated column the first counts.
    known = {name: at for at, name in reversed(list(enumerate(names))) if name in columns}
    unknown = tuple(dict.fromkeys(name for name in names if name and name not in columns))
    problems = list(_repeated(names, record.row))
    if unknown and not ignore_unknown:
        problems.insert(0, _unknown(unknown, [*columns], record.row))
    if required not in known:
        problems.insert(0, _missing(names, required, record.row))
    places = sorted((at, name) for name, at in known.items())
    return Header(names, tuple(problems), tuple(places), unknown)


def _too_wide(record: Record) -> RowProblem:
    reason = f"the header names {len(record.cells):,} columns"
    return RowProblem(reason, f"at most {MOST_COLUMNS} are looked at", (record.row,))


def _unknown(names: Sequence[str], columns: Sequence[str], row: int) -> RowProblem:
    """Say once which columns are unknown, which may be meant, and what can be done."""
    shown = all_of([f"'{printable(name)}'" for name in names[:_MOST_NAMED]])
    left = len(names) - _MOST_NAMED
    more = f" and {left:,} more" if left > 0 else ""
    verb = "is not a known column" if len(names) == 1 else "are not known columns"
    meanings = {name: meant(name, columns, COLUMNS_BY_OTHER_WORDS) for name in names[:_MOST_NAMED]}
    likely = [f"{other} for '{printable(name)}'" for name, other in meanings.items() if other]
    if len(names) == 1:
        likely = [other for other in meanings.values() if other]
    hint = f"did you mean {all_of(likely)}? Known" if likely else "known"
    remedy = f"{hint} are {', '.join(columns)}; {IGNORED_IF_ASKED}"
    if rates := [RATES_OF_REGISTERED[name] for name in names if name in RATES_OF_REGISTERED]:
        remedy = f"{rates[0]}; {remedy}"
    return RowProblem(f"{shown}{more} {verb}", remedy, (row,))


def _repeated(names: tuple[str, ...], row: int) -> Iterator[RowProblem]:
    for name in dict.fromkeys(names):
        places = [str(at) for at, other in enumerate(names, start=1) if other == name]
        if name and len(places) > 1:
            reason = f"names columns {' and '.join(places)}"
            yield RowProblem(
                reason, "keep one of them", (row,), (printable(name),), printable(name)
            )


def _missing(names: tuple[str, ...], required: str, row: int) -> RowProblem:
    found = printable(", ".join(names))
    reason = f"the column {required} is missing (found: {found})"
    remedy = "the first row must name the columns"
    if len(names) == 1:  # which may hold all of them, with another separator
        remedy = f"{remedy}, with commas, semicolons or tabs between them"
    return RowProblem(reason, remedy, (row,), (required,))


class Entry(NamedTuple):
    """What became of one row."""

    row: int
    """Number of the row as in a spreadsheet."""
    values: dict[str, Any]
    """What its cells say, as far as each can be read."""
    model: PortfolioModel | None
    """The model, or None if anything is wrong."""
    problems: list[RowProblem]
    """Everything that is wrong with the row by itself."""
    joined: tuple[str, ...] = ()
    """Columns in which a line break was read as a blank."""

    @property
    def id(self) -> str:
        """The id in it, empty if there is none."""
        return str(self.values.get("id", ""))


def read_entry(record: Record, header: Header, start_date: date | None) -> Entry:
    """Return the model in a row, or everything that is wrong with the row."""
    if len(record.cells) != len(header.names):
        return Entry(record.row, {}, None, [_wrong_length(record, header)])
    cells = {name: cell for at, name in header.known if (cell := record.cells[at]).strip()}
    joined = _join_lines(cells, record.separator)
    values, problems = _read_cells(cells, record.row)
    # Contradictions are looked for among the values that can be read, so that a row with a slip in
    # one cell does not come back with the next one when that is mended.
    model, invalid = _validate(values, cells, record.row)
    problems += [*_in_nameless(record, header), *invalid]
    wrong = {column for problem in problems for column in problem.columns}
    sound = {name: value for name, value in values.items() if name not in wrong}
    problems += _contradictions(sound, cells, record.row, start_date)
    return Entry(record.row, values, None if problems else model, problems, joined)


def _join_lines(cells: dict[str, str], separator: str) -> tuple[str, ...]:
    """Make the lines of a name one; with a separator in it, a quotation mark may be missing."""
    name = cells.get("name", "")
    lines = [line.strip() for line in re.split(r"[\r\n]+", name.strip())]
    if len(lines) == 1 or separator in name or not all(lines):
        return ()
    cells["name"] = " ".join(lines)
    return ("name",)


def _wrong_length(record: Record, header: Header) -> RowProblem:
    found, wanted = len(record.cells), len(header.names)
    remedy = "give every column a cell, empty if not known"
    if found > wanted:
        remedy = "quote cells that hold the separator, and write decimals with a point"
    return RowProblem(
        f"the row has {found} cells, the header has {wanted}",
        remedy,
        (record.row,),
        rule=f"there are {'more' if found > wanted else 'fewer'} cells than in the header",
    )


def _in_nameless(record: Record, header: Header) -> Iterator[RowProblem]:
    for at in header.nameless:
        if record.cells[at].strip():
            value = printable(record.cells[at].strip())
            reason = "stands in a column without a name"
            remedy = "name the column, or delete it"
            yield RowProblem(reason, remedy, (record.row,), (f"{at + 1}",), value)


def _read_cells(cells: dict[str, str], row: int) -> tuple[dict[str, Any], list[RowProblem]]:
    values: dict[str, Any] = {}
    problems = []
    for name, cell in cells.items():
        try:
            values[name] = COLUMNS[name](cell)
        except Mistake as mistake:
            problems.append(_in_cell(row, name, cells, mistake.reason, mistake.remedy))
    return values, problems


def _validate(
    values: dict[str, Any], cells: dict[str, str], row: int
) -> tuple[PortfolioModel | None, list[RowProblem]]:
    try:
        return PortfolioModel.model_validate(values), []
    except ValidationError as error:
        return None, [
            _invalid(found, cells, row)
            for found in problems_of(error, root=PortfolioModel)
            if found.field
        ]


def _invalid(problem: Problem, cells: dict[str, str], row: int) -> RowProblem:
    if problem.field in cells:
        reason = f"is not possible: {problem.message}"
        return _in_cell(row, problem.field, cells, reason, "correct it")
    return _in_cell(row, problem.field, cells, "there is no value", problem.message)


def _in_cell(row: int, name: str, cells: dict[str, str], reason: str, remedy: str) -> RowProblem:
    return RowProblem(reason, remedy, (row,), (name,), printable(cells.get(name, "")))


def _contradictions(
    sound: dict[str, Any], cells: dict[str, str], row: int, start_date: date | None
) -> Iterator[RowProblem]:
    """Yield contradictions among the sound values; with an unsound stage its dates are left."""
    stage_is_sound = ("stage" in sound) == ("stage" in cells)
    partial = PortfolioModel.model_construct(None, **sound)
    for found in contradictions(partial, start_date if stage_is_sound else None):
        yield RowProblem(
            found.message, "correct one of them", (row,), found.fields, rule=found.rule
        )


Row = Mapping[str, object]
"""What a row gives, by column; numbers are floats."""

_TOTAL = (
    "(grand |sub-?)?totals?|overall|all models|sum|gesamt|gesamtsumme|zwischensumme|insgesamt"
    "|gesamtergebnis|total general|total geral|totale complessivo|eindtotaal"
    "|summe|somme|total g\u00e9n\u00e9ral|sous-total|totale|suma|soma|totaal|subtotaal|razem"
    "|yhteens\u00e4"
    "|\u0438\u0442\u043e\u0433\u043e|\u5408\u8ba1|\u5408\u8a08|\u603b\u8ba1|\u5c0f\u8ba1"
)
_AVERAGE = (
    "average|averages|avg|mittelwert|durchschnitt|moyenne|promedio|media aritmetica|gemiddelde"
)
_STATISTIC = "mean|median|min|max|minimum|maximum|count|number of models|anzahl|std|stdev"
_OF = r"( (of|for|over|all|models|aller|der|de|des)\b.*| ?\(.*\)| [0-9]+( models| rows)?)?"
_EVERY = r"\((all|alle|tous|todos|tutti)\)"
_SAYS_SO = re.compile(f"({_TOTAL}|{_AVERAGE}){_OF}|{_EVERY}")
_SAYS_SO_AS_LABEL = re.compile(f"({_TOTAL}|{_AVERAGE}|{_STATISTIC}){_OF}|{_EVERY}")
_SPEAKS_OF_ONE = re.compile(f"\\b({_TOTAL}|{_AVERAGE})\\b")
_NOTE = re.compile(
    r"(\*|\u2020|\u00a9|(sources?|notes?|remarks?|comments?|legend|quelle|hinweis|stand|as of) ?:"
    r"|(stand|as of|page) [0-9]|(exported|generated|prepared|printed|updated) (on|at|by|from) ).*"
)
_LARGEST_BLOCK = 1_000
"""Rows above a subtotal that are looked at."""
_FEWEST_FOR_MEAN = 4
"""Rows of which a mean in one column alone is no accident."""


def summary_rows(rows: Sequence[Row]) -> dict[int, str]:
    """Return which rows look like no model, by their position, each with what tells.

    Parameters
    ----------
    rows
        What the rows give, in the order of the file.
    """
    found: dict[int, str] = {}
    numbers = [_numbers(row) for row in rows]
    for at, row in enumerate(rows):
        if "stage" not in row and (reason := _by_words(row, numbers, at)):
            found[at] = reason
    # Of those that words have not told, a total stands first or last; in between a model may well
    # equal the sum of others.
    others = [at for at in range(len(rows)) if at not in found]
    for at in {*others[:1], *others[-1:]}:
        rest = [rows[other] for other in others if other != at]
        if reason := _by_arithmetic(rows[at], rest):
            found[at] = reason
    return found


def says_total(label: str) -> bool:
    """Return whether a label is that of a total or an average: Total, All models, Durchschnitt."""
    return _SAYS_SO.fullmatch(_plain(label)) is not None


def _by_words(row: Row, numbers: Sequence[Mapping[str, float]], at: int) -> str:
    id_, name = _plain(row.get("id")), _plain(row.get("name"))
    label = id_ or name
    if _SAYS_SO_AS_LABEL.fullmatch(label) or _SAYS_SO.fullmatch(name):
        return "looks like a total or an average"
    if _NOTE.fullmatch(label) and set(row) <= {"id"}:
        return "looks like a note below the table"
    if (_SPEAKS_OF_ONE.search(id_) or _SPEAKS_OF_ONE.search(name)) and _ends_block(numbers, at):
        return "looks like a subtotal: its numbers are the sums of the rows above it"
    return ""


def _plain(text: object) -> str:
    return " ".join(str(text or "").casefold().split()).strip(" :.=*#-_\u2211\u00f8")


def _ends_block(numbers: Sequence[Mapping[str, float]], at: int) -> bool:
    """Tell whether the numbers of a row are the sums of two or more rows directly above it.

    No number of a portfolio is negative: once a total is above the row's own, it stays there.
    """
    own = numbers[at]
    totals = dict.fromkeys(own, 0.0)
    for size in range(1, min(at, _LARGEST_BLOCK) + 1 if own else 1):
        above = numbers[at - size]
        totals = {name: total + above.get(name, 0.0) for name, total in totals.items()}
        unlike = [name for name in own if not math.isclose(totals[name], own[name])]
        if size > 1 and not unlike:
            return True
        if any(totals[name] > own[name] for name in unlike):
            return False
    return False


def _by_arithmetic(row: Row, others: Sequence[Row]) -> str:
    numbers = _numbers(row)
    # A total gives nothing but numbers; a date, a flag or an archetype makes the row a model.
    if not numbers or set(row) - set(numbers) - {"id", "name"}:
        return ""
    agreements = list(_agreements(numbers, others))
    # One number that is neither the sum nor the mean is enough.
    if "" in agreements:
        return ""
    # A mean in one column of few rows may be an accident, and a client must not lose a model to it.
    if "sum" in agreements or len(agreements) > 1 or len(others) >= _FEWEST_FOR_MEAN:
        words = " or ".join(f"the {word}" for word in ("sum", "mean") if word in agreements)
        columns = " and ".join(numbers)
        return f"looks like a total: in {columns} it gives {words} of all other rows"
    return ""


def _agreements(numbers: Mapping[str, float], others: Sequence[Row]) -> Iterator[str]:
    """Yield of each number whether it is the sum or the mean of the others, or neither."""
    for name, own in numbers.items():
        given = [value for other in others if isinstance(value := other.get(name), float)]
        total = math.fsum(given)
        if len(given) < 2 or own == 0.0:
            yield ""
        # A sum is exact but for its last digits; a mean is often rounded to a few.
        elif math.isclose(own, total, rel_tol=1e-6):
            yield "sum"
        # Of equal numbers each one is the mean.
        elif min(given) < max(given) and math.isclose(own, total / len(given), rel_tol=1e-4):
            yield "mean"
        else:
            yield ""


def _numbers(row: Row) -> dict[str, float]:
    return {name: value for name, value in row.items() if isinstance(value, float)}
