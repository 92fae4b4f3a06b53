"""One plan, one number: all that page, report, slides and terminal say of a plan, together.

What the page has of a plan was found out over different numbers of futures: the answer over all,
credit and levels of the drawer over fewer, a kept plan when it was kept. So a number that is
written from its own futures, in another unit or with other digits, differs from the others.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from modelops_abm import formats
from modelops_abm.app.decide.credit_card import known_credit
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.page import Cards, Head
from modelops_abm.app.decide.parameter_drawer import Drawer
from modelops_abm.app.export.content import Subject, figures_table
from modelops_abm.app.export.report import report
from modelops_abm.app.export.slides import slides
from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS, Answer, Baselines
from modelops_abm.app.state.estimation import CreditSoFar, Explanation
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.charts.amounts import notation_of
from modelops_abm.cli import main
from modelops_abm.experiments import Comparison, Credit, compare, credit, level_worth
from modelops_abm.scenario.files import save_scenario
from tests.app.comparisons import quick_plan
from tests.app.test_decide_components import Shown, shown

FUTURES, FEWER, SEED = 16, 7, 0
NUMBER = rf"[{formats.MINUS}+-]?\$?[\d,]*\d(?:\.\d+)?"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return a plan of two capabilities that do not earn the same."""
    return Plan("test", quick_plan(automation=0.5, rollback=1.0))


def answered(plan: Plan, futures: int) -> Answer:
    """Return the answer to a plan over so many futures."""
    found = compare(plan.scenario, futures, seed=SEED, daily=BANDS, period_days=PERIOD_DAYS)
    return Answer(plan, found, FUTURES, futures == FUTURES)


@pytest.fixture(scope="module")
def few() -> Credit:
    """Return the credit of the plan over fewer futures than its answer has."""
    return credit(quick_plan(automation=0.5, rollback=1.0), FEWER, seed=SEED)


@pytest.fixture
def session(plan: Plan, few: Credit) -> Iterator[Session]:
    """Return a session that knows the parts of a plan over different numbers of futures."""
    session = Session(plan)
    session.is_over.set(False)
    session.answer.set(answered(plan, FEWER))
    session._set_tray = lambda change: session.tray.set(change(session.tray.value))  # type: ignore[method-assign]  # nothing is to run
    session.keep("Kept before")
    session.answer.set(answered(plan, FUTURES))
    session.credit.set(CreditSoFar(plan, few))
    levels = level_worth(plan.scenario, "rollback", (0.0, 0.5, 1.0), FEWER - 2, seed=SEED)
    session.explanation.set(Explanation(plan, "rollback", levels))
    yield session
    session.close()


def plain(markup: str) -> str:
    """Return markup as the text that is read, with plain spaces."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", markup))
    return re.sub(r"\s+", " ", text.replace(formats.NARROW_SPACE, " "))


def charts_in(widget: Any) -> list[Any]:
    """Return every chart in a widget: its option, and the words for who does not see it."""
    own = [widget] if hasattr(widget, "option") else []
    children = [child for child in getattr(widget, "children", ()) if not isinstance(child, str)]
    return [*own, *(piece for child in children for piece in charts_in(child))]


def said(part: Shown) -> str:
    """Return all that a part of the page says, in text and in charts."""
    return plain(f"{part.text} {' '.join(chart.label for chart in charts_in(part.box))}")


def found_in(text: str, **patterns: str) -> dict[str, str]:
    """Return the first number that stands where a pattern has one, by the name of the place."""
    found = {}
    for place, pattern in patterns.items():
        match = re.search(pattern.replace("#", f"({NUMBER})"), text)
        assert match, f"{place}: nothing like {pattern!r}"
        found[place] = match[1].replace("$", "")
    return found


def worths_of_the_plan(session: Session) -> dict[str, str]:
    """Return every number that the page gives for what the plan is worth."""
    with shown(Head(session)) as head, shown(Cards(session)) as cards:
        numbers = found_in(said(head), figure=r"vs [\d.]+ #")
        if "cannot be told from the baseline" not in said(head):
            numbers |= found_in(said(head), verdict=r"(?:worth|loses?) #")
        numbers |= found_in(
            said(cards),
            tray=r"This plan #",
            kept=r"Kept before ⋯ Name Remove #",
        )
        numbers |= {"chart": difference_label(cards), "credit": together(cards)}
        cards.act("compare")
        numbers |= found_in(said(cards), table=r"Net present value \$[\d.]+ [Mk] vs [\d.]+ #")
        assert len(re.findall(r"This plan", said(cards))) > 2
    return numbers


def together(cards: Shown) -> str:
    """Return what all are worth by the credit; the axis' numbers stand before it in its row."""
    match = re.search(r'data-worth="together">([^<]+)<', cards.text)
    assert match
    return plain(match[1]).strip()


def difference_label(cards: Shown) -> str:
    """Return the number at the end of the line of the difference."""
    for chart in charts_in(cards.box):
        for series in json.loads(chart.option)["series"]:
            if series.get("id") == "difference":
                words = json.dumps(series.get("endLabel", series), ensure_ascii=False)
                return found_in(words.replace(formats.NARROW_SPACE, " "), label=r"# [Mk]")["label"]
    raise AssertionError("no line of the difference")


def test_the_page_has_one_number_for_what_a_plan_is_worth(session: Session) -> None:
    numbers = worths_of_the_plan(session)
    signless = {place: text.lstrip(f"+{formats.MINUS}") for place, text in numbers.items()}
    assert len(set(signless.values())) == 1, numbers


def test_what_a_capability_is_worth_is_one_number(session: Session) -> None:
    session.drawer.set("rollback")
    with shown(Drawer(session)) as drawer, shown(Cards(session)) as cards:
        texts = said(drawer), said(cards)
        here = found_in(texts[0], drawer=r"full # [Mk]", share=r"fair share #", alone=r"alone #")
        card = found_in(texts[1], card=r"Rollback #")
        assert here["drawer"] == card["card"]
        for question in ("share", "alone"):
            cards.act("question", question)
            assert found_in(said(cards), card=r"Rollback #")["card"] == here[question]


def test_fair_shares_add_up_to_the_number_of_the_verdict(session: Session, few: Credit) -> None:
    answer = session.answer.value
    assert answer is not None
    known = known_credit(answer, CreditSoFar(answer.plan, few))
    assert known is not None
    parts = sum(known.share(name).estimate.mean or 0.0 for name in known.capabilities)
    whole = answer.comparison.difference("npv").estimate.mean
    assert parts == pytest.approx(whole)
    assert few.together().estimate.mean != pytest.approx(whole)


def test_the_three_questions_are_about_one_plan_and_say_of_how_many_futures(
    session: Session, few: Credit
) -> None:
    """Of two, what one brings alone and what the plan would lose without the other is the plan."""
    answer = session.answer.value
    assert answer is not None
    known = known_credit(answer, CreditSoFar(answer.plan, few))
    assert known is not None
    whole = answer.comparison.difference("npv").estimate.mean
    for one, other in (("automation", "rollback"), ("rollback", "automation")):
        parts = [known.alone(one), known.last(other)]
        assert sum(part.estimate.mean or 0.0 for part in parts) == pytest.approx(whole)
    with shown(Cards(session)) as cards:
        for question in known.questions:
            cards.act("question", question)
            assert f"From the first {FEWER} of {FUTURES} futures; together from all" in said(cards)
            assert together(cards) == notation_of(answer.comparison).worth(whole)


def test_of_one_capability_the_drawer_has_the_number_of_the_verdict() -> None:
    one = Plan("test", quick_plan(rollback=1.0))
    session = Session(one)
    session.answer.set(answered(one, FUTURES))
    levels = level_worth(one.scenario, "rollback", (0.0, 1.0), FEWER, seed=SEED)
    session.explanation.set(Explanation(one, "rollback", levels))
    session.drawer.set("rollback")
    with shown(Head(session)) as head, shown(Cards(session)) as cards, shown(Drawer(session)) as d:
        numbers = {
            **found_in(said(head), figure=r"vs [\d.]+ #"),
            **found_in(said(cards), credit=r"Rollback #"),
            "together": together(cards),
            **found_in(said(d), drawer=r"full # [Mk]"),
        }
    assert len(set(numbers.values())) == 1, numbers
    session.close()


def test_report_and_slides_say_what_the_page_says(session: Session, few: Credit) -> None:
    answer = session.answer.value
    assert answer is not None
    numbers = worths_of_the_plan(session)
    subject = Subject(
        answer,
        known_credit(answer, CreditSoFar(answer.plan, few)),
        "http://localhost/",
        date(2026, 1, 1),
    )
    written = plain(report(subject).decode())
    deck = Presentation(io.BytesIO(slides(subject)))
    shapes = [shape for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    spoken = " ".join(shape.text_frame.text for shape in shapes)
    spoken = spoken.replace(formats.NARROW_SPACE, " ")
    for text in (written, spoken):
        own = found_in(text, payback=r"Pays back in # of 16")
        if "verdict" in numbers:
            said_there = found_in(text, verdict=r"(?:worth|loses?) #")
            assert said_there["verdict"] == numbers["verdict"]
        assert int(own["payback"]) == answer.comparison.paid_back.paid
    assert found_in(written, figure=r"vs [\d.]+ #")["figure"] == numbers["figure"]
    first, *_ = figures(answer.comparison)
    row = next(row for row in figures_table(subject).rows if row[0] == "Net present value")
    unit = row[1].partition(formats.NARROW_SPACE)[2]
    assert row[1:3] == (
        first.value,
        f"${first.versus.removeprefix('vs ')}{formats.NARROW_SPACE}{unit}",
    )


def test_the_terminal_says_the_number_that_rounds_to_the_pages(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = session.answer.value
    assert answer is not None
    comparison = answer.comparison
    file = tmp_path / "plan.toml"
    save_scenario(answer.plan.scenario, file)
    arguments = ["--replications", str(FUTURES), "--seed", str(SEED), "--json"]
    assert main(["compare", str(file), *arguments]) == 0
    told = json.loads(capsys.readouterr().out)
    notation = notation_of(comparison)
    page = worths_of_the_plan(session)["figure"]
    assert notation.worth(told["finance"]["npv"]["mean"]) == page
    plan, baseline = comparison.means("npv")
    assert (told["figures"]["npv"]["plan"], told["figures"]["npv"]["baseline"]) == (plan, baseline)
    assert told["finance"]["never"]["count"] == FUTURES - comparison.paid_back.paid


def test_a_moved_slider_does_not_move_the_baseline(plan: Plan) -> None:
    other = Plan("test", quick_plan(lineage=1.0))
    known = Baselines()
    first = known.beside(answered(plan, FUTURES)).comparison
    then = known.beside(answered(other, FEWER)).comparison
    own = answered(other, FEWER).comparison
    for outcome in ("npv", "availability", "maintenance_share"):
        (_, before), (level, after) = first.means(outcome), then.means(outcome)
        assert after == before
        assert own.means(outcome)[1] != before
        assert level - after == pytest.approx(own.difference(outcome).estimate.mean)
    ends = [bands["mean"].iloc[-1] for bands in then.course("npv")]
    assert ends == pytest.approx(list(then.means("npv")))


def test_each_precision_has_a_baseline_of_its_own(plan: Plan) -> None:
    """Back from a finer one, figures are those of the futures that the report's command runs."""
    known = Baselines()
    fine = replace(answered(plan, FUTURES), aim=4 * FUTURES)
    assert known.beside(fine).comparison.longer is None
    own = answered(plan, FEWER)
    usual = known.beside(own).comparison
    assert usual.longer is None
    assert usual.means("npv") == own.comparison.means("npv")


def payback_words(comparison: Comparison) -> set[str]:
    """Return every word for the day of payback that is said of a plan."""
    figure = next(each for each in figures(comparison) if each.name == "payback")
    return {figure.value, comparison.paid_back.when}


def test_payback_is_one_thing(session: Session) -> None:
    answer = session.answer.value
    assert answer is not None
    assert len(payback_words(answer.comparison)) == 1
    with shown(Head(session)) as head, shown(Drawer(session)):
        text = said(head)
    paid = answer.comparison.paid_back
    assert f"Pays back in {paid.count} futures" in text
    session.drawer.set("figure payback")
    with shown(Drawer(session)) as drawer:
        assert f"Futures that pay back {paid.count}" in said(drawer)
        assert f"That is {paid.when}" in said(drawer)
