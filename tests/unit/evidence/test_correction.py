"""Runs decide: where they are no polynomial, and where luck is as large as what was said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit, ndtri

from modelops_abm import Scenario, with_values
from modelops_abm.evidence.belief import Belief
from modelops_abm.evidence.correction import RUNS_OF_EACH, Seen, log_of_runs
from modelops_abm.evidence.fit import Runs, Size, fit, scaled
from modelops_abm.evidence.interview import told
from modelops_abm.evidence.statements import Statement, about, between, exactly
from modelops_abm.experiments.draws import Draws, draws_of, known_of, shares_of
from modelops_abm.scenario.sources import with_range, with_sources

type Floats = NDArray[np.float64]

UNITS = float(ndtri(0.95))
NAMES = (
    "incidents.pipeline_per_year",
    "incidents.compliance_per_year",
    "efforts.retraining",
    "efforts.compliance_repair",
)
ABOUT = np.log(1.2) / UNITS
LUCK = 0.1


def test_the_likelihood_by_runs_is_on_average_over_luck_that_of_the_draw() -> None:
    generator, size = np.random.default_rng(3), 400_000
    luck, spread = np.array([[0.04, 0.01], [0.01, 0.02]]), np.array([0.05, 0.1])
    mean, said = np.array([0.1, -0.1]), np.zeros(2)
    runs = generator.multivariate_normal(mean, luck, (size, RUNS_OF_EACH))
    found = np.exp(log_of_runs(Seen.of(runs), said, spread, luck))
    true = stats.multivariate_normal(mean, luck + np.diag(spread**2)).pdf(said) * 2.0 * np.pi
    assert abs(found.mean() - true) < 5.0 * found.std() / np.sqrt(size)


def test_a_draw_counts_as_often_as_its_runs_show_what_was_said() -> None:
    runs = np.array([[[1.0], [3.0]], [[1.0], [np.nan]], [[np.nan], [np.nan]]])
    seen = Seen.of(runs)
    assert seen.means[:2, 0].tolist() == [2.0, 1.0]
    assert seen.counts.tolist() == [2, 1, 0]
    both, one, none = log_of_runs(seen, np.array([1.5]), np.array([0.5]), np.array([[0.0]]))
    assert both - one == pytest.approx(np.log(2.0))
    assert none == -np.inf


class Crooked:
    """Shows what no polynomial of a few directions is: products, a threshold; with luck."""

    names: Sequence[str] = ("crooked", "sum")

    def __call__(self, draws: Draws, first: int) -> dict[str, Floats]:
        luck = [ndtri(shares_of(f"luck {kind}", len(draws), 7, first)) for kind in range(2)]
        places = np.array([np.log(draws.columns[name] / 5.0) for name in NAMES])
        return {
            name: np.exp(each + LUCK * own)
            for name, each, own in zip(self.names, crooked(places), luck, strict=True)
        }


def crooked(logs: Floats) -> tuple[Floats, Floats]:
    """Return logarithms of what is shown without luck, of logarithms of the four values."""
    one, two, three, four = 2.0 * logs
    return np.maximum(one * two, 0.0) - np.abs(three * four) + 0.3 * one, 0.5 * (one + three)


def test_what_is_no_polynomial_is_believed_as_narrowly_as_it_was_said() -> None:
    scenario = with_values(Scenario(), dict.fromkeys(NAMES, 5.0), source="test")
    scenario = with_sources(scenario, [*known_of(scenario)[0]], "test", "user")
    for name in NAMES:
        scenario = with_range(scenario, name, low=2.5, high=10.0, source="test")
    evidence = (about("crooked", 1.5), about("sum", 1.2))
    size = Size(draws=800, rounds=(200, 200), checked=400)
    first: list[Belief] = []
    belief = fit(scenario, evidence, simulator=Crooked(), size=size, on_belief=first.append)
    # The truth, by weighing very many draws of what was known.
    known = np.random.default_rng(1).standard_normal((4, 1_000_000)) * np.log(2.0) / UNITS
    spread = float(np.hypot(ABOUT, LUCK))
    shown = crooked(known)
    weights = np.exp(
        sum(
            -0.5 * ((each - np.log(said)) / spread) ** 2
            for each, said in zip(shown, (1.5, 1.2), strict=True)
        )
    )
    columns, at_first = (
        np.array([np.log(each.draws.columns[name] / 5.0) for name in NAMES])
        for each in (belief, first[-1])
    )
    # The regression alone takes what it misses for luck.
    assert crooked(at_first)[0].std() > 1.5 * crooked(columns)[0].std()
    for true, found in zip((*shown, *known), (*crooked(columns), *columns), strict=True):
        mean = np.average(true, weights=weights)
        deviation = np.sqrt(np.average((true - mean) ** 2, weights=weights))
        error = 4.5 / np.sqrt(belief.effective) + 0.05
        assert abs(found.mean() - mean) < error * deviation
        assert abs(found.std() / deviation - 1.0) < error


ASKED = ("outages_per_month", "time_to_restore_hours", "upkeep_share", "value_per_year")


@pytest.mark.slow(60)
def test_made_up_organisations_are_found_as_narrowly_as_what_was_said_and_luck_allow() -> None:
    """What a belief predicts holds what was said, and is not much wider than it and luck.

    Each tells its models and people, as whoever is interviewed does first.
    """
    wider = []
    for number in (3, 4, 7):
        drawn = draws_of(Scenario(), 1, seed=number)
        sizes = {"models_live": "portfolio.initial_models", "people": "team.developers"}
        size = {
            name: exactly(about, float(drawn.columns[about][0]), source="made up")
            for name, about in sizes.items()
        }
        wider.append(times_wider(told(Scenario(), size).scenario, number))
    assert (np.exp(np.log(wider).mean(axis=0)) < 1.3).all(), wider


def times_wider(scenario: Scenario, number: int, seeds: int = 40) -> list[float]:
    """Return how many times wider than said and luck what is believed of a made-up one predicts."""
    organisation = draws_of(scenario, 1, seed=number)
    again = Draws(
        scenario, {name: np.repeat(each, seeds) for name, each in organisation.columns.items()}
    )
    shown = Runs(seed=5)(again, 0)
    evidence = tuple(said(name, float(np.median(shown[name]))) for name in ASKED)
    belief = fit(scenario, evidence, size=Size(draws=400, rounds=(300, 300), checked=300))
    found = []
    for each in evidence:
        own, predicted = (scaled(each, it[each.about]) for it in (shown, belief.predictions))
        low, high = np.quantile(predicted, [0.05, 0.95])
        start, end = scaled(each, np.array([each.low, each.high]))
        # Luck counts twice: in what was seen, and in what is predicted.
        joined = np.hypot(end - start, np.sqrt(2.0) * 2.0 * UNITS * own.std())
        assert low < scaled(each, np.array(each.middle)) < high
        found.append((high - low) / joined)
    return found


def said(name: str, value: float) -> Statement:
    if name != "upkeep_share":
        return about(name, value)
    ends = expit(logit(value) + np.array([-0.25, 0.25]))
    return between(name, float(ends[0]), float(ends[1]), "logit-normal")


_SAME = """
import hashlib
import numpy as np
from modelops_abm import Scenario
from modelops_abm.evidence.fit import Size, fit
from modelops_abm.evidence.statements import about
from modelops_abm.experiments.draws import shares_of
from scipy.special import ndtri

class Shows:
    names = ("first", "second")
    def __call__(self, draws, first):
        luck = [ndtri(shares_of(name, len(draws), 7, first)) for name in self.names]
        columns = [draws.columns[name] for name in ("team.focus", "efforts.retraining")]
        return {name: column * np.exp(0.2 * each)
                for name, column, each in zip(self.names, columns, luck)}

evidence = (about("first", 0.6), about("second", 5.0))
belief = fit(Scenario(), evidence, simulator=Shows(), size=Size(400, (300, 300), 20))
columns = sorted(belief.draws.columns.items())
print(hashlib.sha256(repr([each.tolist() for _, each in columns]).encode()).hexdigest())
print(belief.effective)
"""


@pytest.mark.slow(15)
def test_a_belief_is_the_same_to_the_bit_whatever_threads_matrices_take() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _SAME],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(outputs) == 1
