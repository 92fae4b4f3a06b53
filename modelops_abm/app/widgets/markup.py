"""Markup made in Python and charts, shown in the browser, which reports what is clicked.

A whole card is one widget: Python makes its HTML and SVG (with htpy, which escapes what it is
given), the browser patches what has changed and keeps focus, scroll positions and running
transitions. An element with ``data-action`` reports a click, or a change if it is an input; one
with ``data-key`` keeps its identity when others come or go before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import htpy
import solara

from modelops_abm.app.widgets.browser import packed
from modelops_abm.charts.echarts import Space, option
from modelops_abm.charts.figure import Figure
from modelops_abm.text import visible


class Action(NamedTuple):
    """What a visitor did with an element of some markup.

    Attributes
    ----------
    name
        The element's ``data-action``.
    value
        Its ``data-value``; what was entered, for an input; empty if there is neither.
    """

    name: str
    value: str


@solara.component_vue("markup.vue", vuetify=False)
def _Markup(html: str, css_class: str, event_action: Callable[[dict[str, Any]], None]) -> None: ...


def scroll_region(label: str, content: htpy.Node, css_class: str = ".table") -> htpy.Element:
    """Return what is around a table that scrolls where it has too little room.

    Parameters
    ----------
    label
        What the table shows.
    content
        The table.
    css_class
        Classes, each with a dot before it.
    """
    # It can be focused: without that nobody could scroll it by the keyboard.
    return htpy.div(css_class, tabindex="0", role="region", aria_label=label)[content]


def head_row(headings: Iterable[htpy.Node]) -> htpy.Element:
    """Return the head of a table."""
    return htpy.thead[htpy.tr[(htpy.th(scope="col")[heading] for heading in headings)]]


def Markup(
    content: htpy.Renderable,
    on_action: Callable[[Action], None] | None = None,
    css_class: str = "",
) -> solara.Element:
    """Show markup.

    Parameters
    ----------
    content
        What to show.
    on_action
        Called with what the visitor did. What a browser sends can be forged: check it.
    css_class
        Classes of the element around it.
    """

    def act(message: dict[str, Any]) -> None:
        if on_action is not None and isinstance(message, dict):
            on_action(Action(str(message.get("name", "")), str(message.get("value", ""))))

    # Of a client's names, what one cannot see must not turn the text around it.
    return _Markup(html=visible(str(content)), css_class=css_class, event_action=act)


# --------------------------------------------------------------------------------------
# Charts by Apache ECharts, which merge what changes instead of starting again.


@solara.component_vue("chart.vue", vuetify=False)
def _Chart(
    option: str,
    height: str,
    label: str,
    name: str,
) -> None: ...


def Chart(figure: Figure, space: Space, *, name: str = "") -> solara.Element:
    """Show the panels of a figure.

    Its colours follow the theme; what is in it keeps its identity and moves when it changes.

    Parameters
    ----------
    figure
        The figure; its finding is for those who do not see it.
    space
        The place that it has.
    name
        Name of the file when it is exported as a picture; the title if it is empty.
    """
    label = figure.finding
    if not label.startswith(figure.title):
        label = f"{figure.title}, {figure.unit}. {label}"
    label = f"{label} {figure.legend_of_changes}".rstrip()
    return _Chart(
        option=packed(option(figure, space)),
        height=f"{space.height}px",
        label=label,
        name=name or figure.title.lower(),
    )
