"""The card of the scenarios that were kept."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide import tray_card
from modelops_abm.app.decide.side_by_side import side_by_side
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action


@solara.component
def TrayCard(session: Session) -> None:
    """Show this plan and the kept ones, and on demand all of them side by side."""
    compares, show_comparison = solara.use_state(False)
    tray = session.tray.value
    items = tray_card.items_of(session.answer.value, tray)
    money = tray_card.money_of_items(items)

    def act(action: Action) -> None:
        kept = _named(session, action)
        match action.name.split():
            case ["keep"]:
                session.keep(tray_card.free_name(session.plan, tray))
            case ["compare"]:
                show_comparison(not compares)
            case ["load"] if kept:
                session.load(kept)
            case ["forget"] if kept:
                session.forget(kept)
            case ["rename", _] if kept and action.value != kept:
                session.rename(kept, action.value)

    Markup(
        h.section(".card.tray", data_part="tray")[
            tray_card.head(len(tray), money, compares=compares),
            tray_card.scenarios(items, money),
            compares and bool(tray) and side_by_side(items, money),
        ],
        guarded(session, act),
        css_class="card-place",
    )


def _named(session: Session, action: Action) -> str:
    """Return the name of the kept scenario that an action is about; empty if there is none."""
    name, _, number = action.name.partition(" ")
    place = number if name == "rename" else action.value
    tray = session.tray.value
    return tray[int(place)].name if place.isdecimal() and int(place) < len(tray) else ""
