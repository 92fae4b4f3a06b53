"""What a visitor enters on the rail, checked and taken over into the plan."""

from __future__ import annotations

from typing import Any

from modelops_abm.app.decide.measures import read
from modelops_abm.app.decide.rail_rows import SLIDERS, measure_on_rail, quantity_of
from modelops_abm.app.decide.settings import PRECISION, SETTABLE
from modelops_abm.app.state.answer import PRECISIONS
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.parameters import InputError, Problem
from modelops_abm.text import printable

type Problems = dict[str, str]
"""What is wrong with what was entered, by name of the value."""


def take_entry(session: Session, entry: Entry) -> Problems:
    """Change the plan by what was entered; if that is not allowed keep it and return why."""
    if entry.name == PRECISION and entry.text in PRECISIONS:
        session.precision.set(entry.text)
        return {}
    try:
        session.take(session.plan.changed({entry.name: value_of(entry)}))
    except InputError as error:
        return {entry.name: " ".join(_sentence(problem) for problem in error.problems)}
    return {}


def value_of(entry: Entry) -> Any:
    """Return the value that was entered.

    Raises
    ------
    InputError
        If it is no value, or there is no such field.
    """
    is_slid = entry.is_position and entry.name in SLIDERS
    if entry.name not in SETTABLE or (entry.is_position and not is_slid):
        raise InputError(Problem("no such field", field=printable(entry.name)))
    quantity, measure = quantity_of(entry.name), measure_on_rail(entry.name)
    if measure is None:
        return read(quantity, entry.text)
    return measure.read(entry.text, quantity)


def _sentence(problem: Problem) -> str:
    words = problem.message if problem.value == "" else f"{problem.value}: {problem.message}"
    return f"{words[0].upper()}{words[1:]}."
