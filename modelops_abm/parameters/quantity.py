"""A number of the scenario together with what a reader must know about it."""

from __future__ import annotations

import math
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError


class Confidence(StrEnum):
    """How well a value is supported, from a measurement down to a judgement."""

    MEASURED = "measured"
    SURVEY = "survey"
    VENDOR = "vendor"
    JUDGEMENT = "judgement"


def _read_date(value: object) -> object:
    """Read a date in ISO format, and the midnight that spreadsheets make of a date."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


CalendarDate = Annotated[date, BeforeValidator(_read_date, json_schema_input_type=date)]
"""A day; text such as ``2026-01-31`` is read as well."""


class Section(BaseModel):
    """Base of every part of a scenario: frozen, no unknown names, no silent conversion."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
    )

    @field_validator("*", mode="after")
    @classmethod
    def _mean_within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        """Hold the mean of a distribution to the bounds that its quantity declares."""
        mean = getattr(value, "mean", None)
        if mean is not None and info.field_name is not None:
            _check_bounds(mean, facts_of(cls.model_fields[info.field_name]).get("bounds", {}))
        return value


def quantity(
    default: Any,
    unit: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    source: str = "no source found",
    confidence: Confidence = Confidence.JUDGEMENT,
    plausible: tuple[float, float] | None = None,
) -> Any:
    """Declare a number of the scenario.

    Parameters
    ----------
    default
        The default; its meaning is the docstring under the field.
    unit
        Unit in words, for example ``"per year"``.
    ge, gt, le, lt
        Allowed range; anything outside is an error. For a `Distribution` it bounds the mean.
    source, confidence
        Where the default comes from and how well it is supported.
    plausible
        Range found in the sources, for sliders and sensitivity analysis. Not enforced.
    """
    facts: dict[str, Any] = {"unit": unit, "source": source, "confidence": confidence.value}
    if plausible is not None:
        facts["plausible"] = list(plausible)
    facts["bounds"] = {
        name: bound
        for name, bound in (("ge", ge), ("gt", gt), ("le", le), ("lt", lt))
        if bound is not None
    }
    if hasattr(default, "mean"):  # a distribution: the bounds apply to its mean
        return Field(default=default, json_schema_extra=facts)
    return Field(default=default, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=facts)


def facts_of(field: FieldInfo) -> dict[str, Any]:
    """Return unit, source, confidence, plausible range and bounds declared by `quantity`."""
    extra = field.json_schema_extra
    return dict(extra) if isinstance(extra, dict) and "unit" in extra else {}


def misfit(message: str, *path: str | int) -> PydanticCustomError:
    """Return an error about the value at a path below the section that raises it.

    Without it a check of a whole section could only blame the section.
    """
    return PydanticCustomError("misfit", "{message}", {"message": message, "path": path})


def _check_bounds(mean: float, bounds: dict[str, float]) -> None:
    """Raise an error if a distribution's mean lies outside its bounds."""
    low, high = bounds.get("ge", -math.inf), bounds.get("le", math.inf)
    above, below = bounds.get("gt", -math.inf), bounds.get("lt", math.inf)
    if not (low <= mean <= high and above < mean < below):
        raise PydanticCustomError("mean_out_of_bounds", "its mean is out of bounds")
