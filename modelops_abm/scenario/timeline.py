"""Values that change on a day: which may, and how a scenario says so."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, cast

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from modelops_abm.scenario.capabilities import CAPABILITY_NAMES, Capability
from modelops_abm.scenario.quantity import (
    Distribution,
    Section,
    extended,
    facts_of,
    misfit,
    misfits,
    quantity,
    read_date,
)
from modelops_abm.scenario.sections import (
    DriftParameters,
    EffortParameters,
    IncidentParameters,
    PortfolioParameters,
    RetrainingParameters,
    TeamParameters,
    UsageParameters,
)
from modelops_abm.text import printable

MOST_CHANGES = 1_000
"""Entries of the list; each day on which values change takes a few kilobytes."""

_SECTIONS: dict[str, type[Section]] = {
    "team": TeamParameters,
    "incidents": IncidentParameters,
    "drift": DriftParameters,
    "portfolio": PortfolioParameters,
    "efforts": EffortParameters,
    "retraining": RetrainingParameters,
    "usage": UsageParameters,
}
_CHANGEABLE: dict[str, tuple[str, ...]] = {
    "team": ("developers", "focus", "payroll_per_year"),
    # Those of registered causes among them.
    "incidents": tuple(name for name in IncidentParameters.model_fields if "_per_year" in name),
    "drift": tuple(name for name in DriftParameters.model_fields if "_per_year" in name),
    "portfolio": ("ideas_per_year",),
    "efforts": tuple(EffortParameters.model_fields),
    "retraining": ("interval_days",),
    "usage": ("demand_factor",),
}

CHANGEABLE: tuple[str, ...] = (
    *(f"{section}.{name}" for section, names in _CHANGEABLE.items() for name in names),
    *(f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES),
)
"""Dotted names of the values that may change on a day; the event log numbers them in this order."""
_IN_WORDS = (
    "team.developers, team.focus, team.payroll_per_year, the yearly rates of incidents and drift,"
    " portfolio.ideas_per_year, the efforts, retraining.interval_days, usage.demand_factor,"
    " the maximum of a capability"
)


def _new_value(section: type[Section], name: str) -> tuple[Any, Any]:
    """Declare a new value, with the facts and bounds of the field that it is for."""
    field = section.model_fields[name]
    facts, kind = facts_of(field), cast("Any", field.annotation)
    # A team may shrink to nobody, and grow again; it cannot be founded by nobody.
    bounds = {**facts["bounds"], **({"ge": 0} if name == "developers" else {})}
    meaning = field.description
    if kind is Distribution:
        kind, meaning = float, f"{meaning} Its mean: family and spread stay."
    facts = {**facts, "bounds": bounds}
    return kind | None, Field(None, description=meaning, json_schema_extra=facts, **bounds)


def _part(title: str, fields: Mapping[str, Any], meaning: str) -> Any:
    """Declare a part of a change; what it leaves out does not change."""
    made = create_model(title, __base__=Section, __doc__=meaning, __module__=__name__, **fields)
    globals()[title] = made  # where pickle looks for it
    return made


def _optional(section: type[Section]) -> tuple[Any, Any]:
    return section | None, Field(None, description=section.__doc__)


def _new_values() -> dict[str, tuple[Any, Any]]:
    """Return the parts of a change by name of the section."""
    found: dict[str, tuple[Any, Any]] = {}
    for name, names in _CHANGEABLE.items():
        section = _SECTIONS[name]
        fields = {each: _new_value(section, each) for each in names}
        if fields:
            title, meaning = f"New{name.capitalize()}", f"New values of {name}."
            found[name] = _optional(_part(title, fields, meaning))
    level = _part(
        "NewMaximum", {"maximum": _new_value(Capability, "maximum")}, "A new level of investment."
    )
    levels = {name: _optional(level) for name in CAPABILITY_NAMES}
    part = _part("NewCapabilities", levels, "New levels of investment of capabilities.")
    return {**found, "capabilities": _optional(part)}


def _read_day(value: object) -> object:
    day = read_date(value)
    if isinstance(day, bool) or not isinstance(day, int | date):
        raise misfit("expected a whole number of days, or a date such as 2026-06-30")
    return day


When = Annotated[
    int | date,
    BeforeValidator(_read_day),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "format": "date"},
            ]
        }
    ),
]
"""A day of the run from 0, or a date, which counts from the scenario's `start_date`."""


@extended(_new_values())
class Change(Section):
    """New values from a day on, each until it is changed again.

    Values are named as everywhere, nested or dotted: ``"team.developers" = 4``.
    """

    model_config = ConfigDict(json_schema_extra={"patternProperties": {r"\\.": {}}})

    day: When = quantity(..., "day, or a date")
    """Day that opens with the new values; a date counts from `start_date`."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, given: Any) -> Any:
        """Read dotted names, and refuse what cannot change."""
        if not isinstance(given, Mapping):
            return given
        values: dict[str, Any] = {}
        found = []
        for path, value in _flat(given, ()):
            name = ".".join(map(str, path)).removesuffix(".mean")
            if name not in CHANGEABLE or name in values:
                refusal = "is given twice" if name in values else _refusal(name)
                found.append(misfit(refusal, *path))
            values[name] = value
        if found:
            raise misfits(given, found)
        if not values:
            raise misfit("says no new value; name one, such as team.developers")
        return {**({"day": given["day"]} if "day" in given else {}), **nested(values)}

    @property
    def values(self) -> dict[str, float]:
        """The new values by dotted name, in the order of `CHANGEABLE`."""
        return {name: value for name in CHANGEABLE if (value := _at(self, name)) is not None}

    def day_from(self, start: date) -> int:
        """Return the day of the run; a date counts from the start."""
        # A date is no number, but an `int` is what is left of the two.
        return self.day if isinstance(self.day, int) else (self.day - start).days

    def with_value(self, name: str, value: float) -> Change:
        """Return the change with another value of a name."""
        return type(self).model_validate({"day": self.day, **self.values, name: value})

    def without(self, names: set[str]) -> Change | None:
        """Return the change without some values; None if nothing is left of it."""
        kept = {name: value for name, value in self.values.items() if name not in names}
        return type(self).model_validate({"day": self.day, **kept}) if kept else None


def outside_the_run(when: When, day: int, horizon_days: int) -> str:
    """Return what is wrong with a day, as it was given and of the run; empty if nothing is.

    >>> outside_the_run(400, 400, horizon_days=365)
    'must be from 0 to 364, the last day of the run'
    """
    last = horizon_days - 1
    if 0 <= day <= last:
        return ""
    is_day = "" if day == when else f"is day {day:,} of the run, which "
    return f"{is_day}must be from 0 to {last:,}, the last day of the run"


def _refusal(name: str) -> str:
    # Cut, as in `fields.nearest`: a stranger chooses the name.
    meant = difflib.get_close_matches(name[:100], CHANGEABLE, n=1)
    asked = f"; did you mean {meant[0]}?" if meant else ";"
    return f"cannot change in the course of a run{asked} what can is {_IN_WORDS}"


def _flat(given: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and value of everything that is stated, `day` apart."""
    if isinstance(given, Section):
        given = given.model_dump(exclude_none=True)
    if not isinstance(given, Mapping):
        yield path, given
        return
    for name, value in given.items():
        if (path or name != "day") and value is not None:
            yield from _flat(value, (*path, printable(str(name), 200)))


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted name as nested mappings."""
    whole: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        section = whole
        for part in outer:
            section = section.setdefault(part, {})
        section[last] = value
    return whole


def _at(section: Any, name: str) -> Any:
    for part in name.split("."):
        section = getattr(section, part, None)
    return section
