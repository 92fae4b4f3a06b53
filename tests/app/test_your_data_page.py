from __future__ import annotations

from typing import Any

import pytest
import solara

from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import PickedFile
from modelops_abm.app.your_data.page import YourData, choose_portfolio


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
    box, rendered = solara.render(YourData(session), handle_error=False)
    try:
        assert f">{words}</button>" in _html(box)
    finally:
        rendered.close()


def test_the_part_follows_what_the_visitor_chooses() -> None:
    session = Session(Plan.of_preset("all_five"))
    box, rendered = solara.render(YourData(session), handle_error=False)
    try:
        assert "Example portfolio, 24 models" in _html(box)
        assert "portfolio-result" not in _html(box)
        choose_portfolio(session, PickedFile("ours.csv", b"id,users\na,5\nb,\n"))
        shown = _html(box)
        assert "Your portfolio, 2 models" in shown
        assert "ours.csv: 2 models read" in shown
        assert "What was read" in shown
        choose_portfolio(session, PickedFile("ours.csv", b"id,users\na,-5\n"))
        assert "Nothing has been changed" in _html(box)
        session.undo()
        assert "Example portfolio, 24 models" in _html(box)
    finally:
        rendered.close()
