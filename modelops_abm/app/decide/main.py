"""The main column of Decide: the answer, and the cards that explain it."""

from __future__ import annotations

import solara

from modelops_abm.app.decide.cards import Cards
from modelops_abm.app.decide.head import Head
from modelops_abm.app.state.session import Session


@solara.component
def Main(session: Session) -> None:
    """Show the verdict, the figures and the cards."""
    with solara.Div(classes=["decide-main"]):
        Head(session)
        Cards(session)
