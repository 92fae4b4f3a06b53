"""The tray: the scenarios that a visitor keeps, beside the plan that is shown.

What each is worth over the same futures comes first; then all of them side by side, their figures
and how they differ from each other, future by future; then the card that holds both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import htpy as h
import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.figures import Figure, figures, further_figures, mark_of
from modelops_abm.app.decide.sentences import full_name, in_hundred
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan, key_of
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import LONGEST_NAME, Tray
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action, scroll_region
from modelops_abm.charts.amounts import Money, between, digits_for
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.statistics import rank
from modelops_abm.experiments.words import chance

# --------------------------------------------------------------------------------------
# The scenarios that were kept, beside this plan: what each is worth over the same futures.


THIS_PLAN = "This plan"
MOST_COMPARED = 4


@dataclass(frozen=True)
class Item:
    """A scenario in the tray.

    Attributes
    ----------
    name
        What it is called.
    comparison
        What is known of it; None while nothing is.
    place
        Its number among those that were kept; None for this plan.
    over
        What is known of it over what the organisation may be; None if that is not asked.
    """

    name: str
    comparison: Comparison | None
    place: int | None = None
    over: Comparison | None = None

    @property
    def worth(self) -> PairedDifference | None:
        """Its difference of net present value from its baseline."""
        return None if self.comparison is None else self.comparison.difference("npv")


def items_of(answer: Answer | None, tray: Tray) -> list[Item]:
    """Return this plan and the scenarios that were kept; over what may be if this plan is so."""
    is_over = answer is not None and answer.over is not None
    this = Item(THIS_PLAN, None) if answer is None else _item_of(THIS_PLAN, answer, None, is_over)
    return [this, *(_item_of(kept.name, kept.answer, n, is_over) for n, kept in enumerate(tray))]


def _item_of(name: str, answer: Answer | None, place: int | None, is_over: bool) -> Item:
    # One that is known as set only waits for the other: side by side all are of the same kind.
    if answer is None or (is_over and answer.over is None):
        return Item(name, None, place)
    return Item(name, answer.comparison, place, answer.over if is_over else None)


def free_name(plan: Plan, tray: Tray) -> str:
    """Return a name for a plan that no scenario in the tray has."""
    name = full_name(plan)[: LONGEST_NAME - 4]
    taken = {kept.name for kept in tray}
    numbers = (f"{name} {number}" for number in range(2, len(tray) + 3))
    return next(free for free in (name, *numbers) if free not in taken)


def money_of_items(items: list[Item]) -> Money:
    """Return the unit that suits the differences of all scenarios."""
    ends = [abs(end) for item in items if item.worth for end in item.worth.futures or (0.0,)]
    return Money(*formats.money_scale(max(ends, default=0.0)))


def head(count: int, money: Money, *, compares: bool, is_over: bool = False) -> h.Element:
    """Return the head of the card.

    Parameters
    ----------
    count
        How many scenarios were kept.
    money
        The unit.
    compares
        Whether they are shown side by side below.
    is_over
        Whether they are over what the organisation may be.
    """
    what = f"difference from the baseline, {money.unit}, same futures"
    if is_over:
        what = f"difference from the baseline as set, {money.unit}; below it the same organisations"
    return h.div(".tray-head")[
        h.h2["Scenarios"],
        h.span(".label")[what],
        h.div(".tray-actions")[
            h.button(".plain", data_action="keep")[icon("plus", 16), "Keep this plan"],
            h.button(
                ".plain",
                data_action="compare",
                aria_expanded=str(compares).lower(),
                disabled=not count,
                title=None if count else "Keep a plan first",
            )["Compare side by side"],
        ],
    ]


def scenarios(items: list[Item], money: Money) -> h.Element:
    """Return the scenarios with their marks on a common scale."""
    intervals = [
        Interval.of(item.worth, None if item.over is None else item.over.difference("npv"))
        for item in items
        if item.worth is not None
    ]
    scale = Scale.around(intervals)
    best = _best(items)
    return h.ul(".tray-items")[(_item(item, scale, money, is_best=item is best) for item in items)]


def _best(items: list[Item]) -> Item | None:
    """Return the scenario that is worth the most, if the futures that all share decide that.

    Of another organisation or horizon than this plan's nothing is compared.
    """
    this, *others = items
    if this.comparison is None:
        return None
    known = [item for item in [this, *others] if _is_alike(item.comparison, this.comparison)]
    if len(known) < 2:
        return None
    sides = [item.over or item.comparison for item in known]
    values = [side.difference("npv").values for side in sides if side is not None]
    both = min(map(len, values))
    ranking = rank(range(len(known)), np.array([each[:both] for each in values]))
    return known[ranking.order[0]] if ranking.is_decided else None


def _is_alike(one: Comparison | None, other: Comparison) -> bool:
    """Return whether a plan is of the organisation of another, and as long."""
    return one is not None and key_of(one.baseline.scenario) == key_of(other.baseline.scenario)


def _item(item: Item, scale: Scale, money: Money, *, is_best: bool) -> h.Element:
    is_this = item.place is None
    return h.li(class_=["tray-item", {"this": is_this}], data_key=f"scenario {item.name}")[
        h.div(".tray-name")[
            h.strong[item.name] if is_this else _load_button(item),
            not is_this and _menu(item),
        ],
        *_worth(item, scale, money, is_best=is_best),
    ]


def _load_button(item: Item) -> h.Element:
    return h.button(
        ".link", data_action="load", data_value=str(item.place), title=f"Show {item.name}"
    )[item.name]


def _menu(item: Item) -> h.Element:
    return h.details(".tray-menu")[
        h.summary(aria_label=f"Rename or remove {item.name}", title="Rename or remove")["⋯"],
        h.div(".menu")[
            h.label[
                h.span(".label")["Name"],
                h.input(
                    type="text",
                    value=item.name,
                    maxlength=str(LONGEST_NAME),
                    data_action=f"rename {item.place}",
                ),
            ],
            h.button(data_action="forget", data_value=str(item.place))["Remove"],
        ],
    ]


def _worth(item: Item, scale: Scale, money: Money, *, is_best: bool) -> list[h.Element]:
    worth, comparison = item.worth, item.comparison
    if worth is None or comparison is None:
        return [h.p(".label")["Being computed"]]
    drawn = None if item.over is None else item.over.difference("npv")
    shown = worth if drawn is None else drawn
    low, high = (end / money.size for end in shown.futures or (0.0, 0.0))
    ends = between(low, high, digits_for(shown, money.size))
    loss = comparison.finance.loss
    words = f"{ends}; {formats.count_of(loss.count, loss.n)} lose"
    if item.over is not None:
        words = f"{in_hundred(item.over)} earn; {ends}"
    muted = item.place is not None
    return [
        h.div(".tray-mark")[
            interval_mark(Interval.of(worth, drawn), scale, muted=muted),
            h.strong(".number", title="average as set")[money.worth(worth)],
        ],
        h.p(".label.tray-range")[h.span[words], is_best and h.span(".tone-earns")["best"]],
    ]


def side_by_side(items: list[Item], money: Money) -> h.Element:
    """Return up to four scenarios side by side; those without an answer yet are left out.

    Parameters
    ----------
    items
        The scenarios.
    money
        The unit of differences.
    """
    known = {item.name: item for item in items if item.comparison is not None}
    shown = dict(islice(known.items(), MOST_COMPARED))
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
            "Each against its own baseline: values and differences as set, ranges over what the"
            " organisation may be"
            if any(item.over is not None for item in shown.values())
            else "Each against its own baseline"
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
                    h.td[formats.number(item.comparison.replications)]
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
        h.caption[f"Net value of the row less that of the column, {money.unit}, same {where}"],
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
    if one.finance.horizon_days != other.finance.horizon_days:
        return h.fragment[h.span(".label")["another horizon"]]
    if not _is_alike(one, other):
        return h.fragment[h.span(".label")["another organisation"]]
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


# --------------------------------------------------------------------------------------
# The card of the scenarios that were kept.


@solara.component
def TrayCard(session: Session) -> None:
    """Show this plan and the kept ones, and on demand all of them side by side."""
    compares, show_comparison = solara.use_state(False)
    tray = session.tray.value
    items = items_of(session.answer.value, tray)
    money = money_of_items(items)

    def act(action: Action) -> None:
        kept = _named(session, action)
        match action.name.split():
            case ["keep"]:
                session.keep(free_name(session.plan, tray))
            case ["compare"]:
                show_comparison(not compares)
            case ["load"] if kept:
                session.load(kept)
            case ["forget"] if kept:
                session.forget(kept)
            case ["rename", _] if kept and action.value != kept:
                session.rename(kept, action.value)

    Markup(
        h.section(".card.tray", data_part="tray")[
            head(len(tray), money, compares=compares, is_over=items[0].over is not None),
            scenarios(items, money),
            compares and bool(tray) and side_by_side(items, money),
        ],
        reported(session, act),
        css_class="card-place",
    )


def _named(session: Session, action: Action) -> str:
    """Return the name of the kept scenario that an action is about; empty if there is none."""
    name, _, number = action.name.partition(" ")
    # Buttons have the place in the tray as their value; a field has the new name there, and the
    # place in its own. Names themselves are not sent: they are a visitor's, and may hold anything.
    place = number if name == "rename" else action.value
    tray = session.tray.value
    return tray[int(place)].name if place.isdecimal() and int(place) < len(tray) else ""
