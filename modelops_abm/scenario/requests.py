"""Requests with a deadline: what a regulator, an auditor, a customer or a vendor asks of models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from modelops_abm.core.registry import MOST_REQUEST_KINDS
from modelops_abm.scenario.quantity import Distribution, Section, misfit, quantity
from modelops_abm.scenario.timeline import When, outside_the_run

ALL, REGULATED = "all", "regulated"
"""Whom a kind may concern, beside an archetype by its name."""

NO_DAY = -1
"""In place of its day, of a kind that comes at a rate."""


class RequestKind(Section):
    """A kind of request; one that is not answered by its deadline takes the model offline."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """Name of the kind. Randomness is keyed by it, so order does not matter."""
    per_year: float | None = quantity(
        None,
        "per model-year in production",
        ge=0.0,
        le=1e3,
        source="judgement: from a review every few years to one every quarter",
        plausible=(0.2, 4.0),
    )
    """How often it comes for a model in production; or give `day`."""
    day: When | None = None
    """Day on which it comes for all models concerned that are in production; or give `per_year`."""
    who: Annotated[str, Field(min_length=1, max_length=80)] = ALL
    """Models that it concerns: all, regulated, or the name of an archetype."""
    effort: Distribution = quantity(
        Distribution(family="lognormal", mean=5.0, cv=0.5),
        "developer-days",
        ge=0.0,
        le=1e5,
        source="judgement: a day for what is on file, weeks for an analysis made for the answer",
        plausible=(1.0, 15.0),
    )
    """Work on the answer, without lineage. A number is its mean: lognormal, cv 0.5."""
    deadline_days: float = quantity(
        ...,
        "days",
        gt=0.0,
        le=36_500.0,
        source="judgement: letters of supervisors give weeks, ends of a vendor's version months",
        plausible=(10.0, 90.0),
    )
    """Days from its arrival; without an answer by then the model must not serve."""
    lineage_saving: float = quantity(
        0.5,
        "share",
        ge=0.0,
        le=1.0,
        source="judgement: what was trained on what is on file; the explanation is not",
        plausible=(0.2, 0.7),
    )
    """Effort saved on the answer at full lineage."""

    @field_validator("effort", mode="before")
    @classmethod
    def _mean(cls, given: Any) -> Any:
        """Read a number as everywhere in a scenario: as the mean of the default distribution."""
        if isinstance(given, int | float) and not isinstance(given, bool):
            return {**cls.model_fields["effort"].default.model_dump(), "mean": given}
        return given

    @model_validator(mode="after")
    def _comes_one_way(self) -> Self:
        if (self.per_year is None) == (self.day is None):
            raise misfit("give either per_year or day", "per_year")
        return self

    def day_from(self, start: date) -> int:
        """Return the day of the run on which it comes, or `NO_DAY`; a date counts from `start`.

        >>> kind = RequestKind(name="audit", day=date(2026, 1, 31), deadline_days=30.0)
        >>> kind.day_from(date(2026, 1, 1))
        30
        """
        if self.day is None:
            return NO_DAY
        # A date is no number, but an `int` is what is left of the two.
        return self.day if isinstance(self.day, int) else (self.day - start).days


def contradictions_of(
    kinds: tuple[RequestKind, ...], archetypes: set[str], start: date, horizon_days: int
) -> Iterator[PydanticCustomError]:
    """Yield an error for everything that is wrong with the kinds of a scenario as a whole."""
    if len(kinds) > MOST_REQUEST_KINDS:
        yield misfit(f"must have {MOST_REQUEST_KINDS} kinds at most", "requests")
    names = [kind.name for kind in kinds]
    known = {ALL, REGULATED, *archetypes}
    for number, kind in enumerate(kinds):
        if kind.name in names[:number]:
            yield misfit("every kind needs its own name", "requests", number, "name")
        if kind.who not in known:
            what = f"must be one of {', '.join((ALL, REGULATED, *sorted(archetypes)))}"
            yield misfit(what, "requests", number, "who")
        elif kind.who in {ALL, REGULATED} & archetypes:
            what = "is also the name of an archetype; give that another one"
            yield misfit(what, "requests", number, "who")
        if kind.day is not None:
            day = kind.day_from(start)
            if message := outside_the_run(kind.day, day, horizon_days):
                yield misfit(message, "requests", number, "day")
