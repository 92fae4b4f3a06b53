"""What goes on behind the page: the plan is answered as soon as it changes."""

from __future__ import annotations

import threading
import time

import solara
from reacton.core import get_render_context
from solara.server import kernel_context

from modelops_abm.app.memory import give_back_soon
from modelops_abm.app.state.session import Session

_PATIENCE_SECONDS = 3.0


@solara.component
def Background(session: Session) -> None:
    """Answer whatever plan is shown, explain what the drawer asks for, and stop at the end.

    Shows nothing. What is started here belongs to the visitor whose page it is.
    """
    session.drawing = get_render_context()
    asked = [session.plan.key, session.seed.value, session.agreed.value]
    solara.use_effect(session.ask, [*asked, session.precision.value])
    solara.use_effect(session.explain, [*asked, session.drawer.value])
    solara.use_effect(lambda: lambda: leave(session), [])
    solara.Div(style={"display": "none"})


def leave(session: Session) -> None:
    """Stop what goes on for a visitor who leaves."""
    session.close()
    _wait_for_threads()
    give_back_soon()


def _wait_for_threads() -> None:
    """Wait for the visitor's threads, which have been stopped.

    Solara looks through them when a visitor has left, and fails if one ends meanwhile.
    """
    if not kernel_context.has_current_context():
        return
    visitor, end = kernel_context.get_current_context(), time.monotonic() + _PATIENCE_SECONDS
    for thread in threading.enumerate():
        key = kernel_context.get_thread_key(thread)
        is_other = thread is not threading.current_thread()
        if is_other and kernel_context.current_context.get(key) is visitor:
            thread.join(max(0.0, end - time.monotonic()))
