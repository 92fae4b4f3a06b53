"""What is published beside an organisation, and the card of the simulator, in Understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
import solara

from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.understand import published
from modelops_abm.app.understand.published import Published, beside, model_card
from modelops_abm.evidence.model_card import INDEPENDENT, Benchmarks, benchmarks_of
from tests.app.comparisons import quick_plan
from tests.patience import until


@pytest.fixture(scope="module")
def found() -> Benchmarks:
    return benchmarks_of(quick_plan(), 4)


def plain(markup: object) -> str:
    words = unescape(re.sub("<[^>]+>", " ", str(markup)))
    return re.sub(r"[ \n]+", " ", words)


def test_each_figure_stands_beside_ours_with_population_year_and_letter(found: Benchmarks) -> None:
    shown, rows = plain(beside(found)), found.rows
    assert len(rows) > 20
    for row in rows:
        known = row.benchmark
        assert known.in_words() in shown
        assert f"{known.population}{f', {known.year}' if known.year else ''}" in shown
        assert f"({known.confidence})" in shown
        assert row.ours_in_words() in shown
    assert {row.judgement for row in rows} <= set(
        re.findall(r"\(?(?:inside|below|above)\)?", shown)
    )


def test_what_cannot_be_compared_is_not_coloured_as_agreeing(found: Benchmarks) -> None:
    markup = str(beside(found))
    for row in found.rows:
        (line,) = re.findall(rf'<tr data-key="{row.benchmark.name}">.*?</tr>', markup)
        tone = "untold" if not row.benchmark.comparable else None
        tone = tone or ("earns" if row.verdict == "inside" else "costs")
        assert f"tone-{tone}" in line


def test_the_card_says_plainly_what_agrees_and_what_a_reader_cannot_repeat(
    found: Benchmarks,
) -> None:
    shown = plain(model_card(found))
    for row in found.rows:
        assert row.agreement in shown
        assert row.benchmark.differs in shown
    assert INDEPENDENT in shown
    assert found.sentence() in shown
    assert INDEPENDENT in plain(model_card(None)), "it needs no run"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(published, "REPLICATIONS", 2)
    monkeypatch.setattr(published, "_kept", {})
    visit = Session(Plan("quick", quick_plan(automation=1.0)))
    yield visit
    visit.close()


def test_the_part_runs_what_it_needs_and_keeps_it(session: Session) -> None:
    box, context = solara.render(Published(session), handle_error=False)

    def html() -> str:
        return "".join(str(getattr(child, "html", "")) for child in box.children)

    until(lambda: "Which patterns the reference has" in html() and "Yours is" in html())
    assert len(published._kept) == 2, "the organisation and the reference"
    context.close()


def test_both_are_the_numbers_of_the_command(session: Session) -> None:
    own = benchmarks_of(session.plan.scenario, 2)
    box, context = solara.render(Published(session), handle_error=False)
    until(lambda: any("Yours is" in str(getattr(each, "html", "")) for each in box.children))
    assert own.shown in [each.shown for each in published._kept.values()]
    context.close()
