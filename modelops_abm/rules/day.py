"""A model's day: what its stocks become, what it earns, and where the value went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from modelops_abm.compiled import compiled_inline
from modelops_abm.rules.capability import effective_capacity
from modelops_abm.rules.hazards import Hazards, overload
from modelops_abm.rules.power import base_power, drift_loss, faded, power, previous_power
from modelops_abm.rules.registered import Rates, scaled_rates
from modelops_abm.rules.users import (
    UsageConstants,
    remembered_availability,
    response,
    usage_after,
    users_after,
    users_when_waned,
)

# Of a day, added up in pieces: a rounding error instead of 0 would be a day on which something
# served, with a power of its own.
NEGLIGIBLE_SHARE = 1e-9


class Traits(NamedTuple):
    """What a day needs to know of a model and does not change.

    `waning_per_day` is its `waning`, `waned_in_day` the share of z that a whole day takes.
    """

    market_size: float
    innovation_per_year: float
    imitation_per_year: float
    waning_per_day: float
    waned_in_day: float
    full_usage: float
    value_per_prediction: float
    cost_per_prediction: float
    cost_of_wrong_prediction: float


class PreviousVersion(NamedTuple):
    """What the previous version is like; see `previous_power`."""

    ratio: float
    drift_share: float


class Stocks(NamedTuple):
    """A model's stocks, integrated once a day.

    Attributes
    ----------
    users, usage
        Users, and predictions per user and day.
    availability_memory
        Availability that users remember, 0 to 1.
    ideal_users, ideal_usage
        The same at full power, always served, without limit of capacity.
    """

    users: float
    usage: float
    availability_memory: float
    ideal_users: float
    ideal_usage: float


class ServedShares(NamedTuple):
    """Shares of the day in production, served by the current and by the previous version."""

    production: float
    current: float
    previous: float


class DayFlows(NamedTuple):
    """What a model did in a day.

    The value lost by cause and the realised value add up to the ideal value exactly.

    Attributes
    ----------
    production, served_share, power
        Shares of the day in production and served; power of the current version times the former.
    demand, served, unserved
        Predictions that users asked for while it was in production, those they got, the rest.
    value, cost
        $ earned by predictions, and spent on them and on the capacity for them.
    ideal_value
        $ at full power, always served, without limit of capacity, from the first day on.
    lost_adoption, lost_usage, lost_offline, lost_capacity, lost_decay, lost_drift, lost_rollback
        $ of the ideal value lost to fewer users, less use, time not served, demand not met, decay,
        drift, and the older version.
    """

    production: float
    served_share: float
    power: float
    demand: float
    served: float
    unserved: float
    value: float
    cost: float
    ideal_value: float
    lost_adoption: float
    lost_usage: float
    lost_offline: float
    lost_capacity: float
    lost_decay: float
    lost_drift: float
    lost_rollback: float


class ModelDay(NamedTuple):
    """The stocks after a day, and its flows."""

    stocks: Stocks
    flows: DayFlows


class CommonRates(NamedTuple):
    """What the rates of all models have in common on a day, at its capability levels.

    Attributes
    ----------
    pipeline, capacity, compliance, drift
        Rates per day; of capacity issues at an overload of 1; of compliance without regulation.
    regulated_multiplier
        Factor on the compliance issues of a regulated model.
    overload_threshold, overload_span, largest_overload
        See `overload`.
    extra_capacity, autoscaling
        See `effective_capacity`.
    drift_growth_days
        See `drift_loss`.
    registered
        Rates per day of registered causes, without what they scale with.
    demand_scale
        Factor on the demand of all models, see `demand_scale`.
    """

    pipeline: float
    capacity: float
    compliance: float
    drift: float
    regulated_multiplier: float
    overload_threshold: float
    overload_span: float
    largest_overload: float
    extra_capacity: float
    autoscaling: float
    drift_growth_days: float
    registered: Rates
    demand_scale: float


class Health(NamedTuple):
    """A model's power: what it decays from, and the active drift.

    Attributes
    ----------
    restored, restored_at
        Power without drift after the last restoration, and its time.
    decay
        Rate of decay per day.
    drifting
        Whether a drift is active.
    severity, drift_since
        Of the active drift.
    """

    restored: float
    restored_at: float
    decay: float
    drifting: bool
    severity: float
    drift_since: float


class DayStart(NamedTuple):
    """Values that hold for a model's whole day.

    Attributes
    ----------
    base, loss
        Power without drift, and the share of it lost to drift.
    capacity
        Predictions per day that can be served.
    rates
        Hazards per day while the current version serves; that of drift as if none were active.
    """

    base: float
    loss: float
    capacity: float
    rates: Hazards


@compiled_inline
def demand(users: float, usage: float, scale: float) -> float:
    """Return the predictions per day that users ask for, at the scale of a day."""
    # The scale is the last factor everywhere: where it is 1 it changes no bit.
    return users * usage * scale


@compiled_inline
def is_loaded(asked: float, capacity: float, common: CommonRates, target: float) -> bool:
    """Return whether a review of the load asks for more capacity.

    Parameters
    ----------
    asked
        Demand per day.
    capacity
        The model's own, per day.
    target
        Share of the effective capacity that demand may take.
    """
    effective = effective_capacity(capacity, common.extra_capacity, common.autoscaling)
    # A product and not a quotient, as in `overload`.
    return asked > target * effective


@compiled_inline
def demand_scale(factor: float, season: float) -> float:
    """Return what multiplies the demand N V of all models on a day."""
    return factor * season


def seasons(factors: Sequence[float], start: date, days: int) -> list[float]:
    """Return the factor of the season on each day, by the real calendar.

    Parameters
    ----------
    factors
        For the months from January to December.
    start, days
        Calendar date of day 0, and how many days.

    Examples
    --------
    >>> seasons([1.0, 2.0, *[3.0] * 10], date(2028, 2, 28), 3)
    [2.0, 2.0, 3.0]
    """
    return [factors[(start + timedelta(day)).month - 1] for day in range(days)]


@compiled_inline
def base_power_at(health: Health, time: float) -> float:
    """Return b, the power without drift, at a time since its restoration."""
    return base_power(health.restored, health.decay, time - health.restored_at)


@compiled_inline
def drift_loss_at(health: Health, time: float, growth_days: float) -> float:
    """Return the share of power lost to the active drift at a time; 0 without one."""
    if not health.drifting:
        return 0.0
    return drift_loss(health.severity, growth_days, time - health.drift_since)


@compiled_inline
def open_day(
    now: float,
    health: Health,
    users: float,
    usage: float,
    capacity: float,
    regulated: bool,
    common: CommonRates,
) -> DayStart:
    """Return the values that hold for a model's day, or the rest of it from going live.

    Parameters
    ----------
    now
        Start of the day, or the time of going live.
    users, usage, capacity
        Users, predictions per user and day, own capacity per day.
    """
    effective = effective_capacity(capacity, common.extra_capacity, common.autoscaling)
    excess = overload(
        demand(users, usage, common.demand_scale),
        effective,
        common.overload_threshold,
        common.overload_span,
        common.largest_overload,
    )
    regulation = common.regulated_multiplier if regulated else 1.0
    own = (common.pipeline, common.capacity * excess, common.compliance * regulation, common.drift)
    return DayStart(
        base_power_at(health, now),
        drift_loss_at(health, now, common.drift_growth_days),
        effective,
        Hazards(*(own + scaled_rates(common.registered, excess, regulation))),
    )


@compiled_inline
def served_share(share: float) -> float:
    """Return a share of the day served, with what is only rounding taken as 0."""
    return share if share >= NEGLIGIBLE_SHARE else 0.0


@compiled_inline
def next_stocks(
    traits: Traits,
    stocks: Stocks,
    shares: ServedShares,
    current: float,
    previous: float,
    constants: UsageConstants,
) -> Stocks:
    """Return the stocks after a day, from their values and the powers at its start."""
    effective_days = shares.current * current + shares.previous * previous
    served = shares.current + shares.previous
    quality = 0.0
    if served > 0.0:
        # Without the division where it is not needed: the quotient may miss the power by its last
        # digit.
        mean_power = current if shares.previous == 0.0 else effective_days / served
        quality = response(mean_power, constants.quality)
    # Of a whole day it is known: the same bits, without an exponential.
    waned = traits.waned_in_day
    if shares.production != 1.0:
        waned = faded(traits.waning_per_day * shares.production)
    # All from values at the start of the day: no stock sees what another becomes today.
    presence = response(stocks.availability_memory, constants.presence)
    return Stocks(
        users_after(
            stocks.users,
            traits.market_size,
            traits.innovation_per_year,
            traits.imitation_per_year,
            effective_days,
            traits.waning_per_day,
        ),
        usage_after(
            stocks.usage, traits.full_usage, quality, presence, shares.production, constants
        ),
        remembered_availability(
            stocks.availability_memory,
            served,
            shares.production,
            constants.availability_memory_days,
        ),
        users_when_waned(
            stocks.ideal_users,
            traits.market_size,
            traits.innovation_per_year,
            traits.imitation_per_year,
            waned,
        ),
        usage_after(stocks.ideal_usage, traits.full_usage, 1.0, 1.0, shares.production, constants),
    )


@compiled_inline
def day_flows(
    traits: Traits,
    stocks: Stocks,
    shares: ServedShares,
    base: float,
    loss: float,
    current: float,
    previous: float,
    capacity: float,
    scale: float,
    previous_version: PreviousVersion,
    provided: float,
) -> DayFlows:
    """Return a day's flows, from the stocks and powers at its start.

    Parameters
    ----------
    base, loss
        Power without drift, and the share of it lost to drift.
    current, previous
        Power of the current and the previous version.
    capacity
        Predictions per day that can be served.
    scale
        Factor on all demand, see `demand_scale`.
    provided
        Predictions per day whose cost the model's own capacity takes, used or not.
    """
    asked = demand(stocks.users, stocks.usage, scale)
    handled = min(asked, capacity)
    served = shares.current + shares.previous
    price = traits.value_per_prediction
    right = shares.current * current + shares.previous * previous
    wrong = shares.current * (1.0 - current) + shares.previous * (1.0 - previous)
    drifted = shares.current + previous_version.drift_share * shares.previous
    older = (1.0 - previous_version.ratio) * base * (1.0 - previous_version.drift_share * loss)
    # The losses are a chain from the ideal value to the realised one, in each link of which one
    # factor goes from ideal to actual. So they add up to the difference.
    return DayFlows(
        shares.production,
        served,
        current * shares.production,
        asked * shares.production,
        handled * served,
        asked * shares.production - handled * served,
        price * handled * right,
        traits.cost_per_prediction * handled * served
        + traits.cost_of_wrong_prediction * handled * wrong
        + traits.cost_per_prediction * provided * shares.production,
        price * stocks.ideal_users * stocks.ideal_usage * shares.production * scale,
        price
        * (stocks.ideal_users - stocks.users)
        * stocks.ideal_usage
        * shares.production
        * scale,
        price * stocks.users * (stocks.ideal_usage - stocks.usage) * shares.production * scale,
        price * asked * (shares.production - served),
        price * (asked - handled) * served,
        price * handled * served * (1.0 - base),
        price * handled * base * loss * drifted,
        price * handled * shares.previous * older,
    )


@compiled_inline
def close_day(
    traits: Traits,
    stocks: Stocks,
    shares: ServedShares,
    base: float,
    loss: float,
    capacity: float,
    scale: float,
    previous_version: PreviousVersion,
    constants: UsageConstants,
    provided: float,
) -> ModelDay:
    """Return what a model's day did, from its values at the start and the shares served."""
    current = power(base, loss)
    previous = previous_power(base, loss, previous_version.ratio, previous_version.drift_share)
    return ModelDay(
        next_stocks(traits, stocks, shares, current, previous, constants),
        day_flows(
            traits,
            stocks,
            shares,
            base,
            loss,
            current,
            previous,
            capacity,
            scale,
            previous_version,
            provided,
        ),
    )
