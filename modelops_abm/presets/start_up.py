"""A young company of three developers with a few quick models and more ideas than time.

Sources: Algorithmia 2020 (14 % deploy within a week), Gartner 2025 (a mean life of 1.9 years at the
low end), incident rates of 17 services (median 9.9, upper quartile 14 a year). The rest is
judgement.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = "A start-up: three developers, a few quick models, more ideas than time."
_DEPARTURES = {
    "portfolio.initial_models": Departure(4, "the first products are live"),
    "portfolio.initial_ideas": Departure(8, "two ideas for every model"),
    "portfolio.initial_builds": Departure(1, "one build beside keeping the products alive"),
    "portfolio.ideas_per_year": Departure(
        15.0, "five times as many for each model as in the reference organisation"
    ),
    "model.build_effort_days": Departure(25.0, "a first version will do; range 20 to 150"),
    "model.deployment_effort_days": Departure(
        5.0, "no formalities; Algorithmia 2020: 14 % deploy within a week", "survey"
    ),
    "model.useful_life_years": Departure(
        1.9, "products change quickly; the low end of Gartner 2025", "survey"
    ),
    "incidents.pipeline_per_year": Departure(
        16.0, "immature pipelines; above the upper quartile of 14 over 17 services, measured"
    ),
    "team.developers": Departure(3, "the lower end of 3 to 40"),
    "team.focus": Departure(0.7, "few meetings; within 0.4 to 0.8"),
    "finance.discount_rate": Departure(0.15, "venture capital is dear; the top of 0 to 0.15"),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("start_up", _DESCRIPTION, _DEPARTURES)
