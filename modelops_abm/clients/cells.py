"""Reading one cell that holds something: text, number, date, yes or no. Nothing is guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from modelops_abm.clients.meaning import STAGES_BY_OTHER_WORDS, meant
from modelops_abm.clients.numbers_in_cells import both_readings, explain_number
from modelops_abm.clients.row_problem import Mistake
from modelops_abm.scenario.portfolio import STAGE_NAMES
from modelops_abm.text import text_of_csv

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_ISO_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<time>[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
    r"(?P<zone> ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
)
_DAY_NUMBER = re.compile(r"[0-9]{5}(\.[0-9]*)?")
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_text(cell: str) -> str:
    """Return the text without the blanks around it; a formula is text like any other.

    An apostrophe in front of one, which keeps spreadsheets from computing it, is not part of it.
    """
    return text_of_csv(cell.strip())


def read_number(cell: str) -> float:
    """Return a number written with a decimal point; anything else is a `Mistake`.

    1.234 may mean 1234 where a point sets the thousands apart, so it is refused in every column.
    """
    text = cell.strip()
    if _NUMBER.fullmatch(text) is None:
        raise explain_number(text)
    if _THOUSANDS.fullmatch(text):
        raise Mistake("could mean thousands or a fraction", both_readings(text))
    number = float(text)
    if math.isinf(number):
        raise Mistake("is too large a number", "write a number up to 1e9")
    if number == 0.0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise Mistake("is too small a number", "write 0, or a number above 1e-300")
    return number


def read_date(cell: str) -> date:
    """Return a date written as YYYY-MM-DD; of a moment (ISO 8601), the day as it is written."""
    text = cell.strip()
    match = _ISO_MOMENT.fullmatch(text)
    if match is None or (match["zone"] and not match["time"]):
        raise Mistake("is not a date in the form YYYY-MM-DD", _date_remedy(text))
    try:
        return datetime.fromisoformat(match["day"] + (match["time"] or "")).date()
    except ValueError:
        raise Mistake("is not a day of the calendar", "write an existing day") from None


def _date_remedy(text: str) -> str:
    if _DAY_NUMBER.fullmatch(text):
        day = _SPREADSHEET_EPOCH + timedelta(days=int(float(text)))
        return f"it looks like a spreadsheet's day number: write {day}"
    return "write for example 2024-03-15, or leave the cell empty if it is not known"


def read_flag(cell: str) -> bool:
    """Return whether the cell says yes: yes, no, true, false, 1 or 0 in any case."""
    flag = _FLAGS.get(cell.strip().lower())
    if flag is None:
        raise Mistake("is neither yes nor no", "write yes, no, true, false, 1 or 0")
    return flag


def read_stage(cell: str) -> str:
    """Return the name of a stage, in lower case."""
    stage = cell.strip().lower()
    if stage in STAGE_NAMES:
        return stage
    near = meant(stage, STAGE_NAMES, STAGES_BY_OTHER_WORDS)
    hint = f" (did you mean {near}?)" if near else ""
    raise Mistake(f"is not a stage{hint}", f"write one of {', '.join(STAGE_NAMES)}")


COLUMNS: dict[str, Callable[[str], object]] = {
    "id": read_text,
    "name": read_text,
    "archetype": read_text,
    "stage": read_stage,
    "deployed_at": read_date,
    "retired_at": read_date,
    "users": read_number,
    "addressable_users": read_number,
    "predictions_per_user_day": read_number,
    "current_predictions_per_user_day": read_number,
    "value_per_prediction": read_number,
    "cost_per_prediction": read_number,
    "cost_of_wrong_prediction": read_number,
    "yearly_power_loss": read_number,
    "capacity_per_day": read_number,
    "build_effort_days": read_number,
    "deployment_effort_days": read_number,
    "retraining_interval_days": read_number,
    "last_retrained_at": read_date,
    "regulated": read_flag,
}
"""How the cells of every column of a portfolio are read; the order is that of written files."""
