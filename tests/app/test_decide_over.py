"""Decide over what an organisation may be: the same numbers everywhere, each named."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import date
from html import unescape

import numpy as np
import pytest

from modelops_abm.app.decide.chart_cards import LossesCard, TeamTimeCard
from modelops_abm.app.decide.credit_card import Shares
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.organisations_card import dots, dots_of, organisations
from modelops_abm.app.decide.sentences import headline, in_hundred, progress, second_line
from modelops_abm.app.decide.settle_card import NOTHING_SETTLES, settles
from modelops_abm.app.decide.tray_card import (
    THIS_PLAN,
    Item,
    best_of,
    head,
    items_of,
    money_of_items,
    scenarios,
)
from modelops_abm.app.decide.verdict_card import mode_switch, verdict_card
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.export.content import Subject, command
from modelops_abm.app.state.answer import USUAL, Answer, AnswerCache, Question, answers
from modelops_abm.app.state.draws import organisations_of
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.charts.amounts import digits_for, notation_of
from modelops_abm.charts.comparison import course, losses_of_plan, net_value
from modelops_abm.charts.figure import Band, Rows
from modelops_abm.cli.options import believed
from modelops_abm.clients import illustrative_portfolio
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.experiments import Comparison, compare, draws_of
from modelops_abm.experiments.credit_shares import stream_shares
from modelops_abm.experiments.words import settling_in_words
from tests.app.comparisons import QUICK, made_comparison
from tests.app.test_decide_components import shown

FEW = 48


@pytest.fixture(scope="module")
def plan() -> Plan:
    levels = {f"capabilities.{name}.maximum": 1.0 for name in ("automation", "rollback")}
    return Plan.of_preset("reference").changed({**QUICK, **levels})


@pytest.fixture(scope="module")
def answer(plan: Plan) -> Answer:
    *_, last = answers(Question(plan, 3, FEW, is_over=True))
    return last


@pytest.fixture(scope="module")
def over(answer: Answer) -> Comparison:
    assert answer.over is not None
    return answer.over


def plain(markup: object) -> str:
    return re.sub(r"[ \n]+", " ", unescape(re.sub("<[^>]+>", " ", str(markup))))


def test_as_set_is_to_the_bit_what_it_is_without_a_belief(plan: Plan, answer: Answer) -> None:
    *_, alone = answers(Question(plan, 3, FEW))
    assert alone.over is None
    assert alone.comparison.replications == answer.comparison.replications
    for one, other in ((alone.comparison.plan, answer.comparison.plan),):
        np.testing.assert_array_equal(one.values, other.values)
    assert alone.comparison.finance.npv == answer.comparison.finance.npv


def test_over_is_the_comparison_of_the_experiments(plan: Plan, over: Comparison) -> None:
    whole = compare(plan.scenario, 48, seed=3, draws=organisations_of(plan, 48, 3))
    np.testing.assert_array_equal(whole.plan.values, over.plan.values)
    assert whole.chance == over.chance
    assert whole.unknown == over.unknown


def test_stages_tell_both_and_the_last_is_settled(plan: Plan) -> None:
    found = list(answers(Question(plan, 3, FEW, is_over=True)))
    assert [each.over is not None for each in found] == [True] * len(found)
    *earlier, last, settled = found
    assert [each.is_settled for each in earlier] == [False] * len(earlier)
    assert last.is_settled
    # What would settle it comes with the same figures.
    assert last.over.settles is None
    assert settled.over.settles
    np.testing.assert_array_equal(last.over.plan.values, settled.over.plan.values)


def test_cards_of_one_side_show_that_of_the_switch_and_say_so(plan: Plan, answer: Answer) -> None:
    assert answer.over is not None
    session = Session(plan, 3)
    session.answer.set(answer)
    draws = organisations_of(plan, 20, 3)
    credit = next(stream_shares(plan.scenario, (20,), draws=draws, seed=3))
    session.credit.set(CreditSoFar(plan, credit))
    words = "average of organisations like yours"
    with shown(TeamTimeCard(session)) as team, shown(LossesCard(session)) as losses:
        assert words in team.text
        assert words in losses.text
        lost = losses_of_plan(answer.over).parts[0][0]
        assert isinstance(lost, Rows)
        assert lost.total is not None
        assert lost.total.cells[0] in plain(losses.text)
        session.answer.set(answer.as_set())
        assert words not in team.text + losses.text
    session.answer.set(answer)
    with shown(Shares(session)) as shares:
        assert 'data-futures="0"' in shares.text, "it is as set"
        session.credit.set(CreditSoFar(plan, credit, is_over=True))
        assert words in shares.text
        notation, mean = notation_of(answer.over), answer.over.difference("npv").estimate.mean
        assert plain(shares.text).partition("Together")[2].split()[-1] == notation.worth(mean)
    session.close()


def test_what_is_kept_answers_either_question(plan: Plan, answer: Answer) -> None:
    cache = AnswerCache()
    both, alone = Question(plan, 3, FEW, is_over=True), Question(plan, 3, FEW)
    cache.add(both, answer, None)
    assert cache.get(both) == (answer, None)
    assert cache.get(alone) == (answer.as_set(), None)
    cache.add(alone, answer.as_set(), None)
    assert cache.get(both) == (answer, None), "what is over draws is not lost"
    assert AnswerCache().get(both) is None
    assert cache.get(Question(plan, 3, USUAL)) is None


def test_what_is_stated_is_not_drawn_and_sizes_decide_which_draws_count(plan: Plan) -> None:
    drawn = organisations_of(plan, 40, 0).columns
    assert not set(QUICK) & set(drawn)
    assert len(drawn) > 50
    free = Plan.of_preset("reference")
    many = free.changed({"portfolio.initial_models": 120, "team.developers": 40})
    few = free.changed({"portfolio.initial_models": 6, "team.developers": 3})
    small, large = (
        organisations_of(each, 200, 0).columns["portfolio.ideas_per_year"] for each in (few, many)
    )
    assert np.median(small) < np.median(large)
    again = organisations_of(many, 20, 0).columns["portfolio.ideas_per_year"]
    assert again.tolist() == large[:20].tolist(), "fewer are the first of more"
    far = free.changed({"portfolio.initial_models": 3_000, "team.developers": 1})
    assert len(organisations_of(far, 20, 0)) == 20, "the nearest, where none is of that size"


def test_a_portfolio_of_no_belief_is_drawn_from_what_is_known() -> None:
    imported = Plan.of_preset("reference").with_portfolio(illustrative_portfolio())
    drawn = organisations_of(imported, 5, 0).columns
    assert "portfolio.initial_models" not in drawn
    assert drawn["team.developers"].tolist() == (
        draws_of(imported.scenario, 5).columns["team.developers"].tolist()
    )


def test_the_command_of_an_export_tells_the_same(answer: Answer, over: Comparison) -> None:
    subject = Subject(answer, None, "http://localhost", date(2026, 11, 29))
    words = shlex.split(command(subject))
    assert words[words.index("--belief") + 1] == "published"
    stated = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    names = {text.partition("=")[0] for text in stated}
    assert {"portfolio.initial_models", "team.developers"} <= names
    plan = believed("published", None, "reference", stated, None, None)
    again = compare(plan.scenario, 48, seed=3, draws=plan.draws(48, seed=3))
    np.testing.assert_array_equal(again.plan.values, over.plan.values)


def test_the_headline_tells_both_and_names_them(answer: Answer, over: Comparison) -> None:
    said = headline(answer.comparison, over).text
    assert "as set" in said
    assert f"more than nothing in {in_hundred(over)} organisations like yours." in said
    assert "as set" not in headline(answer.comparison).text
    for word in ("prior", "posterior", "likelihood", "luck"):
        assert word not in plain(verdict_card(answer, None, doubts=["A doubt."])).lower()


def test_the_second_line_splits_the_spread(answer: Answer, over: Comparison) -> None:
    line = "".join(part.text for part in second_line(answer, None))
    assert "in 95 of 100 futures of organisations like yours" in line
    assert line.endswith(settling_in_words(over.settles)), "the words of the command"
    if over.unknown is not None:
        assert "is what nobody knows" in line


def test_the_card_has_the_questions_in_the_order_of_the_experiments(over: Comparison) -> None:
    shown = plain(settles(over))
    labels = [QUESTIONS[name].label for name, each in over.settles.items() if each.worth.mean > 0.0]
    places = [shown.index(label) for label in labels[:5]]
    assert places == sorted(places)
    assert "once all organisations are run" in plain(settles(replace(over, settles=None)))
    assert NOTHING_SETTLES in plain(settles(replace(over, settles={}))), "all is answered"


def test_doubts_of_the_belief_are_repeated_only_over_it(answer: Answer) -> None:
    assert "To be doubted: A doubt." in plain(verdict_card(answer, None, doubts=["A doubt."]))
    assert "A doubt." not in plain(verdict_card(answer.as_set(), None, doubts=["A doubt."]))


def test_a_verdict_is_spoken_once_it_is_settled(answer: Answer) -> None:
    for is_settled in (False, True):
        card = str(verdict_card(replace(answer, is_settled=is_settled), None))
        assert ('aria-live="polite"></p>' in card) != is_settled


def test_progress_counts_organisations(answer: Answer) -> None:
    done = progress(answer, is_superseded=False)
    assert done.futures == "48 organisations"
    assert re.fullmatch(r"±\d+ of 100", done.precision)


def test_as_many_dots_earn_as_the_headline_says(over: Comparison) -> None:
    found = dots_of(over, 1e6)
    drawn = str(dots(found))
    assert drawn.count('class="earn"') == 100 - found.losing
    assert drawn.count('class="lose"') == found.losing
    assert drawn.count("<circle") == 100
    if 0 < over.chance.count < over.chance.n:
        assert in_hundred(over) == f"{100 - found.losing} of 100"
    assert (np.diff(found.values) >= 0.0).all()


def test_one_plan_has_one_number_on_the_whole_screen(answer: Answer, over: Comparison) -> None:
    """As set in headline, figures, tray, dots; the chance, the range and the average too."""
    comparison = answer.comparison
    figure = headline(comparison, over).sentence.figure
    number = re.sub(r"[^+−0-9.]", "", figure)
    shown = {each.name: each for each in figures(comparison, over)}
    items = items_of(answer, ())
    tray = plain(scenarios(items, money_of_items(items)))
    if comparison.difference("npv").verdict == "earns":
        assert shown["npv"].change == number
        assert number in tray
    assert f"{in_hundred(over)} earn" in tray
    assert in_hundred(over) in plain(organisations(comparison, over))
    few = made_comparison([1e6, 2e6])
    assert "Once 16 of them are run." in plain(organisations(comparison, few))


def test_the_best_of_organisations_is_best_on_average(answer: Answer) -> None:
    """Beside it stands the worth as set, by which another may be the best."""
    lower, higher = (made_comparison([worth, worth + 1e5] * 8) for worth in (1e6, 2e6))
    items = [
        Item(THIS_PLAN, answer.comparison, None, lower),
        Item("kept", answer.comparison, 0, higher),
    ]
    assert best_of(items) is items[1]
    assert "best by their average" in plain(
        head(1, money_of_items(items), compares=False, is_over=True)
    )


def test_over_draws_the_unit_is_that_of_the_values_as_set(over: Comparison) -> None:
    """As in the sentence above, also where organisations like it bring far less."""
    assert over.over is not None
    small = over.over.as_set
    large = replace(small, plan=replace(small.plan, values=1e6 * small.plan.values))
    known = replace(over, over=replace(over.over, as_set=large))
    assert notation_of(known).money == notation_of(large).money != notation_of(small).money
    assert notation_of(known).digits == digits_for(
        over.difference("npv"), notation_of(large).money.size
    )


def test_the_mark_loses_hatch_and_ring_as_set(answer: Answer, over: Comparison) -> None:
    both = [comparison.difference("npv") for comparison in (answer.comparison, over)]
    scale = Scale(-1e6, 1e6)
    drawn, alone = (str(interval_mark(Interval.of(*each), scale)) for each in (both, both[:1]))
    for part in ('class="unknown"', 'class="ring"'):
        assert part in drawn
        assert part not in alone
    for part in ('class="futures"', 'class="average"', 'class="dot"'):
        assert part in drawn
        assert part in alone


def test_published_figures_stand_below_three_figures(answer: Answer) -> None:
    shown = {each.name: each for each in figures(answer.comparison, answer.over)}
    published = {name for name, figure in shown.items() if figure.bracket is not None}
    assert published == {"availability", "maintenance_share", "idea_to_production_median_days"}
    assert all("published" in shown[name].below or "judged" in shown[name].below
               for name in published)  # fmt: skip


def test_the_finding_on_payback_says_that_it_is_as_set(answer: Answer, over: Comparison) -> None:
    """Over organisations another number of futures pays back, as the key figure says."""
    as_set, both = (net_value(answer.comparison, each).finding for each in (None, over))
    assert both.startswith(f"As set: {as_set}")


def test_charts_are_hatched_over_draws_only(answer: Answer, over: Comparison) -> None:
    for made in (
        (net_value(answer.comparison), net_value(answer.comparison, over)),
        tuple(course(answer.comparison, "availability", each) for each in (None, over)),
    ):
        hatched = [
            sum(isinstance(layer, Band) and layer.is_hatched for layer in panel.layers)
            for figure in made
            for panel in figure.panels
        ]
        assert hatched[: len(hatched) // 2] == [0] * (len(hatched) // 2)
        assert hatched[len(hatched) // 2 :] == [1] * (len(hatched) // 2)


def test_the_switch_says_which_is_shown() -> None:
    for is_over, pressed in ((True, "Organisations like yours"), (False, "As set")):
        markup = str(mode_switch(is_over=is_over))
        assert re.search(rf'aria-pressed="true"[^>]*>{pressed}', markup)
        assert ("what nobody knows" in markup) == is_over
