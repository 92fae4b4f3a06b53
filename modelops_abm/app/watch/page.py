"""The part of the page that is called Watch."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup


@solara.component
def Watch(session: Session) -> None:
    """Show the part."""
    Markup(h.p[session.plan.start])
