"""What the page has to do with the browser around it: address, kept files, reports."""

from __future__ import annotations

from typing import Any

import solara

from modelops_abm.app.errors import reported
from modelops_abm.app.export.menu import save_pictures
from modelops_abm.app.state.opening import restore, use_kept, use_query
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Browser

_LONGEST_ADDRESS = 500


@solara.component
def Outside(session: Session) -> None:
    """Keep the browser's address and what it keeps for the tab as the session is."""
    query = use_query(session)
    kept = use_kept(session)
    Browser(
        command=session.command.value,
        address=query or "",
        kept=kept,
        event_report=reported(session, lambda report: hear(session, report)),
    )


def hear(session: Session, report: Any) -> None:
    """Take note of what the browser reports; what makes no sense is ignored."""
    match report:
        case {"kind": "opened", "address": str(address), "kept": dict(kept)}:
            if address.startswith(("http://", "https://")) and len(address) <= _LONGEST_ADDRESS:
                session.address.set(address)
            restore(session, {str(name): str(text) for name, text in kept.items()})
        case {"kind": "copied", "text": str(text)}:
            session.copied.set(text)
        case {"kind": "pictures", "pictures": dict(pictures)}:
            save_pictures(session, pictures)
        case {"kind": "not kept"}:
            session.notice.set(
                "The browser has no room to keep your files and scenarios: a reload loses them."
            )
