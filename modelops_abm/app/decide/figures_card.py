"""The card of the six key figures."""

from __future__ import annotations

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.figures import Figure
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark

_LABELS = (
    "Net value, discounted",
    "Availability",
    "Time for new models",
    "Models delivered",
    "Payback",
    "Chance of losing money",
)


def figures_card(content: tuple[Figure, ...], *, answers: str = "", futures: int = 0) -> h.Element:
    """Return the six key figures.

    Parameters
    ----------
    answers, futures
        Key of the plan that they answer, and the number of futures that they hold.
    """
    return h.section(
        ".card.figures",
        data_part="figures",
        data_answers=answers,
        data_futures=str(futures),
        aria_label="Key figures",
    )[(_figure(figure) for figure in content)]


def waiting_figures() -> h.Element:
    """Return the places of the figures before there are any."""
    return h.section(".card.figures.waiting", data_part="figures", aria_label="Key figures")[
        (
            h.div(".figure")[
                h.p(".label")[label],
                h.p(".value")[formats.NOTHING],
                h.p(".change")[h.span["\u00a0"]],
                interval_mark(Interval(None, None, None), Scale(-1.0, 1.0)),
            ]
            for label in _LABELS
        )
    ]


def _figure(figure: Figure) -> h.Element:
    return h.div(".figure", data_figure=figure.name)[
        h.p(".label")[figure.label],
        h.p(".value")[figure.value, figure.versus and h.span(".versus")[figure.versus]],
        h.p(".change", title=f"{figure.change} {figure.range}".strip())[
            figure.change and h.strong[figure.change], " ", h.span[figure.range]
        ],
        interval_mark(figure.interval, figure.scale, ticks=figure.ticks),
    ]
