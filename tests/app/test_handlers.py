"""Two things done while the page is being drawn: handlers read what is so, not what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
import solara
from ipyvue import VueTemplate

from modelops_abm.app.decide.chart_cards import OverTimeCard
from modelops_abm.app.decide.comparison_card import ComparisonCard
from modelops_abm.app.decide.parameter_drawer import Drawer
from modelops_abm.app.decide.rail import Rail
from modelops_abm.app.decide.tray_card import TrayCard
from modelops_abm.app.organisation.page import YourOrganisation
from modelops_abm.app.page import TopBar
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import Comparison
from tests.patience import PATIENCE_SECONDS

OWN_FORM = b"Beginn,Ende,Dienst\n2025-01-05 10:00,2025-01-05 12:00,a\n2025-03-05 10:00,,a\n"


@pytest.fixture
def session(comparison: Comparison) -> Iterator[Session]:
    """Return a session whose plan is answered, with nothing running in the background."""
    plan = Plan("test", comparison.plan.scenario)
    session = Session(plan)
    session.answer.set(Answer(plan, comparison, 16, True))
    yield session
    session.close()


class Shown:
    """A part of the page, whose events a test can let come before anything is drawn anew."""

    def __init__(self, element: solara.Element) -> None:
        self.box, self.context = solara.render(element, handle_error=False)

    def drawn_later(self) -> AbstractContextManager[Any]:
        """Let what is done within be drawn at its end, as while the page is being drawn."""
        return self.context

    @property
    def _widgets(self) -> list[Any]:
        return [found.widget for found in self.context.find(VueTemplate)]

    @property
    def html(self) -> str:
        """All markup."""
        return "".join(str(each.html) for each in self._widgets if "html" in each.trait_names())

    def act(self, name: str, value: str = "") -> None:
        """Do what a visitor does with the first element that has an action."""
        marked = (each for each in self._widgets if "html" in each.trait_names())
        widget = next(each for each in marked if f'data-action="{name}"' in each.html)
        _send(widget, "action", {"name": name, "value": value})

    def send(self, event: str, data: Any, trait: str = "rows_text") -> None:
        """Do what a message of the browser does with the first row of controls."""
        _send(next(each for each in self._widgets if trait in each.trait_names()), event, data)


def _send(widget: Any, event: str, data: Any) -> None:
    widget._handle_event(None, {"event": event, "data": data}, [])


@pytest.fixture
def show() -> Iterator[Callable[[solara.Element], Shown]]:
    """Return a function that shows a part of the page until the test ends."""
    shown: list[Shown] = []

    def show_part(element: solara.Element) -> Shown:
        shown.append(Shown(element))
        return shown[-1]

    yield show_part
    for each in shown:
        each.context.close()


def entry(name: str, text: str, serial: int) -> dict[str, object]:
    return {"name": name, "text": text, "slid": False, "serial": serial}


def test_both_columns_are_chosen(session: Session, show: Callable[..., Shown]) -> None:
    organisation = session.organisation
    organisation.take_log("eigen.csv", OWN_FORM, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    part = show(YourOrganisation(session))
    with part.drawn_later():
        part.act("map incidents opened", "Beginn")
        part.act("map incidents service", "Dienst")
    assert '<option value="Beginn" selected' in part.html
    assert '<option value="Dienst" selected' in part.html


def test_what_opens_is_closed_by_a_second_click(
    session: Session, show: Callable[..., Shown]
) -> None:
    rail, card = show(Rail(session)), show(OverTimeCard(session))
    for part, action in ((rail, "assumptions"), (card, "table")):
        before = part.html
        with part.drawn_later():
            part.act(action)
            part.act(action)
        assert part.html == before, action


def test_a_wrong_entry_is_told_behind_a_right_one(
    session: Session, show: Callable[..., Shown]
) -> None:
    rail = show(Rail(session))
    with rail.drawn_later():
        rail.send("enter", entry("team.developers", "9", 1))
        rail.send("enter", entry("capabilities.lineage.maximum", "a quarter", 2))
    assert session.plan.value("team.developers") == 9
    rows = "".join(str(each.rows_text) for each in rail._widgets if hasattr(each, "rows_text"))
    assert "is no number" in rows


def test_a_value_is_restored_in_the_plan_of_now(
    session: Session, show: Callable[..., Shown]
) -> None:
    session.change({"drift.severity": 0.31})
    session.drawer.set("drift.severity")
    drawer = show(Drawer(session))
    with drawer.drawn_later():
        session.change({"team.developers": 9})
        drawer.send("restore", "drift.severity")
    assert dict(session.plan.changes) == {"team.developers": 9}


def test_a_plan_that_is_kept_twice_has_two_names(
    session: Session, show: Callable[..., Shown]
) -> None:
    tray = show(TrayCard(session))
    with tray.drawn_later():
        tray.act("keep")
        tray.act("keep")
    assert len({kept.name for kept in session.tray.value}) == 2
    with tray.drawn_later():
        tray.act("compare")
        tray.act("compare")
    assert session.compared.value is None


def test_both_columns_of_a_comparison_go(
    session: Session, comparison: Comparison, show: Callable[..., Shown]
) -> None:
    for level in (0.25, 0.5):
        plan = session.plan.changed({"capabilities.rollback.maximum": level})
        session.take(plan)
        session.answer.set(Answer(plan, comparison, 16, True))
        session.keep(f"at {level}")
    session.take(session.plan.changed({"capabilities.rollback.maximum": 0.75}))
    session.answer.set(Answer(session.plan, replace(comparison), 16, True))
    session.compared.set((0, 1, 2))
    card = show(ComparisonCard(session))
    with card.drawn_later():
        card.act("column", "1")
        card.act("column", "2")
    assert session.compared.value == (0,)


def test_the_link_that_is_copied_is_that_of_the_plan(show: Callable[..., Shown]) -> None:
    session = Session()
    top = show(TopBar(session))
    with top.drawn_later():
        session.change({"team.developers": 9})
        top.act("share")
    assert "team.developers=9" in session.command.value["text"]
    session.close()
