"""The maker of an app with few models, which consumers adopt slowly and in large numbers.

Sources: Sultan, Farley & Lehmann 1990 (mean Bass coefficients of 213 applications: p 0.03, q 0.38
per year). With them only 15 % adopt in three years, hence the longer horizon and life. Market and
money are judgement.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "The maker of a consumer app: a dozen models, a large market, slow adoption."
_BASS = "mean over 213 applications (Sultan, Farley & Lehmann 1990)"
_DEPARTURES = {
    "horizon_days": Departure(1825, "consumers adopt slowly: 15 % in three years"),
    "portfolio.initial_models": Departure(12, "few models for many users"),
    "portfolio.initial_ideas": Departure(10, "the reference's backlog, scaled with the portfolio"),
    "portfolio.initial_builds": Departure(2, "the reference's builds, scaled with the portfolio"),
    "portfolio.ideas_per_year": Departure(12.0, "an idea a month from product managers"),
    "model.market_size": Departure(
        200_000.0, "users of one app, against 50 to 10,000 people inside an organisation"
    ),
    "model.innovation_per_year": Departure(0.03, _BASS, "measured"),
    "model.imitation_per_year": Departure(0.38, _BASS, "measured"),
    "model.value_per_prediction": Departure(
        0.01, "a cent for a recommendation; near the low end of 0.005 to 5"
    ),
    "model.cost_per_prediction": Departure(
        0.001, "a small model of the classical kind; within 0.0001 to 0.05"
    ),
    "model.cost_of_wrong_prediction": Departure(
        0.002, "a poor recommendation costs a fifth of what a good one brings"
    ),
    "model.capacity_ratio": Departure(
        0.2, "servers are bought for the users to be expected soon, not for the whole market"
    ),
    "model.useful_life_years": Departure(5.0, "a feature stays as long as the app"),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("consumer_app", _DESCRIPTION, _DEPARTURES)
