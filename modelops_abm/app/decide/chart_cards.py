"""The cards that hold charts, each with its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import htpy as h
import solara

from modelops_abm.app.drawing.cards import card_head, losses_rows, table
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.comparison import (
    COURSES,
    Course,
    course,
    losses_of_plan,
    net_value,
    team_time_of_plan,
)
from modelops_abm.charts.echarts import Space
from modelops_abm.charts.figure import Figure, Key, spread
from modelops_abm.charts.palette import css
from modelops_abm.experiments import Comparison

_WAITING = "First estimate in a moment"
_NET_VALUE = Space(188, 32, 112)
_SMALL = Space(126, 34, 90, bottom=24, most=5)
_TEAM = Space(152, 4, 8, bottom=24, most=5)
_LINE = 16.0


@solara.component
def FigureCard(
    session: Session,
    title: str,
    figure_of: Callable[[Comparison], Figure],
    space: Space = _SMALL,
    *,
    name: str = "",
    css_class: str = "",
    over: Callable[[Comparison, Comparison], Figure] | None = None,
) -> None:
    """Show a figure of the answer, or its table: the whole of a card that needs nothing else.

    Parameters
    ----------
    session
        Of the visitor.
    title
        The heading, until the figure is there with its own.
    figure_of
        Makes the figure at the values as set; its parts are panels.
    space
        The place that the chart has.
    name
        Of the chart when it is exported as a picture; the figure's title if it is empty.
    css_class
        Class of the card, for a style of its own.
    over
        Makes it of what is as set and of the same over what the organisation may be; if None, it
        stays as set, and says so.
    """
    is_table, switch = _use_table(session)
    answer = session.answer.value
    known = None
    if answer is not None and over is not None and answer.over is not None:
        known = over(answer.comparison, answer.over)
    elif answer is not None:
        known = figure_of(answer.comparison)
        known = replace(known, unit=f"{known.unit}{_as_set(answer)}")
    figure = _use_grown(known, answer)
    with solara.Div(classes=["card", *css_class.split()]):
        if figure is None:
            Markup(card_head(title, "", _WAITING))
            _Nothing(space)
            return
        Markup(card_head(figure.title, figure.unit, figure.finding, is_table=is_table), switch)
        _Shown(figure, space, is_table=is_table, name=name)
        # Once on the page: in smaller cards the letters stand for the same.
        if figure.legend_of_changes and not is_table:
            Markup(h.p(".changes")[figure.legend_of_changes])


@solara.component
def NetValueCard(session: Session) -> None:
    """Show the net value so far of plan and baseline, and their difference."""
    title, name = "Net value so far", "net value"
    FigureCard(
        session, title, net_value, _NET_VALUE, name=name, css_class="net-value", over=net_value
    )


@solara.component
def OverTimeCard(session: Session) -> None:
    """Show availability, users or predictions over time."""
    name, choose = solara.use_state("availability")
    is_table, switch = _use_table(session)
    answer = session.answer.value
    known = None if answer is None else course(answer.comparison, name, answer.over)
    figure = _use_grown(known, answer, name)

    def act(action: Action) -> None:
        match action:
            case ("outcome", chosen) if chosen in COURSES:
                choose(chosen)
            case _:
                switch(action)

    with solara.Div(classes=["card", "over-time"]):
        unit = _WAITING if figure is None else figure.unit
        Markup(card_head(_tabs(name), unit, is_table=is_table), reported(session, act))
        if figure is None:
            _Nothing(_SMALL)
        else:
            _Shown(figure, _SMALL, is_table=is_table)


def _tabs(chosen: Course) -> h.Element:
    return h.div(".tabs", role="group", aria_label="What is shown over time")[
        (
            h.button(
                data_action="outcome",
                data_value=name,
                aria_pressed=str(name == chosen).lower(),
            )[title]
            for name, title in COURSES.items()
        )
    ]


@solara.component
def TeamTimeCard(session: Session) -> None:
    """Show what the team spends its time on."""
    is_table, switch = _use_table(session)
    answer = session.answer.value
    with solara.Div(classes=["card", "team-time"]):
        unit = f"% of developer days, by month{_of_whom(answer)}"
        Markup(card_head("Team time", unit, is_table=is_table), switch)
        if answer is None:
            _Nothing(_TEAM)
            return
        figure = team_time_of_plan(answer.shown)
        if is_table:
            _Shown(figure, _TEAM, is_table=True)
            return
        with solara.Div(classes=["team-chart"]):
            _Shown(figure, _TEAM, is_table=False)
            (panel,) = figure.panels
            assert panel.key is not None
            Markup(legend(panel.key, _TEAM))


@solara.component
def LossesCard(session: Session) -> None:
    """Show the value lost on the way, cause by cause."""
    is_table, switch = _use_table(session)
    answer = session.answer.value
    figure = None if answer is None else losses_of_plan(answer.shown)
    unit = _WAITING if figure is None else f"{figure.unit}{_of_whom(answer)}"
    with solara.Div(classes=["card", "losses-card"]):
        Markup(card_head("Value lost on the way", unit, is_table=is_table), switch)
        if figure is None:
            _Nothing(_TEAM)
        elif is_table:
            _Shown(figure, _TEAM, is_table=True)
        else:
            Markup(losses_rows(figure))


def _of_whom(answer: Answer | None) -> str:
    return "" if answer is None else answer.of_whom


def _as_set(answer: Answer | None) -> str:
    """Return that a card stays at the values as set, where others are over more."""
    return "" if answer is None or answer.over is None else ", as set"


def legend(key: Key, space: Space) -> h.Element:
    """Return the names beside areas at the heights where they end, with their numbers."""
    scale = (space.height - space.top - space.bottom) / 100.0
    middles = [space.top + (100.0 - middle) * scale for middle in key.middles]
    low, high = 13.0 + _LINE / 2.0, space.height - _LINE / 2.0 - 4.0
    tops = [middle - _LINE / 2.0 for middle in spread(middles, _LINE, low, high)]
    plan, base = key.heads
    return h.div(".team-legend", style=f"height: {space.height}px")[
        h.div(".team-row.heading", style="top: -3px")[
            h.span, h.span, h.span(".plan.number")[plan], h.span(".number")[base]
        ],
        (
            h.div(".team-row", style=f"top: {top:.0f}px")[
                h.span(".swatch", style=f"background: {css(row.colour)}"),
                h.span[row.words],
                h.strong(".number")[row.cells[0]],
                h.span(".number.base")[row.cells[1]],
            ]
            for row, top in zip(reversed(key.rows), tops, strict=True)
        ),
    ]


def _use_table(session: Session) -> tuple[bool, Callable[[Action], None]]:
    """Return whether the table is shown, and what switches it (a hook)."""
    is_table, show_table = solara.use_state(False)

    def switch(action: Action) -> None:
        if action.name == "table":
            show_table(lambda shown: not shown)

    return is_table, reported(session, switch)


def _use_grown(figure: Figure | None, answer: Answer | None, what: str = "") -> Figure | None:
    """Return a figure whose axes hold what has been shown of the plan so far (a hook).

    While the futures of one plan stream in, axes only grow; another plan, or another thing that is
    shown, starts afresh.
    """
    memory: solara.Ref[tuple[str, tuple[tuple[float, float], ...]]] = solara.use_ref(("", ()))
    if figure is None or answer is None:
        return None
    key = f"{answer.plan.key} {answer.over is None} {what}"
    known, before = memory.current
    if known == key:
        figure = figure.holding(before)
    memory.current = (key, figure.extents)
    return figure


@solara.component
def _Shown(figure: Figure, space: Space, *, is_table: bool, name: str = "") -> None:
    if is_table:
        Markup(table(figure.as_table()), css_class="numbers-place")
        return
    with solara.Div():  # of several without one Solara makes a white sheet, in dark mode too
        Chart(figure, space, name=name)
        if figure.explained:
            # For those who do not see the bands, and below a picture that is saved.
            Markup(h.p[figure.explained], css_class="spoken explained")


def _Nothing(space: Space) -> solara.Element:
    return solara.Div(classes=["nothing"], style={"height": f"{space.height}px"})
