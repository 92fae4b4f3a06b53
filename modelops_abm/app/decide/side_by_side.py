"""Scenarios side by side: their figures, and how they differ from each other, future by future."""

from __future__ import annotations

from itertools import islice

import htpy as h

from modelops_abm import formats, verdict
from modelops_abm.app.decide.figures import Figure, figures
from modelops_abm.app.decide.numbers import Money, between, digits_for
from modelops_abm.app.decide.tray_card import MOST_COMPARED, Item
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.experiments import Comparison, PairedDifference


def side_by_side(items: list[Item], money: Money) -> h.Element:
    """Return up to four scenarios side by side; those without an answer yet are left out.

    Parameters
    ----------
    items
        The scenarios.
    money
        The unit of differences.
    """
    known = {item.name: item.comparison for item in items if item.comparison is not None}
    shown = dict(islice(known.items(), MOST_COMPARED))
    return h.div(".side-by-side")[
        h.div(".table", tabindex="0", role="region", aria_label="Scenarios side by side")[
            _figures_table(shown)
        ],
        len(shown) > 1
        and h.div(".table", tabindex="0", role="region", aria_label="Differences of scenarios")[
            _differences_table(shown, money)
        ],
    ]


def difference_of(one: Comparison, other: Comparison) -> PairedDifference:
    """Return the net present value of one plan less that of another, over the futures of both.

    Both have the same seed, so that a future of one is the same future of the other.
    """
    values = [plan.plan.summaries()["npv"].to_numpy() for plan in (one, other)]
    both = min(len(entry) for entry in values)
    return PairedDifference(values[0][:both] - values[1][:both])


def _figures_table(shown: dict[str, Comparison]) -> h.Element:
    columns = [figures(comparison) for comparison in shown.values()]
    rows = list(zip(*columns, strict=True))
    return h.table[
        h.caption["Each against its own baseline"],
        h.thead[h.tr[h.td, (h.th(scope="col")[name] for name in shown)]],
        h.tbody[
            (
                h.tr[
                    h.th(scope="row")[row[0].label.split(",")[0]],
                    (h.td[_figure(figure, _common(row))] for figure in row),
                ]
                for row in rows
            ),
            h.tr[
                h.th(scope="row")["Futures"],
                (h.td[formats.number(entry.replications)] for entry in shown.values()),
            ],
        ],
    ]


def _common(row: tuple[Figure, ...]) -> Scale:
    """Return the scale on which all marks of a row can be compared."""
    return Scale(min(entry.scale.low for entry in row), max(entry.scale.high for entry in row))


def _figure(figure: Figure, scale: Scale) -> h.Fragment:
    return h.fragment[
        h.div(".compared-value")[
            h.strong[figure.value], " ", figure.versus and h.span(".label")[figure.versus]
        ],
        h.div(".label")[" ".join(part for part in (figure.change, figure.range) if part)],
        interval_mark(figure.interval, scale, ticks=figure.ticks),
    ]


def _differences_table(shown: dict[str, Comparison], money: Money) -> h.Element:
    return h.table[
        h.caption[f"Net value of the row less that of the column, {money.unit}, same futures"],
        h.thead[h.tr[h.td, (h.th(scope="col")[name] for name in shown)]],
        h.tbody[
            (
                h.tr[
                    h.th(scope="row")[name],
                    (
                        h.td[formats.NOTHING if other == name else _difference(one, two, money)]
                        for other, two in shown.items()
                    ),
                ]
                for name, one in shown.items()
            )
        ],
    ]


def _difference(one: Comparison, other: Comparison, money: Money) -> h.Fragment:
    if one.finance.horizon_days != other.finance.horizon_days:
        return h.fragment[h.span(".label")["another horizon"]]
    difference = difference_of(one, other)
    known, told = difference.estimate, difference.verdict != "cannot tell yet"
    low, high = (end / money.size for end in difference.futures or (0.0, 0.0))
    count, interval = verdict.chance(difference.higher)
    return h.fragment[
        h.div(".compared-value")[
            h.strong(class_=None if told else "tone-untold")[
                money.difference(known.mean or 0.0, known.half_width)
            ],
            f" ({between(low, high, digits_for(difference, money.size))})",
        ],
        h.div(".label")[
            f"better in {count} ({interval})" if told else f"can't tell; better in {count}"
        ],
        interval_mark(Interval.of(difference), Scale.around([Interval.of(difference)])),
    ]
