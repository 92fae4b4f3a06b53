"""The export menu: what can be saved of the plan that is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import htpy as h

from modelops_abm.app.export.figures import figures_csv, series_csv
from modelops_abm.app.export.names import file_name
from modelops_abm.app.export.report import report
from modelops_abm.app.export.slides import slides
from modelops_abm.app.export.subject import Subject, subject_of
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.browser import download, picture
from modelops_abm.formats import plural

EXPORT_PANEL = "export-panel"
_CHARTS = "charts"


class Export(NamedTuple):
    """Something that can be saved.

    Attributes
    ----------
    name, words
        What it is called, and what is in it.
    ending, media_type
        End of the file's name, and its type.
    content
        Makes the file; None if the browser makes it.
    """

    name: str
    words: str
    ending: str
    media_type: str
    content: Callable[[Subject], bytes] | None


EXPORTS = {
    "report": Export("Report", "HTML, one file", "report.html", "text/html", report),
    "slides": Export(
        "Slides",
        "PowerPoint",
        "slides.pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        slides,
    ),
    "figures": Export("All figures", "CSV", "figures.csv", "text/csv", figures_csv),
    "weekly": Export("Weekly series", "CSV", "weekly.csv", "text/csv", series_csv),
    _CHARTS: Export("Charts as shown", "PNG, zipped", "charts.zip", "application/zip", None),
}


def export_panel(session: Session) -> h.Element:
    """Return the menu below the button, which the browser opens and closes."""
    return h.div(".panel.menu", id=EXPORT_PANEL, popover=True, aria_label="Export")[
        h.p(".label")[_state(session)],
        (_item(name, entry) for name, entry in EXPORTS.items()),
    ]


def _item(name: str, entry: Export) -> h.Element:
    return h.button(
        ".plain",
        data_action="export",
        data_value=name,
        popovertarget=EXPORT_PANEL,
        popovertargetaction="hide",
    )[h.span[entry.name], h.span(".label")[entry.words]]


def _state(session: Session) -> str:
    answer = session.answer.value
    if answer is None:
        return "The first estimate is not there yet."
    futures = plural(answer.comparison.replications, "future")
    return f"As it is now: {futures}." if answer.is_settled else f"As far as it is: {futures}."


def export(session: Session, what: str) -> None:
    """Save something of what is shown; it is made beside the page, which goes on."""
    entry = EXPORTS[what]
    subject = subject_of(session)
    if entry.content is None:
        session.tell_browser(picture())
    elif subject is None:
        session.notice.set("There is nothing to export before the first estimate.")
    elif not session.exporting.value:
        session.exporting.set(entry.name.lower())
        parts = (session, subject, entry, entry.content)
        work = threading.Thread(target=guarded(session, _make), args=parts, daemon=True)
        work.start()


def _make(
    session: Session, subject: Subject, entry: Export, content: Callable[[Subject], bytes]
) -> None:
    try:
        name = file_name(subject.plan, entry.ending)
        session.tell_browser(download(name, content(subject), entry.media_type))
    finally:
        session.exporting.set("")
