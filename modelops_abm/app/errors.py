"""Nothing that goes wrong takes the page away: a handler tells it, a card stands for itself.

What goes wrong in the background is told by `state.jobs`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import htpy as h
import solara

from modelops_abm.app.state.jobs import of_mistake
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.scenario import InputError

_log = logging.getLogger(__name__)


def reported[**P](session: Session, handler: Callable[P, None]) -> Callable[P, None]:
    """Return a handler whose exceptions become the session's notice.

    What a visitor did wrong is told in the words of the error; what the program did wrong is told
    as such, and goes to the log. Every handler that a browser can call is given to this: Solara
    would replace the whole page by a traceback.
    """

    def handle(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            handler(*args, **kwargs)
        except InputError as error:
            session.notice.set(str(error))
        except Exception as error:  # noqa: BLE001 - the page must stay
            _log.exception("a handler of the page failed")
            session.notice.set(f"{of_mistake(error)} Nothing was changed.")

    return handle


@solara.component
def ErrorBoundary(part: Callable[[Session], solara.Element], session: Session) -> None:
    """Show a part of the page, or that it cannot be drawn; a new answer or plan is tried again."""
    error, forget = solara.use_exception()  # of whatever is drawn inside

    def try_again() -> None:
        if error is not None:
            forget()

    def write_to_log() -> None:
        if error is not None:
            _log.error("a card of the page cannot be drawn", exc_info=error)

    # An error is logged at the rendering that found it, and forgotten at a later one.
    solara.use_effect(try_again, [id(session.answer.value), session.plan.key])
    solara.use_effect(write_to_log, [error])
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
