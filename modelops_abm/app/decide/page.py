"""Decide: the plan in the rail, its answer in the main column, explanations in a drawer.

Each part stands in a boundary of its own: one that cannot be drawn says so and leaves the others.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import batched

import htpy as h
import solara

from modelops_abm.app.decide.advice_card import AdviceCard
from modelops_abm.app.decide.chart_cards import LossesCard, NetValueCard, OverTimeCard, TeamTimeCard
from modelops_abm.app.decide.comparison_card import ComparisonCard
from modelops_abm.app.decide.credit_card import CreditCard, credit_of
from modelops_abm.app.decide.figures import figures, figures_card, waiting_figures
from modelops_abm.app.decide.organisations_card import OrganisationsCard
from modelops_abm.app.decide.parameter_drawer import Drawer
from modelops_abm.app.decide.rail import Rail, explain
from modelops_abm.app.decide.rail_rows import maximum_of
from modelops_abm.app.decide.sentences import progress, remarks_awaited, remarks_of
from modelops_abm.app.decide.settle_card import SettleCard, is_awaited
from modelops_abm.app.decide.timeline import TimelineMain, TimelineRail
from modelops_abm.app.decide.tray_card import TrayCard
from modelops_abm.app.decide.verdict_card import (
    MODES,
    NOT_YET,
    mode_switch,
    run_state,
    short_verdict,
    verdict_card,
    waiting_verdict,
)
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.state.belief import belief_of
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action

CARDS: list[Callable[[Session], solara.Element]] = [OverTimeCard, TeamTimeCard, LossesCard]
"""Cards below the net value, three in a row; a program adds its own before it serves the page."""


@solara.component
def Decide(session: Session) -> None:
    """Show the part."""
    is_explaining = bool(session.drawer.value)
    with solara.Div(classes=["decide", *["explaining"] * is_explaining]):
        with solara.Div(classes=["decide-flow"]):
            if session.is_timeline.value:
                ErrorBoundary(TimelineRail, session).key("timeline rail")
                TimelineMain(session).key("timeline")
            else:
                ErrorBoundary(Rail, session).key("rail")
                with solara.Div(classes=["decide-head-place"]).key("head"):
                    Head(session)
                with solara.Div(classes=["decide-cards-place"]).key("cards"):
                    Cards(session)
                ErrorBoundary(ShortVerdict, session).key("short verdict")
        with solara.Div(classes=["decide-drawer-place"]):
            Drawer(session)


@solara.component
def Cards(session: Session) -> None:
    """Show the charts, the credit of each capability, the losses and the scenarios."""
    is_over = session.is_over.value
    if session.compared.value is not None and session.tray.value:
        with solara.Div(classes=["decide-cards"]):
            ErrorBoundary(ComparisonCard, session)
            ErrorBoundary(TrayCard, session)
        return
    # What one decides by, kept plans too, is in sight at once on a laptop, and the rest below.
    # Three in a row; what is left over in the last row shares its width.
    side, rest = [CreditCard], list(batched(CARDS, 3))
    below: list[Callable[[Session], solara.Element]] = []
    if is_over:
        side, below = [OrganisationsCard, CreditCard], [*CARDS[:1], SettleCard]
        rest = [(), *batched(CARDS[1:], 3)]
    with solara.Div(classes=["decide-cards"]):
        with solara.Div(classes=["cards-row", "wide-first", *["over"] * is_over]):
            ErrorBoundary(NetValueCard, session)
            with solara.Div(classes=["side"]):
                for place, card in enumerate(side):
                    ErrorBoundary(card, session).key(f"side {place} {is_over}")
            for place, card in enumerate(below):
                ErrorBoundary(card, session).key(f"below {place}")
        for number, row in enumerate(rest):
            if row:
                with solara.Div(classes=["cards-row", *["pairs"] * (len(row) == 2)]):
                    for place, card in enumerate(row):
                        ErrorBoundary(card, session).key(f"{place} {is_over}")
            if number == 0:
                ErrorBoundary(TrayCard, session)
                ErrorBoundary(AdviceCard, session)


@solara.component
def Head(session: Session) -> None:
    """Show the verdict and the figures, or that they cannot be shown."""
    with solara.Div(classes=["decide-head"]):
        with solara.Div(classes=["verdict-place", *["over"] * session.is_over.value]):
            ErrorBoundary(Verdict, session)
            ErrorBoundary(RunState, session)
        ErrorBoundary(Modes, session)
        ErrorBoundary(Figures, session)


@solara.component
def Modes(session: Session) -> None:
    """Show the switch between the values as set and what the organisation may be, with the key."""

    def act(action: Action) -> None:
        if action.name == "mode" and action.value in MODES:
            session.is_over.set(action.value == "over")

    content = mode_switch(is_over=session.is_over.value)
    Markup(content, reported(session, act), css_class="modes-place")


@solara.component
def Verdict(session: Session) -> None:
    """Show what the plan is worth, and what else one must know."""
    answer, remarks = session.answer.value, remarks_of(session)

    def act(action: Action) -> None:
        change = remarks.change
        if action.name == "use change" and change is not None:
            session.change({maximum_of(change.capability): change.level})

    if answer is None:
        Markup(waiting_verdict(session.plan.scenario, is_over=session.is_over.value))
    else:
        doubts = () if answer.over is None else belief_of(answer.plan.belief).doubts()
        awaits = [*remarks_awaited(session), *["what would settle it"] * is_awaited(answer.over)]
        credit = credit_of(session)
        content = verdict_card(answer, credit, remarks, doubts=doubts, awaits=awaits)
        Markup(content, reported(session, act))


@solara.component
def ShortVerdict(session: Session) -> None:
    """Show the answer in a line, on a phone that has scrolled past it."""
    answer = session.answer.value
    Markup(h.fragment[answer is not None and short_verdict(answer)])


@solara.component
def RunState(session: Session) -> None:
    """Show how far the answer has come."""
    answer = session.answer.value
    if answer is None:
        Markup(run_state(NOT_YET))
        return
    key, run = session.plan.key, session.progress.value
    done = run.done if run is not None and run.plan.key == key else 0
    Markup(run_state(progress(answer, done=done, is_superseded=answer.plan.key != key)))


@solara.component
def Figures(session: Session) -> None:
    """Show the key figures."""
    answer = session.answer.value
    if answer is None:
        content = waiting_figures(session.plan.scenario.horizon_days)
    else:  # which does not read the plan that is shown: a move alone draws nothing anew
        known = answer.comparison
        shown = figures(known, answer.over)
        drawn = 0 if answer.over is None else answer.over.replications
        content = figures_card(
            shown,
            answers=answer.plan.key,
            futures=known.replications,
            organisations=drawn,
            explains=True,
        )

    def act(action: Action) -> None:
        if action.name == "explain":
            explain(session, action.value)

    Markup(content, reported(session, act), css_class="figures-place")
