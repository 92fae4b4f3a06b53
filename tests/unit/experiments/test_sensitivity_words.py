"""What is said of a sensitivity analysis claims no more than its intervals allow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelops_abm import formats
from modelops_abm.experiments import Indices, Morris, Question, Sobol, Swing, Tornado
from modelops_abm.experiments.information import Information, Leads, Worth
from modelops_abm.experiments.information_runs import ValueOfInformation
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.sensitivity_sobol import decision_of
from modelops_abm.experiments.sensitivity_tornado import best_along
from modelops_abm.experiments.statistics import rank
from modelops_abm.experiments.words import worth_of_knowing
from tests.unit.experiments.plans import small

NAMES = ("drift.severity", "team.focus")
INPUTS = tuple(parse_input(f"{name}=0.2..0.6") for name in NAMES)
QUESTION = Question(small(rollback=1.0), INPUTS)
LUCK = np.random.default_rng(0).normal(0.0, 0.1, (2, 3, 40))


def a_tornado(*worths: tuple[float, float]) -> Tornado:
    """Return what the plan is worth at the two values of each assumption; as assumed it is 1."""
    usual = np.stack([np.zeros(40), 1.0 + LUCK[0, 2]])
    swings = []
    for entry, pair, luck in zip(INPUTS, worths, LUCK, strict=True):
        answers = np.array(pair)[:, None] + luck[:2]
        outcomes = np.stack([np.zeros_like(answers), answers])
        best = best_along(QUESTION.alternatives, (0.2, 0.6), outcomes, (0.4, usual))
        swings.append(Swing(entry, (0.2, 0.6), answers, usual[1], best))
    return Tornado(QUESTION, usual[1], rank(QUESTION.alternatives, usual), tuple(swings))


@pytest.mark.parametrize(
    ("worths", "words"),
    [
        (
            ((0.5, 3.0), (0.9, 1.2)),
            "net present value most is severity of a drift",
        ),
        (
            ((0.5, 3.0), (0.9, 3.4)),
            "present value most is severity of a drift or time for hands-on work",
        ),
        (
            ((-1.0, 3.0), (0.9, 1.2)),
            "severity of a drift alone could change the winner, at 0.2 to the baseline",
        ),
        (
            ((1.0, -3.0), (-1.0, 1.2)),
            "severity of a drift and time for hands-on work could each change the winner",
        ),
        (((0.0, 3.0), (0.9, 1.2)), "no assumption alone can be told to change the winner"),
    ],
)
def test_a_tornado_names_what_it_can_tell(
    worths: tuple[tuple[float, float], ...], words: str
) -> None:
    found = a_tornado(*worths).finding
    assert found.startswith("As assumed, the plan is best; ")
    assert words in found


def screened(effects: list[list[float]]) -> str:
    return Morris(QUESTION, 4, 2, NAMES, np.array(effects), np.zeros(2)).finding


def test_screening_names_the_first_only_if_it_is_told() -> None:
    assert screened([[9.0, 1.0], [8.0, 2.0]] * 4).endswith("range is severity of a drift")
    assert screened([[1.0, -7.0], [2.0, 8.0]] * 4).endswith("range is time for hands-on work")
    assert screened([[9.0, 1.0], [1.0, 8.0]] * 4).endswith(
        "is severity of a drift or time for hands-on work"
    )


def shared_out(total: list[float], half_width: list[float], worth: np.ndarray) -> str:
    """Return what is said of indices of the answer, and of the worth at two base points."""
    zeros = np.zeros(2)
    indices = Indices(NAMES, zeros, zeros, np.array(total), np.array(half_width))
    outcomes = np.stack([np.zeros_like(worth), worth])[:, :, None]
    decision = decision_of(QUESTION.alternatives, NAMES, outcomes)
    return Sobol(QUESTION, 2, 1, worth, indices, indices, decision).finding


def test_indices_name_the_first_only_if_it_is_told() -> None:
    always = np.ones(8)
    told = shared_out([0.9, 0.2], [0.1, 0.1], always)
    assert told.startswith("The plan wins at all 4 points; no other value of one assumption")
    assert told.endswith("largest part of the spread is severity of a drift")
    unsure = shared_out([0.9, 0.8], [0.1, 0.1], always)
    assert unsure.endswith(
        "largest part of the spread is severity of a drift or time for hands-on work"
    )
    assert "Nothing that was varied" in shared_out([0.0, 0.0], [0.0, 0.0], always)


def test_a_winner_is_named_only_if_it_is_told() -> None:
    sometimes = np.array([1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
    found = shared_out([0.9, 0.2], [0.1, 0.1], sometimes)
    assert found.startswith("The baseline or the plan wins most often")


def plain(text: str) -> str:
    return text.replace(formats.NARROW_SPACE, " ")


def informed(perfect: Worth, *parts: Worth, low: float = 0.2) -> ValueOfInformation:
    """Return a choice in which the plan is ahead by so much at the least."""
    utilities = np.stack([np.ones(64), np.arange(64.0)])
    leads = Leads(
        np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[0.0, -2.0], [low, 0.0]]), np.ones(2)
    )
    known = Information(leads, perfect, dict(zip(NAMES, parts, strict=True)))
    alternatives = {"the baseline": small(), "the plan": QUESTION.plan}
    return ValueOfInformation(alternatives, INPUTS, utilities, known, NAMES, 2, 20, 0)


NOTHING, SURE = Worth(0.0, 0.0, 0.0), Worth(5e6, 3e6, 7e6)
UNKNOWN = Worth(1e6, 0.0, None, 4000)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            informed(SURE, SURE, NOTHING),
            "$3.0 M to $7.0 M; surely worth knowing: severity of a drift",
        ),
        (informed(SURE, NOTHING, SURE), "worth knowing: time for hands-on work"),
        (informed(SURE, NOTHING, UNKNOWN), "no single assumption is surely worth knowing"),
        (informed(NOTHING, NOTHING, NOTHING), "changed the choice at none of the points"),
        (informed(UNKNOWN, UNKNOWN, UNKNOWN), "cannot be told from 64 points"),
        (informed(UNKNOWN, UNKNOWN, UNKNOWN), "it takes 4,000 or more"),
        (
            informed(Worth(1e6, 0.0, 3e6, 900), NOTHING, NOTHING),
            "be worth $3.0 M at most (about 900",
        ),
        (informed(SURE, SURE, SURE), "The plan is best on what is known"),
        (informed(SURE, SURE, SURE, low=-1.0), "The plan or the baseline is best on what is known"),
    ],
)
def test_the_value_of_information_names_what_it_can_tell(
    found: ValueOfInformation, words: str
) -> None:
    assert words in plain(found.finding)


def test_an_average_that_a_few_make_is_said() -> None:
    found = informed(SURE, SURE, SURE)
    assert found.made_by_few == ""
    few = np.array([np.where(np.arange(64) < 2, 9e9, 7e6), np.zeros(64)])
    words = plain(replace(found, utilities=few).made_by_few)
    assert "the baseline is worth $288 M on average, but less than $7" in words
    assert (
        "severity of a drift and time for hands-on work spread it most, and a few very large"
        in words
    )
    none = plain(replace(found, utilities=few, spread_by=()).made_by_few)
    assert "of the points: a few very large" in none


def test_what_bounds_are_known_is_said() -> None:
    assert worth_of_knowing(NOTHING)[0] == "$0"
    assert worth_of_knowing(UNKNOWN)[1] == "cannot be told"
    assert worth_of_knowing(Worth(2e6, 2e6, None, 9))[0].startswith("at least $2")
    assert [plain(text) for text in worth_of_knowing(Worth(1e3, 0.0, 3e4))] == [
        "at most $30 k",
        "0 to 30 k",
    ]
    assert plain(worth_of_knowing(SURE)[1]) == "3.0 to 7.0 M"


def test_chances_and_means_of_alternatives() -> None:
    utilities = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 3.0, 0.0]])
    found = replace(
        informed(NOTHING, NOTHING, NOTHING),
        alternatives={"a": small(), "b": QUESTION.plan},
        utilities=utilities,
    )
    assert {name: each.count for name, each in found.chances.items()} == {"a": 2, "b": 2}
    assert {name: each.mean for name, each in found.means.items()} == {"a": 0.25, "b": 1.25}
    assert found.ranking.order == ("b", "a")
