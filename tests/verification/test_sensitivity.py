"""Morris effects and Sobol indices of functions whose effects and indices are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris as salib_morris, sobol as salib_sobol
from scipy import stats

from modelops_abm.experiments import Morris, Question
from modelops_abm.experiments.sensitivity import problem_of
from modelops_abm.experiments.sensitivity_morris import (
    deviation_half_width,
    effects_of,
    morris_positions,
)
from modelops_abm.experiments.sensitivity_sobol import decision_of, indices_of, sobol_positions
from modelops_abm.scenario.presets import preset
from tests.verification.checks import seed_of

type Floats = NDArray[np.float64]

REPEATS = 60
BASE_POINTS = 512
A, B = 7.0, 0.1
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0])


def ishigami(positions: Floats) -> Floats:
    """Return the function of Ishigami and Homma 1990 (doi:10.1109/ISUMA.1990.151285)."""
    x = np.pi * (2.0 * positions - 1.0)
    return np.asarray(
        np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    )


def ishigami_indices() -> tuple[Floats, Floats]:
    """Return its first-order and total indices."""
    first = np.array([0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2, A**2 / 8.0, 0.0])
    interaction = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    total = first + np.array([interaction, 0.0, interaction])
    return first / (first.sum() + interaction), total / (first.sum() + interaction)


def g_function(positions: Floats) -> Floats:
    """Return the g-function of Sobol (Saltelli and Sobol 1995)."""
    return np.asarray(np.prod((np.abs(4.0 * positions - 2.0) + WEIGHTS) / (1.0 + WEIGHTS), axis=1))


def g_indices() -> tuple[Floats, Floats]:
    """Return its first-order and total indices."""
    own = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
    variance = np.prod(1.0 + own) - 1.0
    return own / variance, own * np.prod(1.0 + own) / (1.0 + own) / variance


@pytest.mark.slow(4)
@pytest.mark.parametrize(
    ("function", "known"),
    [(ishigami, ishigami_indices()), (g_function, g_indices())],
    ids=["Ishigami", "g-function"],
)
def test_intervals_of_indices_contain_what_is_known(
    function: object, known: tuple[Floats, Floats]
) -> None:
    """95 % intervals cover at least 95 in 100, less what chance allows; the bootstrap is wide.

    It takes the points as independent, though a scrambled sequence is more even than that.
    """
    first, total = known
    names = tuple(f"x{place}" for place in range(len(first)))
    seed = seed_of("Sobol indices")
    inside = np.zeros((2, len(first)))
    for repeat in range(REPEATS):
        positions = sobol_positions(len(first), BASE_POINTS, (seed + repeat) % 2**31)
        found = indices_of(names, function(positions), repeat)  # type: ignore[operator]
        inside[0] += np.abs(found.first - first) <= found.first_half_width
        inside[1] += np.abs(found.total - total) <= found.total_half_width
    fewest = stats.binom.ppf(1e-4, REPEATS, 0.95)
    counted = total > 1e-9
    assert (inside[:, counted] >= fewest).all(), inside


def test_half_widths_are_those_of_salib() -> None:
    """Two bootstraps of 1,000 samples each differ by a few per cent."""
    answers, names = g_function(sobol_positions(4, BASE_POINTS, 1)), tuple("abcd")
    own = indices_of(names, answers, 1)
    known = salib_sobol.analyze(
        problem_of(names), answers, calc_second_order=False, num_resamples=1000, seed=1
    )
    for wide, key in ((own.first_half_width, "S1_conf"), (own.total_half_width, "ST_conf")):
        assert np.mean(wide / known[key]) == pytest.approx(1.0, abs=0.1)


def test_indices_of_the_decision_are_those_of_its_function() -> None:
    """Of 1 where x0 exceeds 1/2, all variance is made by x0, and none by x1."""
    positions = sobol_positions(2, 256, seed_of("decision") % 2**31)
    found = indices_of(("x0", "x1"), (positions[:, 0] > 0.5).astype(float))
    assert abs(found.first[0] - 1.0) <= found.first_half_width[0]
    assert abs(found.total[0] - 1.0) <= found.total_half_width[0]
    assert found.total[1] == 0.0
    assert found.order == (0, 1)


@pytest.mark.parametrize("constant", [0.3, 0.6])
def test_the_decision_among_three_is_as_known(constant: float) -> None:
    """Alternatives worth c, x0 and x1; x2 does nothing.

    c wins with probability c^2, the others share the rest alike. Where x1 < c, two values of x0
    have different winners with probability 2 c (1 - c), else with 2 x1 (1 - x1); over x1 that makes
    2 c^2 (1 - c) + 1/3 - c^2 + 2 c^3 / 3, and as much for two points that share x0 alone.
    """
    changed = 2 * constant**2 * (1 - constant) + 1 / 3 - constant**2 + 2 * constant**3 / 3
    won = np.array([constant**2, (1 - constant**2) / 2, (1 - constant**2) / 2])
    differ = 1.0 - np.sum(won**2)
    total, first = changed / differ, 1.0 - changed / differ
    seed, inside = seed_of(f"decision among three {constant}"), np.zeros(9)
    repeats = 40
    for repeat in range(repeats):
        positions = sobol_positions(3, BASE_POINTS, (seed + repeat) % 2**31)
        outcomes = np.stack([np.full(len(positions), constant), *positions[:, :2].T])
        found = decision_of("cxy", ("x0", "x1", "x2"), outcomes[:, :, None], repeat)
        own = found.indices
        assert own.total[2] == own.total_half_width[2] == 0.0
        shares = [*found.wins.values(), found.turns["x0"], found.turns["x1"]]
        known = [*won, changed, changed]
        inside[:5] += [each.low <= at <= each.high for each, at in zip(shares, known, strict=True)]
        inside[5:7] += np.abs(own.total[:2] - total) <= own.total_half_width[:2]
        inside[7:] += np.abs(own.first[:2] - first) <= own.first_half_width[:2]
        slack = own.total_half_width.sum() + own.first_half_width.sum()
        assert own.first.sum() - slack <= 1.0 <= own.total.sum() + slack
    assert (inside >= stats.binom.ppf(1e-4, repeats, 0.95)).all(), inside


def test_nothing_is_shared_out_where_nothing_varies() -> None:
    found = indices_of(("x0", "x1"), np.full(4 * 8, 3.0))
    assert not np.any([found.first, found.total, found.first_half_width, found.total_half_width])


def screened(positions: Floats, answers: Floats) -> pd.DataFrame:
    effects = effects_of(positions, answers)
    names = tuple("abcd"[: effects.shape[1]])
    question = Question(preset("reference"), ())
    wide = deviation_half_width(effects, 1)
    return Morris(question, len(effects), 1, names, effects, wide).table().sort_index()


def test_effects_of_a_linear_function_are_its_slopes() -> None:
    positions = morris_positions(3, 6)
    found = screened(positions, positions @ np.array([3.0, -2.0, 0.0]))
    assert list(found["mean_absolute"]) == pytest.approx([3.0, 2.0, 0.0], abs=1e-9)
    assert list(found["mean"]) == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    for name in ("deviation", "deviation_half_width", "half_width", "mean_half_width"):
        assert list(found[name]) == pytest.approx([0.0] * 3, abs=1e-9)


def test_effects_of_the_g_function_contain_what_is_known() -> None:
    """On a grid of four levels, steps of 2/3: the effect of x alone is its slope, up or down.

    |4x - 2| goes from 2 to 2/3 or from 2/3 to 2 (sizes 4/3), so a step always changes it by 4/3,
    up or down alike; times the mean of the other factors, which is (4/3 + a)/(1 + a) each. The
    mean effect is 0, so sigma^2 is the mean square: 4 / (1 + a)^2 times the mean squares of the
    other factors, ((4/3 + a)^2 + 4/9) / (1 + a)^2 each.
    """
    positions = morris_positions(4, 400, seed_of("Morris effects") % 2**31)
    found = screened(positions, g_function(positions))
    others = (4.0 / 3.0 + WEIGHTS) / (1.0 + WEIGHTS)
    squares = ((4.0 / 3.0 + WEIGHTS) ** 2 + 4.0 / 9.0) / (1.0 + WEIGHTS) ** 2
    known = {
        "mean_absolute": (2.0 / (1.0 + WEIGHTS) * np.prod(others) / others, "half_width"),
        "mean": (np.zeros(4), "mean_half_width"),
        "deviation": (
            np.sqrt(4.0 / (1.0 + WEIGHTS) ** 2 * np.prod(squares) / squares),
            "deviation_half_width",
        ),
    }
    wider = stats.norm.isf(5e-6) / stats.norm.isf(0.025)
    for name, (theory, width) in known.items():
        assert (np.abs(found[name] - theory) <= wider * found[width]).all(), name
    assert list(np.argsort(-found["mean_absolute"])) == [0, 1, 2, 3]


def test_effects_are_those_of_salib() -> None:
    positions = morris_positions(4, 30, 1)
    answers = g_function(positions)
    found = screened(positions, answers)
    names = tuple("abcd")
    known = salib_morris.analyze(problem_of(names), positions, answers, num_levels=4, seed=1)
    for name, key in (("mean_absolute", "mu_star"), ("mean", "mu"), ("deviation", "sigma")):
        assert list(found[name]) == pytest.approx(list(known[key]))
    assert list(found["half_width"]) == pytest.approx(list(known["mu_star_conf"]), rel=0.2)


@pytest.mark.slow(4)
def test_intervals_of_screening_contain_what_is_known() -> None:
    """Of mu* and sigma of x1 + x1 x2 on the grid: effects 1 + x2, of which each level is as likely.

    x2 is a level or one that a step has reached; by symmetry all four are as likely.
    """
    repeats, seed, inside = 200, seed_of("Morris intervals"), np.zeros(2)
    levels = 1.0 + np.array([0.0, 1.0, 2.0, 3.0]) / 3.0
    for repeat in range(repeats):
        positions = morris_positions(2, 40, (seed + repeat) % 2**31)
        found = screened(positions, positions[:, 0] * (1.0 + positions[:, 1])).loc["a"]
        inside[0] += abs(found["mean_absolute"] - levels.mean()) <= found["half_width"]
        inside[1] += abs(found["deviation"] - levels.std()) <= found["deviation_half_width"]
    assert (inside >= stats.binom.ppf(1e-4, repeats, 0.93)).all(), inside


def test_ranks_are_known_where_a_long_tail_hides_the_variance() -> None:
    """Of exp(s (2 x0 + x1)) the rank is that of 2 x0 + x1, of which x0 makes 4 parts in 5."""
    positions = sobol_positions(3, BASE_POINTS, seed_of("long tail"))
    answers = np.exp(30.0 * (2.0 * positions[:, 0] + positions[:, 1]))
    indices, ranks = (
        indices_of(("x0", "x1", "x2"), values) for values in (answers, stats.rankdata(answers))
    )
    known = stats.rankdata(2.0 * positions[:, 0] + positions[:, 1])
    assert np.array_equal(stats.rankdata(answers), known)
    assert indices.total_half_width[0] > 0.25 > ranks.total_half_width.max()
    assert ranks.total[2] == 0.0
    assert ranks.may_be_largest == ("x0",)
    assert ranks.first[:2] == pytest.approx([0.8, 0.2], abs=0.1)
