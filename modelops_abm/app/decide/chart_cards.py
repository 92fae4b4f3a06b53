"""The cards that hold charts, each with its table."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide import losses, net_value, over_time, team_time
from modelops_abm.app.decide.net_value import use_grown
from modelops_abm.app.drawing.cards import Table, card_head, table
from modelops_abm.app.errors import reported
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.markup import Action

_WAITING = "First estimate in a moment"


@solara.component
def OverTimeCard(session: Session) -> None:
    """Show availability, users or predictions over time."""
    name, choose = solara.use_state("availability")
    is_table, show_table = solara.use_state(False)
    answer = session.answer.value
    shown = None if answer is None else over_time.over_time(answer.comparison, name)
    extents = use_grown(None if shown is None else (shown.extent,), answer, name)

    def act(action: Action) -> None:
        match action:
            case ("table", _):
                show_table(not is_table)
            case ("outcome", chosen) if chosen in over_time.TITLES:
                choose(chosen)

    with solara.Div(classes=["card", "over-time"]):
        unit = shown.unit if shown is not None else _WAITING
        Markup(card_head(_tabs(name), unit, is_table=is_table), reported(session, act))
        if shown is None or answer is None or extents is None:
            _Nothing(over_time.HEIGHT)
        elif is_table:
            _Numbers(over_time.table(shown))
        else:
            Chart(
                over_time.option(shown, extents[0], answer.comparison.finance.horizon_days),
                height=f"{over_time.HEIGHT}px",
                label=over_time.finding(shown),
                name=over_time.TITLES[name].lower(),
            )


def _tabs(chosen: over_time.Name) -> h.Element:
    return h.div(".tabs", role="group", aria_label="What is shown over time")[
        (
            h.button(
                data_action="outcome",
                data_value=name,
                aria_pressed=str(name == chosen).lower(),
            )[title]
            for name, title in over_time.TITLES.items()
        )
    ]


@solara.component
def TeamTimeCard(session: Session) -> None:
    """Show what the team spends its time on."""
    is_table, switch = _use_table()
    answer = session.answer.value
    with solara.Div(classes=["card", "team-time"]):
        Markup(card_head("Team time", "% of developer days, by month", is_table=is_table), switch)
        if answer is None:
            _Nothing(team_time.HEIGHT)
            return
        shown = team_time.team_time(answer.comparison)
        if is_table:
            _Numbers(team_time.table(shown))
            return
        with solara.Div(classes=["team-chart"]):
            Chart(
                team_time.option(shown, answer.comparison.finance.horizon_days),
                height=f"{team_time.HEIGHT}px",
                label=team_time.finding(shown),
                name="team time",
            )
            Markup(team_time.legend(shown))


@solara.component
def LossesCard(session: Session) -> None:
    """Show the value lost on the way, cause by cause."""
    is_table, switch = _use_table()
    answer = session.answer.value
    unit = _WAITING if answer is None else losses.unit(answer.comparison)
    with solara.Div(classes=["card", "losses-card"]):
        Markup(card_head("Value lost on the way", unit, is_table=is_table), switch)
        if answer is None:
            _Nothing(team_time.HEIGHT)
            return
        shown = losses.losses(answer.comparison)
        if is_table:
            _Numbers(losses.table(shown))
        else:
            Markup(losses.waterfall(shown))


def _use_table() -> tuple[bool, solara.Callable[[Action], None]]:
    """Return whether the table is shown, and what switches it (a hook)."""
    is_table, show_table = solara.use_state(False)

    def switch(action: Action) -> None:
        if action.name == "table":
            show_table(not is_table)

    return is_table, switch


def _Nothing(height: int) -> solara.Element:
    return solara.Div(classes=["nothing"], style={"height": f"{height}px"})


def _Numbers(content: Table) -> solara.Element:
    return Markup(table(content), css_class="numbers-place")


# --------------------------------------------------------------------------------------
# The card of the net value, with its table.


_TITLE = "Net value so far"


@solara.component
def NetValueCard(session: Session) -> None:
    """Show the net value so far of plan and baseline, and their difference."""
    is_table, show_table = solara.use_state(False)
    answer = session.answer.value
    shown = None if answer is None else net_value.net_value(answer.comparison).extents
    extents = use_grown(shown, answer)

    def act(action: Action) -> None:
        if action.name == "table":
            show_table(not is_table)

    with solara.Div(classes=["card", "net-value"]):
        if answer is None or extents is None:
            Markup(card_head(_TITLE, "", "First estimate in a moment"))
            solara.Div(style={"height": f"{net_value.HEIGHT}px"})
            return
        comparison = answer.comparison
        unit, finding = net_value.unit(comparison), net_value.finding(comparison)
        Markup(card_head(_TITLE, unit, finding, is_table=is_table), reported(session, act))
        if is_table:
            Markup(table(net_value.table(comparison)), css_class="numbers-place")
        else:
            Chart(
                net_value.option(comparison, extents),
                height=f"{net_value.HEIGHT}px",
                label=f"{_TITLE}, {unit}. {finding}",
                name="net value",
            )
