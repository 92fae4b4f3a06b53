"""The drawer that explains a capability or another value of the scenario."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide.capability_drawer import CapabilityDrawer
from modelops_abm.app.decide.parameter_drawer import ParameterDrawer
from modelops_abm.app.decide.safe import Safe
from modelops_abm.app.decide.settings import SETTABLE
from modelops_abm.app.icons import icon
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Keys, Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.parameters import CAPABILITY_NAMES


@solara.component
def Drawer(session: Session) -> None:
    """Show what the drawer explains, or that it cannot be shown, or nothing."""
    Safe(OpenDrawer, session)


@solara.component
def OpenDrawer(session: Session) -> None:
    """Show what the drawer explains, or nothing."""
    subject = session.drawer.value
    capability = next((name for name in CAPABILITY_NAMES if name == subject), None)
    if capability is None and subject not in SETTABLE:
        solara.Div(style={"display": "none"})
        return

    def close(_action: Action | str) -> None:
        session.drawer.set("")

    shown = {"role": "complementary", "aria-label": "Explanation", "data-part": "drawer"}
    with solara.Div(classes=["drawer"], attributes=shown):
        Keys({"escape": "close"}, close)
        Markup(_head(title_of(subject)), close)
        if capability is not None:
            CapabilityDrawer(session, capability).key(subject)
        else:
            ParameterDrawer(session, subject).key(subject)


def title_of(subject: str) -> str:
    """Return what the drawer is about, in words: Monitoring; Drift: onsets per year."""
    words = subject.removeprefix("capabilities.").replace("_", " ").replace(".", ": ")
    return f"{words[0].upper()}{words[1:]}"


def _head(title: str) -> h.Element:
    return h.div(".drawer-head")[
        h.h2[title],
        h.button(".plain.icon", data_action="close", aria_label="Close the explanation")[
            icon("close")
        ],
    ]
