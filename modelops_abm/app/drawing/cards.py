"""Heads of cards with the switch between chart and table, and tables that stand for charts."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.theme import icon
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.figure import Table


def card_head(
    title: h.Node, unit: str, finding: str = "", *, is_table: bool | None = None
) -> h.Element:
    """Return the head of a card.

    Parameters
    ----------
    title
        Title, or tabs in its place.
    unit
        Unit of the numbers below, in words.
    finding
        What can be seen, made from the data.
    is_table
        Whether the table is shown instead of the chart; None if there is no table.
    """
    heading = h.h2[title] if isinstance(title, str) else title
    return h.div(".card-head")[
        h.div(".card-title")[
            heading,
            h.span(".label")[unit],
            is_table is not None and _table_switch(is_table),
        ],
        finding and h.p(".label.finding")[finding],
    ]


def _table_switch(is_table: bool) -> h.Element:
    return h.button(
        ".plain.icon.table-switch",
        data_action="table",
        aria_pressed=str(is_table).lower(),
        aria_label="Show as a table",
        title="Show as a table",
    )[icon("table", 16)]


# --------------------------------------------------------------------------------------
# Tables that stand for a chart: the same numbers, for who cannot or would not see it.


def table(content: Table) -> h.Element:
    """Return a table as markup; it scrolls where it has too little room."""
    first, *others = content.columns
    return scroll_region(
        content.caption,
        h.table[
            h.caption(".spoken")[content.caption],
            h.thead[
                h.tr[
                    h.th(scope="col")[first],
                    (h.th(".number", scope="col")[name] for name in others),
                ]
            ],
            h.tbody[
                (
                    h.tr[
                        h.th(scope="row")[name],
                        (h.td(".number")[cell] for cell in cells),
                    ]
                    for name, *cells in content.rows
                )
            ],
        ],
    )
