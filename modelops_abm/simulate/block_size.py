"""How many replications a worker runs at a time."""

from __future__ import annotations

from collections.abc import Sequence

from modelops_abm.parameters import Scenario

MOST_REPLICATIONS = 8
_MODEL_DAYS_PER_BLOCK = 3_000_000
_MODELS_PER_DEVELOPER = 30
_TABLES_FACTOR = 4


def replications_per_block(scenarios: Sequence[Scenario], *, with_tables: bool = False) -> int:
    """Return how many replications of the ensemble engine make a block.

    A block takes about 25 ms on a present-day core, so that handing it out costs little beside it,
    cancelling takes effect soon, and callers who share the cores get their turns soon. It is one
    replication at least: a single one of 24,000 models over three years takes seconds, and nothing
    can interrupt it. No result depends on the size. Sizes are powers of two, so that a large block
    ends where a small one does.

    Parameters
    ----------
    scenarios
        Scenarios whose blocks are of one size.
    with_tables
        Whether tables of models or events are made, which takes several times longer.

    Notes
    -----
    Time goes with the model-days. Events cost more than days, and are bounded by what the team can
    handle: measured over portfolios of 1 to 2,400 models and teams of 1 to 80, a developer adds as
    much as some 30 models.
    """
    work = max((model_days(scenario) for scenario in scenarios), default=0)
    work *= _TABLES_FACTOR if with_tables else 1
    size = MOST_REPLICATIONS
    while size > 1 and size * work > _MODEL_DAYS_PER_BLOCK:
        size //= 2
    return size


def model_days(scenario: Scenario) -> int:
    """Return the size of a replication: days of models, and of developers as so many models."""
    imported = scenario.imported
    models = len(imported.models) if imported else scenario.portfolio.initial_models
    return scenario.horizon_days * (models + _MODELS_PER_DEVELOPER * scenario.team.developers)
