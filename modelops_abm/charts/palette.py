"""Colours of figures and page, light and dark, and the words for what they stand for.

A colour is named, and a name may be followed by its strength: ``plan``, ``plan 15%``. Hue means
state, blue means plan, grey means baseline; what differs in hue differs in place or shape as well.
Nothing heavy is imported here, so that whoever needs a colour pays for a colour.
"""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.core.statechart import State

type Colour = str
"""A name of `COLOURS`, and a strength if the colour is mixed with what lies below it."""

COLOURS: dict[str, tuple[str, str]] = {
    "page": ("#F3F5F7", "#0E141A"),
    "surface": ("#FFFFFF", "#161D25"),
    "raised": ("#F7F9FB", "#1D2630"),
    "ink": ("#14202B", "#EDF2F6"),
    "ink-2": ("#44525F", "#BCC7D1"),
    "ink-3": ("#5A6874", "#95A3B0"),
    "hairline": ("#DFE5EA", "#28333E"),
    "control": ("#7F8B96", "#7D8B98"),
    "plan": ("#1B4F9C", "#7FB2FF"),
    "baseline": ("#6B7884", "#93A0AC"),
    "online": ("#0B7A6F", "#1FA391"),
    "retraining": ("#3A97DB", "#A6DAFF"),
    "issue": ("#C8431A", "#F0602F"),
    "drift": ("#6B2F94", "#9A68D8"),
    "previous": ("#B88300", "#F5CB5C"),
    "earns": ("#0B7A6F", "#3DC2AF"),
    "costs": ("#B53A14", "#FF8A61"),
    "deploy": ("#8499AE", "#7B8FA3"),
    "build": ("#B9C6D3", "#52616F"),
    "decay": ("#9B7BB3", "#8B76A8"),
    "demand": ("#8C98A3", "#7D8B98"),
    "on-state": ("#FFFFFF", "#0E141A"),
    "on-retraining": ("#14202B", "#0E141A"),
}
"""Light and dark by name; the page has them as variables of its style, ``var(--plan)``."""


class Named(NamedTuple):
    """A word and a colour for something that is drawn."""

    words: str
    colour: Colour


STATES: dict[State, Named] = {
    State.IDEA: Named("Idea backlog", "ink-3"),
    State.BUILD: Named("Build", "ink-3"),
    State.DEPLOYMENT: Named("Deployment", "ink-3"),
    State.ONLINE: Named("Online", "online"),
    State.RETRAINING: Named("Retraining", "retraining"),
    State.OFFLINE_ISSUE: Named("Offline: issue", "issue"),
    State.OFFLINE_DRIFT: Named("Offline: drift", "drift"),
    State.RETIRED: Named("Retired", "ink-3"),
}

WORK: dict[str, Named] = {
    "repair": Named("Repair", "issue 72%"),
    "respond": Named("Requests", "previous 80%"),
    "retrain": Named("Retraining", "retraining 80%"),
    "capability": Named("Capabilities", "plan 85%"),
    "deploy": Named("Deployment", "deploy"),
    "build": Named("Build", "build"),
    "idle": Named("Idle", "hairline"),
}
"""Work of the developers by the names of `outcomes.WORK`, and idle; from the bottom up."""

LOSSES: dict[str, Named] = {
    "adoption": Named("Fewer users", "demand"),
    "usage": Named("Less use", "demand"),
    "offline": Named("Offline", "issue"),
    "capacity": Named("Unmet demand", "demand"),
    "decay": Named("Slow decay", "decay"),
    "drift": Named("Drift", "drift"),
    "rollback": Named("Older version", "previous"),
}
"""Causes of lost value by the names of `outcomes.LOSSES`."""

VERDICTS: dict[str, Colour] = {"earns": "earns", "loses": "costs"}
"""Colours of verdicts on a difference; any other cannot be told and is grey."""


def split(colour: Colour) -> tuple[str, float]:
    """Return the name of a colour and its strength, from 0 to 1.

    >>> split("plan 15%")
    ('plan', 0.15)
    """
    name, _, strength = colour.partition(" ")
    return name, float(strength.removesuffix("%")) / 100.0 if strength else 1.0


def light(colour: Colour) -> str:
    """Return a colour as it is on white paper, in hexadecimal digits.

    >>> light("plan"), light("plan 15%")
    ('#1B4F9C', '#DDE5F0')
    """
    name, strength = split(colour)
    return _hex(tuple(1.0 - strength * (1.0 - part) for part in _parts(COLOURS[name][0])))


def css(colour: Colour) -> str:
    """Return a colour of the theme that is shown, for a style of the page.

    >>> css("plan 15%")
    'color-mix(in srgb, var(--plan) 15%, var(--surface))'
    """
    name, _, strength = colour.partition(" ")
    return (
        f"color-mix(in srgb, var(--{name}) {strength}, var(--surface))"
        if strength
        else f"var(--{name})"
    )


def readable(colour: Colour, contrast: float = 4.5) -> str:
    """Return a colour on white paper, darkened until text has a contrast to white (WCAG 2.2)."""
    parts = _parts(light(colour))
    # In steps that nobody sees.
    while 1.05 / (_luminance(parts) + 0.05) < contrast:
        parts = tuple(0.97 * part for part in parts)
    return _hex(parts)


def _parts(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5))


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255.0 * part):02X}" for part in parts)


def _luminance(parts: tuple[float, ...]) -> float:
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
