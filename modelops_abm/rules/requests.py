"""Requests with a deadline: whom they concern, when they come, what an answer takes.

Every draw is keyed by the name of the kind, the model and the number of the request.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from modelops_abm.compiled import compiled
from modelops_abm.core.randomness import DecisionPoint, draw_key, key_for_request
from modelops_abm.rules import DAYS_PER_YEAR
from modelops_abm.rules.capability import reduced_effort
from modelops_abm.rules.sampling import Law, law_of, sample, unit_exponential
from modelops_abm.scenario.requests import ALL, REGULATED
from modelops_abm.scenario.scenario import Scenario

EVERYBODY, WHO_IS_REGULATED = -1, -2
"""Whom a kind concerns, where it is not the number of an archetype."""


class RequestLaw(NamedTuple):
    """A kind of request as compiled code takes it.

    Attributes
    ----------
    per_year
        Rate for a model in production.
    effort
        Developer-days of an answer without lineage.
    deadline_days, lineage_saving
        As in the scenario.
    day
        On which it comes; `scenario.requests.NO_DAY` if at the rate.
    who
        Number of an archetype, `EVERYBODY` or `WHO_IS_REGULATED`.
    arrival_key, effort_key
        Its decision points.
    """

    per_year: float
    effort: Law
    deadline_days: float
    lineage_saving: float
    day: int
    who: int
    arrival_key: int
    effort_key: int


REQUEST_WORDS = len(RequestLaw._fields) - 1 + len(Law._fields)
"""Numbers of a kind, those of the distribution among them."""


def request_laws(scenario: Scenario) -> tuple[RequestLaw, ...]:
    """Return the kinds of request of a scenario, in its order."""
    known = {ALL: EVERYBODY, REGULATED: WHO_IS_REGULATED}
    known |= {each.name: place for place, each in enumerate(scenario.archetypes)}
    return tuple(
        RequestLaw(
            kind.per_year or 0.0,
            law_of(kind.effort),
            kind.deadline_days,
            kind.lineage_saving,
            kind.day_from(scenario.start_date),
            known[kind.who],
            key_for_request(DecisionPoint.REQUEST_ARRIVAL, kind.name),
            key_for_request(DecisionPoint.REQUEST_EFFORT, kind.name),
        )
        for kind in scenario.requests
    )


@compiled
def concerns(who: int, archetype: int, regulated: bool) -> bool:
    """Return whether a kind of request concerns a model, by the number of its archetype."""
    return who in (EVERYBODY, archetype) or (who == WHO_IS_REGULATED and regulated)


@compiled
def request_time(since: float, per_year: float, entity: int, key: int, occurrence: int) -> float:
    """Return when the n-th request of a kind comes to a model that is exposed since then.

    Infinite if none does. The exposure gathers whatever the model's state: only that it is in
    production, and that no request of the kind is open, counts.
    """
    if per_year <= 0.0:
        return math.inf
    exposure = unit_exponential(draw_key(entity, key, occurrence))
    return since + exposure * DAYS_PER_YEAR / per_year


@compiled
def request_effort(
    law: Law, lineage_saving: float, lineage: float, entity: int, key: int, occurrence: int
) -> float:
    """Return the developer-days of the answer to a model's n-th request when work first starts."""
    return reduced_effort(sample(law, draw_key(entity, key, occurrence)), lineage_saving, lineage)
