"""A card that cannot be drawn says so, and leaves the others alone."""

from __future__ import annotations

import logging
from collections.abc import Callable

import htpy as h
import solara

from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup

_log = logging.getLogger(__name__)


@solara.component
def Safe(part: Callable[[Session], solara.Element], session: Session) -> None:
    """Show a part of the page, or that it cannot be shown; a new answer is tried again."""
    error, forget = solara.use_exception()
    answer = session.answer.value
    shown = id(answer)

    def try_again() -> None:
        if error is not None:
            forget()

    def note() -> None:
        if error is not None:
            _log.error("a card of the page cannot be drawn", exc_info=error)

    solara.use_effect(try_again, [shown, session.plan.key])
    solara.use_effect(note, [error])
    if error is None:
        part(session)
        return
    Markup(
        h.section(".card", role="alert")[
            h.p["This card cannot be drawn, by a mistake of this program."],
            h.p(".label")[f"{type(error).__name__}. The next answer is tried again."],
        ],
        css_class="card-place",
    )
