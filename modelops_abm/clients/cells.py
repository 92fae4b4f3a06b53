"""Reading one cell that holds something: text, number, date, yes or no. Nothing is guessed.

What cannot be read is a `Mistake`, which says what the client probably meant.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from modelops_abm.clients.problems import Mistake
from modelops_abm.scenario.portfolio import OF_REGISTERED, STAGE_NAMES
from modelops_abm.text import both_readings, text_of_csv, without_comma

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
    text = cell.strip()
    if is_spreadsheets_error(text):
        raise Mistake(ERROR, f"{MEND}, or write what it should say")
    return text_of_csv(text)


def read_number(cell: str) -> float:
    """Return a number written with a decimal point; anything else is a `Mistake`.

    1.234 may mean 1234 where a point sets the thousands apart, so it is refused in every column.

    >>> read_number(" 0.50 ")
    0.5
    """
    text = cell.strip()
    if _NUMBER.fullmatch(text) is None:
        raise explain_number(text)
    if _THOUSANDS.fullmatch(text):
        raise Mistake("could mean thousands or a fraction", both_readings(text))
    number = float(text)
    if math.isinf(number):
        raise Mistake("is too large a number", "write a number up to 1e9")
    # 1e-400 is no zero to whoever wrote it, though it becomes one.
    if number == 0.0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise Mistake("is too small a number", "write 0, or a number above 1e-300")
    return number


def read_date(cell: str) -> date:
    """Return a date written as YYYY-MM-DD; of a moment (ISO 8601), the day as it is written.

    Anything else is a `Mistake`, as of all readers of cells.
    """
    text = cell.strip()
    match = _ISO_MOMENT.fullmatch(text)
    # The day is taken as it is written, whatever the zone: moving it could move it to another day.
    if match is None or (match["zone"] and not match["time"]):
        raise Mistake("is not a date in the form YYYY-MM-DD", _date_remedy(text))
    try:
        return datetime.fromisoformat(match["day"] + (match["time"] or "")).date()
    except ValueError:
        raise Mistake("is not a day of the calendar", "write an existing day") from None


def day_number_remedy(text: str) -> str:
    """Return what a spreadsheet's number of a day means; nothing if it is none.

    >>> day_number_remedy("45964.4")
    "it looks like a spreadsheet's day number: write 2025-11-03 09:36"
    """
    if _DAY_NUMBER.fullmatch(text) is None:
        return ""
    moment = datetime.combine(_SPREADSHEET_EPOCH, time()) + timedelta(
        minutes=round(float(text) * 1440)
    )
    day = f"{moment:%Y-%m-%d}" if float(text).is_integer() else f"{moment:%Y-%m-%d %H:%M}"
    return f"it looks like a spreadsheet's day number: write {day}"


def _date_remedy(text: str) -> str:
    otherwise = "write for example 2024-03-15, or leave the cell empty if it is not known"
    return day_number_remedy(text) or otherwise


ERROR = "is what a spreadsheet writes in place of a value"
MEND = "mend the formula or widen the column"
_ERROR = re.compile(r"(#[A-Z\u00c4\u00d6\u00dc][A-Z\u00c4\u00d6\u00dc/0-9_]*[!?]|#{3,})")


def is_spreadsheets_error(text: str) -> bool:
    """Tell whether a spreadsheet has written that a formula failed, or that a cell is too narrow.

    >>> is_spreadsheets_error("#REF!"), is_spreadsheets_error("########")
    (True, True)
    """
    return _ERROR.fullmatch(text) is not None


def says_nothing(cell: str) -> bool:
    """Return whether a cell is empty, or says that nothing is known: n/a, none, null, ?, -.

    >>> says_nothing("?"), says_nothing("0")
    (True, False)
    """
    return not cell or _UNKNOWN.fullmatch(cell) is not None


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


def read_whole_number(cell: str) -> int | float:
    """Read a whole number; one that is none is left to the check of what is allowed."""
    number = read_number(cell)
    return int(number) if number.is_integer() else number


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
    "pipeline_issues_per_year": read_number,
    "capacity_issues_per_year": read_number,
    "compliance_issues_per_year": read_number,
    "drift_onsets_per_year": read_number,
    "drift_severity": read_number,
    "retraining_effort_days": read_number,
    "pipeline_repair_days": read_number,
    "capacity_repair_days": read_number,
    "compliance_repair_days": read_number,
    "drift_investigation_days": read_number,
    "shared_source": read_whole_number,
    **dict.fromkeys(OF_REGISTERED, read_number),
}
"""How the cells of every column of a portfolio are read; the order is that of written files."""


_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,.'\u2019_\s][0-9]{3})+([.,][0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_UNKNOWN = re.compile(r"[+-]?(nan|inf|infinity)|#?n/?a|null|none|unknown|tbd|[-?]+", re.IGNORECASE)
_CURRENCY_CODE = re.compile(r"\b(usd|eur|gbp|chf|jpy)\b", re.IGNORECASE)


def explain_number(text: str) -> Mistake:
    """Return the mistake in a cell that should hold a number and does not."""
    if _UNKNOWN.fullmatch(text):
        return Mistake("is not a finite number", "leave the cell empty if it is not known")
    if is_spreadsheets_error(text):
        return Mistake(ERROR, f"{MEND}, or leave the cell empty if it is not known")
    if text.endswith("%"):
        return Mistake("is a percentage", _share(text[:-1].strip()))
    if _has_currency(text):
        return Mistake("has a currency", "write the amount in $ as a plain number such as 0.5")
    advice = without_comma(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return Mistake("has a comma", advice)
    if _GROUPED.fullmatch(text):
        digits_only = "write digits only, with a point for decimals: 12345.6"
        return Mistake("has thousands separators", advice or digits_only)
    return Mistake("is not a number", "write a number such as 12.5, or leave the cell empty")


def _share(text: str) -> str:
    if _PLAIN.fullmatch(text) is None:
        return "write it as a share, for example 0.15"
    return f"write it as a share: {(Decimal(text) / 100).normalize():f}"


def _has_currency(text: str) -> bool:
    symbol = any(unicodedata.category(character) == "Sc" for character in text)
    return symbol or _CURRENCY_CODE.search(text) is not None


_LONGEST_COMPARED = 60


def _by_other_words(words: Mapping[str, str]) -> dict[str, str]:
    return {other: word for word, others in words.items() for other in others.split(", ")}


COLUMNS_BY_OTHER_WORDS = _by_other_words(
    {
        "id": "identifier, key, code, model id, model key, model code, model number, asset id, "
        "use case id, uid, uuid",
        "name": "model name, title, display name, use case, use case name",
        "archetype": "type, kind, category, model type",
        "stage": "status, state, phase, current stage, lifecycle stage, life cycle stage",
        "deployed_at": "deployed, deployed on, deployment date, date implemented, go live, "
        "go live date, live since, live date, production date, in production since, launch date, "
        "launched, launched at, release date",
        "retired_at": "retired, retired on, retirement date, date retired, end date, end of life, "
        "decommissioned, decommissioned at, sunset date, planned retirement",
        "users": "user count, number of users, active users, current users",
        "addressable_users": "potential users, target users, possible users, market size",
        "predictions_per_user_day": "predictions per user, predictions per user per day, "
        "predictions per user and day",
        "value_per_prediction": "benefit per prediction, revenue per prediction, unit value",
        "cost_per_prediction": "cost per inference, cost per call, unit cost, inference cost",
        "cost_of_wrong_prediction": "cost of error, cost per error, error cost, "
        "cost of a wrong prediction",
        "yearly_power_loss": "decay, decay rate, yearly decay, annual decay, yearly loss",
        "capacity_per_day": "capacity, daily capacity, predictions per day at most",
        "build_effort_days": "build effort, development effort, effort to build",
        "deployment_effort_days": "deployment effort, effort to deploy",
        "retraining_interval_days": "retraining interval, retrain interval, retrained every",
        "last_retrained_at": "last retrained, last retraining, last trained, retrained at, "
        "retrained on, trained at, last training date",
        "regulated": "is regulated, under regulation",
        "pipeline_issues_per_year": "pipeline issues, pipeline incidents, pipeline failures, "
        "pipeline incidents per year, pipeline failures per year, incidents per year",
        "capacity_issues_per_year": "capacity issues, capacity incidents, overloads per year",
        "compliance_issues_per_year": "compliance issues, compliance incidents, "
        "audit findings per year",
        "drift_onsets_per_year": "drifts per year, drift events, drift events per year, "
        "drift onsets",
        "drift_severity": "loss by drift, drift loss, power lost to drift",
        "retraining_effort_days": "retraining effort, retrain effort, effort to retrain",
        "pipeline_repair_days": "pipeline repair, pipeline repair effort, repair effort",
        "capacity_repair_days": "capacity repair, capacity repair effort",
        "compliance_repair_days": "compliance repair, compliance repair effort, "
        "effort to answer a compliance issue",
        "drift_investigation_days": "drift investigation, investigation effort",
        "shared_source": "source number, number of the source, feed number, shared feed",
    }
)
STAGES_BY_OTHER_WORDS = _by_other_words(
    {
        "idea": "backlog, proposed, planned, ideation, concept, requested",
        "build": "development, in development, building, in build, training, prototype",
        "deployment": "deploying, in deployment, pilot, staging, rollout, roll out",
        "production": "live, active, prod, in production, operation, running, deployed, online",
        "retired": "decommissioned, archived, sunset, inactive, end of life, offline",
    }
)


def meant(word: str, known: Iterable[str], by_other_words: Mapping[str, str]) -> str:
    """Return which of the known words somebody may have meant, or an empty string.

    Words that are merely spelt alike, as resolved_at and retired_at, do not count: at most one
    letter in five may be wrong, missing, too many or changed with its neighbour.
    """
    plain = " ".join(re.split(r"[\W_]+", word.casefold())).strip()[:_LONGEST_COMPARED]
    # Another word for the same first: "live" is spelt like nothing, and means production.
    if plain in by_other_words:
        return by_other_words[plain]
    slips = {name: _slips(plain, name.replace("_", " ")) for name in known}
    nearest = min(slips, key=lambda name: slips[name])
    return nearest if slips[nearest] <= min(2, max(1, len(plain) // 5)) else ""


def _slips(one: str, other: str) -> int:
    """Return the slips of the pen between two words (optimal string alignment distance)."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for place, wanted in enumerate(other, start=1):
            best = min(last[place] + 1, row[-1] + 1, last[place - 1] + (letter != wanted))
            swapped = at > 1 and place > 1 and one[at - 2 : at] == wanted + other[place - 2]
            row.append(min(best, before_last[place - 2] + 1) if swapped else best)
        before_last, last = last, row
    return last[-1]
