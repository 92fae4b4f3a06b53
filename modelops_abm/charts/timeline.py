"""The time axis of a scenario, with what changes on the way."""

from __future__ import annotations

from collections.abc import Iterator

from modelops_abm import formats
from modelops_abm.charts.figure import Axis, time_axis
from modelops_abm.scenario import Distribution, Scenario
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.scenario import timeline


def time_axis_of(scenario: Scenario) -> Axis:
    """Return the axis over which all of a scenario is drawn, its changes marked."""
    return time_axis(scenario.horizon_days, tuple(changes_in_words(scenario)))


def changes_in_words(scenario: Scenario) -> Iterator[tuple[int, str]]:
    """Yield each day on which values change, and what: developers 8 to 4.

    >>> changes = [{"day": 180, "team.developers": 4, "capabilities.lineage.maximum": 0.5}]
    >>> list(changes_in_words(Scenario.model_validate({"changes": changes})))
    [(180, 'developers 8 to 4, lineage maximum 0 to 0.5')]
    """
    for day in timeline(scenario):
        words = (
            f"{name_in_words(name)} {_value(value_at(scenario, name))} to {_value(value)}"
            for name, value in day.values.items()
        )
        yield day.day, ", ".join(words)
        scenario = day.scenario


def team_in_words(scenario: Scenario) -> str:
    """Return how many developers there are in the course of a run: 8 developers, 4 to 9 developers.

    >>> team_in_words(Scenario.model_validate({"changes": [{"day": 9, "team.developers": 4}]}))
    '4 to 8 developers'
    """
    days = [scenario, *(day.scenario for day in timeline(scenario))]
    fewest, most = (end(each.team.developers for each in days) for end in (min, max))
    return f"{formats.number(fewest)} to " * (fewest < most) + formats.plural(most, "developer")


# Of the others the section says nothing that the name does not say.
_SAID = {"efforts": "effort of", "retraining": "retraining"}


def name_in_words(dotted: str) -> str:
    """Return the name of a value that changes, without its section if that says nothing more.

    >>> name_in_words("team.developers"), name_in_words("efforts.retraining")
    ('developers', 'effort of retraining')
    """
    section, *rest = dotted.split(".")
    return " ".join((_SAID.get(section, ""), *rest)).replace("_", " ").strip()


def _value(value: float | Distribution) -> str:
    number = value.mean if isinstance(value, Distribution) else value
    return f"{number:,.6g}"
