"""The fit, where the belief is known exactly: all is normal, and a function stands for runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtri

from modelops_abm import InputError, Scenario, with_values
from modelops_abm.evidence.belief import TOO_NARROW, Belief
from modelops_abm.evidence.emulator import fitted
from modelops_abm.evidence.fit import Journal, Size, fit
from modelops_abm.evidence.sampler import Sample
from modelops_abm.evidence.statements import Count, Evidence, about, between, exactly
from modelops_abm.experiments.draws import Draws, draws_of, known_of, shares_of
from modelops_abm.runs import Cancelled
from modelops_abm.scenario.sources import with_range, with_sources

type Floats = NDArray[np.float64]

UNITS = float(ndtri(0.95))
RATE, EFFORT = "incidents.pipeline_per_year", "efforts.retraining"
SPREADS = {RATE: np.log(3.0) / UNITS, EFFORT: np.log(2.0) / UNITS}
"""Standard deviation of the logarithm of each of the two values that are uncertain."""
MIDDLES = {RATE: 9.0, EFFORT: 4.0}
ABOUT = np.log(1.2) / UNITS
SMALL = Size(draws=1_000, rounds=(200, 200, 200), checked=100)


def organisation(
    middles: Mapping[str, float] = MIDDLES, spreads: Mapping[str, float] = SPREADS
) -> Scenario:
    """Return a scenario in which two values are uncertain, both lognormal, and nothing else."""
    scenario = with_values(Scenario(), middles, source="test")
    scenario = with_sources(scenario, [*known_of(scenario)[0]], "test", "user")
    for name, middle in middles.items():
        factor = np.exp(spreads[name] * UNITS)
        ends = {"low": middle / factor, "high": middle * factor}
        scenario = with_range(scenario, name, **ends, source="test")
    return scenario


@dataclass
class Products:
    """Shows the product of both values, and the first alone, with luck of its own."""

    luck: float = 0.1
    calls: int = 0
    names: Sequence[str] = ("product", "rate")

    def __call__(self, draws: Draws, first: int) -> dict[str, Floats]:
        self.calls += 1
        one, other = (np.exp(self.luck * each) for each in normals(2, len(draws), first))
        rate, effort = (draws.columns[name] for name in (RATE, EFFORT))
        return {"product": rate * effort * one, "rate": rate * other}


def normals(kinds: int, count: int, first: int) -> list[Floats]:
    """Return luck of runs by their numbers."""
    return [ndtri(shares_of(f"luck {kind}", count, 7, first)) for kind in range(kinds)]


def believed(evidence: Evidence, seed: int = 0, **more: object) -> Belief:
    return fit(organisation(), evidence, seed=seed, simulator=Products(), size=SMALL, **more)  # type: ignore[arg-type]


def logs(belief: Belief) -> Floats:
    return np.log(np.array([belief.draws.columns[name] for name in SPREADS]).T)


def exact(
    rows: Sequence[Sequence[float]], said: Sequence[float], spread: Sequence[float]
) -> tuple[Floats, Floats]:
    """Return mean and covariance of the logarithms, if rows of them are known to be said."""
    prior = np.diag(np.array(list(SPREADS.values())) ** 2)
    middle = np.log(np.array(list(MIDDLES.values())))
    slopes, noise = np.array(rows), np.diag(np.array(spread) ** 2)
    gain = prior @ slopes.T @ np.linalg.inv(slopes @ prior @ slopes.T + noise)
    mean = middle + gain @ (np.log(said) - slopes @ middle)
    return mean, prior - gain @ slopes @ prior


def check(belief: Belief, mean: Floats, covariance: Floats, margin: float = 0.0) -> None:
    """Compare a belief with a normal distribution; margin is what runs leave open."""
    found, spread = logs(belief), np.sqrt(np.diag(covariance))
    error = 4.5 / np.sqrt(belief.effective) + margin
    assert (np.abs(found.mean(axis=0) - mean) < error * spread).all()
    assert (np.abs(found.std(axis=0) / spread - 1.0) < error).all()


def test_a_statement_about_a_value_gives_the_normal_distribution_that_theory_gives() -> None:
    belief = believed((about(RATE, 14.0),))
    check(belief, *exact([[1.0, 0.0]], [14.0], [ABOUT]))
    assert belief.effective > 300.0


def test_a_run_without_luck_is_as_good_as_the_value() -> None:
    evidence = (about("product", 60.0), about(RATE, 14.0))
    belief = fit(organisation(), evidence, simulator=Products(luck=0.0), size=SMALL)
    check(belief, *exact([[1.0, 1.0], [1.0, 0.0]], [60.0, 14.0], [ABOUT, ABOUT]))


@pytest.mark.parametrize("seed", [0, 1])
def test_luck_of_a_run_widens_what_is_learned_of_it(seed: int) -> None:
    belief = believed((about("product", 60.0), about("rate", 14.0)), seed)
    spread = float(np.hypot(ABOUT, 0.1))
    # The size of the luck is learned from some hundred runs: to 2 / sqrt(2 n).
    mean, covariance = exact([[1.0, 1.0], [1.0, 0.0]], [60.0, 14.0], [spread, spread])
    check(belief, mean, covariance, margin=2.0 / np.sqrt(2.0 * 300.0))


def test_many_events_are_a_normal_distribution_of_the_rate() -> None:
    belief = believed((Count(RATE, 400, 40.0),))
    check(belief, *exact([[1.0, 0.0]], [10.0], [1.0 / 20.0]), margin=0.05)


def test_without_statements_the_belief_is_what_was_known() -> None:
    belief = believed(())
    known = draws_of(organisation(), SMALL.draws)
    for name, column in known.columns.items():
        np.testing.assert_allclose(belief.draws.columns[name], column, rtol=1e-9)
    assert belief.effective == SMALL.draws
    assert "as it was thought before" in belief.sentence()


def test_the_order_of_statements_decides_nothing() -> None:
    evidence = (about("product", 60.0), about(RATE, 14.0), about("rate", 12.0))
    one, other = believed(evidence), believed(evidence[::-1])
    np.testing.assert_array_equal(logs(one), logs(other))
    assert one.evidence == other.evidence


def test_more_statements_narrow() -> None:
    few, more = (
        believed((about("product", 60.0),)),
        believed((about("product", 60.0), about("product", 60.0), exactly(RATE, 14.0))),
    )
    assert more.learned.loc[RATE, "narrower"] > few.learned.loc[RATE, "narrower"] > 1.0
    assert more.learned.loc[EFFORT, "narrower"] > few.learned.loc[EFFORT, "narrower"]


def test_another_seed_gives_other_draws_of_the_same() -> None:
    one, other = (logs(believed((about(RATE, 14.0),), seed)) for seed in (0, 1))
    assert not np.array_equal(one, other)
    assert abs(one.mean(axis=0) - other.mean(axis=0))[0] < 0.1 * one.std(axis=0)[0] + 0.05


def test_what_does_not_go_together_is_named_with_what_the_others_say() -> None:
    belief = believed((exactly("product", 36.0), exactly(RATE, 9.0), exactly(EFFORT, 9.0)))
    assert belief.contradictions
    # What the two others say of each: 9 times 9, and 36 by 9.
    others = {"product": 81.0, RATE: 4.0, EFFORT: 4.0}
    assert {"product", EFFORT} <= {each.about for each in belief.contradictions}
    for each in belief.contradictions:
        assert each.others_low < others[each.about] < each.others_high
        assert each.said_high < each.others_low or each.others_high < each.said_low
    assert "does not go with the rest" in belief.sentence()


def test_what_agrees_contradicts_nothing() -> None:
    belief = believed((about("product", 36.0), about(RATE, 9.0), about(EFFORT, 4.0)))
    assert not belief.contradictions
    assert not belief.at_edge


def test_a_belief_at_the_end_of_what_was_thought_possible_says_so() -> None:
    belief = believed((exactly(RATE, 40.0),))
    assert belief.at_edge == (RATE,)
    assert "At the end of the range" in belief.sentence()


def test_few_effective_draws_are_said() -> None:
    belief = replace(believed((about(RATE, 14.0),)), effective=150.0)
    assert "Few organisations fit all that was said" in belief.sentence()
    assert TOO_NARROW not in belief.sentence()
    assert TOO_NARROW in replace(belief, effective=20.0).sentence()


def test_what_a_log_says_has_the_luck_of_a_run_already() -> None:
    said = between("product", 40.0, 90.0)
    luck = np.log(90.0 / 60.0) / UNITS
    answered, logged = (
        fit(organisation(), (each,), simulator=Products(luck=luck), size=SMALL)
        for each in (said, replace(said, how="computed"))
    )
    # Its range is of its own luck: the belief is as wide as if luck were asked once, and not twice.
    for belief, spread in ((answered, np.hypot(luck, luck)), (logged, luck)):
        mean, covariance = exact([[1.0, 1.0]], [60.0], [spread])
        check(belief, mean, covariance, margin=0.15)
    of_both = (logs(each).sum(axis=1).std() for each in (answered, logged))
    assert next(of_both) > 1.1 * next(of_both)


def test_what_is_said_must_be_about_something() -> None:
    with pytest.raises(InputError, match=r"produkt: .*did you mean product"):
        believed((about("produkt", 60.0),))
    with pytest.raises(InputError, match="is not uncertain"):
        believed((about("team.developers", 8.0),))


def test_it_can_be_cancelled() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        believed((about(RATE, 14.0),), cancel=cancel)


def test_beliefs_on_the_way_and_progress_are_told() -> None:
    evidence: Evidence = (about("product", 60.0), about(RATE, 14.0))
    on_the_way: list[Belief] = []
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    settled = believed(evidence, on_belief=on_the_way.append, progress=tell)
    assert [belief.runs for belief in on_the_way] == [400, 800, 1_200]
    assert not any(belief.is_settled for belief in on_the_way)
    assert settled.is_settled
    assert all(RATE in belief.learned.index for belief in on_the_way)
    done = [each for each, _ in told]
    assert done[:3] == [400, 800, 1_200]
    assert (np.diff(done) > 0).all()
    assert all(one <= total for one, total in told)
    assert settled.runs == done[-1]
    # Where runs are not needed, there is nothing on the way.
    assert believed((about(RATE, 14.0),), on_belief=on_the_way.append).is_settled
    assert len(on_the_way) == 3


def test_whoever_is_told_can_cancel() -> None:
    cancel = threading.Event()

    def stop(_: Belief) -> None:
        cancel.set()

    with pytest.raises(Cancelled):
        believed((about("product", 60.0),), on_belief=stop, cancel=cancel)


def test_it_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    evidence: Evidence = (about("product", 60.0), between(RATE, 8.0, 20.0))
    whole_run, path = Products(), tmp_path / "unfinished.npz"
    whole = fit(organisation(), evidence, simulator=whole_run, size=SMALL)

    @dataclass
    class Breaks(Products):
        def __call__(self, draws: Draws, first: int) -> dict[str, Floats]:
            if first >= 800:
                raise KeyboardInterrupt
            return super().__call__(draws, first)

    with pytest.raises(KeyboardInterrupt):
        fit(organisation(), evidence, simulator=Breaks(), size=SMALL, journal=Journal(path))
    rest = Products()
    journal = Journal(path)
    belief = fit(organisation(), evidence, simulator=rest, size=SMALL, journal=journal)
    np.testing.assert_array_equal(logs(belief), logs(whole))
    # All but the first two rounds, of two runs a draw.
    assert rest.calls == whole_run.calls - 2
    journal.close()
    assert not path.exists()


def test_a_journal_that_is_none_is_taken_for_empty(tmp_path: Path) -> None:
    path = tmp_path / "unfinished.npz"
    path.write_bytes(b"PK\x03\x04 hostile")
    belief = fit(
        organisation(),
        (about(RATE, 14.0),),
        simulator=Products(),
        size=SMALL,
        journal=Journal(path),
    )
    assert len(belief.draws) == SMALL.draws


@pytest.mark.slow(12)
def test_ranks_of_the_truth_are_uniform() -> None:
    """Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788), in small.

    Organisations are drawn from what is known, show what they show, and what was said is off as far
    as statements say. The rank of the truth among draws of the belief is uniform if it is right.
    """
    ranks, simulator = [], Products()
    truths = draws_of(organisation(), 60, seed=11)
    shown = simulator(truths, 1_000_000)
    generator = np.random.default_rng(5)
    for number, truth in enumerate(truths.points):
        off = np.exp(ABOUT * generator.standard_normal(2))
        evidence = (
            about("product", float(shown["product"][number] * off[0])),
            about("rate", float(shown["rate"][number] * off[1])),
        )
        belief = fit(
            organisation(),
            evidence,
            seed=number,
            simulator=simulator,
            size=Size(draws=200, rounds=(60, 60), checked=10),
        )
        ranks.append([np.mean(belief.draws.columns[name] < truth[name]) for name in SPREADS])
    for column in np.array(ranks).T:
        # With Bonferroni for both, one false alarm in ten thousand.
        assert stats.kstest(column, "uniform").pvalue > 5e-5
        inside = np.sum((column > 0.05) & (column < 0.95))
        assert stats.binomtest(int(inside), len(column), 0.9).pvalue > 5e-5


def test_a_regression_finds_the_few_products_that_matter_and_no_others() -> None:
    generator = np.random.default_rng(3)
    places = generator.standard_normal((1_000, 40))
    luck = 0.2 * generator.standard_normal((1_000, 2))
    bent = places[:, 3] + 0.5 * places[:, 7] * places[:, 11] - 0.4 * places[:, 20] ** 2
    values = np.stack([bent, places[:, 5]], axis=1) + luck
    found = fitted(places, values[:, np.newaxis], np.zeros(2), np.full(2, 0.1))
    assert sorted(map(tuple, found.pairs.T.tolist())) == [(7, 11), (20, 20)]
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(0.2, rel=0.1)
    straight = fitted(places, values[:, np.newaxis, 1:], np.zeros(1), np.full(1, 0.1))
    assert straight.pairs.shape == (2, 0)


@pytest.mark.parametrize("product", [1_000.0, 10_000.0])
def test_what_contradicts_itself_by_far_is_said_and_never_fails(product: float) -> None:
    said = (exactly("product", product), exactly("rate", 2.0))
    belief = fit(organisation(), said, simulator=Products(0.1), size=SMALL)
    (*_, doubt) = belief.doubts()
    assert "does not go with the rest" in " ".join(belief.doubts())
    assert belief.effective < 200.0
    assert doubt


def test_chains_that_are_stuck_are_worth_no_more_than_the_draws_that_differ() -> None:
    places = np.random.default_rng(0).standard_normal((20, 3))
    # Twenty chains of ten states, at four places: the means of chains differ as draws do.
    stuck = Sample(np.tile(np.repeat(places[:4], 5, axis=0), (10, 1)), 20)
    assert stuck.distinct_count == pytest.approx(4.0)
    assert Sample(places, 20).distinct_count == pytest.approx(20.0)


def test_chains_that_begin_alike_count_as_often_as_they_have_parted() -> None:
    """Of 400 chains 40 ancestors have ten each: worth 40 if they stay, 400 if they part."""
    generator = np.random.default_rng(1)
    family = np.repeat(np.arange(40), 10)
    stay = generator.standard_normal((40, 1))[family]
    parted = generator.standard_normal((400, 1))
    for draws, worth in ((stay, 40.0), (parted, 400.0)):
        sample = Sample(draws, 400, families=family)
        # Of 40 sums of squares the relative error is a fifth: four of them.
        assert sample.effective_count(draws) == pytest.approx(worth, rel=4 * np.sqrt(2 / 40))
        assert Sample(draws, 400).effective_count(draws) == pytest.approx(400.0, rel=0.01)
    assert Sample(stay, 400, families=np.zeros(400, int)).effective_count(stay) == 1.0
