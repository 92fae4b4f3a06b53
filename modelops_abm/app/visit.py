"""One visit of the page: what runs behind it while it lasts, and what is freed when it ends."""

from __future__ import annotations

import gc
import threading
import time

import solara
from reacton.core import get_render_context
from solara.server import kernel_context

from modelops_abm.app.state.session import Session
from modelops_abm.runs.resources import give_back_memory

_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 5.0
"""So that Solara has let go of the session by then, and several that leave make one call."""
_lock = threading.Lock()
_waiting: threading.Timer | None = None


@solara.component
def Visit(session: Session) -> None:
    """Answer whatever plan is shown, explain what the drawer asks for, and stop at the end.

    Shows nothing. What is started here belongs to the visitor whose page it is.
    """
    # Here and not in the session, which knows no reacton: a change from a background thread is
    # drawn in this page's context, and once for all it changes.
    session.drawing = get_render_context()
    asked = [session.plan.key, session.seed.value, session.agreed.value]
    # Asked before explained: the explanation waits for the answer that is under way when it is
    # begun. And asked at once, not as an effect, which comes when the whole page is drawn: the
    # first futures are run on other cores meanwhile.
    is_over = session.is_over.value
    solara.use_memo(session.ask, [*asked, session.precision.value, is_over])
    solara.use_effect(session.explain, [*asked, session.drawer.value, is_over])
    solara.use_effect(session.share_out, [*asked, session.shows_shares, is_over])
    solara.use_effect(session.weigh, [*asked, session.is_timeline.value])
    solara.use_effect(lambda: lambda: leave(session), [])
    solara.Div(style={"display": "none"})


def leave(session: Session) -> None:
    """Stop what goes on for a visitor who leaves, and free what it took."""
    # Threads are told to end before they are waited for, and memory goes back last, when they hold
    # nothing any more.
    session.close()
    _wait_for_threads()
    free_memory_soon()


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


def free_memory_soon() -> None:
    """Free memory in a moment; a call that waits already is put off."""
    global _waiting
    with _lock:
        if _waiting is not None:
            _waiting.cancel()
        _waiting = threading.Timer(_PAUSE_SECONDS, free_memory)
        _waiting.daemon = True
        _waiting.start()


def free_memory() -> None:
    """Give free memory back to the system; nothing of a closed session is held."""
    gc.collect()
    give_back_memory()
