"""A slider over the days of a run, with what has happened above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara


@solara.component_vue("timeline.vue", vuetify=False)
def Timeline(
    day: int,
    days: int,
    strips: list[dict[str, str]],
    box: str,
    months: list[dict[str, Any]],
    event_jump: Callable[[Any], None],
) -> None:
    """Show the slider.

    Parameters
    ----------
    day, days
        Where it stands, and the days in all.
    strips
        Marks above it: a ``colour`` and a ``path`` of strokes one wide.
    box
        What their paths are drawn in: left, top, width, height, as an SVG's viewBox.
    months
        Words below it: ``at``, a share of the width, and ``words``.
    event_jump
        Called with the day to which it was moved. What a browser sends can be forged: check it.
    """
