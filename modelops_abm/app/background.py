"""What goes on behind the page: the plan is answered as soon as it changes."""

from __future__ import annotations

import solara
from reacton.core import get_render_context

from modelops_abm.app.memory import give_back_soon
from modelops_abm.app.state.session import Session


@solara.component
def Background(session: Session) -> None:
    """Answer whatever plan is shown, explain what the drawer asks for, and stop at the end.

    Shows nothing. What is started here belongs to the visitor whose page it is.
    """
    session.drawing = get_render_context()
    asked = [session.plan.key, session.seed.value]
    solara.use_effect(session.ask, [*asked, session.precision.value])
    solara.use_effect(session.explain, [*asked, session.drawer.value])
    solara.use_effect(lambda: lambda: leave(session), [])
    solara.Div(style={"display": "none"})


def leave(session: Session) -> None:
    """Stop what goes on for a visitor who leaves."""
    session.close()
    give_back_soon()
