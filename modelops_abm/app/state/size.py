"""How large a plan the page runs: what one visitor asks must not hold the cores for long."""

from __future__ import annotations

from modelops_abm.formats import number
from modelops_abm.parameters import InputError, Scenario
from modelops_abm.simulate.block_size import model_days

MOST_MODEL_DAYS = 20_000_000
"""Size of a future that the page runs; it takes about a second of processor time."""
MODEL_DAYS_UNASKED = 3_000_000
"""Size of a future that is run before the visitor has said yes; all futures take about a minute."""
MOST_MODEL_DAYS_WATCHED = 3_000_000
"""Size of a future that Watch plays, which remembers every day of every model, on Mesa."""
_SECONDS_PER_MODEL_DAY = 50e-9
"""Of a large portfolio, whose models do not fit into the processor's memory."""


def size_of(scenario: Scenario) -> float:
    """Return the size of a future: days of models, of ideas, and of developers as so many."""
    return model_days(scenario) + _idea_days(scenario)


def minutes_of(scenario: Scenario, futures: int) -> float:
    """Return roughly how many minutes of processor time so many futures of a plan take at most.

    They are those of the plan and of its baseline; what is found out beside that comes after.
    """
    return 2 * futures * size_of(scenario) * _SECONDS_PER_MODEL_DAY / 60.0


def refuse_too_large(scenario: Scenario) -> None:
    """Refuse a scenario of which a single future would take too long for a page.

    Raises
    ------
    InputError
        If a future is larger than `MOST_MODEL_DAYS`; the message says what runs it.
    """
    size = size_of(scenario)
    if size > MOST_MODEL_DAYS:
        raise InputError(
            f"this plan is too large for the page: {number(size)} model-days in every future, and"
            f" at most {number(MOST_MODEL_DAYS)} are run here; the command line runs it"
        )


def _idea_days(scenario: Scenario) -> float:
    """Return how long ideas are looked after, as if none of them were ever built."""
    waiting = 0.0 if scenario.imported is not None else scenario.portfolio.initial_ideas
    arriving = scenario.portfolio.ideas_per_year * scenario.horizon_days / 365.0
    return scenario.horizon_days * (waiting + arriving / 2.0)
