"""Scenarios side by side: their courses laid over each other, their figures, how they differ.

Only plans of one organisation and horizon are compared: of others nothing can be said, since plan
and organisation differ at once. Which stand there is chosen; at most four can be told apart.
"""

from __future__ import annotations

from dataclasses import replace

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide.figures import Figure, figures, further_figures, mark_of
from modelops_abm.app.decide.sentences import common_end
from modelops_abm.app.decide.tray_card import (
    MOST_COMPARED,
    Item,
    apart,
    is_alike,
    is_this,
    items_in,
    money_of_items,
)
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.markup import Action, scroll_region
from modelops_abm.charts.amounts import Money, between, digits_for
from modelops_abm.charts.comparison import over_each_other
from modelops_abm.charts.echarts import Space
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.words import chance

_SPACE = Space(236, 40, 250, top=10)
_LONGEST_LABEL = 30


@solara.component
def ComparisonCard(session: Session) -> None:
    """Show the scenarios that are chosen side by side, in the place of this plan's charts."""
    items, chosen = _compared(session)

    def act(action: Action) -> None:
        match action:
            case ("close comparison", _):
                session.compared.set(None)
            case ("column", place) if place.isdecimal():
                toggle(session, int(place))

    shown = _named_apart([items[place] for place in chosen], session)
    money = money_of_items(items)
    on_action = reported(session, act)
    drawn = {item.name: item.comparison for item in shown if item.comparison is not None}
    with solara.Div(classes=["card", "comparison"], attributes={"data-part": "comparison"}):
        Markup(h.fragment[_head(money), columns(items, chosen)], on_action)
        if drawn and all("npv" in each.bands for each in drawn.values()):
            Chart(over_each_other(drawn, money, _LONGEST_LABEL), _SPACE, name="scenarios")
        Markup(side_by_side(shown, money), on_action)


def toggle(session: Session, place: int) -> None:
    """Show the scenario of a place beside the others, or no more; nothing if there is none."""
    items, chosen = _compared(session)
    if place < len(items):
        session.compared.set(toggled(chosen, place))


def _compared(session: Session) -> tuple[list[Item], tuple[int, ...]]:
    """Return all scenarios, and the places of those that are shown."""
    items = items_in(session)
    return items, _chosen(items, session.compared.value or ())


def _chosen(items: list[Item], places: tuple[int, ...]) -> tuple[int, ...]:
    """Return the places that can be shown: of scenarios that are there, known, and comparable."""
    there = ((place, items[place]) for place in places if place < len(items))
    return tuple(
        place for place, item in there if is_alike(item, items[0]) and not is_this(item, items[0])
    )


def _named_apart(items: list[Item], session: Session) -> list[Item]:
    """Return scenarios by names that leave out what all of them have in common."""
    tray = session.tray.value
    plans = [session.plan if item.place is None else tray[item.place].plan for item in items]
    end = common_end(plans)
    return [replace(item, name=item.name.removesuffix(end)) for item in items]


def toggled(chosen: tuple[int, ...], place: int) -> tuple[int, ...]:
    """Return which scenarios are shown after one was clicked: the last makes room for a fifth.

    >>> toggled((0, 1), 1), toggled((0, 1), 2), toggled((0, 1, 2, 3), 5)
    ((0,), (0, 1, 2), (0, 1, 2, 5))
    """
    if place in chosen:
        return tuple(other for other in chosen if other != place)
    return tuple(sorted([*chosen[: MOST_COMPARED - 1], place]))


def _head(money: Money) -> h.Element:
    return h.div(".tray-head")[
        h.h2["Side by side"],
        h.span(".label")[
            f"net value so far less that of the baseline, as set, {money.unit}; same organisation"
            ", horizon and futures"
        ],
        h.div(".tray-actions")[
            h.button(".plain", data_action="close comparison")[
                icon("close", 16), "Back to this plan"
            ],
            save_button(),
        ],
    ]


def columns(items: list[Item], chosen: tuple[int, ...]) -> h.Element:
    """Return the choice of scenarios; one that cannot be compared says why."""
    return h.div(".compared-columns", role="group", aria_label="Scenarios that are compared")[
        (
            h.button(
                data_action="column",
                data_value=str(place),
                aria_label=f"Compare {item.name}",
                aria_pressed=str(place in chosen).lower(),
                disabled=bool(reason := _reason(items[0], item)),
                title=reason or None,
            )[item.name]
            for place, item in enumerate(items)
            if not is_this(item, items[0])
        )
    ]


def _reason(this: Item, item: Item) -> str:
    """Return why a scenario cannot be chosen; empty if it can."""
    if item.comparison is None or this.comparison is None:
        return item.waiting
    return "" if item is this else apart(item.comparison, this.comparison)


def side_by_side(items: list[Item], money: Money) -> h.Element:
    """Return scenarios side by side; those without an answer yet are left out.

    Parameters
    ----------
    items
        The scenarios.
    money
        The unit of differences.
    """
    shown = {item.name: item for item in items if item.comparison is not None}
    return h.div(".side-by-side")[
        scroll_region("Scenarios side by side", _figures_table(shown)),
        len(shown) > 1
        and scroll_region("Differences of scenarios", _differences_table(shown, money)),
    ]


def difference_of(one: Comparison, other: Comparison) -> PairedDifference:
    """Return the net present value of one plan less that of another, over the futures of both.

    Both have the same seed, so that a future of one is the same future of the other.
    """
    values = [each.plan.outcome("npv") for each in (one, other)]
    both = min(len(entry) for entry in values)
    return PairedDifference(values[0][:both] - values[1][:both])


def _figures_table(shown: dict[str, Item]) -> h.Element:
    columns = [
        (*figures(item.comparison, item.over), *further_figures(item.comparison))
        for item in shown.values()
        if item.comparison is not None
    ]
    rows = list(zip(*columns, strict=True))
    return h.table[
        h.caption[
            h.span[
                "Each against its own baseline: values and differences as set, ranges over what the"
                " organisation may be"
                if any(item.over is not None for item in shown.values())
                else "Each against its own baseline"
            ]
        ],
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
                h.th(scope="row")["Futures as set"],
                (
                    h.td[item.so_far or formats.number(item.comparison.replications)]
                    for item in shown.values()
                    if item.comparison is not None
                ),
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
        mark_of(figure, scale),
    ]


def _differences_table(shown: dict[str, Item], money: Money) -> h.Element:
    over = any(item.over is not None for item in shown.values())
    where = "organisations and futures" if over else "futures"
    return h.table[
        h.caption[
            h.span[f"Net value of the row less that of the column, {money.unit}, same {where}"]
        ],
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


def _difference(first: Item, second: Item, money: Money) -> h.Fragment:
    one, other = (item.over or item.comparison for item in (first, second))
    assert one is not None
    assert other is not None
    if note := apart(one, other):
        return h.fragment[h.span(".label")[note]]
    difference = difference_of(one, other)
    known, told = difference.estimate, difference.verdict != "cannot tell yet"
    low, high = (end / money.size for end in difference.futures or (0.0, 0.0))
    count, interval = chance(difference.higher)
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
