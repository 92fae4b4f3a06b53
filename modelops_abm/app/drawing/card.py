"""Heads of cards: title, unit, finding, and the switch between chart and table."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.icons import icon


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
