"""Every number of Understand is marked with where it comes from, for readers and for a test.

The mark is an attribute ``data-from`` of the element around it: ``scenario:team.developers`` for a
value of the plan, ``default:`` or ``source:`` and a name for what the catalogue says of one,
``priority:repair``, ``record:`` and a path for what was recorded, ``count:`` of what the code
lists. A test reads the number back and looks it up there.
"""

from __future__ import annotations

import htpy as h

from modelops_abm.app.measures import Measure
from modelops_abm.scenario import Distribution, Scenario
from modelops_abm.scenario.fields import value_at

_PLAIN = Measure()


def traced(origin: str, text: str) -> h.Element:
    """Return a number, or words that hold numbers, with their origin."""
    return h.span(data_from=origin)[text]


def traced_in_drawing(origin: str, text: str) -> h.Element:
    """Return the same for the text of a drawing."""
    return h.tspan(data_from=origin)[text]


def stated(scenario: Scenario, name: str) -> tuple[str, str]:
    """Return origin and text of a number that a scenario states; of a distribution its mean."""
    value = value_at(scenario, name)
    number = value.mean if isinstance(value, Distribution) else float(value)
    # A third of something is shown to the cent; smaller numbers need their digits.
    return f"scenario:{name}", _PLAIN.text(round(number, 2) if abs(number) >= 100.0 else number)


def priority(scenario: Scenario, task_class: str) -> tuple[str, str]:
    """Return origin and text of the place of a class of work in the order of priority: #1."""
    place = scenario.priorities.index(task_class)
    return f"priority:{task_class}", f"#{place + 1}"
