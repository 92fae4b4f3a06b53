"""What a model is like: attributes drawn once, and where the initial portfolio stands."""

from __future__ import annotations

import math
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled import compiled
from modelops_abm.core.randomness import DecisionPoint, draw_key, uniform
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.day import Traits
from modelops_abm.rules.power import base_power, decay_per_day, faded
from modelops_abm.rules.sampling import Law, law_of, sample, sample_above, unit_exponential
from modelops_abm.rules.users import users_after, waning
from modelops_abm.scenario.portfolio import PortfolioModel
from modelops_abm.scenario.quantity import Distribution
from modelops_abm.scenario.sections import ModelKind


class KindLaws(NamedTuple):
    """A kind of model as compiled code takes it; the fields of `ModelKind`."""

    market_size: Law
    innovation_per_year: float
    imitation_per_year: float
    predictions_per_user_day: Law
    value_per_prediction: Law
    cost_per_prediction: Law
    cost_of_wrong_prediction: Law
    yearly_power_loss: Law
    largest_yearly_power_loss: float
    decaying_share: float
    capacity_ratio: Law
    build_effort_days: Law
    deployment_effort_days: Law
    useful_life_years: Law


class Attributes(NamedTuple):
    """What a model draws once.

    Attributes
    ----------
    traits
        What its day needs.
    decay
        Rate of decay per day.
    capacity
        Predictions that it can serve in a day.
    build_effort_days, deployment_effort_days
        Developer-days.
    useful_life_days
        From going live.
    """

    traits: Traits
    decay: float
    capacity: float
    build_effort_days: float
    deployment_effort_days: float
    useful_life_days: float


class ClientFacts(NamedTuple):
    """What a client knows about a model; NaN where he does not.

    `age_days` and `retrained_days_ago` count back from the start, `retires_in_days` forward.
    """

    market_size: float
    full_usage: float
    value_per_prediction: float
    cost_per_prediction: float
    cost_of_wrong_prediction: float
    yearly_power_loss: float
    capacity: float
    build_effort_days: float
    deployment_effort_days: float
    users: float
    usage: float
    age_days: float
    retrained_days_ago: float
    retires_in_days: float
    shared_source: float


NOTHING_KNOWN = ClientFacts(*[math.nan] * len(ClientFacts._fields))


class InitialProduction(NamedTuple):
    """Where a model stands that is in production at the start.

    Attributes
    ----------
    age_days, life_left_days
        Since going live; until it is obsolete.
    users
        At the start.
    retrained_days_ago
        Since the last retraining, or since going live.
    base_power
        Power, decayed over that time.
    """

    age_days: float
    life_left_days: float
    users: float
    retrained_days_ago: float
    base_power: float


def laws_of(kind: ModelKind) -> KindLaws:
    """Return a kind of model as compiled code takes it."""
    values = {name: getattr(kind, name) for name in KindLaws._fields}
    laws = {
        name: law_of(value) if isinstance(value, Distribution) else value
        for name, value in values.items()
    }
    return KindLaws(**laws)  # type: ignore[arg-type]


def client_facts(entry: PortfolioModel, start: date) -> ClientFacts:
    """Return what a client knows about a model, its dates as days from the start."""
    live = entry.stage == "production"

    def days_ago(day: date | None) -> float:
        return math.nan if day is None or not live else max(0.0, float((start - day).days))

    return ClientFacts(
        _number(entry.addressable_users),
        _number(entry.predictions_per_user_day),
        _number(entry.value_per_prediction),
        _number(entry.cost_per_prediction),
        _number(entry.cost_of_wrong_prediction),
        _number(entry.yearly_power_loss),
        _number(entry.capacity_per_day),
        _number(entry.build_effort_days),
        _number(entry.deployment_effort_days),
        _number(entry.users) if live else math.nan,
        _number(entry.current_predictions_per_user_day) if live else math.nan,
        days_ago(entry.deployed_at),
        days_ago(entry.last_retrained_at),
        math.nan if entry.retired_at is None else max(0.0, float((entry.retired_at - start).days)),
        _number(entry.shared_source),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


@compiled
def archetype_index(entity: int, shares: NDArray[np.float64]) -> int:
    """Return the index of a model's archetype, drawn by the shares of the archetypes."""
    left = uniform(draw_key(entity, DecisionPoint.ARCHETYPE, 0))
    # Whatever rounding leaves is the last one's.
    for index in range(len(shares) - 1):
        left -= shares[index]
        if left < 0.0:
            return index
    return len(shares) - 1


@compiled
def _drawn(law: Law, entity: int, decision_point: int) -> float:
    return sample(law, draw_key(entity, decision_point, 0))


@compiled
def _known(fact: float, drawn: float) -> float:
    return drawn if math.isnan(fact) else fact


@compiled
def _decay(laws: KindLaws, entity: int, fact: float) -> float:
    """Return the rate of decay per day; a client's figure also says that the model decays."""
    if not math.isnan(fact):
        return decay_per_day(fact)
    if uniform(draw_key(entity, DecisionPoint.DECAYS, 0)) >= laws.decaying_share:
        return 0.0
    yearly = _drawn(laws.yearly_power_loss, entity, DecisionPoint.YEARLY_POWER_LOSS)
    # Below 1 by the largest loss: who loses all power in a year decays at an infinite rate.
    return decay_per_day(min(yearly, laws.largest_yearly_power_loss))


@compiled
def _traits(laws: KindLaws, entity: int, facts: ClientFacts) -> Traits:
    """Draw what is not known. A drawn market or usage gives way to the client's users or usage."""
    # Drawn whether known or not; a draw that nobody uses moves no other (0002).
    market = _drawn(laws.market_size, entity, DecisionPoint.MARKET_SIZE)
    usage = _drawn(laws.predictions_per_user_day, entity, DecisionPoint.PREDICTIONS_PER_USER)
    value = _drawn(laws.value_per_prediction, entity, DecisionPoint.VALUE_PER_PREDICTION)
    cost = _drawn(laws.cost_per_prediction, entity, DecisionPoint.COST_PER_PREDICTION)
    wrong = _drawn(laws.cost_of_wrong_prediction, entity, DecisionPoint.COST_OF_WRONG_PREDICTION)
    waning_per_day = waning(laws.innovation_per_year, laws.imitation_per_year)
    return Traits(
        max(_known(facts.market_size, market), _known(facts.users, 0.0)),
        laws.innovation_per_year,
        laws.imitation_per_year,
        waning_per_day,
        faded(waning_per_day),
        max(_known(facts.full_usage, usage), _known(facts.usage, 0.0)),
        _known(facts.value_per_prediction, value),
        _known(facts.cost_per_prediction, cost),
        _known(facts.cost_of_wrong_prediction, wrong),
    )


@compiled
def _least_age_days(facts: ClientFacts) -> float:
    """Return the age that a model has at least by what is known."""
    # Who was retrained some time ago has been live since then at least.
    return _known(facts.age_days, _known(facts.retrained_days_ago, 0.0))


@compiled
def draw_attributes(laws: KindLaws, entity: int, facts: ClientFacts) -> Attributes:
    """Return a model's attributes: what the client knows, and the rest drawn.

    A model that is known to be so old, or to have been retrained so long ago, draws its useful
    life given that it has reached that age.
    """
    traits = _traits(laws, entity, facts)
    ratio = _drawn(laws.capacity_ratio, entity, DecisionPoint.CAPACITY_RATIO)
    build = _drawn(laws.build_effort_days, entity, DecisionPoint.BUILD_EFFORT)
    deployment = _drawn(laws.deployment_effort_days, entity, DecisionPoint.DEPLOYMENT_EFFORT)
    life_key = draw_key(entity, DecisionPoint.USEFUL_LIFE, 0)
    age_years = _least_age_days(facts) / DAYS_PER_YEAR
    if age_years > 0.0:
        life_years = sample_above(laws.useful_life_years, age_years, life_key)
    else:
        life_years = sample(laws.useful_life_years, life_key)
    return Attributes(
        traits,
        _decay(laws, entity, facts.yearly_power_loss),
        _known(facts.capacity, traits.market_size * traits.full_usage * ratio),
        _known(facts.build_effort_days, build),
        _known(facts.deployment_effort_days, deployment),
        life_years * DAYS_PER_YEAR,
    )


@compiled
def initial_production(
    attributes: Attributes, entity: int, facts: ClientFacts, past_interval_days: float
) -> InitialProduction:
    """Return where a model stands that is in production at the start.

    Its age is a uniform share of its life (beyond the age that it has at least), its users follow
    Bass from going live, and it has decayed since a retraining a uniform share of
    `past_interval_days` ago.
    """
    least = _least_age_days(facts)
    share = uniform(draw_key(entity, DecisionPoint.AGE, 0))
    age = _known(facts.age_days, least + share * (attributes.useful_life_days - least))
    traits = attributes.traits
    # As if it had always served at full power: nobody has recorded its past.
    users = users_after(
        0.0,
        traits.market_size,
        traits.innovation_per_year,
        traits.imitation_per_year,
        age,
        traits.waning_per_day,
    )
    past = past_interval_days * uniform(draw_key(entity, DecisionPoint.LAST_RETRAINING, 0))
    retrained = min(age, _known(facts.retrained_days_ago, past))
    life_left = max(0.0, attributes.useful_life_days - age)
    return InitialProduction(
        age,
        _known(facts.retires_in_days, life_left),
        _known(facts.users, users),
        retrained,
        base_power(1.0, attributes.decay, retrained),
    )


@compiled
def shared_source(entity: int, sources: int, stated: float) -> int:
    """Return the number of the shared source that a model reads, from 0; -1 if it reads none.

    A client numbers them from 1, and says 0 for none.
    """
    if not math.isnan(stated):
        return int(stated) - 1
    return (
        int(uniform(draw_key(entity, DecisionPoint.SHARED_SOURCE, 0)) * sources) if sources else -1
    )


@compiled
def work_left(effort_days: float, entity: int) -> float:
    """Return the developer-days left of work that is in progress at the start."""
    return effort_days * uniform(draw_key(entity, DecisionPoint.WORK_LEFT, 0))


@compiled
def arrival_exposure(organisation: int, occurrence: int) -> float:
    """Return the integral of the rate of ideas from one arrival to the next, the n-th from 0."""
    return unit_exponential(draw_key(organisation, DecisionPoint.ARRIVAL_GAP, occurrence))


@compiled
def arrival_time(since: float, left: float, ideas_per_year: float) -> float:
    """Return when an idea arrives at a constant rate; infinite if none do.

    Parameters
    ----------
    since, left
        A time, and the exposure that is left from then on.
    """
    if ideas_per_year <= 0.0:
        return math.inf
    return since + left * DAYS_PER_YEAR / ideas_per_year


@compiled
def arrival_exposure_left(since: float, left: float, ideas_per_year: float, now: float) -> float:
    """Return the exposure left until an idea arrives, after some time at a constant rate."""
    # An idea that was due now, but for rounding, arrives now.
    return max(0.0, left - (now - since) * ideas_per_year / DAYS_PER_YEAR)


@compiled
def worth_building(score: float) -> bool:
    """Return whether an idea of this score is built at all; else it stays in the backlog."""
    return score > 0.0


@compiled
def middle(lower: float, upper: float) -> float:
    """Return the number half way between two."""
    return (lower + upper) / 2.0


@compiled
def score(attributes: Attributes) -> float:
    """Return an idea's expected yearly value at full adoption per developer-day, in $."""
    traits = attributes.traits
    margin = traits.value_per_prediction - traits.cost_per_prediction
    yearly = traits.market_size * traits.full_usage * margin * DAYS_PER_YEAR
    return yearly / (attributes.build_effort_days + attributes.deployment_effort_days)
