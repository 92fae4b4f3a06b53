"""A number of the scenario: what it means, what it may be, and how it spreads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from modelops_abm.core import registry
from modelops_abm.scenario.knowledge import UNREGISTERED


class Confidence(StrEnum):
    """How well a value is supported, from a measurement down to a judgement."""

    MEASURED = "measured"
    SURVEY = "survey"
    VENDOR = "vendor"
    JUDGEMENT = "judgement"


def read_date(value: object) -> object:
    """Read a date in ISO format, and the midnight that spreadsheets make of a date."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


CalendarDate = Annotated[date, BeforeValidator(read_date, json_schema_input_type=date)]
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
        if isinstance(value, Distribution) and info.field_name is not None:
            bounds = facts_of(cls.model_fields[info.field_name]).get("bounds", {})
            _check_bounds(value.mean, bounds)
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
    of_a_size: tuple[float, float] | None = None,
    in_proportion_to: Mapping[str, float] | None = None,
    fixed: str = "",
    meaning: str | None = None,
) -> Any:
    """Declare a number of the scenario.

    Every number has a plausible range, or is fixed and says why.

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
        Range found in the sources, or judged: 90 % of the values that are thought possible, with
        the default as their median. Not enforced.
    of_a_size
        The same among organisations of one size, where that is narrower; see `in_proportion_to`.
    in_proportion_to
        The values that make the size, by dotted name, with an exponent each: where they are drawn
        so many times larger, so is this one (`knowledge.Spread`).
    fixed
        Why the default is not uncertain. With a range that is one to choose from.
    meaning
        What it means, where that is no docstring under the field.
    """
    facts: dict[str, Any] = {"unit": unit, "source": source, "confidence": confidence.value}
    if plausible is not None:
        facts["plausible"] = list(plausible)
    if of_a_size is not None:
        facts["of_a_size"] = list(of_a_size)
    if in_proportion_to is not None:
        facts["in_proportion_to"] = dict(in_proportion_to)
    if fixed:
        facts["fixed"] = fixed
    facts["bounds"] = {
        name: bound
        for name, bound in (("ge", ge), ("gt", gt), ("le", le), ("lt", lt))
        if bound is not None
    }
    # The bounds of a distribution apply to its mean, which only the section around it can check:
    # pydantic would hold the distribution itself against them.
    if isinstance(default, Distribution):
        return Field(default=default, description=meaning, json_schema_extra=facts)
    return Field(
        default=default, description=meaning, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=facts
    )


def share(
    default: float,
    plausible: tuple[float, float],
    source: str,
    *,
    unit: str = "share",
    confidence: Confidence = Confidence.JUDGEMENT,
) -> Any:
    """Declare a number from 0 to 1 of the scenario, as `quantity` does."""
    return quantity(
        default, unit, ge=0.0, le=1.0, plausible=plausible, source=source, confidence=confidence
    )


def entries(default: tuple[float, ...], unit: str, *, ge: float, le: float, fixed: str) -> Any:
    """Declare a list of numbers of the scenario; the bounds are those of each, in its type too."""
    # As for a distribution: pydantic would hold the list itself against them.
    facts = {**facts_of(quantity(default[0], unit, ge=ge, le=le, fixed=fixed))}
    return Field(default=default, json_schema_extra=facts)


def switch(default: Any, weights: Mapping[Any, float], reason: str) -> Any:
    """Declare a flag or a word out of several, with how likely each is to be found, and why."""
    pairs: list[Any] = [[value, weight] for value, weight in weights.items()]
    return Field(default=default, json_schema_extra={"weights": pairs, "reason": reason})


def stated(default: Any, fixed: str) -> Any:
    """Declare a value that is neither a number nor a switch, with why it is not uncertain."""
    return Field(default=default, json_schema_extra={"fixed": fixed})


def extended[S: type[Section]](fields: Mapping[str, tuple[Any, Any]]) -> Callable[[S], S]:
    """Return a decorator that adds fields to a section, if there are any.

    Parameters
    ----------
    fields
        By name: the type, and a default or what `quantity` gives.
    """

    def decorate(section: S) -> S:
        if not fields:
            return section
        given: dict[str, Any] = dict(fields)
        made = create_model(section.__name__, __base__=section, __doc__=section.__doc__, **given)
        # Where pickle looks for it, on its way to a worker.
        made.__module__ = section.__module__
        return made  # type: ignore[return-value]

    return decorate


_FACTS_OF_REGISTERED = ("ge", "gt", "le", "lt", "source", "plausible")


def registered_quantity(default: float, facts: registry.Number) -> Any:
    """Declare a number that something registered brings to the scenario."""
    fixed = "" if facts.plausible else UNREGISTERED
    known: dict[str, Any] = {name: getattr(facts, name) for name in _FACTS_OF_REGISTERED}
    return quantity(default, facts.unit, fixed=fixed, meaning=facts.meaning, **known)


def facts_of(field: FieldInfo) -> dict[str, Any]:
    """Return unit, source, confidence, plausible range and bounds declared by `quantity`."""
    extra = field.json_schema_extra
    return dict(extra) if isinstance(extra, dict) and "unit" in extra else {}


def choices_of(annotation: Any) -> tuple[str, ...]:
    """Return the words that an annotation allows, of each entry if it is a list; or none."""
    if get_origin(annotation) is Literal:
        return tuple(str(choice) for choice in get_args(annotation))
    return next((found for inner in get_args(annotation) if (found := choices_of(inner))), ())


def misfit(message: str, *path: str | int) -> PydanticCustomError:
    """Return an error about the value at a path below the section that raises it.

    Without it a check of a whole section could only blame the section.
    """
    return PydanticCustomError("misfit", "{message}", {"message": message, "path": path})


def misfits(section: object, errors: Iterable[PydanticCustomError]) -> ValidationError:
    """Return one error of all that `misfit` gave for a section, so that a reader learns of each."""
    details = [InitErrorDetails(type=error, input=section) for error in errors]
    return ValidationError.from_exception_data(type(section).__name__, details)


def _check_bounds(mean: float, bounds: dict[str, float]) -> None:
    """Raise an error if a distribution's mean lies outside its bounds."""
    low, high = bounds.get("ge", -math.inf), bounds.get("le", math.inf)
    above, below = bounds.get("gt", -math.inf), bounds.get("lt", math.inf)
    if not (low <= mean <= high and above < mean < below):
        raise PydanticCustomError("mean_out_of_bounds", "its mean is out of bounds")


Family = Literal["constant", "exponential", "lognormal", "gamma", "weibull", "beta"]

_IMPLIED_CV = {"constant": 0.0, "exponential": 1.0}
_DEFAULT_CV = 0.5
SMALLEST_CV, SMALLEST_SHAPE = 0.001, 0.05
"""Limits of what can be drawn: the spread of gamma and beta, and the shapes of beta."""
LARGEST_MEAN = 1e12
SMALLEST_MEAN, SMALLEST_SHARE = 1e-9, 1e-6
"""Smallest mean other than 0 of a quantity with spread, and of a beta (or its distance from 1);
beyond, the arithmetic of the draws underflows or loses all digits."""
_CV_FACTS: dict[str, Any] = {"unit": "times the mean", "bounds": {"ge": 0.0, "le": 5.0}}


class Distribution(Section):
    """A non-negative random quantity.

    ``beta`` is for shares (mean between 0 and 1). The spread of ``constant`` (0) and
    ``exponential`` (1) follows from the family. A Weibull may be given by its ``shape`` instead
    of ``cv``.

    Examples
    --------
    >>> Distribution(mean=5, family="gamma", cv=0.5)
    Distribution(family='gamma', mean=5.0, cv=0.5)
    >>> round(Distribution(mean=2, family="weibull", shape=1.5).cv, 3)
    0.679
    """

    family: Family = "lognormal"
    """Family: constant, exponential, lognormal, gamma, weibull, or beta for shares."""
    mean: Annotated[float, Field(ge=0.0, le=LARGEST_MEAN)]
    """Mean, in the unit of the quantity."""
    cv: Annotated[float, Field(ge=0.0, le=5.0, json_schema_extra=_CV_FACTS)] = _DEFAULT_CV
    """Coefficient of variation: standard deviation divided by the mean."""

    @property
    def shape(self) -> float | None:
        """Shape of a Weibull, which its spread implies; None for another family."""
        return weibull_shape(self.cv) if self.family == "weibull" else None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """Read a bare number as a constant, a shape as a spread, and add an implied spread."""
        # A bool is an int to Python, and would be read as a mean of 1.
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"family": "constant", "mean": value, "cv": 0.0}
        if not isinstance(value, dict):
            return value
        family = value.get("family", "lognormal")
        if "shape" in value:
            return _with_cv_of_shape(value, family)
        implied = _IMPLIED_CV.get(family) if isinstance(family, str) else None
        return value if "cv" in value or implied is None else {**value, "cv": implied}

    @model_validator(mode="after")
    def _family_can_have_this_spread(self) -> Self:
        if self.family != "constant" and 0.0 < self.mean < SMALLEST_MEAN:
            raise misfit(f"must be 0 or at least {SMALLEST_MEAN:g} unless constant", "mean")
        implied = _IMPLIED_CV.get(self.family)
        # A spread that is given and contradicts the family is an error, and not set aside: whoever
        # wrote it expects it to count.
        if implied is not None and self.cv != implied:
            raise misfit(f"must be {implied:g} (or left out) for the {self.family} family", "cv")
        if self.family == "weibull" and self.cv < 0.02:
            raise misfit("must be at least 0.02 for the weibull family", "cv")
        if self.family == "gamma" and self.cv < SMALLEST_CV:
            raise misfit(f"must be at least {SMALLEST_CV:g} for the gamma family", "cv")
        if self.family == "beta":
            self._check_beta()
        return self

    def _check_beta(self) -> None:
        if not SMALLEST_SHARE <= self.mean <= 1.0 - SMALLEST_SHARE:
            raise misfit(
                f"must lie between {SMALLEST_SHARE:g} and 1 - {SMALLEST_SHARE:g} "
                "for the beta family",
                "mean",
            )
        widest = widest_beta_cv(self.mean)
        if not SMALLEST_CV <= self.cv <= widest:
            raise misfit(
                f"must lie between {SMALLEST_CV:g} and {widest:.4g} "
                f"for the beta family with mean {self.mean:g}",
                "cv",
            )


def widest_beta_cv(mean: float) -> float:
    """Return the largest spread of a beta distribution, rounded down, at which it can be drawn.

    Both its shapes are at least `SMALLEST_SHAPE` then; beyond, nearly all draws are 0 or 1.
    """
    size = SMALLEST_SHAPE / min(mean, 1.0 - mean)
    return math.floor(math.sqrt((1.0 - mean) / (mean * (1.0 + size))) * 1e6) / 1e6


def with_mean(distribution: Distribution, mean: float) -> Distribution:
    """Return a distribution with another mean and its spread, or the nearest that it can have.

    >>> with_mean(Distribution(family="beta", mean=0.35, cv=0.5), 0.9).cv < 0.33
    True
    """
    family, cv = spread_at(distribution.family, distribution.cv, mean)
    return Distribution(family=family, mean=mean, cv=cv)


def spread_at(family: Family, cv: float, mean: float) -> tuple[Family, float]:
    """Return family and spread of a distribution that gets another mean.

    >>> spread_at("lognormal", 0.5, 0.0)
    ('constant', 0.0)
    """
    if family == "beta" and SMALLEST_SHARE <= mean <= 1.0 - SMALLEST_SHARE:
        cv = min(cv, widest_beta_cv(mean))
    has_spread = SMALLEST_SHARE <= mean <= 1.0 - SMALLEST_SHARE and cv >= SMALLEST_CV
    # Next to 0, and for a share next to 1, no spread is left that can be drawn.
    if mean < SMALLEST_MEAN or (family == "beta" and not has_spread):
        return "constant", 0.0
    return family, cv


def _with_cv_of_shape(value: dict[str, Any], family: object) -> dict[str, Any]:
    """Replace the shape of a Weibull by its coefficient of variation."""
    shape = value["shape"]
    if family != "weibull":
        raise misfit("is for the weibull family; give cv instead", "shape")
    if "cv" in value:
        raise misfit("give either shape or cv of a weibull, not both", "shape")
    if isinstance(shape, bool) or not isinstance(shape, int | float) or not 0.3 <= shape <= 60.0:
        raise misfit("must be a number from 0.3 to 60", "shape")
    rest = {key: entry for key, entry in value.items() if key != "shape"}
    return {**rest, "cv": weibull_cv(float(shape))}


# A shape is another way to state a spread, so these two stand here, below the rules that draw.


def weibull_cv(shape: float) -> float:
    """Return the coefficient of variation of a Weibull distribution with this shape.

    >>> round(weibull_cv(2.0), 4)
    0.5227
    """
    first, second = math.lgamma(1.0 + 1.0 / shape), math.lgamma(1.0 + 2.0 / shape)
    return math.sqrt(math.expm1(second - 2.0 * first))


@cache
def weibull_shape(cv: float) -> float:
    """Return the shape of the Weibull distribution with this coefficient of variation.

    Bisection: the coefficient of variation falls as the shape grows.
    """
    low, high = 0.05, 200.0
    while True:  # until no number lies between the two: the same result on every machine
        shape = 0.5 * (low + high)
        if not low < shape < high:
            return shape
        # In logarithms: 1 + cv^2 is the second moment over the square of the first.
        spread = math.lgamma(1.0 + 2.0 / shape) - 2.0 * math.lgamma(1.0 + 1.0 / shape)
        if spread > math.log1p(cv * cv):
            low = shape
        else:
            high = shape
