"""Rows of bars as markup: the renderer of lists that are part of the page's own layout."""

from __future__ import annotations

import htpy as h

from modelops_abm.charts.figure import Axis, Bar, Figure, Row, Rows
from modelops_abm.charts.palette import css

_BAR, _HEIGHT = 12, 17


def losses_rows(figure: Figure) -> h.Element:
    """Return bars that begin where the one before ends, with two columns of numbers.

    Parameters
    ----------
    figure
        Whose part is rows with a total.
    """
    ((body,),) = figure.parts
    assert isinstance(body, Rows)
    assert body.total is not None
    plan, base = (words for words, _ in body.heads)
    return h.div(".losses", role="table", aria_label=figure.finding)[
        h.div(".loss.heading", role="row")[
            h.span(role="columnheader")[h.span(".spoken")["Lost to"]],
            h.span,
            h.span(".plan.number", role="columnheader")[plan],
            h.span(".number", role="columnheader")[base],
        ],
        (_row(row, body.axis) for row in body.rows),
        h.div(".loss.sum", role="row")[
            h.strong(role="rowheader")[body.total.label],
            h.span(".of-ideal")[body.total.inside],
            h.strong(".number", role="cell")[body.total.cells[0]],
            h.span(".number.base", role="cell")[body.total.cells[1]],
        ],
    ]


def _row(row: Row, axis: Axis) -> h.Element:
    bars = (mark for mark in row.marks if isinstance(mark, Bar) and mark.end > mark.start)
    return h.div(".loss", role="row")[
        h.span(role="rowheader")[row.label],
        h.svg(width="100%", height=str(_HEIGHT), aria_hidden="true")[
            (_bar(bar, axis) for bar in bars)
        ],
        h.strong(".number", role="cell")[row.cells[0]],
        h.span(".number.base", role="cell")[row.cells[1]],
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
