from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import solara

from modelops_abm.app.decide.credit_card import credit_of, rows, shares_of
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.sentences import headline
from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS, Answer
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.understand.assumptions import ASSUMPTIONS
from modelops_abm.app.understand.life_cycle import life_cycle
from modelops_abm.app.understand.page import SECTIONS, Understand
from modelops_abm.app.understand.story import TITLES, story
from modelops_abm.app.understand.verification import effects_table, record
from modelops_abm.charts.comparison import losses_of_plan, team_time_of_plan
from modelops_abm.experiments import Comparison, Credit, compare
from modelops_abm.experiments.expectations import EFFECT_KINDS, EXPECTATIONS, Direction
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values
from tests.app.comparisons import quick_plan


class Visit:
    """The part as a visitor has it."""

    def __init__(self) -> None:
        self.session = Session(Plan.of_preset("all_five"))
        self.box, self.context = solara.render(Understand(self.session), handle_error=False)

    def widgets(self) -> list[Any]:
        found, left = [], [self.box]
        while left:
            widget = left.pop(0)
            found.append(widget)
            left = [*(getattr(widget, "children", None) or []), *left]
        return [widget for widget in found if not isinstance(widget, str)]

    @property
    def html(self) -> str:
        return "".join(str(getattr(widget, "html", "")) for widget in self.widgets())

    def search(self, query: str) -> None:
        (field,) = (each for each in self.widgets() if hasattr(each, "longest"))
        field.vue_search(query)

    def act(self, name: str, value: str) -> None:
        listing = next(
            each for each in self.widgets() if "assumptions" in getattr(each, "html", "")
        )
        listing.vue_action({"name": name, "value": value})


@pytest.fixture
def visit() -> Iterator[Visit]:
    shown = Visit()
    yield shown
    shown.context.close()


def test_every_section_of_the_contents_is_there(visit: Visit) -> None:
    (contents,) = (each for each in visit.widgets() if hasattr(each, "sections"))
    assert {entry["id"]: entry["title"] for entry in contents.sections} == SECTIONS
    for section in SECTIONS:
        in_markup = f'id="{section}"' in visit.html
        as_element = any(
            (getattr(each, "attributes", None) or {}).get("id") == section
            for each in visit.widgets()
        )
        assert in_markup != as_element, section


def test_searching_shows_what_is_found_instead_of_everything(visit: Visit) -> None:
    assert "All assumptions" in visit.html
    visit.search("compliance reduction")
    assert "All assumptions" not in visit.html
    assert "capabilities.lineage.compliance_reduction" in visit.html
    visit.search("")
    assert "All assumptions" in visit.html


def test_an_assumption_is_explained_where_it_can_be_changed(visit: Visit) -> None:
    visit.act("explain", "drift.severity")
    assert visit.session.drawer.value == "drift.severity"
    assert visit.session.view.value == "decide"


@pytest.mark.parametrize("forged", ["", "imported", "<script>", "drift.severity "])
def test_what_is_no_assumption_is_not_explained(visit: Visit, forged: str) -> None:
    visit.act("explain", forged)
    visit.act("delete", "drift.severity")
    assert visit.session.drawer.value == ""
    assert visit.session.view.value == "decide"
    assert forged not in {each.name for each in ASSUMPTIONS}


def test_the_numbers_follow_the_plan(visit: Visit) -> None:
    here = 'here <span data-from="scenario:retraining.interval_days">45<'
    assert here not in visit.html
    visit.session.change({"retraining.interval_days": 45.0})
    assert here in visit.html
    flows, tables = 2, 2  # wide and narrow; the main assumptions and all of them
    found = visit.html.count('data-from="scenario:retraining.interval_days">45<')
    assert found == flows + tables


def test_the_order_of_work_is_told_as_it_is() -> None:
    usual = str(life_cycle(Scenario()))
    assert "Developers always repair" in usual
    assert "interrupts lower work at once" in usual
    other = with_values(
        Scenario(),
        {
            "team.priority_order": ["capability", "repair", "retrain", "deploy", "build"],
            "team.preemption": "none",
        },
        source="test",
    )
    told = str(life_cycle(other))
    assert "Developers work in this order: capabilities" in told
    assert "waits until somebody is done" in told
    assert 'data-from="priority:repair">#2<' in told


def test_effects_are_marked_as_expected_only_where_the_deck_expects_them() -> None:
    rows = str(effects_table(record())).split("<tr>")[2:]
    assert len(rows) == len(CAPABILITY_NAMES)
    for capability, row in zip(CAPABILITY_NAMES, rows, strict=True):
        cells = row.split("<td")[1:]
        for kind, cell in zip(EFFECT_KINDS, cells, strict=True):
            is_expected = kind.name in EXPECTATIONS[capability]
            assert ("nothing expected" in cell) != is_expected
            assert any(mark in cell for mark in "▲▼") == is_expected
            if "can't tell" in cell and not is_expected:
                assert "○" in cell


def test_what_is_expected_was_measured_with_that_sign() -> None:
    effects = record().effects
    for capability, kinds in EXPECTATIONS.items():
        for expectation in kinds.values():
            for measure, direction in expectation.directions.items():
                effect = effects[capability, measure]
                assert effect.is_told
                assert (effect.change > 0.0) == (direction is Direction.MORE)


# The first layer.


def plain(markup: object) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", str(markup))))


def numbers_in(markup: object) -> list[str]:
    return re.findall(r"[\u2212+-]?\d[\d.,]*", plain(markup))


@pytest.fixture
def answered(comparison: Comparison, quick_credit: Credit) -> Iterator[Session]:
    session = Session(Plan("test", comparison.plan.scenario))
    session.answer.set(Answer(session.plan, comparison, 16, True))
    session.credit.set(CreditSoFar(session.plan, quick_credit))
    yield session
    session.close()


def test_the_story_tells_what_decide_tells_of_the_same_answer(answered: Session) -> None:
    answer, credit = answered.answer.value, credit_of(answered)
    assert answer is not None
    assert credit is not None
    markup = str(story(answer, credit))
    told = plain(markup)
    assert plain(headline(answer.comparison).text) in told
    losses, time = losses_of_plan(answer.shown), team_time_of_plan(answer.shown)
    assert plain(losses.finding) in told
    assert plain(time.finding) in told
    amounts = [cells for _, *cells in losses.as_table().rows if "%" not in cells[0]]
    assert all(" ".join(cells) in told for cells in amounts)
    assert len(amounts) > 3
    for name in ("availability", "idea_to_production_median_days"):
        figure = next(each for each in figures(answer.comparison) if each.name == name)
        assert plain(figure.value) in told
        assert figure.versus.rpartition(" ")[2] in told
    dropped = shares_of(credit, answer.shown)
    for share in dropped.shares.values():
        assert dropped.amount(share) in numbers_in(markup)
        assert dropped.amount(share) in numbers_in(rows(dropped))


def test_a_year_of_a_model_in_production_has_all_its_days(answered: Session) -> None:
    answer = answered.answer.value
    assert answer is not None
    life = str(story(answer, None)).split("</article>")[0]
    bars = [
        sum(map(float, re.findall(r"flex-grow: ([\d.]+)", bar)))
        for bar in life.split('class="stack"')[1:]
    ]
    assert bars == pytest.approx([365.0, 365.0], abs=1e-3)


def test_before_the_answer_the_story_has_its_place_and_no_number() -> None:
    waiting = str(story(None, None))
    assert all(title in plain(waiting) for title in TITLES)
    assert numbers_in(waiting) == []


def test_the_story_of_the_baseline_says_so() -> None:
    plan = Plan("test", quick_plan())
    found = compare(plan.scenario, 4, daily=BANDS, period_days=PERIOD_DAYS)
    told = plain(story(Answer(plan, found, 4, True), None))
    assert "This is the baseline" in told
    assert told.count("Not planned") == len(CAPABILITY_NAMES)


def test_all_but_the_story_is_folded(visit: Visit) -> None:
    folded = {*re.findall(r'<details class="card section" id="([^"]+)"', visit.html)}
    folded |= {
        each.attributes["id"] for each in visit.widgets() if getattr(each, "tag", "") == "details"
    }
    assert folded == {*SECTIONS} - {"story"}
    assert "<details open" not in visit.html
