"""The card of files: what each kind would tell, what became of it, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from modelops_abm.app.organisation.file_cards import complaints
from modelops_abm.app.state.organisation import MOST_UNUSABLE
from modelops_abm.app.state.said import (
    DATE_ORDERS,
    DATES,
    ONLY,
    SINCE,
    UNTIL,
    WORDS,
    ZONE,
    ReadLog,
)
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
_DAYS = {SINCE: "Kept since, if not its first day", UNTIL: "Exported on, if not its last day"}
_MOST_FOUND = 12
_ORDERS = dict(zip(DATE_ORDERS, ("as the file shows", "day first", "month first"), strict=True))


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
            # What stands in brackets, service by service, is below it with all else.
            first = log.sentence.partition(";")[0].partition(" (")[0]
            content = h.fragment[
                f"{log.label}: {first}. ",
                log.unusable_rows > 0
                and h.span(".costs")[f"{plural(log.unusable_rows, 'row')} not wholly usable. "],
                None if log.evidence else "Nothing in it can be weighed.",
            ]
            return file_row(label, content, "read")
        case "unknown":
            other = "".join(f"{words}; if that is wrong, " for words in log.found)
            return file_row(label, f"{log.label}: {other}say which column is what", "wrong")
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
        What was chosen in the form so far: column by field, how dates are meant, and so on.
    may_map
        Whether its content is still there to be read again.
    """
    if log.state == "reading":
        return None
    form = _form(kind, log, chosen) if may_map else None
    if log.state != "read":
        return form
    left = log.unusable_rows - len(log.unusable)
    return h.div[
        h.details(".log-details")[
            h.summary["See what was read"],
            h.ul(".notes")[(h.li[words] for words in (log.sentence, *log.found[:_MOST_FOUND]))],
            bool(log.unusable) and complaints(log.unusable, log.label),
            left > 0
            and len(log.unusable) == MOST_UNUSABLE
            and h.p(".label")[f"And {number(left)} more rows."],
        ],
        form is not None and h.details(".log-details")[h.summary["Read it otherwise"], form],
    ]


def _form(kind: str, log: ReadLog, chosen: Mapping[str, str]) -> h.Element:
    """Return a form of how a log is read; nothing is guessed, not by a likeness of names either."""
    reader, is_known = kinds.READERS[kind], not log.columns
    fields = () if is_known else reader.kind.fields
    lacking = [field.name for field in fields if field.required and not chosen.get(field.name)]
    return h.div(".mapping", data_part=f"mapping-{kind}")[
        not is_known
        and h.p(".secondary")[
            f"No known form has the columns of {log.label}. Choose which of them is what; what is"
            " not there stays empty."
        ],
        not is_known
        and log.state == "unknown"
        and chosen
        and h.p(".problem", role="alert")[log.sentence],
        h.div(".fields")[
            (_field(kind, field, log.columns, chosen) for field in fields),
            _dates(kind, chosen),
            "zone" not in reader.kind.silent and _zone(kind, chosen),
            (_day(kind, end, label, chosen) for end, label in _DAYS.items()),
            _lines(
                kind, ONLY, ("Which rows are meant, if not all", "Issue type = Incident"), chosen
            ),
            "words" not in reader.kind.silent and _lines(kind, WORDS, _WORDS[kind], chosen),
        ],
        h.button(
            class_=None if is_known else "primary",
            data_action="read mapped",
            data_value=kind,
            disabled=bool(lacking),
        )["Read it again" if is_known else "Read it"],
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
        # What follows is an option of the command line.
        h.span(".label")[field.meaning.partition("; --")[0]],
    ]


def _dates(kind: str, chosen: Mapping[str, str]) -> h.Element:
    now = chosen.get(DATES, "")
    return h.label(".dates")[
        h.span["Dates such as 05/02/2024"],
        h.select(data_action=f"map {kind} {DATES}")[
            (h.option(value=each, selected=each == now)[words] for each, words in _ORDERS.items())
        ],
    ]


def _zone(kind: str, chosen: Mapping[str, str]) -> h.Element:
    return h.label(".dates")[
        h.span["Time zone of times without one"],
        h.input(
            type="text",
            placeholder="UTC, or Europe/Berlin",
            data_action=f"map {kind} {ZONE}",
            value=chosen.get(ZONE, ""),
        ),
    ]


_WORDS = {
    "incidents": ("What its causes mean", "Upstream data = pipeline"),
    "timesheets": ("What its activities mean", "Support = upkeep"),
    "quality": ("What chance gives of a metric", "our score = 0.5"),
}
"""What is asked of the words of a file, with an example, by the kind of log."""


_TOLD = {
    WORDS: "A line each: what stands there = what it means.",
    ONLY: "A line each: column = what stands there. Of one column, any of its lines.",
}


def _lines(kind: str, name: str, asked: tuple[str, str], chosen: Mapping[str, str]) -> h.Element:
    """Return a field for lines with a sign of equality: its label, and an example."""
    label, example = asked
    return h.label(".meanings")[
        h.span[label],
        h.textarea(rows="2", placeholder=example, data_action=f"map {kind} {name}")[
            chosen.get(name, "")
        ],
        h.span(".label")[_TOLD[name]],
    ]


def _day(kind: str, name: str, label: str, chosen: Mapping[str, str]) -> h.Element:
    return h.label(".dates")[
        h.span[label],
        h.input(type="date", data_action=f"map {kind} {name}", value=chosen.get(name, "")),
    ]
