"""Kinds of models beside each other: each is available as its own rate and repairs say.

Two kinds fail for different causes, so that the days of each are known from those of its cause. A
model serves for an exponential time, and then its repair takes one too, as there is a developer for
each: a Markov chain of two states, of which the mean over a horizon is exact.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, NamedTuple

from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario
from tests.verification.checks import check_mean, seed_of
from tests.verification.organisations import exponential, quiet, runs

HORIZON_DAYS, REPLICATIONS = 730, 40


class Kind(NamedTuple):
    """How often models of a kind fail, and how long their repairs take."""

    cause: str
    per_year: float
    repair_days: float
    models: int

    @property
    def attributes(self) -> dict[str, Any]:
        """What its archetype states."""
        return {
            f"{self.cause}_issues_per_year": self.per_year,
            f"{self.cause}_repair_days": exponential(self.repair_days),
        }


RANKING = Kind("pipeline", 40.0, 2.0, 12)
SCORECARD = Kind("compliance", 6.0, 20.0, 8)
MEASURED = Kind("pipeline", 90.0, 5.0, 4)
"""Models of the first kind whose rows say that they fail more often, and longer."""


def days_down(kind: Kind) -> float:
    """Return how long a model is down on average, which serves at the start."""
    fails, mends = kind.per_year / 365.0, 1.0 / kind.repair_days
    total = fails + mends
    return fails / total * (HORIZON_DAYS + math.expm1(-total * HORIZON_DAYS) / total)


def organisation(*kinds: Kind, rows: Kind | None = None) -> Scenario:
    """Return a portfolio of some kinds, and of rows of the first with numbers of their own."""
    start = Scenario().start_date
    stated = [
        (f"kind {place}", None) for place, kind in enumerate(kinds) for _ in range(kind.models)
    ]
    if rows is not None:
        stated += [("kind 0", rows)] * rows.models
    models = [
        PortfolioModel(
            id=f"model {number}",
            archetype=archetype,
            deployed_at=start - timedelta(days=1),
            last_retrained_at=start,
            **{} if row is None else _of_row(row),
        )
        for number, (archetype, row) in enumerate(stated)
    ]
    archetypes = [
        {"name": f"kind {place}", "share": 1.0 / len(kinds), **kind.attributes}
        for place, kind in enumerate(kinds)
    ]
    return quiet(
        {
            "horizon_days": HORIZON_DAYS,
            "team.developers": len(models),
            "archetypes": archetypes,
            "imported": ImportedPortfolio(source="verification", models=tuple(models)),
        }
    )


def _of_row(kind: Kind) -> dict[str, Any]:
    """Return what a row states: means, which take the spread of its kind."""
    return {
        f"{kind.cause}_issues_per_year": kind.per_year,
        f"{kind.cause}_repair_days": kind.repair_days,
    }


def check_kinds(name: str, scenario: Scenario, expected: dict[str, float]) -> None:
    """Check the model-days out of service by cause."""
    found: dict[str, list[float]] = {cause: [] for cause in expected}
    for model in runs(scenario, seed=seed_of(name), replications=REPLICATIONS):
        for cause, days in found.items():
            days.append(model.totals[f"state_days_{cause}"])
    for cause, days in expected.items():
        check_mean(f"{name}: {cause}", found[cause], days)


def test_each_kind_is_available_as_its_own_numbers_say() -> None:
    check_kinds(
        "time out of service of two kinds",
        organisation(RANKING, SCORECARD),
        {kind.cause: kind.models * days_down(kind) for kind in (RANKING, SCORECARD)},
    )


def test_a_row_goes_before_its_kind() -> None:
    pipeline = RANKING.models * days_down(RANKING) + MEASURED.models * days_down(MEASURED)
    check_kinds(
        "time out of service of a kind and of rows",
        organisation(RANKING, SCORECARD, rows=MEASURED),
        {"pipeline": pipeline, "compliance": SCORECARD.models * days_down(SCORECARD)},
    )
