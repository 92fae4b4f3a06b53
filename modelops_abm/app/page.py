"""The page: its top bar, and the four parts below it."""

from __future__ import annotations

from collections.abc import Callable

import solara

from modelops_abm.app.access import protect_what_serves
from modelops_abm.app.background import Background
from modelops_abm.app.decide.page import Decide
from modelops_abm.app.decide.safe import Safe
from modelops_abm.app.outside import Outside
from modelops_abm.app.state.opening import open_session
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import stylesheet
from modelops_abm.app.top_bar import TopBar
from modelops_abm.app.understand.page import Understand
from modelops_abm.app.watch.page import Watch
from modelops_abm.app.your_data.page import YourData

protect_what_serves()

PARTS: dict[str, Callable[[Session], solara.Element]] = {
    "decide": Decide,
    "watch": Watch,
    "understand": Understand,
    "data": YourData,
}


@solara.component
def Page() -> None:
    """Show the page of one visitor."""
    router = solara.use_router()
    session = solara.use_memo(lambda: open_session(router.search), [])
    solara.Title("ModelOps simulator")
    solara.Style(stylesheet())
    with solara.Div(classes=["modelops"]):
        Outside(session)
        Background(session)
        TopBar(session)
        with solara.Div(attributes={"role": "main"}):
            Safe(PARTS[session.view.value], session).key(session.view.value)


@solara.component
def Layout(children: list[solara.Element]) -> None:
    """Show the page without Solara's own frame."""
    solara.Div(children=children)
