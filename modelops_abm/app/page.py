"""The page: its top bar, and the four parts below it.

`solara` shows `Page` to each visitor: a session of their own, what keeps it in step with the
browser, what runs behind it, the top bar, and the part that is chosen. The bar, which comes first
here, holds the parts, share, export and theme, and below them what asks for attention.
"""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import solara

from modelops_abm.app.access import protect_what_serves
from modelops_abm.app.browser_sync import (
    BrowserSync,
    open_session,
    query_of_session,
    use_query,
)
from modelops_abm.app.decide.page import Decide
from modelops_abm.app.decide.sentences import FindRemarks
from modelops_abm.app.drawing.interval_mark import hatching
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.export.menu import (
    EXPORT_PANEL,
    EXPORTS,
    SHARE_PANEL,
    SavedPictures,
    command_shown,
    export,
    export_panel,
    link_of,
    share_panel,
)
from modelops_abm.app.organisation.file_cards import models_and_people, organisation_in_words
from modelops_abm.app.organisation.own_files import save_scenario
from modelops_abm.app.organisation.page import YourOrganisation
from modelops_abm.app.state.answer import PRECISIONS
from modelops_abm.app.state.plan import minutes_of, size_of
from modelops_abm.app.state.session import VIEWS, Session
from modelops_abm.app.theme import icon, stylesheet
from modelops_abm.app.understand.page import Understand
from modelops_abm.app.visit import Visit
from modelops_abm.app.watch.page import Watch
from modelops_abm.app.widgets import Connection, Markup
from modelops_abm.app.widgets.browser import copy, switch_theme
from modelops_abm.app.widgets.markup import Action
from modelops_abm.formats import number, plural
from modelops_abm.scenario.presets import with_titles
from modelops_abm.scenario.words import team_caution
from modelops_abm.text import printable

# --------------------------------------------------------------------------------------
# The top bar: the parts of the page, the portfolio, share, export, light and dark.


@solara.component
def TopBar(session: Session) -> None:
    """Show the top bar, and a notice if something went wrong."""
    query = use_query(session)

    def act(action: Action) -> None:
        match action:
            case ("view", view) if view in VIEWS:
                session.view.set(view)
            case ("theme", _):
                session.tell_browser(switch_theme())
            case ("dismiss", _):
                session.notice.set("")
            case ("export", what) if what in EXPORTS:
                export(session, what)
            case ("run large plan", _):
                session.agree()
            case ("forgo portfolio", _):
                session.wanted.set("")
            case ("forgo belief", _):
                session.wanted_belief.set("")
            case ("share" | "save plan" | "copy command" | "client", _):
                share(session, action)
            case _:
                state_team(session, action)

    # All that asks for attention is in the top bar, which stays when the parts below change.
    notices = h.fragment[
        _notice(session.notice.value),
        session.wanted.value and _missing("portfolio"),
        session.wanted_belief.value and _missing("belief"),
        _large_plan(session),
        _default_team(session),
    ]
    Markup(h.fragment[_bar(session, query), notices], reported(session, act), css_class="frame")


def share(session: Session, action: Action) -> None:
    """Hand out the plan: as a link or a command on the clipboard, or as a file; or say for whom."""
    words = command_shown(session)
    if action.name == "client":
        session.name_client(action.value)
    elif action.name == "share":
        session.tell_browser(copy(link_of(session, query_of_session(session))))
    elif action.name == "save plan":
        save_scenario(session)
    elif words:
        session.tell_browser(copy(words))


def _bar(session: Session, query: str | None) -> h.Element:
    making = session.exporting.value
    words = f"Making {making}" if making else "Export"
    return h.header(".top")[
        h.div(".brand")[
            icon("brand", 22),
            h.span(".words-of-brand")["ModelOps simulator"],
            h.span(".here", aria_hidden="true")[
                VIEWS[session.view.value],
                session.view.value == "decide" and h.small[models_and_people(session.plan)],
            ],
        ],
        session.view.value != "decide" and h.h1(".spoken")[VIEWS[session.view.value]],
        h.nav(aria_label="Parts of the page")[
            (
                h.button(
                    data_action="view",
                    data_value=view,
                    aria_current="page" if session.view.value == view else None,
                )[icon(_VIEW_ICONS[view], 22), _name_in_bar(name)]
                for view, name in VIEWS.items()
            )
        ],
        h.div(".portfolio")[icon("file"), organisation_in_words(session.plan)],
        h.button(
            data_action="share",
            popovertarget=SHARE_PANEL,
            aria_haspopup="dialog",
            aria_label="Share",
        )[icon("share"), h.span(".words")["Share"]],
        share_panel(session, query),
        h.button(popovertarget=EXPORT_PANEL, disabled=bool(making), aria_label=words)[
            icon("export"), h.span(".words")[words]
        ],
        export_panel(session),
        h.button(".plain.icon", data_action="theme", aria_label="Light or dark")[icon("moon")],
    ]


_VIEW_ICONS = {"decide": "scales", "watch": "eye", "understand": "book", "data": "building"}


def _name_in_bar(name: str) -> h.Element:
    """Return the name of a part; of two words a phone shows the last."""
    first, _, last = name.rpartition(" ")
    return h.span[bool(first) and h.span(".first-word")[f"{first} "], h.span(".last-word")[last]]


_MOST_LINES = 3
"""Of a notice; a file that is another altogether has something wrong in every line."""


def _notice(words: str) -> h.Element | None:
    if not words:
        return None
    lines = words.splitlines()
    more = len(lines) - _MOST_LINES
    return h.div(".notice.told", role="alert")[
        h.span[
            "\n".join(lines[:_MOST_LINES]),
            more > 0 and f"\nand {plural(more, 'other thing')}",
        ],
        h.button(data_action="dismiss")[icon("close"), "Dismiss"],
    ]


_MISSING = {
    "portfolio": "This plan needs its portfolio file, which the link does not hold. Until you"
    " choose it, all figures are those of the example portfolio.",
    "belief": "What is believed of this organisation is in a file that the link does not hold."
    " Until you choose it, what nobody knows is as it is for any organisation.",
}
"""What is said of a file that a link names, and of which the figures are not until it is there."""


def _missing(what: str) -> h.Element:
    return h.div(".notice", role="alert", data_part=f"missing-{what}")[
        h.span[_MISSING[what]],
        h.button(".primary", data_action="view", data_value="data")["Choose the file"],
        h.button(data_action=f"forgo {what}")["Go on without it"],
    ]


def _large_plan(session: Session) -> h.Element | None:
    """Ask before a plan is run that takes long: whoever opens a link may not know what it asks."""
    if session.may_run(session.plan):
        return None
    scenario = session.plan.scenario
    replications = PRECISIONS[session.precision.value]
    minutes = max(1, round(minutes_of(scenario, replications)))
    return h.div(".notice", role="alert", data_part="large-plan")[
        h.span[
            f"This plan is large: {number(size_of(scenario))} model-days in every future. All"
            f" {number(replications)} futures take up to {plural(minutes, 'minute')} of processor"
            " time; first figures come much earlier. Nothing is run until you say so."
        ],
        h.button(".primary", data_action="run large plan")["Run it"],
    ]


_TEAM = {
    "set developers": ("team.developers", "Developers", int),
    "set payroll": ("team.payroll_per_year", "$ a year each", float),
}
"""What is asked of a team, by the action that says it: the value's name, its label, its kind."""


def _default_team(session: Session) -> h.Element | None:
    """Ask for the team of a visitor's portfolio: all figures depend on it, and no row has it."""
    # Of the base: who has set one of the two has not been asked for the other yet.
    caution = with_titles(team_caution(session.plan.base))
    if session.team_is_stated.value or not caution:
        return None
    return h.div(".notice", role="alert", data_part="default-team")[
        # Which names they have is for files and the command line.
        h.span[f"Before you read the answer: {caution.partition(': team.')[0]}."],
        (
            h.label[
                f"{label} ",
                h.input(
                    type="number",
                    min="0",
                    value=f"{session.plan.value(name):.10g}",
                    data_action=action,
                ),
            ]
            for action, (name, label, _) in _TEAM.items()
        ),
        h.button(".primary", data_action="state team")["This is our team"],
    ]


def state_team(session: Session, action: Action) -> None:
    """Take what a visitor says about the team; what is no number becomes a notice."""
    if action.name == "state team":
        session.team_is_stated.set(True)
        if session.view.value == "data":  # a file was read, the team is told: here is the answer
            session.view.set("decide")
    elif action.name in _TEAM:
        name, label, kind = _TEAM[action.name]
        try:
            session.change({name: kind(action.value)})
        except ValueError:
            session.notice.set(f"{label}: '{printable(action.value)}' is no number.")


# `solara run` imports this in its server before it answers anybody; `server.serve` does it itself.
protect_what_serves()

PARTS: dict[str, Callable[[Session], solara.Element]] = {
    "decide": Decide,
    "watch": Watch,
    "understand": Understand,
    "data": YourOrganisation,
}


@solara.component
def Page() -> None:
    """Show the page of one visitor."""
    router = solara.use_router()
    session = solara.use_memo(lambda: open_session(router.search), [])  # once: the link it came by
    solara.Title("ModelOps simulator")
    solara.Style(stylesheet())
    with solara.Div(classes=["modelops"]):
        Connection()
        Visit(session)
        BrowserSync(session)
        SavedPictures(session)
        ErrorBoundary(FindRemarks, session)
        Markup(hatching(), css_class="hatching-place")
        TopBar(session)
        with solara.Div(attributes={"role": "main"}):
            # With a key: another part is another element, and not the last one with other content.
            ErrorBoundary(PARTS[session.view.value], session).key(session.view.value)


@solara.component
def Layout(children: list[solara.Element]) -> None:
    """Show the page without Solara's own frame."""
    solara.Div(children=children)
