"""The scenarios that were kept, beside this plan: what each is worth over the same futures."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.numbers import Money, between, digits_for
from modelops_abm.app.decide.plan_words import full_name
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.icons import icon
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.tray import LONGEST_NAME, Tray
from modelops_abm.experiments import Comparison, PairedDifference

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
    """

    name: str
    comparison: Comparison | None
    place: int | None = None

    @property
    def worth(self) -> PairedDifference | None:
        """Its difference of net present value from its baseline."""
        return None if self.comparison is None else self.comparison.difference("npv")


def items_of(answer: Answer | None, tray: Tray) -> list[Item]:
    """Return this plan and the scenarios that were kept."""
    this = Item(THIS_PLAN, None if answer is None else answer.comparison)
    return [this, *(Item(kept.name, kept.comparison, place) for place, kept in enumerate(tray))]


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


def head(count: int, money: Money, *, compares: bool) -> h.Element:
    """Return the head of the card.

    Parameters
    ----------
    count
        How many scenarios were kept.
    money
        The unit.
    compares
        Whether they are shown side by side below.
    """
    return h.div(".tray-head")[
        h.h2["Scenarios"],
        h.span(".label")[f"difference from the baseline, {money.unit}, same futures"],
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
    intervals = [Interval.of(item.worth) for item in items if item.worth is not None]
    scale = Scale.around(intervals)
    best = _best(items)
    return h.ul(".tray-items")[(_item(item, scale, money, is_best=item is best) for item in items)]


def _best(items: list[Item]) -> Item | None:
    """Return the scenario that is worth the most on average, if there are several."""
    known = [item for item in items if item.worth is not None]
    if len(known) < 2:
        return None
    return max(known, key=lambda item: _mean(item))


def _mean(item: Item) -> float:
    worth = item.worth
    return float("-inf") if worth is None else (worth.estimate.mean or 0.0)


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
    muted = item.place is not None
    known = worth.estimate
    loss = comparison.finance.loss
    low, high = (end / money.size for end in worth.futures or (0.0, 0.0))
    return [
        h.div(".tray-mark")[
            interval_mark(Interval.of(worth), scale, muted=muted),
            h.strong(".number")[money.difference(known.mean or 0.0, known.half_width)],
        ],
        h.p(".label.tray-range")[
            h.span[
                f"{between(low, high, digits_for(worth, money.size))};"
                f" {formats.count_of(loss.count, loss.n)} lose"
            ],
            is_best and h.span(".tone-earns")["best so far"],
        ],
    ]
