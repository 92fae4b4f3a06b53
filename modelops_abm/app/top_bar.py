"""The top bar: the parts of the page, the portfolio, share, export, light and dark."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.icons import icon
from modelops_abm.app.state.session import VIEWS, Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.browser import switch_theme
from modelops_abm.app.widgets.markup import Action
from modelops_abm.formats import plural


@solara.component
def TopBar(session: Session) -> None:
    """Show the top bar, and a notice if something went wrong."""

    def act(action: Action) -> None:
        match action:
            case ("view", view) if view in VIEWS:
                session.view.set(view)
            case ("theme", _):
                session.tell_browser(switch_theme())
            case ("dismiss", _):
                session.notice.set("")

    Markup(h.fragment[_bar(session), _notice(session.notice.value)], act, css_class="frame")


def _bar(session: Session) -> h.Element:
    return h.header(".top")[
        h.div(".brand")[icon("brand", 22), h.span["ModelOps simulator"]],
        h.nav(aria_label="Parts of the page")[
            (
                h.button(
                    data_action="view",
                    data_value=view,
                    aria_current="page" if session.view.value == view else None,
                )[name]
                for view, name in VIEWS.items()
            )
        ],
        h.div(".portfolio")[icon("file"), _portfolio(session)],
        h.button(data_action="share")[icon("share"), h.span(".words")["Share"]],
        h.button(data_action="export")[icon("export"), h.span(".words")["Export"]],
        h.button(".plain.icon", data_action="theme", aria_label="Light or dark")[icon("moon")],
    ]


def _portfolio(session: Session) -> str:
    portfolio = session.plan.scenario.portfolio
    return f"Example portfolio, {plural(portfolio.initial_models, 'model')}"


def _notice(words: str) -> h.Element | None:
    if not words:
        return None
    return h.div(".notice", role="alert")[
        h.span[words], h.button(data_action="dismiss")[icon("close"), "Dismiss"]
    ]
