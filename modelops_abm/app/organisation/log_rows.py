"""The card of files: what each kind would tell, what became of it, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from modelops_abm.app.organisation.file_cards import complaints
from modelops_abm.app.state.organisation import MOST_UNUSABLE
from modelops_abm.app.state.said import ReadLog
from modelops_abm.app.theme import icon
from modelops_abm.clients import kinds
from modelops_abm.clients.logs import Field
from modelops_abm.formats import number, plural
from modelops_abm.text import printable

LOGS: Mapping[str, tuple[str, str]] = {
    "incidents": ("Incidents", "outages, hours to restore"),
    "usage": ("Usage", "users, predictions"),
    "registry": ("Registry", "retraining, months to live"),
    "quality": ("Quality", "drift, loss of power"),
    "timesheets": ("Time sheets", "upkeep, effort of a repair"),
}
"""What a log is called, and what it would tell, by its kind."""
_MOST_FOUND = 12
_DATES = {"": "as the file shows", "day-first": "day first", "month-first": "month first"}


def file_row(label: str, words: h.Node, state: str) -> h.Fragment:
    """Return what stands at the left of a row: how it is, what it is called, what became of it."""
    sign = {"read": icon("check", 14), "wrong": icon("warning", 16), "none": icon("plus", 12)}
    return h.fragment[
        h.span(f".sign.{state}")[sign.get(state)],
        h.h3[label],
        h.p(".file-state", aria_live="polite")[words],
    ]


def log_row(kind: str, log: ReadLog | None) -> h.Fragment:
    """Return the row of a kind of log."""
    label, would_tell = LOGS[kind]
    if log is None:
        return file_row(label, f"would tell: {would_tell}", "none")
    match log.state:
        case "reading":
            return file_row(
                label, h.fragment[f"Reading {log.label}", h.span(".reading")], "reading"
            )
        case "read":
            content = h.fragment[
                f"{log.label}: {log.sentence.partition(';')[0]}. ",
                log.unusable_rows > 0
                and h.span(".costs")[f"{plural(log.unusable_rows, 'row')} not wholly usable. "],
                None if log.evidence else "Nothing in it can be weighed.",
            ]
            return file_row(label, content, "read")
        case "unknown":
            return file_row(label, f"{log.label}: say which column is what", "wrong")
        case _:
            return file_row(label, f"{log.label}: {log.sentence}", "wrong")


def log_details(
    kind: str, log: ReadLog, chosen: Mapping[str, str], *, may_map: bool
) -> h.Element | None:
    """Return what was found in a log, the rows that cannot be used, or a form to map its columns.

    Parameters
    ----------
    kind, log
        The log.
    chosen
        What was chosen in the form so far: column by field, and how dates are meant.
    may_map
        Whether its content is still there to be read again.
    """
    if log.state == "reading":
        return None
    if log.state == "unknown" and may_map:
        return _mapping(kind, log, chosen)
    if log.state == "refused":
        return _dates_form(kind, chosen) if may_map else None
    left = log.unusable_rows - len(log.unusable)
    return h.details(".log-details")[
        h.summary["See what was read"],
        h.ul(".notes")[(h.li[words] for words in (log.sentence, *log.found[:_MOST_FOUND]))],
        bool(log.unusable) and complaints(log.unusable, log.label),
        left > 0
        and len(log.unusable) == MOST_UNUSABLE
        and h.p(".label")[f"And {number(left)} more rows."],
    ]


def _mapping(kind: str, log: ReadLog, chosen: Mapping[str, str]) -> h.Element:
    """Return a form of all fields; nothing is guessed, not by a likeness of names either."""
    fields = kinds.READERS[kind].kind.fields
    lacking = [field.name for field in fields if field.required and not chosen.get(field.name)]
    return h.div(".mapping", data_part=f"mapping-{kind}")[
        h.p(".secondary")[
            f"No known form has the columns of {log.label}. Choose which of them is what; what is"
            " not there stays empty."
        ],
        log.sentence and chosen and h.p(".problem", role="alert")[log.sentence],
        h.div(".fields")[(_field(kind, field, log.columns, chosen) for field in fields)],
        _dates(kind, chosen),
        h.button(".primary", data_action="read mapped", data_value=kind, disabled=bool(lacking))[
            "Read it"
        ],
    ]


def _field(
    kind: str, field: Field, columns: tuple[str, ...], chosen: Mapping[str, str]
) -> h.Element:
    now = chosen.get(field.name, "")
    return h.label[
        h.span[field.name, field.required and h.strong[" required"]],
        h.select(data_action=f"map {kind} {field.name}")[
            h.option(value="", selected=not now)["–"],
            (
                h.option(value=column, selected=column == now)[printable(column)]
                for column in columns
            ),
        ],
        h.span(".label")[field.meaning],
    ]


def _dates(kind: str, chosen: Mapping[str, str]) -> h.Element:
    now = chosen.get(DATES, "")
    return h.label(".dates")[
        h.span["Dates such as 05/02/2024"],
        h.select(data_action=f"map {kind} {DATES}")[
            (h.option(value=value, selected=value == now)[words] for value, words in _DATES.items())
        ],
    ]


def _dates_form(kind: str, chosen: Mapping[str, str]) -> h.Element:
    return h.div(".mapping", data_part=f"mapping-{kind}")[
        _dates(kind, chosen),
        h.button(data_action="read mapped", data_value=kind)["Read it again"],
    ]


DATES = "*dates"
"""What a form calls how dates are meant, beside the fields."""
