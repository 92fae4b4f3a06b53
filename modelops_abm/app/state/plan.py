"""A plan: a scenario to start from, and what a visitor has changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from modelops_abm.app.state.size import refuse_too_large
from modelops_abm.clients.illustrative import SOURCE as ILLUSTRATIVE
from modelops_abm.parameters import (
    CAPABILITY_NAMES,
    ImportedPortfolio,
    Scenario,
    SourceKind,
    fingerprint_of,
    with_values,
)
from modelops_abm.parameters.fields import value_at
from modelops_abm.parameters.presets import PRESETS, preset

FIRST_PRESET = "all_five"
"""What a visitor sees first."""
ON_THE_PAGE = "set on the page"
KEY_DIGITS = 12
_NAMES = {
    "reference": "No capabilities",
    "all_five": "All five capabilities",
    "start_up": "Start-up",
}


@dataclass(frozen=True)
class Plan:
    """A scenario and the visitor's changes to it.

    Attributes
    ----------
    start
        Name of the preset, or of the uploaded scenario, that it started from.
    base
        That scenario, with the portfolio that the session has.
    changes
        What is different, by dotted name; never a value that the base has as well.

    Raises
    ------
    InputError
        If a name or a value is not allowed, or the page does not run so large a plan; see `size`.
    """

    start: str
    base: Scenario
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        refuse_too_large(self.scenario)

    @classmethod
    def of_preset(cls, name: str) -> Plan:
        """Return an unchanged preset.

        Raises
        ------
        InputError
            If there is no preset of this name.
        """
        return cls(name, preset(name))

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that is simulated."""
        if not self.changes:
            return self.base
        return with_values(self.base, self.changes, source=ON_THE_PAGE)

    @cached_property
    def key(self) -> str:
        """Short key of what is simulated: the same for plans that cannot be told apart."""
        return key_of(self.scenario)

    def changed(self, values: Mapping[str, Any]) -> Plan:
        """Return the plan with other values.

        Raises
        ------
        InputError
            If a name or a value is not allowed; the message says what is.
        """
        together = {**self.changes, **values}
        scenario = with_values(self.base, together, source=ON_THE_PAGE)
        kept = {
            name: value
            for name, value in together.items()
            if value_at(scenario, name) != value_at(self.base, name)
        }
        return replace(self, changes=MappingProxyType(kept))

    def restored(self, name: str) -> Plan:
        """Return the plan with a value, and all its parts, as they are in the base."""
        kept = {
            changed: value
            for changed, value in self.changes.items()
            if changed != name and not changed.startswith(f"{name}.")
        }
        return replace(self, changes=MappingProxyType(kept))

    def with_portfolio(self, portfolio: ImportedPortfolio | None) -> Plan:
        """Return the plan with a client's portfolio, or without one.

        Both are part of its base: the portfolio, and the start date from which its dates count.

        Raises
        ------
        InputError
            If the portfolio does not fit the scenario.
        """
        own = preset(self.start) if self.start in PRESETS else self.base
        if portfolio is None:
            base = with_values(own, {"imported": None}, source=ON_THE_PAGE)
        else:
            values = {"imported": portfolio, "start_date": self.scenario.start_date}
            kind: SourceKind = "judgement" if portfolio.source == ILLUSTRATIVE else "client"
            base = with_values(own, values, source=f"portfolio {portfolio.source}", confidence=kind)
        return replace(self, base=base).changed({})

    @property
    def levels(self) -> dict[str, float]:
        """Level of investment by capability, 0 to 1."""
        return {
            name: float(getattr(self.scenario.capabilities, name).maximum)
            for name in CAPABILITY_NAMES
        }

    def value(self, name: str) -> Any:
        """Return the value of a dotted name."""
        return value_at(self.scenario, name)


def key_of(scenario: Scenario) -> str:
    """Return a short key of a scenario: of all its values, and not of their sources."""
    return fingerprint_of(scenario)[:KEY_DIGITS]


def name_of(start: str) -> str:
    """Return what a preset, or a scenario of the visitor's own, is called on the page."""
    return _NAMES.get(start, start.replace("_", " ").capitalize() if start in PRESETS else start)
