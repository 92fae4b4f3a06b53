"""Capabilities as stocks that the developers' work fills, and what each takes."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.drawing.box import Box
from modelops_abm.app.drawing.diagram import arrow, box, frame, words
from modelops_abm.app.understand.origins import priority, stated, traced, traced_in_drawing
from modelops_abm.parameters import CAPABILITY_NAMES, CapabilityName, Scenario
from modelops_abm.parameters.capabilities import Capabilities

WIDTH, HEIGHT = 445, 214
_DEVELOPERS = Box(1, 62, 96, 56)
_TANK = Box(206, 22, 86, 134)
_ROUND = 8.0
_CHOSEN, _BUILT = 0.8, 0.55
"""Levels in the drawing, as a picture of what they mean."""
_COLUMNS = {
    "effort_days": "Work to fill it, developer-days",
    "capital_cost": "Capital, $",
    "upkeep_per_year": "Upkeep, $ a year",
}


def tank(scenario: Scenario, capability: CapabilityName = "automation") -> h.Element:
    """Return the drawing of one capability as a tank."""
    centre = _DEVELOPERS.centre
    chosen = _TANK.bottom - _CHOSEN * _TANK.height
    built = _TANK.bottom - _BUILT * _TANK.height
    return h.svg(
        ".tank-drawing",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=(
            "The work of developers flows into a tank. Its level rises until the level that was"
            " chosen, and what the capability does follows from the level that is built."
        ),
    )[
        h.path(".pipe", d=f"M{_DEVELOPERS.right + 4} {centre}H{_TANK.left - 4}"),
        h.path(".valve", d=f"M140 {centre - 9}v18l22 -18v18z"),
        words(151, centre - 18, "rate"),
        box(_DEVELOPERS, "Developers", _their_work(scenario)),
        words(_TANK.middle, 14, h.tspan(".name")[capability.capitalize()]),
        h.g(".stock")[
            frame(_TANK, _ROUND),
            h.path(".full", d=_filling(built)),
            h.path(".chosen", d=f"M{_TANK.left - 8} {chosen}H{_TANK.right + 12}"),
        ],
        words(_TANK.right + 16, chosen + 4, "level you choose", anchor="start"),
        words(
            _TANK.right + 16, built + 14, h.tspan(".built")["level built"], anchor="start"
        ),
        arrow([(_TANK.middle, _TANK.bottom + 4), (_TANK.middle, _TANK.bottom + 26)]),
        words(_TANK.middle, _TANK.bottom + 43, "what it does, in proportion to the level"),
    ]  # fmt: skip


def _filling(top: float) -> str:
    """Return the part of the tank that is full, with its round lower corners."""
    low, across = _TANK.bottom - _ROUND, _TANK.width - 2.0 * _ROUND
    return (
        f"M{_TANK.left:g} {top:.1f}V{low:g}q0 {_ROUND:g} {_ROUND:g} {_ROUND:g}h{across:g}"
        f"q{_ROUND:g} 0 {_ROUND:g} -{_ROUND:g}V{top:.1f}z"
    )


def _their_work(scenario: Scenario) -> h.Fragment:
    return h.fragment[traced_in_drawing(*priority(scenario, "capability")), " work"]


def takes(scenario: Scenario) -> h.Element:
    """Return what each capability takes for a full level, as a table."""
    return h.div(".scrolls", tabindex="0", role="region", aria_label="What each capability takes")[
        h.table[
            h.thead[
                h.tr[
                    h.th(scope="col")["Full level of"],
                    h.th(scope="col")["What it is"],
                    (h.th(".number", scope="col")[heading] for heading in _COLUMNS.values()),
                ]
            ],
            h.tbody[(_row(scenario, name) for name in CAPABILITY_NAMES)],
        ]
    ]


def _row(scenario: Scenario, name: CapabilityName) -> h.Element:
    meaning = Capabilities.model_fields[name].description or ""
    values = (stated(scenario, f"capabilities.{name}.{field}") for field in _COLUMNS)
    return h.tr[
        h.th(scope="row")[name.capitalize()],
        h.td[meaning.rstrip(".")],
        (h.td(".number")[traced(*value)] for value in values),
    ]
