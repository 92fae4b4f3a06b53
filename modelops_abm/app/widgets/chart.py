"""A chart by Apache ECharts that merges what changes instead of starting again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from modelops_abm.app.widgets.browser import packed


@solara.component_vue("chart.vue", vuetify=False)
def _Chart(
    option: str,
    height: str,
    label: str,
    name: str,
    event_pick: Callable[[dict[str, Any]], None],
) -> None: ...


def Chart(
    option: Mapping[str, Any],
    *,
    height: str,
    label: str,
    name: str,
    on_pick: Callable[[dict[str, Any]], None] | None = None,
) -> solara.Element:
    """Show a chart.

    Parameters
    ----------
    option
        What ECharts takes. A colour may be a variable of the page's style, ``var(--plan)``, or a
        tint of one, ``var(--plan) 15%``; it follows the theme. Series and axes with an ``id`` are
        kept and moved when they change.
    height
        As in CSS.
    label
        The chart's finding, for those who do not see it.
    name
        Name of the file when it is exported as a picture.
    on_pick
        Called with what was clicked: ``series``, ``name`` and ``index``.
    """
    return _Chart(
        option=packed(option),
        height=height,
        label=label,
        name=name,
        event_pick=on_pick or (lambda _picked: None),
    )
