"""The drawer that explains a capability or another value of the scenario."""

from __future__ import annotations

import solara

from modelops_abm.app.state.session import Session


@solara.component
def Drawer(session: Session) -> None:
    """Show what the drawer explains, or nothing."""
    solara.Div(classes=["drawer"] if session.drawer.value else [])
