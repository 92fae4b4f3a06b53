"""Colours and words of the pictures: the light colours of the page.

Hue means state, blue means plan, grey means baseline. What differs in hue differs in place or
shape as well.
"""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.colors import to_hex, to_rgb

from modelops_abm.core.statechart import State

INK = "#14202B"
INK_2 = "#44525F"
INK_3 = "#5A6874"
HAIRLINE = "#DFE5EA"
CONTROL = "#7F8B96"
SURFACE = "#FFFFFF"
RAISED = "#F7F9FB"

PLAN = "#1B4F9C"
BASELINE = "#6B7884"
ONLINE = "#0B7A6F"
RETRAINING = "#3A97DB"
ISSUE = "#C8431A"
DRIFT = "#6B2F94"
PREVIOUS = "#B88300"
EARNS = "#0B7A6F"
COSTS = "#B53A14"
DEPLOY = "#8499AE"
BUILD = "#B9C6D3"
DECAY = "#9B7BB3"
DEMAND = "#8C98A3"


class Named(NamedTuple):
    """A word and a colour for something that is drawn."""

    words: str
    colour: str

    @property
    def text_colour(self) -> str:
        """The colour for text, dark enough to read on white."""
        return readable(self.colour)


def tint(colour: str, strength: float) -> str:
    """Return a colour mixed with white, as areas have it; a strength of 1 is the colour."""
    red, green, blue = (1.0 - strength * (1.0 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def readable(colour: str, contrast: float = 4.5) -> str:
    """Return a colour darkened until text in it has a contrast to white (WCAG 2.2)."""
    parts = to_rgb(colour)
    while 1.05 / (_luminance(parts) + 0.05) < contrast:
        parts = (parts[0] * 0.97, parts[1] * 0.97, parts[2] * 0.97)
    return to_hex(parts)


def _luminance(parts: tuple[float, float, float]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


STATES: dict[State, Named] = {
    State.IDEA: Named("Idea backlog", INK_3),
    State.BUILD: Named("Build", INK_3),
    State.DEPLOYMENT: Named("Deployment", INK_3),
    State.ONLINE: Named("Online", ONLINE),
    State.RETRAINING: Named("Retraining", RETRAINING),
    State.OFFLINE_ISSUE: Named("Offline: issue", ISSUE),
    State.OFFLINE_DRIFT: Named("Offline: drift", DRIFT),
    State.RETIRED: Named("Retired", INK_3),
}

WORK: dict[str, Named] = {
    "repair": Named("Repair", tint(ISSUE, 0.72)),
    "retrain": Named("Retraining", tint(RETRAINING, 0.8)),
    "capability": Named("Capabilities", tint(PLAN, 0.85)),
    "deploy": Named("Deployment", DEPLOY),
    "build": Named("Build", BUILD),
    "idle": Named("Idle", "#ECEFF2"),
}
"""Work of the developers by the names of `outcomes.WORK`, and idle; from the bottom up."""

LOSSES: dict[str, Named] = {
    "adoption": Named("Fewer users", tint(DEMAND, 0.75)),
    "usage": Named("Less use", tint(DEMAND, 0.75)),
    "offline": Named("Offline", ISSUE),
    "capacity": Named("Unmet demand", tint(DEMAND, 0.75)),
    "decay": Named("Slow decay", DECAY),
    "drift": Named("Drift", DRIFT),
    "rollback": Named("Older version", PREVIOUS),
}
"""Causes of lost value by the names of `outcomes.LOSSES`."""
