from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import solara
from ipyvue import VueTemplate

from modelops_abm.app.decide.rail import Rail
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.browser import packed

type Enter = Callable[[object], None]

LEVEL = "capabilities.lineage.maximum"


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def sliders(session: Session) -> Iterator[Any]:
    """Return the widget with the sliders of a rail that is shown."""
    _, rendered = solara.render(Rail(session), handle_error=False)
    widgets = [found.widget for found in rendered.find(VueTemplate)]
    yield next(widget for widget in widgets if "rows_text" in widget.trait_names())
    rendered.close()


def enter_of(sliders: Any) -> Enter:
    enter: Enter = sliders._event_callbacks["enter"]
    return enter


def lineage_of(sliders: Any) -> Any:
    return next(row for row in json.loads(sliders.rows_text) if row["name"] == LEVEL)


def test_packed_is_json_whatever_the_numbers() -> None:
    value = {"a": [1.5, math.nan, (math.inf, "é")], "b": None}
    assert json.loads(packed(value)) == {"a": [1.5, None, [None, "é"]], "b": None}


def test_what_is_entered_reaches_the_plan_and_is_answered(session: Session, sliders: Any) -> None:
    assert lineage_of(sliders)["position"] == 100.0
    enter_of(sliders)({"name": LEVEL, "text": "25", "slid": True, "serial": 1})
    assert session.plan.value(LEVEL) == 0.25
    row = lineage_of(sliders)
    assert (row["position"], row["ghost"], row["was"]) == (25.0, 100.0, "100\u202f%")
    assert sliders.answered == 1


def test_a_problem_stands_until_the_plan_changes(session: Session, sliders: Any) -> None:
    enter_of(sliders)({"name": LEVEL, "text": "25", "slid": True, "serial": 1})
    enter_of(sliders)({"name": LEVEL, "text": "a quarter", "slid": False, "serial": 2})
    assert "is no number" in lineage_of(sliders)["problem"]
    assert sliders.answered == 2
    session.undo()
    assert lineage_of(sliders)["problem"] == ""


@pytest.mark.parametrize(
    "message",
    [None, "x", {}, {"name": LEVEL}, {"name": 3, "text": "1", "slid": True, "serial": 1}],
)
def test_forged_messages_do_nothing(session: Session, sliders: Any, message: object) -> None:
    plan = session.plan
    enter_of(sliders)(message)
    assert session.plan is plan
