"""Decide: the plan in the rail, its answer in the main column, explanations in a drawer."""

from __future__ import annotations

import solara

from modelops_abm.app.decide.cards import Cards
from modelops_abm.app.decide.drawer import Drawer
from modelops_abm.app.decide.head import Head
from modelops_abm.app.decide.rail import Rail
from modelops_abm.app.decide.safe import Safe
from modelops_abm.app.state.session import Session


@solara.component
def Decide(session: Session) -> None:
    """Show the part."""
    is_explaining = bool(session.drawer.value)
    with solara.Div(classes=["decide", *["explaining"] * is_explaining]):
        with solara.Div(classes=["decide-flow"]):
            Safe(Rail, session)
            with solara.Div(classes=["decide-head-place"]):
                Head(session)
            with solara.Div(classes=["decide-cards-place"]):
                Cards(session)
        with solara.Div(classes=["decide-drawer-place"]):
            Drawer(session)
