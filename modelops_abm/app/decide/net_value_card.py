"""The card of the net value, with its table."""

from __future__ import annotations

import solara

from modelops_abm.app.decide import net_value, net_value_chart
from modelops_abm.app.decide.axis_memory import use_grown
from modelops_abm.app.drawing.card import card_head
from modelops_abm.app.drawing.tables import table
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.markup import Action

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
            solara.Div(style={"height": f"{net_value_chart.HEIGHT}px"})
            return
        comparison = answer.comparison
        unit, finding = net_value.unit(comparison), net_value.finding(comparison)
        Markup(card_head(_TITLE, unit, finding, is_table=is_table), guarded(session, act))
        if is_table:
            Markup(table(net_value.table(comparison)), css_class="numbers-place")
        else:
            Chart(
                net_value_chart.option(comparison, extents),
                height=f"{net_value_chart.HEIGHT}px",
                label=f"{_TITLE}, {unit}. {finding}",
                name="net value",
            )
