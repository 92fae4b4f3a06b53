from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from modelops_abm.app.decide.sentences import headline, plan_name, plan_words, progress, second_line
from modelops_abm.app.state.answer import Answer
from modelops_abm.experiments import Comparison, Credit
from modelops_abm.scenario import with_values
from tests.app.comparisons import QUICK, answer_of, made_comparison, quick_plan

MANY = 400
LUCK = np.random.default_rng(0).normal(0.0, 1.0, MANY)


def text_of(answer: Answer, credit: Credit | None = None, advice: str = "") -> str:
    return "".join(word.text for word in second_line(answer, credit, advice))


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ({}, "the baseline"),
        ({"monitoring": 1.0}, "full monitoring"),
        ({"monitoring": 0.6}, "60\u202f% monitoring"),
        ({"automation": 0.5, "monitoring": 1.0}, "half automation and full monitoring"),
        ({"automation": 0.5, "monitoring": 0.5}, "half automation and monitoring"),
        (
            {"automation": 0.5, "monitoring": 1.0, "rollback": 1.0, "lineage": 0.5},
            "half automation and lineage, and full monitoring and rollback",
        ),
        (
            dict.fromkeys(("automation", "monitoring", "rollback", "lineage", "autoscaling"), 1.0),
            "all five capabilities in full",
        ),
    ],
)
def test_equal_levels_stand_together(levels: dict[str, float], words: str) -> None:
    plan = quick_plan(**levels)
    assert plan_words(plan) == words
    assert not plan_name(plan)[0].islower()


def test_a_plan_that_earns_is_worth_its_average_with_the_digits_of_the_range() -> None:
    said = headline(made_comparison(1.1e6 + 0.5e6 * LUCK))
    assert said.tone == "earns"
    assert said.sentence.figure == "+$1.1\u202fM"
    assert said.text.startswith("Full automation is worth +$1.1\u202fM over 400 days.")


def test_a_plan_that_loses_says_how_often() -> None:
    gains = -0.9e6 + 0.3e6 * LUCK
    said = headline(made_comparison(gains))
    assert said.tone == "loses"
    assert said.sentence.figure == "$0.9\u202fM"
    assert said.text.endswith(f"{np.sum(gains < 0.0)} of 400 futures end below the baseline.")


def test_a_plan_that_cannot_be_told_says_so() -> None:
    said = headline(made_comparison(1e6 * (LUCK - LUCK.mean())))
    assert said.tone == "untold"
    assert said.text.startswith("After 400 futures this plan cannot be told from the baseline: ")
    assert "\u2212" in said.sentence.figure
    assert "+" in said.sentence.figure


def test_a_plan_that_raises_nothing_is_the_baseline() -> None:
    below = {**QUICK, "capabilities.automation.start_level": 0.6}
    plan = with_values(quick_plan(automation=0.2), below, source="test")
    for level in (plan, quick_plan()):
        made = made_comparison(np.zeros(20), plan=level, paybacks=[0.0] * 20)
        assert made.verdict().text.startswith("This is the baseline: ")
        assert made.payback() == ""
        assert headline(made).text.startswith("This is the baseline. ")
    comparison = made_comparison(np.zeros(20), plan=quick_plan())
    assert headline(comparison).tone == "baseline"
    assert text_of(answer_of(comparison)).startswith("It brings $5.0\u202fM over 400 days; ")


def test_second_line_has_the_range_of_futures_and_the_payback() -> None:
    gains = np.linspace(0.0, 2.4e6, MANY)
    comparison = made_comparison(gains, paybacks=[200.0] * MANY)
    assert text_of(answer_of(comparison)).startswith(
        "+0.1 to +2.3\u202fM in 95 of 100 futures. Pays back in 400 of 400 futures, typically"
        " month 7 of 14."
    )


def test_second_line_says_when_nothing_pays_back() -> None:
    comparison = made_comparison(-1e6 + 1e5 * LUCK, paybacks=[math.inf] * MANY)
    text = text_of(answer_of(comparison), advice="Stop it.")
    assert " Pays back in 0 of 400 futures within 400 days. Stop it." in text


def test_the_one_thing_to_know_comes_from_the_credit(
    comparison: Comparison, quick_credit: Credit
) -> None:
    worths = dict(quick_credit.worths)
    n = worths["npv"].shape[1]
    luck = np.random.default_rng(1).normal(0.0, 1e3, n)
    game = {"costs": (0.0, 5e5, -3e5, 2e5), "can't tell": (0.0, 5e5, 0.0, 5e5)}
    said = {}
    for name, coalitions in game.items():
        values = np.array([np.full(n, worth) for worth in coalitions])
        values[2:] += luck - luck.mean()
        credit = replace(quick_credit, worths={"npv": values})
        said[name] = text_of(answer_of(comparison, is_settled=False), credit)
    assert said["costs"].endswith("Without rollback the plan would earn more.")
    unsure = "Whether the plan earns more with rollback cannot be told yet."
    assert said["can't tell"].endswith(unsure)


def test_progress_in_words() -> None:
    comparison = made_comparison(1e6 + 1e6 * LUCK[:48])
    running = progress(answer_of(comparison, is_settled=False), is_superseded=False)
    assert running.futures == "48 of 400 futures"
    assert running.share == pytest.approx(48 / 400)
    assert running.note == "Average still tightening"
    assert running.precision.startswith("±0.2")
    settled = progress(answer_of(comparison, aim=48), is_superseded=False)
    assert settled.share == 1.0
    assert settled.note == "The same futures for every plan"


def test_a_superseded_answer_begins_anew() -> None:
    answer = answer_of(made_comparison(LUCK))
    begun = progress(answer, is_superseded=True, done=8)
    assert (begun.futures, begun.precision) == ("8 of 400 futures", "")
    failed = replace(answer, error="It is too large.")
    assert progress(failed, is_superseded=True).note == "It is too large."
