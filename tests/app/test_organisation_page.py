from __future__ import annotations

import re
from typing import Any

import pytest
import solara

from modelops_abm.app.decide.verdict_card import verdict_card
from modelops_abm.app.organisation.own_files import choose_portfolio, use_illustrative
from modelops_abm.app.organisation.page import YourOrganisation, act
from modelops_abm.app.page import TopBar, state_team
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import PickedFile
from modelops_abm.app.widgets.markup import Action
from modelops_abm.evidence.belief import Belief, belief_bytes
from modelops_abm.experiments.draws import draws_of
from modelops_abm.scenario import Scenario
from tests.patience import PATIENCE_SECONDS


def _html(widget: Any) -> str:
    """Return the markup in a widget and all its children, one after the other."""
    children = getattr(widget, "children", None) or []
    return getattr(widget, "html", "") + "".join(map(_html, children))


@pytest.mark.parametrize(
    ("good", "words"),
    [(1, "Use the model that was read"), (2, "Use the 2 models that were read")],
)
def test_what_was_read_is_offered_where_rows_are_wrong(good: int, words: str) -> None:
    session = Session(Plan.of_preset("all_five"))
    rows = "".join(f"m{number},5\n" for number in range(good))
    choose_portfolio(session, PickedFile("ours.csv", f"id,users\n{rows}bad,-5\n".encode()))
    box, rendered = solara.render(YourOrganisation(session), handle_error=False)
    try:
        assert f">{words}</button>" in _html(box)
    finally:
        rendered.close()


def test_the_part_follows_what_the_visitor_chooses() -> None:
    session = Session(Plan.of_preset("all_five"))
    box, rendered = solara.render(YourOrganisation(session), handle_error=False)
    try:
        assert "would tell: models, users, dates" in _html(box)
        assert "portfolio-result" not in _html(box)
        choose_portfolio(session, PickedFile("ours.csv", b"id,users\na,5\nb,\n"))
        shown = _html(box)
        assert "Your portfolio, 2 models" in shown
        assert "ours.csv: 2 models read" in shown
        assert "What was read" in shown
        choose_portfolio(session, PickedFile("ours.csv", b"id,users\na,-5\n"))
        assert "Nothing has been changed" in _html(box)
        session.undo()
        assert "portfolio-in-use" not in _html(box)
    finally:
        rendered.close()


def _headline(html: str, start: str = 'belief-headline">') -> str:
    """Return the headline that starts so as plain text."""
    found = re.search(start + "(.*?)</h[12]>", html)
    assert found
    return re.sub("<[^>]+>", "", found[1])


def test_the_belief_card_says_of_the_plan_what_decide_will() -> None:
    """In the same words and of the same futures, before it is decided with."""
    session = Session(Plan.of_preset("all_five").changed({"horizon_days": 120}))
    session.precision.set("rough")
    belief = Belief(Scenario(), (), draws_of(Scenario(), 60), 50.0)
    session.organisation.take_belief(belief_bytes(belief), "ours.parquet")
    box, rendered = solara.render(YourOrganisation(session), handle_error=False)
    try:
        awaited = "All five capabilities in full are worth … over four months as set"
        assert _headline(_html(box)).startswith(awaited)
        session.ask()
        assert session.wait(PATIENCE_SECONDS)
        shown = session.answer.value
        assert shown is not None
        assert session.plan.belief is None
        ahead = session.ahead.value
        assert ahead is not None
        assert ahead.answer is not None
        said = _headline(_html(box))
        assert "…" not in said
        act(session, Action("decide with", ""))
        session.ask()
        assert session.wait(PATIENCE_SECONDS)
        decided = session.answer.value
        assert decided is not None
        assert decided.over is ahead.answer.over
        assert _headline(str(verdict_card(decided, None)), "<h1[^>]*>") == said
        # Of a plan that is moved meanwhile nothing is said that was said of the one before.
        session.change({"capabilities.rollback.maximum": 0.5})
        assert "…" in _headline(_html(box))
        # Of the baseline there is nothing to say: then what was learned stands there.
        session.take_plan("reference")
        assert "Severity of a drift" in _headline(_html(box))
    finally:
        rendered.close()
        session.close()
    assert session.ahead.value is None


def test_a_portfolio_asks_for_its_team_before_the_answer() -> None:
    """In the bar above the answer, until the visitor says whose team it is."""
    session = Session()
    box, context = solara.render(TopBar(session), handle_error=False)
    try:
        assert "default-team" not in _html(box)
        choose_portfolio(session, PickedFile("ours.csv", b"id,users\na,5\nb,7\n"))
        assert "8 developers, $190" in _html(box)
        for name, value in (("set developers", "3"), ("set payroll", "120000")):
            state_team(session, Action(name, value))
        assert session.plan.scenario.team.developers == 3
        assert session.plan.scenario.team.payroll_per_year == 120_000.0
        assert 'data-part="default-team"' in _html(box), "until the visitor says so"
        state_team(session, Action("set developers", "<b>"))
        assert "is no number" in session.notice.value
        state_team(session, Action("state team", ""))
        assert "default-team" not in _html(box)
        use_illustrative(session)
        assert "default-team" not in _html(box)
    finally:
        context.close()
        session.close()
