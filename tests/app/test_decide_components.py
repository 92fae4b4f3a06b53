"""The cards as the page shows them, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import solara

from modelops_abm import with_values
from modelops_abm.app.decide import credit_card, page, parameter_drawer, sentences
from modelops_abm.app.decide.credit_card import CreditCard
from modelops_abm.app.decide.page import Cards, Head
from modelops_abm.app.decide.parameter_drawer import Drawer, EffectHere
from modelops_abm.app.decide.rail_rows import quantity_of
from modelops_abm.app.decide.tray_card import mark_of
from modelops_abm.app.errors import ErrorBoundary
from modelops_abm.app.export.content import subject_of
from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS, Answer
from modelops_abm.app.state.estimation import CreditSoFar, Explanation
from modelops_abm.app.state.plan import History, Plan
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import Comparison, Credit, compare, level_worth
from modelops_abm.experiments.credit_levels import LevelChange, SingleChanges
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.scenario import InputError
from tests.app.comparisons import answer_of, made_comparison, quick_plan
from tests.patience import until

HOSTILE = '<img src=x onerror="alert(1)">'


def test_a_plan_that_is_moved_draws_no_answer_anew_before_it_has_its_own(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for place, name in ((page, "figures_card"), (page, "verdict_card"), (credit_card, "rows")):
        made = getattr(place, name)

        def noted(*parts: Any, _made: Any = made, _name: str = name, **named: Any) -> Any:
            drawn.append(_name)
            return _made(*parts, **named)

        monkeypatch.setattr(place, name, noted)
    shown = [Shown(Head(session)), Shown(CreditCard(session))]
    before = sorted(drawn)
    assert before == ["figures_card", "rows", "verdict_card"]
    session.change({"team.developers": 5})
    assert sorted(drawn) == before
    for each in shown:
        each.close()


@pytest.fixture
def session(comparison: Comparison, quick_credit: Credit) -> Iterator[Session]:
    """Return a session whose plan is answered, with nothing running in the background."""
    plan = Plan("test", comparison.plan.scenario)
    session = Session(plan)
    session.answer.set(Answer(plan, comparison, 16, True))
    session.credit.set(CreditSoFar(plan, quick_credit))
    yield session
    session.close()


class Shown:
    """What is shown of a component."""

    def __init__(self, element: solara.Element) -> None:
        self.box, self._context = solara.render(element, handle_error=False)

    @property
    def text(self) -> str:
        """All markup."""
        return "".join(str(widget.html) for widget in markup_in(self.box))

    def act(self, name: str, value: str = "", *, beside: str = "") -> None:
        """Do what a visitor does, or forges, with the first element that has an action.

        With `beside`, the first one in markup that says so.
        """
        for widget in markup_in(self.box):
            if f'data-action="{name}"' in widget.html and beside in widget.html:
                message = {"event": "action", "data": {"name": name, "value": value}}
                widget._handle_event(None, message, [])
                return
        raise AssertionError(f"nothing has the action {name!r}")

    def close(self) -> None:
        self._context.close()


def markup_in(widget: Any) -> list[Any]:
    """Return every piece of markup in a widget, in order."""
    own = [widget] if hasattr(widget, "html") else []
    children = [child for child in getattr(widget, "children", ()) if not isinstance(child, str)]
    return [*own, *(piece for child in children for piece in markup_in(child))]


@contextmanager
def shown(element: solara.Element) -> Iterator[Shown]:
    """Show a component for as long as it is needed."""
    result = Shown(element)
    try:
        yield result
    finally:
        result.close()


def test_before_the_first_estimate_everything_has_its_place() -> None:
    session = Session()
    with shown(Head(session)) as head, shown(Cards(session)) as cards:
        assert 'data-futures="0"' in head.text
        assert "First estimate in a moment" in head.text
        assert "Scenarios" in cards.text
    session.close()


def test_the_verdict_says_which_plan_it_answers(session: Session) -> None:
    with shown(Head(session)) as head:
        assert f'data-answers="{session.plan.key}"' in head.text
        assert 'data-futures="16"' in head.text
        assert 'data-settled="true"' in head.text


def test_a_newer_plan_keeps_the_old_figures_and_restarts_the_bar(session: Session) -> None:
    answered = session.plan.key
    with shown(Head(session)) as head:
        session.change({"capabilities.lineage.maximum": 1.0})
        assert f'data-answers="{answered}"' in head.text
        assert "0 of 16 futures" in head.text


def test_credit_of_another_plan_is_not_shown(session: Session, comparison: Comparison) -> None:
    with shown(Cards(session)) as cards:
        assert f'data-answers="{session.plan.key}"' in cards.text
        other = Plan("test", quick_plan(lineage=1.0, monitoring=1.0))
        session.answer.set(Answer(other, comparison, 16, True))
        assert f'data-answers="{other.key}"' not in cards.text


def test_the_credit_says_how_far_it_is(session: Session) -> None:
    with shown(Cards(session)) as cards:
        assert "False" not in cards.text
        session.credit_progress.set((8, 16))
        assert "8 of 16 futures of each combination" in cards.text


def test_fair_shares_are_asked_for_when_they_are_looked_at(session: Session) -> None:
    assert session.credit.value is not None
    whole = session.credit.value.credit
    assert whole is not None
    with shown(Cards(session)) as cards:
        session.credit.set(CreditSoFar(session.plan, replace(whole, questions=("dropped",))))
        assert 'data-part="credit" data-futures="16"' in cards.text
        assert not session.shows_shares
        cards.act("question", "share")
        assert session.shows_shares
        assert 'data-part="credit" data-futures="0"' in cards.text
        session.credit.set(CreditSoFar(session.plan, whole))
        assert 'data-part="credit" data-futures="16"' in cards.text
        cards.act("question", "dropped")
        cards.act("table", beside="Which capability earns it")
        assert session.shows_shares
        assert "Fair share" in cards.text
        cards.act("table", beside="Which capability earns it")
        assert not session.shows_shares
        session.drawer.set("rollback")
        assert session.shows_shares


def test_a_chart_can_be_read_as_a_table(session: Session) -> None:
    with shown(Cards(session)) as cards:
        assert 'aria-label="Net value so far' not in cards.text
        cards.act("table")
        assert 'aria-label="Net value so far' in cards.text


def test_plans_are_kept_renamed_loaded_and_removed(session: Session) -> None:
    first = session.plan
    with shown(Cards(session)) as cards:
        cards.act("keep")
        assert [kept.plan for kept in session.tray.value] == [first]
        (kept,) = session.tray.value
        cards.act(f"rename {mark_of(kept.name)}", HOSTILE)
        assert HOSTILE not in cards.text
        assert [kept.name for kept in session.tray.value] == [HOSTILE]
        session.change({"capabilities.lineage.maximum": 1.0})
        cards.act("load", mark_of(HOSTILE))
        assert session.plan == first
        cards.act("compare")
        assert "side-by-side" in cards.text
        cards.act("forget", mark_of(HOSTILE))
        assert session.tray.value == ()


def test_a_second_click_does_not_remove_the_next_plan(session: Session) -> None:
    session.keep("first")
    session.keep("second")
    with shown(Cards(session)) as cards:
        for _ in range(2):
            cards.act("forget", mark_of("first"))
    assert [kept.name for kept in session.tray.value] == ["second"]


@pytest.mark.parametrize("value", ["0", "7", "-1", "x", "", "9" * 400, "\u0663"])
def test_forged_plans_in_the_tray_do_nothing(session: Session, value: str) -> None:
    with shown(Cards(session)) as cards:
        cards.act("keep")
        before = session.tray.value, session.plan
        for name in ("load", "forget"):
            cards.act(name, value)
        assert (session.tray.value, session.plan) == before
        assert session.notice.value == ""


def test_a_capability_opens_its_explanation(session: Session) -> None:
    with shown(Cards(session)) as cards:
        cards.act("explain", "no such thing")
        assert session.drawer.value == ""
        cards.act("explain", "rollback")
        assert session.drawer.value == "rollback"


def test_the_drawer_of_a_capability(session: Session) -> None:
    session.drawer.set("automation")
    with shown(Drawer(session)) as drawer:
        assert "Being computed" in drawer.text
        worth = level_worth(session.plan.scenario, "automation", replications=16)
        session.explanation.set(Explanation(session.plan, "automation", worth))
        assert "here:" in drawer.text
        assert "Best level tried" in drawer.text
        drawer.act("level", "75 %")
        assert session.plan.value("capabilities.automation.maximum") == 0.75
        drawer.act("level", HOSTILE)
        assert 'role="alert"' in drawer.text
        assert "<img" not in drawer.text
        assert session.plan.value("capabilities.automation.maximum") == 0.75


def test_the_drawer_of_a_capability_that_is_not_raised(session: Session) -> None:
    session.drawer.set("monitoring")
    worth = level_worth(session.plan.scenario, "monitoring", (1.0,), replications=16)
    session.explanation.set(Explanation(session.plan, "monitoring", worth))
    with shown(Drawer(session)) as drawer:
        assert "here:" not in drawer.text
        best = worth.ranking().order[0]
        words = "Why full" if best == 1.0 else "It stays at the level that it starts at"
        assert words in drawer.text


def test_the_drawer_of_a_value(session: Session) -> None:
    session.drawer.set("drift.growth_days")
    with shown(Drawer(session)) as drawer:
        assert "drift.growth_days" in drawer.text
        assert "loss to a drift" in drawer.text
        drawer.act("close")
        assert session.drawer.value == ""


@pytest.mark.parametrize("subject", ["", "nothing", HOSTILE, "imported"])
def test_there_is_no_drawer_of_what_does_not_exist(session: Session, subject: str) -> None:
    session.drawer.set(subject)
    with shown(Drawer(session)) as drawer:
        assert drawer.text == ""


def test_a_card_that_cannot_be_drawn_leaves_the_others(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    fails = [True]

    @solara.component
    def Part(session: Session) -> None:  # noqa: N802 - a component
        if fails[0]:
            raise ValueError(HOSTILE)
        solara.Text(session.plan.start)

    with shown(ErrorBoundary(Part, session)) as part:
        assert "This card cannot be drawn" in part.text
        assert "a card of the page cannot be drawn" in caplog.text
        fails[0] = False
        session.change({"capabilities.lineage.maximum": 1.0})
        assert part.text == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("not enough memory"), "not enough memory"),
        (KeyError("npv"), "by a mistake of this program (KeyError)"),
    ],
)
def test_an_effect_that_fails_says_so_and_can_be_asked_for_again(
    session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(parameter_drawer, "sampled", broken)
    with shown(EffectHere(session, quantity_of("incidents.pipeline_per_year"))) as effect:
        for _ in range(2):
            session.notice.set("")
            effect.act("effect")
            until(lambda: words in session.notice.value)
            until(lambda: "Being computed" not in effect.text)


def test_a_team_that_cannot_carry_its_portfolio_is_told_so(session: Session) -> None:
    """In the words of the result, once the plan is answered; not of one that carries it."""
    few = {"team.developers": 1, "portfolio.initial_models": 24}
    plan = Plan("test", with_values(session.plan.scenario, few, source="test"))
    session.history.set(History(plan))
    found = compare(plan.scenario, 16, daily=BANDS, period_days=PERIOD_DAYS)
    session.answer.set(Answer(plan, found, 16, True))
    with shown(sentences.FindRemarks(session)), shown(Head(session)) as head:
        until(lambda: "A team of 1 developer cannot carry this portfolio" in head.text)
        assert "would do" in head.text
    exported = subject_of(session)
    assert exported is not None
    assert exported.remarks.team in head.text, "it is said in what is exported too"


def test_a_change_is_said_in_the_unit_and_digits_of_the_headline(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = np.random.default_rng(10).normal(0.0, 1e3, (3, 40))
    own -= own.mean(axis=1, keepdims=True)
    npv = np.array([0.0, -0.9e6, 0.3e6])[:, None] + own
    found = SingleChanges(session.plan.scenario, 0, (LevelChange("rollback", 0.0),), npv)
    monkeypatch.setattr(sentences, "stream_single_changes", lambda *_, **__: iter([found]))
    session.answer.set(answer_of(made_comparison([-1.1e6, -0.7e6] * 8)))
    with shown(sentences.FindRemarks(session)), shown(Head(session)) as head:
        until(lambda: "The best single change" in head.text)
        said = re.sub("<[^>]+>", "", head.text).replace(NARROW_SPACE, " ")
    assert "loses $0.90 M" in said, said
    assert "no rollback, worth +$1.200 M" in said, said
    assert "The plan is then worth $0.30 M." in said, said


def test_advice_that_fails_says_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise InputError("not enough memory")

    monkeypatch.setattr(sentences, "stream_single_changes", broken)
    session.answer.set(answer_of(made_comparison([-1e6] * 16)))
    with shown(sentences.FindRemarks(session)):
        until(lambda: session.notice.value == "not enough memory")
