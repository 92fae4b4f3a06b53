"""Cards: heads with a switch between chart and table, folded ones, tables, rows of bars."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.theme import icon
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.figure import Axis, Bar, Figure, Row, Rows, Table
from modelops_abm.charts.palette import css


def card_head(
    title: h.Node,
    unit: str,
    finding: str = "",
    *,
    is_table: bool | None = None,
    is_saved: bool | None = None,
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
    is_saved
        Whether the card can be saved as a picture; as one with a table if that is not said.
    """
    is_saved = is_table is not None if is_saved is None else is_saved
    heading = h.h2[title] if isinstance(title, str) else title
    return h.div(".card-head")[
        h.div(".card-title")[
            heading,
            h.span(".label")[unit],
            is_table is not None and table_switch(is_table),
            is_saved and save_button(),
        ],
        finding and h.p(".label.finding")[finding],
    ]


def table_switch(is_table: bool) -> h.Element:
    """Return the button that shows a table in the place of a chart, or the chart again."""
    return h.button(
        ".plain.icon.table-switch",
        data_action="table",
        aria_pressed=str(is_table).lower(),
        aria_label="Show as a table",
        title="Show as a table",
    )[icon("table", 16)]


def folded_section(name: str, title: str, content: h.Node) -> h.Element:
    """Return a card of which the title alone is shown until somebody opens it.

    Parameters
    ----------
    name
        By which contents and links go to it, which opens it.
    title, content
        What it says.
    """
    return h.details(".card.section", id=name, tabindex="-1", data_key=name)[
        h.summary[h.h2[title]], content
    ]


def save_button(of: str = "") -> h.Element:
    """Return the button that saves the card around it as a picture; see `widgets.Pictures`.

    Parameters
    ----------
    of
        What else around it is saved, as a CSS selector; empty for the card.
    """
    words = "Save as a picture"
    return h.button(".plain.icon.save", data_save=of, aria_label=words, title=words)[
        icon("export", 16)
    ]


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


# --------------------------------------------------------------------------------------
# Rows of bars: the renderer of lists that are part of the page's own layout.


_BAR, _HEIGHT = 12, 17


def losses_rows(figure: Figure) -> h.Element:
    """Return bars that begin where the one before ends, with columns of numbers.

    Parameters
    ----------
    figure
        Whose part is rows with a total: of plan and baseline, or of a baseline alone.
    """
    ((body,),) = figure.parts
    assert isinstance(body, Rows)
    assert body.total is not None
    return h.div(
        class_=["losses", {"alone": len(body.heads) == 1}], role="table", aria_label=figure.finding
    )[
        h.div(".loss.heading", role="row")[
            h.span(role="columnheader")[h.span(".spoken")["Lost to"]],
            h.span,
            (
                h.span(class_=["number", {"plan": words == "plan"}], role="columnheader")[words]
                for words, _ in body.heads
            ),
        ],
        (_row(row, body.axis) for row in body.rows),
        h.div(".loss.sum", role="row")[
            h.strong(role="rowheader")[body.total.label],
            h.span(".of-ideal")[body.total.inside],
            _numbers(body.total),
        ],
    ]


def _row(row: Row, axis: Axis) -> h.Element:
    bars = (mark for mark in row.marks if isinstance(mark, Bar) and mark.end > mark.start)
    return h.div(".loss", role="row")[
        h.span(role="rowheader")[row.label],
        h.svg(width="100%", height=str(_HEIGHT), aria_hidden="true")[
            (_bar(bar, axis) for bar in bars)
        ],
        _numbers(row),
    ]


def _numbers(row: Row) -> h.Fragment:
    first, *others = row.cells
    return h.fragment[
        h.strong(".number", role="cell")[first],
        (h.span(".number.base", role="cell")[cell] for cell in others),
    ]


def _bar(bar: Bar, axis: Axis) -> h.Element:
    left, right = 100.0 * axis.share(bar.start), 100.0 * axis.share(bar.end)
    return h.rect(
        class_="baseline" if bar.is_outline else None,
        x=f"{left:.2f}%",
        # A loss too small to see has a sliver: it is not the same as none.
        width=f"{max(0.3, right - left):.2f}%",
        y=str((_HEIGHT - _BAR) / 2.0),
        height=str(_BAR),
        style=None if bar.is_outline else f"fill: {css(bar.colour)}",
    )
