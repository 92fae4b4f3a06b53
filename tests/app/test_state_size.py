from __future__ import annotations

from typing import Any

import pytest
import solara

from modelops_abm.app.browser_sync import open_session
from modelops_abm.app.page import TopBar
from modelops_abm.app.state.plan import (
    MODEL_DAYS_UNASKED,
    MOST_MODEL_DAYS,
    MOST_MODEL_DAYS_WATCHED,
    Plan,
    minutes_of,
    size_of,
)
from modelops_abm.app.state.session import Session
from modelops_abm.app.watch.page import Watch
from modelops_abm.scenario import InputError
from modelops_abm.scenario.presets import PRESETS


def test_every_preset_is_small_enough_for_ten_years() -> None:
    for name in PRESETS:
        Plan.of_preset(name).changed({"horizon_days": 3650})


@pytest.mark.parametrize(
    "values",
    [
        {"portfolio.initial_models": 100_000},
        {"horizon_days": 36_500, "portfolio.initial_models": 1000},
        {"portfolio.ideas_per_year": 100_000.0},
        {"team.developers": 10_000},
    ],
    ids=["models", "days", "ideas", "developers"],
)
def test_what_would_hold_the_cores_for_long_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(InputError, match="too large for the page") as refused:
        Plan.of_preset("reference").changed(values)
    assert f"{MOST_MODEL_DAYS:,}" in str(refused.value)


def test_a_link_to_a_plan_too_large_opens_the_first_plan_and_says_so() -> None:
    session = open_session("preset=all_five&portfolio.initial_models=100000&horizon_days=36500")
    assert session.plan == Plan.of_preset("all_five")
    assert "too large for the page" in session.notice.value


def test_a_change_too_large_keeps_the_plan_and_says_so() -> None:
    session = open_session(None)
    before = session.plan
    session.change({"portfolio.initial_models": 100_000})
    assert session.plan == before
    assert "too large for the page" in session.notice.value


LARGE = "preset=all_five&portfolio.initial_models=6000"


class Asked:
    """Stands for a session's estimator, and notes what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, arguments))


def opened(monkeypatch: pytest.MonkeyPatch, query: str | None) -> tuple[Session, Asked]:
    session, asked = open_session(query), Asked()
    monkeypatch.setattr(session, "_estimator", asked)
    return session, asked


def names(asked: Asked) -> list[str]:
    return [name for name, _ in asked.calls]


def test_every_preset_is_run_unasked() -> None:
    assert all(size_of(Plan.of_preset(name).scenario) < MODEL_DAYS_UNASKED for name in PRESETS)


def test_a_link_to_a_large_plan_is_run_after_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    session, asked = opened(monkeypatch, LARGE)
    session.drawer.set("automation")
    session.ask()
    session.explain()
    assert set(names(asked)) == {"stop_answering", "stop_explaining"}
    session.agree()
    asked.calls.clear()
    session.ask()
    session.explain()
    assert names(asked) == ["ask", "answer_all", "explain"]


def test_a_yes_holds_for_plans_that_are_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = opened(monkeypatch, LARGE)
    session.agree()
    session.change({"portfolio.initial_models": 5000})
    assert session.may_run(session.plan)
    session.change({"portfolio.initial_models": 7000})
    assert not session.may_run(session.plan)


def test_large_plans_in_the_tray_wait_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may bring back any tray."""
    session, asked = opened(monkeypatch, LARGE)
    session.keep("large")
    session.change({"portfolio.initial_models": 5})
    session.keep("small")
    session.change({"portfolio.initial_models": 6})
    session.ask()
    asked.calls.clear()
    session.ask()
    ((questions, *_),) = [arguments for name, arguments in asked.calls if name == "answer_all"]
    assert [each.plan.value("portfolio.initial_models") for each in questions] == [5]


def html_of(component: Any) -> tuple[str, Any]:
    box, context = solara.render(component, handle_error=False)
    found: list[str] = []

    def look(widget: Any) -> None:
        found.append(str(getattr(widget, "html", "")))
        for child in getattr(widget, "children", ()):
            if not isinstance(child, str):
                look(child)

    look(box)
    return "".join(found), context


def test_the_page_says_what_it_takes_and_has_a_button() -> None:
    session = open_session(LARGE)
    html, context = html_of(TopBar(session))
    context.close()
    assert 'data-part="large-plan"' in html
    assert "model-days in every future" in html
    assert "of processor time" in html
    assert 'data-action="run large plan"' in html
    assert minutes_of(session.plan.scenario, 400) > 1.0
    session.agree()
    html, context = html_of(TopBar(session))
    context.close()
    assert "large-plan" not in html


def test_watch_does_not_set_up_what_it_would_have_to_remember() -> None:
    session = open_session(f"{LARGE}&view=watch")
    session.agree()
    html, context = html_of(Watch(session))
    context.close()
    assert size_of(session.plan.scenario) > MOST_MODEL_DAYS_WATCHED
    assert "too large to watch" in html
    assert "watch" not in session.part_states
