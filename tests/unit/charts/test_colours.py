"""Colours that stand side by side differ for the colour-blind, too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from modelops_abm.charts.palette import COLOURS, STATES, WORK, Colour, split
from modelops_abm.core.statechart import PRODUCTION_STATES

type Floats = NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1, on linear light.
SEEN_WITH: dict[str, Floats] = {
    "all": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# sRGB to XYZ, each divided by that of white.
TO_XYZ = np.array(
    [
        [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
        [0.2126, 0.7152, 0.0722],
        [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ]
)
APART = 10.0
"""Distance in CIELAB; about 2 can just be told from each other side by side."""


def shade(colour: Colour, theme: int) -> Floats:
    """Return a colour as it lies on the surface, each part from 0 to 1."""
    name, strength = split(colour)
    own, surface = (
        np.array([int(COLOURS[each][theme][place : place + 2], 16) / 255.0 for place in (1, 3, 5)])
        for each in (name, "surface")
    )
    return strength * own + (1.0 - strength) * surface


def lab(colour: Floats, eyes: str) -> Floats:
    """Return a colour in CIELAB as somebody sees it."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    light = TO_XYZ @ np.clip(SEEN_WITH[eyes] @ linear, 0.0, 1.0)
    x, y, z = np.where(light > 0.008856, np.cbrt(light), 7.787 * light + 16.0 / 116.0)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


@pytest.mark.parametrize("eyes", SEEN_WITH)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_areas_on_each_other_differ(theme: int, eyes: str) -> None:
    for one, other in pairwise(WORK):
        apart = lab(shade(WORK[one].colour, theme), eyes) - lab(
            shade(WORK[other].colour, theme), eyes
        )
        assert np.linalg.norm(apart) >= APART, f"{one} and {other}"


@pytest.mark.parametrize("eyes", SEEN_WITH)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_states_of_production_differ(theme: int, eyes: str) -> None:
    states = [lab(shade(STATES[state].colour, theme), eyes) for state in PRODUCTION_STATES]
    for place, one in enumerate(states):
        for other in states[place + 1 :]:
            assert np.linalg.norm(one - other) >= APART


def test_black_and_white_are_as_far_apart_as_can_be() -> None:
    black, white = lab(np.zeros(3), "all"), lab(np.ones(3), "all")
    assert np.linalg.norm(white - black) == pytest.approx(100.0, abs=1.0)
