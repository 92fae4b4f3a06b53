"""A bank whose hundred models are all under supervision: long-lived, slow to deploy, often audited.

Sources: ModelOp 2021 (270 models on average at large financial firms), McKinsey 2017 (portfolios
grow by 10 to 25 % a year), Algorithmia 2020 (40 % need over a month to deploy), the Federal
Reserve's guidance SR 11-7 on model risk (inventory, independent validation, ongoing monitoring).
The guidance gives the direction of the effects; their sizes are judgement.
"""

from __future__ import annotations

from modelops_abm.parameters import Scenario
from modelops_abm.presets.departures import Departure, scenario_with

_DESCRIPTION = (
    "A mid-sized bank with a hundred models under supervision, which puts lineage before the "
    "other capabilities."
)
_DEPARTURES = {
    "portfolio.initial_models": Departure(
        100, "a mid-sized bank; ModelOp 2021 has a mean of 270 at large financial firms", "survey"
    ),
    "portfolio.initial_ideas": Departure(83, "the reference's backlog, scaled with the portfolio"),
    "portfolio.initial_builds": Departure(20, "the reference's share of developers in builds"),
    "portfolio.ideas_per_year": Departure(
        40.0,
        "replaces the 20 models that retire each year, and 20 % growth (McKinsey 2017: 10 to 25 %)",
        "survey",
    ),
    "model.useful_life_years": Departure(
        5.0, "a validated model is kept for long; above Gartner 2025's range of 1.9 to 3.8"
    ),
    "model.build_effort_days": Departure(
        80.0, "documentation that SR 11-7 asks for; within the range of 20 to 150"
    ),
    "model.deployment_effort_days": Departure(
        30.0,
        "independent validation before use (SR 11-7); Algorithmia 2020: 40 % take over a month",
        "survey",
    ),
    "incidents.compliance_per_year": Departure(
        3.6, "three times the default, as for the regulated models of a client's portfolio"
    ),
    "efforts.compliance_repair": Departure(
        8.0, "an answer to a supervisor passes validation and audit; within 1 to 20"
    ),
    "team.developers": Departure(
        40, "the reference's developers per model, and a few for the added compliance work"
    ),
    "capabilities.lineage.start_level": Departure(
        0.25, "an inventory of models is there already, as SR 11-7 asks"
    ),
    "capabilities.lineage.maximum": Departure(1.0, "compliance comes first"),
    "capabilities.lineage.effort_days": Departure(
        180.0, "four times the models, though not four times the tools"
    ),
    "capabilities.lineage.capital_cost": Departure(
        120_000.0, "four times the models, though not four times the tools"
    ),
    "capabilities.lineage.upkeep_per_year": Departure(
        40_000.0, "four times the models, though not four times the tools"
    ),
}


def scenario() -> Scenario:
    """Return the preset as a fresh scenario."""
    return scenario_with("regulated_bank", _DESCRIPTION, _DEPARTURES)
