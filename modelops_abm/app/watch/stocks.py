"""The capabilities of the plan as tanks that the developers' work fills."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from modelops_abm.app.watch.snapshot import Stock
from modelops_abm.formats import number

_PITCH, _WIDTH, _TOP, _TALL = 72, 30, 24, 96
_MOST_PERSONS = 3


def stocks_card(stocks: Sequence[Stock]) -> h.Element:
    """Return the card with a tank for each capability."""
    said = "; ".join(f"{stock.name} {_level(stock)}" for stock in stocks)
    return h.section(".card.stocks")[
        h.header[h.h2["Capability stocks"], h.span(".label")["% built, of % chosen; who builds"]],
        h.svg(
            viewBox=f"0 0 {_PITCH * len(stocks)} {_TOP + _TALL + 40}",
            role="img",
            aria_label=f"Percent built of percent chosen: {said}",
        )[(_tank(stock, _PITCH * (place + 0.5)) for place, stock in enumerate(stocks))],
    ]


def _tank(stock: Stock, middle: float) -> h.Fragment:
    left, bottom = middle - _WIDTH / 2, _TOP + _TALL
    level, wanted = _TALL * stock.level, bottom - _TALL * stock.maximum
    return h.fragment[
        _persons(stock.builders, middle),
        h.rect(".tank", x=f"{left:g}", y=f"{_TOP}", width=f"{_WIDTH}", height=f"{_TALL}", rx="5"),
        h.path(".full", d=_filling(left, bottom, level)) if level >= 0.5 else None,
        h.path(".wanted", d=f"M{left - 5:g} {wanted:.1f}h{_WIDTH + 10}"),
        h.text(".name", x=f"{middle:g}", y=f"{bottom + 17}", text_anchor="middle")[
            stock.name.capitalize()
        ],
        h.text(x=f"{middle:g}", y=f"{bottom + 33}", text_anchor="middle")[_level(stock)],
    ]


def _filling(left: float, bottom: float, level: float) -> str:
    """Return a bar with round lower corners, as the tank has them."""
    corner = min(5.0, level)
    return (
        f"M{left:g} {bottom - level:.1f}h{_WIDTH}v{level - corner:.1f}q0 {corner:g}"
        f" -{corner:g} {corner:g}h-{_WIDTH - 2 * corner:g}q-{corner:g} 0 -{corner:g} -{corner:g}z"
    )


def _persons(builders: int, middle: float) -> h.Fragment:
    shown = min(builders, _MOST_PERSONS)
    first = middle - 9 * (shown - 1) / 2 - 9
    return h.fragment[
        (
            h.path(
                ".person",
                transform=f"translate({first + 9 * place:g} 2)",
                d="M9 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8zM2 18c0-9 14-9 14 0z",
            )
            for place in range(shown)
        )
    ]


def _level(stock: Stock) -> str:
    return f"{number(100.0 * stock.level)} of {number(100.0 * stock.maximum)}"
