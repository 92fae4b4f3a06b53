"""A chart by Apache ECharts that merges what changes instead of starting again."""

from __future__ import annotations

import solara

from modelops_abm.app.widgets.browser import packed
from modelops_abm.charts.echarts import Space, option
from modelops_abm.charts.figure import Figure


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
