"""What models are like: independent draws, a client's facts first, the state at the start."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelops_abm.core.randomness import DecisionPoint, draw_key, entity_key, uniform
from modelops_abm.rules.population import (
    NOTHING_KNOWN,
    Attributes,
    archetype_index,
    draw_attributes,
    initial_production,
    laws_of,
    score,
    work_left,
)
from modelops_abm.rules.sampling import law_of
from modelops_abm.rules.users import users_after
from modelops_abm.scenario import ModelKind

N = 5_000
ALPHA = 1e-3 / 50
LAWS = laws_of(ModelKind())
ENTITIES = [entity_key(21, 0, 2, index) for index in range(N)]
DRAWN = [draw_attributes(LAWS, entity, NOTHING_KNOWN) for entity in ENTITIES]


def values_of(attributes: Attributes) -> list[float]:
    traits = attributes.traits
    ratio = attributes.capacity / (traits.market_size * traits.full_usage)
    return [
        traits.market_size,
        traits.full_usage,
        traits.value_per_prediction,
        traits.cost_per_prediction,
        traits.cost_of_wrong_prediction,
        ratio,
        attributes.build_effort_days,
        attributes.deployment_effort_days,
    ]


def test_lognormal_attributes_have_their_means_and_spread_and_are_independent() -> None:
    table = np.log([values_of(attributes) for attributes in DRAWN])
    means = [500.0, 4.0, 0.5, 0.005, 0.25, 0.7, 70.0, 15.0]
    cvs = [0.5, 0.5, 1.6, *[0.5] * 5]
    for column, mean, cv in zip(table.T, means, cvs, strict=True):
        sigma = math.sqrt(math.log1p(cv**2))
        expected = stats.norm(math.log(mean) - sigma**2 / 2, sigma)
        assert stats.kstest(column, expected.cdf).pvalue > ALPHA
    correlations = np.corrcoef(table.T) - np.eye(len(means))
    assert abs(correlations).max() < stats.norm.isf(ALPHA / 28) / math.sqrt(N)


def test_lives_are_weibull_of_shape_2() -> None:
    lives = np.array([attributes.useful_life_days for attributes in DRAWN])
    scale = 1095.0 / math.gamma(1.5)
    assert stats.kstest(lives, stats.weibull_min(c=2.0, scale=scale).cdf).pvalue > ALPHA


def test_a_tenth_of_the_models_does_not_decay() -> None:
    constant = sum(attributes.decay == 0.0 for attributes in DRAWN)
    assert stats.binomtest(constant, N, 0.1).pvalue > ALPHA


def test_yearly_losses_are_capped() -> None:
    changes = {"yearly_power_loss": {"family": "lognormal", "mean": 0.9, "cv": 1.0}}
    laws = laws_of(ModelKind.model_validate({**changes, "decaying_share": 1.0}))
    decays = [draw_attributes(laws, entity, NOTHING_KNOWN).decay for entity in ENTITIES[:500]]
    assert max(decays) == pytest.approx(-math.log(0.01) / 365)


def test_bass_coefficients_are_not_spread() -> None:
    assert {attributes.traits.innovation_per_year for attributes in DRAWN} == {0.24}
    assert {attributes.traits.imitation_per_year for attributes in DRAWN} == {3.0}


def test_archetypes_are_drawn_by_their_shares() -> None:
    shares = np.array([0.5, 0.2, 0.3])
    counts = np.bincount([archetype_index(entity, shares) for entity in ENTITIES], minlength=3)
    assert stats.chisquare(counts, shares * N).pvalue > ALPHA
    assert {archetype_index(entity, np.array([1.0])) for entity in ENTITIES[:50]} == {0}


def test_scores_are_yearly_value_per_developer_day() -> None:
    attributes = DRAWN[0]
    size, use, value, cost, _, _, build, deployment = values_of(attributes)
    expected = size * use * (value - cost) * 365 / (build + deployment)
    assert score(attributes) == pytest.approx(expected, rel=1e-14)


def test_what_the_client_knows_is_taken_and_the_rest_is_drawn_as_before() -> None:
    facts = NOTHING_KNOWN._replace(full_usage=7.0, build_effort_days=33.0, capacity=99.0)
    drawn, known = DRAWN[5], draw_attributes(LAWS, ENTITIES[5], facts)
    assert known.traits == drawn.traits._replace(full_usage=7.0)
    assert (known.build_effort_days, known.capacity) == (33.0, 99.0)
    assert known.deployment_effort_days == drawn.deployment_effort_days
    assert known.useful_life_days == drawn.useful_life_days
    assert known.decay == drawn.decay


def test_a_clients_loss_of_power_says_that_the_model_decays() -> None:
    facts = NOTHING_KNOWN._replace(yearly_power_loss=0.2)
    for entity in ENTITIES[:50]:
        decay = draw_attributes(LAWS, entity, facts).decay
        assert decay == pytest.approx(-math.log(0.8) / 365)


def test_a_drawn_market_gives_way_to_the_clients_users() -> None:
    facts = NOTHING_KNOWN._replace(users=1e6, usage=50.0)
    traits = draw_attributes(LAWS, ENTITIES[0], facts).traits
    assert (traits.market_size, traits.full_usage) == (1e6, 50.0)


def test_a_model_of_a_known_age_has_lived_until_then() -> None:
    facts = NOTHING_KNOWN._replace(age_days=2000.0)
    lives = [draw_attributes(LAWS, entity, facts).useful_life_days for entity in ENTITIES]
    law = stats.weibull_min(c=2.0, scale=1095.0 / math.gamma(1.5))
    survival = law.sf(lives) / law.sf(2000.0)
    assert min(lives) >= 2000.0
    assert stats.kstest(survival, "uniform").pvalue > ALPHA


def test_production_at_the_start() -> None:
    """Age U x life, users by Bass, decayed since a retraining U x 90 days ago at most."""
    for entity, attributes in zip(ENTITIES[:200], DRAWN[:200], strict=True):
        start = initial_production(attributes, entity, NOTHING_KNOWN, 90.0)
        age = uniform(draw_key(entity, DecisionPoint.AGE, 0)) * attributes.useful_life_days
        past = 90.0 * uniform(draw_key(entity, DecisionPoint.LAST_RETRAINING, 0))
        traits = attributes.traits
        assert start.age_days == age
        assert start.life_left_days == attributes.useful_life_days - age
        assert start.users == users_after(
            0.0, traits.market_size, 0.24, 3.0, age, traits.waning_per_day
        )
        assert start.retrained_days_ago == min(age, past)
        assert start.base_power == pytest.approx(math.exp(-attributes.decay * min(age, past)))


def test_production_at_the_start_as_the_client_knows_it() -> None:
    facts = NOTHING_KNOWN._replace(
        age_days=100.0, retrained_days_ago=300.0, users=12.0, retires_in_days=40.0
    )
    start = initial_production(DRAWN[0], ENTITIES[0], facts, 90.0)
    assert (start.age_days, start.retrained_days_ago) == (100.0, 100.0)
    assert (start.users, start.life_left_days) == (12.0, 40.0)


def test_ages_and_work_left_are_uniform_shares() -> None:
    ages = [
        initial_production(attributes, entity, NOTHING_KNOWN, 90.0).age_days
        / attributes.useful_life_days
        for entity, attributes in zip(ENTITIES, DRAWN, strict=True)
    ]
    assert stats.kstest(ages, "uniform").pvalue > ALPHA
    left = [work_left(10.0, entity) / 10.0 for entity in ENTITIES]
    assert stats.kstest(left, "uniform").pvalue > ALPHA


def test_every_law_of_a_kind_comes_from_its_own_field() -> None:
    for name in LAWS._fields:
        value = getattr(ModelKind(), name)
        expected = value if isinstance(value, float) else law_of(value)
        assert getattr(LAWS, name) == expected
