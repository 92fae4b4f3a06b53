"""Share and export: the link to what a visitor sees, and the files that can be saved of it.

First the link and its panel; then the charts as the browser has drawn them, as PNG files in one
archive; then the menu of all that can be saved, which is made beside the page.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import htpy as h
import solara

from modelops_abm.app.decide.credit_card import known_credit
from modelops_abm.app.decide.sentences import full_name
from modelops_abm.app.errors import reported
from modelops_abm.app.export.content import (
    Subject,
    awaited_in,
    command,
    figures_csv,
    files_of,
    names_this_machine,
    series_csv,
    subject_of,
)
from modelops_abm.app.export.report import report
from modelops_abm.app.export.slides import slides
from modelops_abm.app.organisation.file_cards import organisation_in_words
from modelops_abm.app.state.plan import Plan, file_name
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import LONGEST_NAME
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Pictures
from modelops_abm.app.widgets.browser import download, picture
from modelops_abm.experiments.words import capitalised
from modelops_abm.formats import plural
from modelops_abm.text import all_of
from modelops_abm.version import __version__

SHARE_PANEL = "share-panel"


def link_of(session: Session, query: str | None) -> str:
    """Return the link with a query of `use_query`; empty if no link can hold the plan."""
    return "" if query is None else f"{session.address.value}?{query}"


def share_panel(session: Session, query: str | None) -> h.Element:
    """Return the panel below the button, which the browser opens and closes."""
    link = link_of(session, query)
    content = _shown(session, link) if link else _too_long()
    return h.div(".panel", id=SHARE_PANEL, popover=True, role="dialog", aria_label="Share")[content]


def _shown(session: Session, link: str) -> h.Fragment:
    is_own = names_this_machine(link)
    words = command_shown(session) if is_own else ""
    is_copied = session.copied.value in (link, words or link)
    return h.fragment[
        h.h2["Link to this plan, on this machine only" if is_own else "Link to this plan"],
        h.div(".link")[
            h.input(
                type="text",
                value=link,
                readonly=True,
                data_part="share-link",
                aria_label="Link to this plan",
            ),
            h.button(".primary", data_action="share")[icon("share"), "Copy"],
        ],
        h.p(".label", role="status")["Copied to the clipboard." if is_copied else ""],
        (not is_own or session.plan.scenario.imported is not None)
        and h.p(".secondary")[_holds(session)],
        is_own and _for_others(session, words),
    ]


def command_shown(session: Session) -> str:
    """Return the command of the plan that is shown; empty until that one is answered."""
    subject = subject_of(session)
    is_of_plan = subject is not None and subject.plan.key == session.plan.key
    return command(subject) if subject is not None and is_of_plan else ""


def _for_others(session: Session, words: str) -> h.Fragment:
    """Return what works for others while the page has no name that they could ask for."""
    beside = "" if session.plan.scenario.imported is None else ", beside the portfolio's own file"
    return h.fragment[
        h.p(".secondary")[
            "127.0.0.1 is whatever machine it is opened on, so send this link to nobody. What works"
            " for others who have this version:"
        ],
        h.ul(".for-others")[
            h.li[
                h.button(data_action="save plan")[icon("export"), "Save the plan as a file"],
                h.span(".label")[f"Opens in Your organisation of their page{beside}."],
            ],
            h.li[
                h.span(".label")[
                    "Or serve the page under a name, behind a proxy that speaks TLS:"
                    " modelops-abm page --allow-host NAME. Its links work for all who reach it."
                ]
            ],
            bool(words)
            and h.li[
                h.button(data_action="copy command")[icon("share"), "Copy the command"],
                h.code[words],
                (told := files_of(words)) and h.span(".label")[f"{told} Send it along."],
            ],
        ],
    ]


def _holds(session: Session) -> str:
    if session.plan.scenario.imported is None and not session.wanted.value:
        return "Whoever opens it with this version sees the same figures."
    return (
        "It holds nothing of the portfolio but a fingerprint (SHA-256): whoever opens it is asked"
        " for the file, and then sees the same figures."
    )


def _too_long() -> h.Fragment:
    return h.fragment[
        h.h2["No link can hold this plan"],
        h.p(".secondary")[
            "It differs from the reference in too much. Save it as a scenario file in Your"
            " organisation and send that."
        ],
    ]


# --------------------------------------------------------------------------------------
# The charts as the browser has drawn them: what stands below each, and all as PNG in one archive.


# No dot and no slash: a file must not leave the folder into which an archive is unpacked.
_NAME = re.compile(r"[a-z0-9][a-z0-9 -]{0,59}")
_START = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PICTURES, _LARGEST_PICTURE = 40, 8_000_000
_NO_CHART = "There is no chart on this part of the page yet."


def caption_of(session: Session) -> str:
    """Return what stands below a picture of the part that is shown: of what it is, and from when.

    Figures are of the plan that is answered; what is told of the organisation is of no plan.
    """
    subject, belief = subject_of(session), session.organisation.belief.value
    version = f"modelops_abm {__version__}"
    if session.view.value == "data":
        drawn = "" if belief is None else f"{plural(len(belief.belief.draws), 'draw')} of "
        return capitalised(f"{drawn}what your organisation may be, {version}.")
    if subject is None:
        return f"{version}."
    whose, rests_on = organisation_in_words(subject.plan), subject.rests_on
    if session.view.value == "watch":
        rests_on = f"future {session.replication.value}, seed {subject.seed}, {version}"
    return f"{subject.name}. {whose}. {capitalised(rests_on)}. {subject.day}."


@solara.component
def SavedPictures(session: Session) -> None:
    """Let the browser save the cards of the page as pictures; invisible."""
    name = _file_name(session.plan, session.client.value, "")
    Pictures(caption=caption_of(session), file=name.rstrip("-"))


def save_pictures(session: Session, pictures: Mapping[str, Any]) -> None:
    """Hand the pictures that the browser has made back to it as one archive."""
    files = pictures_in(pictures)
    if not files:
        session.notice.set(_NO_CHART)
        return
    name = _file_name(session.plan, session.client.value, "charts.zip")
    session.tell_browser(download(name, zipped(files), "application/zip"))


def _file_name(plan: Plan, client: str, ending: str) -> str:
    """Return the name of a file; whose organisation it is is said unless the client is named."""
    return file_name(full_name(plan, says_whose=not client), ending, client)


def pictures_in(pictures: Mapping[Any, Any]) -> dict[str, bytes]:
    """Return the PNG pictures among what a browser sent, by name; the rest is left out."""
    found = {}
    for name, data in list(pictures.items())[:_MOST_PICTURES]:
        content = _png(data)
        if content is not None and _NAME.fullmatch(str(name)):
            found[str(name)] = content
    return found


def _png(data: Any) -> bytes | None:
    if not isinstance(data, str) or not data.startswith(_START) or len(data) > _LARGEST_PICTURE:
        return None
    try:
        content = base64.b64decode(data.removeprefix(_START), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content.startswith(_SIGNATURE) else None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of pictures; PNG is compressed already."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, content in files.items():
            target.writestr(f"{name.replace(' ', '-')}.png", content)
    return archive.getvalue()


# --------------------------------------------------------------------------------------
# The export menu: what can be saved of the plan that is shown.


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
    has_credit
        Whether it says which capability earns what.
    """

    name: str
    words: str
    ending: str
    media_type: str
    content: Callable[[Subject], bytes] | None
    has_credit: bool = False


EXPORTS = {
    "report": Export(
        "Report", "HTML, one file", "report.html", "text/html", report, has_credit=True
    ),
    "slides": Export(
        "Slides",
        "PowerPoint",
        "slides.pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        slides,
        has_credit=True,
    ),
    "figures": Export("All figures", "CSV", "figures.csv", "text/csv", figures_csv),
    "weekly": Export("Weekly series", "CSV", "weekly.csv", "text/csv", series_csv),
    _CHARTS: Export("Charts as shown", "PNG, zipped", "charts.zip", "application/zip", None),
}


def export_panel(session: Session) -> h.Element:
    """Return the menu below the button, which the browser opens and closes."""
    # What is known now stands last: it gets shorter while answers come, and what is about to be
    # pressed may not move.
    return h.div(".panel.menu", id=EXPORT_PANEL, popover=True, aria_label="Export")[
        h.label(".for-whom")[
            h.span(".label")["For, on the cover"],
            h.input(
                type="text",
                value=session.client.value,
                maxlength=str(LONGEST_NAME),
                placeholder="Client's name",
                data_action="client",
            ),
        ],
        (_item(name, entry) for name, entry in EXPORTS.items()),
        h.p(".label")[_state(session)],
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
    known = f"As it is now: {futures}." if answer.is_settled else f"As far as it is: {futures}."
    waits = all_of(awaited_in(session, answer))
    return f"{known} Not found out yet, as what is saved says: {waits}." if waits else known


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
        # A thread and not one of `Jobs`: the next click must not cancel a file that is being made.
        # While `exporting` says something, none is begun.
        parts = (session, subject, entry, entry.content)
        work = threading.Thread(target=reported(session, _make), args=parts, daemon=True)
        work.start()


def _make(
    session: Session, subject: Subject, entry: Export, content: Callable[[Subject], bytes]
) -> None:
    try:
        if entry.has_credit:  # the page has run what it shows, which may be less
            found = session.whole_credit(subject.answer)
            subject = replace(subject, credit=known_credit(subject.answer, found))
        name = _file_name(subject.plan, subject.client, entry.ending)
        session.tell_browser(download(name, content(subject), entry.media_type))
    finally:
        session.exporting.set("")
