"""The cards below the figures."""

from __future__ import annotations

import solara

from modelops_abm.app.decide.chart_cards import LossesCard, OverTimeCard, TeamTimeCard
from modelops_abm.app.decide.credit_component import CreditCard
from modelops_abm.app.decide.net_value_card import NetValueCard
from modelops_abm.app.decide.safe import Safe
from modelops_abm.app.decide.tray_component import TrayCard
from modelops_abm.app.state.session import Session


@solara.component
def Cards(session: Session) -> None:
    """Show the charts, the credit of each capability, the losses and the scenarios."""
    with solara.Div(classes=["decide-cards"]):
        with solara.Div(classes=["cards-row", "wide-first"]):
            Safe(NetValueCard, session)
            Safe(CreditCard, session)
        with solara.Div(classes=["cards-row"]):
            Safe(OverTimeCard, session)
            Safe(TeamTimeCard, session)
            Safe(LossesCard, session)
        Safe(TrayCard, session)
