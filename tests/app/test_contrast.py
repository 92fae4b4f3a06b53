"""Contrast of the page's colours, light and dark (WCAG 2.2: 4.5 for text, 3 for what is drawn)."""

from __future__ import annotations

import pytest

from modelops_abm.charts.palette import COLOURS

TEXT, MARK = 4.5, 3.0
THEMES = ("light", "dark")
GROUNDS = ("page", "surface", "raised")
CARDS = ("surface", "raised")
STATES = ("online", "retraining", "issue", "drift", "previous")
TEXTS = (
    *((name, ground) for name in ("ink", "ink-2", "ink-3", "plan", "costs") for ground in GROUNDS),
    *(("earns", ground) for ground in GROUNDS),
    *(("online", ground) for ground in CARDS),
    ("baseline", "surface"),
    ("surface", "plan"),
    ("on-state", "online"),
    ("on-state", "issue"),
    ("on-state", "drift"),
    ("on-retraining", "retraining"),
)
MARKS = (
    *((name, ground) for name in ("control", "plan", "baseline") for ground in GROUNDS),
    *((state, ground) for state in STATES for ground in CARDS),
    ("decay", "surface"),
)


@pytest.mark.parametrize(("text", "ground"), TEXTS)
@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(text: str, ground: str, theme: str) -> None:
    assert contrast(shade(text, theme), shade(ground, theme)) >= TEXT


@pytest.mark.parametrize(("mark", "ground"), MARKS)
@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_controls_can_be_seen(mark: str, ground: str, theme: str) -> None:
    assert contrast(shade(mark, theme), shade(ground, theme)) >= MARK


@pytest.mark.parametrize("theme", THEMES)
def test_a_chosen_button_can_be_read(theme: str) -> None:
    """Its ground is 12 % plan on the surface."""
    plan, surface = shade("plan", theme), shade("surface", theme)
    ground = tuple(0.12 * own + 0.88 * other for own, other in zip(plan, surface, strict=True))
    assert contrast(plan, ground) >= TEXT


def test_contrast_is_that_of_the_standard() -> None:
    black, white = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    assert contrast(black, white) == pytest.approx(21.0)
    assert contrast(white, white) == 1.0
    grey = tuple([0x76 / 255] * 3)  # the lightest grey that can be read on white
    assert 4.5 <= contrast(grey, white) < 4.6


def shade(name: str, theme: str) -> tuple[float, ...]:
    """Return red, green and blue of a colour, 0 to 1."""
    code = COLOURS[name][THEMES.index(theme)]
    return tuple(int(code[place : place + 2], 16) / 255 for place in (1, 3, 5))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance of a colour, 0 to 1."""
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
