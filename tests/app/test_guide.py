"""The card of docs/guides/add-a-card.md is on the page, as the guide prints it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import solara

from modelops_abm import formats
from modelops_abm.app.decide import page
from modelops_abm.app.decide.page import Cards
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import Comparison
from tests.app.comparisons import answer_of, made_comparison
from tests.app.test_decide_components import shown
from tests.guides import GUIDES, files_of


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the guide's file defines, with its card among the others."""
    ((name, text),) = files_of(GUIDES / "add-a-card.md").items()
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(page, "CARDS", [*page.CARDS])
    return runpy.run_path(str(file))


@pytest.fixture
def session(comparison: Comparison) -> Iterator[Session]:
    """Return a session whose plan is not answered yet."""
    session = Session(Plan("test", comparison.plan.scenario))
    yield session
    session.close()


def test_the_card_of_the_guide_is_on_the_page(
    module: dict[str, Any], session: Session, comparison: Comparison
) -> None:
    figure = module["chances"](comparison)
    with shown(Cards(session)) as cards:
        assert "<h2>Chances</h2>" in cards.text
        session.answer.set(answer_of(comparison))
        assert "<h2>Chances</h2>" in cards.text
        assert figure.finding in cards.text
        assert figure.as_table().caption not in cards.text
        cards.act("table", beside="<h2>Chances</h2>")
        assert f'<caption class="spoken">{figure.as_table().caption}</caption>' in cards.text
        assert "cannot be drawn" not in cards.text


def test_its_table_says_what_its_chart_shows(module: dict[str, Any]) -> None:
    figure = module["chances"](made_comparison(np.linspace(-1e6, 3e6, 401)))
    assert formats.share(0.75, 0) in figure.finding
    rows = dict(figure.as_table().rows)
    assert rows[formats.share(0.5, 0)].startswith("+1.0")
    (line,) = figure.panels[0].layers
    assert np.interp(1.0, line.x, line.y) == pytest.approx(50.0, abs=0.5)


def test_a_card_of_ones_own_that_fails_leaves_the_others(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    @solara.component
    def Broken(session: Session) -> None:  # noqa: N802 - a component
        raise ValueError(session.plan.start)

    monkeypatch.setattr(page, "CARDS", [Broken, *page.CARDS])
    with shown(Cards(session)) as cards:
        assert cards.text.count("This card cannot be drawn") == 1
        assert "<h2>Team time</h2>" in cards.text
