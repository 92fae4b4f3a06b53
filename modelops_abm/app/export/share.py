"""The link to what a visitor sees, and the panel that shows it."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.icons import icon
from modelops_abm.app.state.session import Session

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
    is_copied = session.copied.value == link
    return h.fragment[
        h.h2["Link to this plan"],
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
        h.p(".secondary")[_holds(session)],
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
            "It differs from the reference in too much. Save it as a scenario file in Your data"
            " and send that."
        ],
    ]
