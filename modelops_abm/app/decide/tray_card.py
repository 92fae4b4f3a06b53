"""The tray: the scenarios that a visitor keeps, beside the plan that is shown.

What each is worth over the same futures; then the card. Side by side they stand in
`comparison_card`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from itertools import islice

import htpy as h
import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.sentences import full_name, in_hundred
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.errors import reported
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan, organisation_key
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import LONGEST_NAME, Kept, Tray
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import Money, between, digits_for, money_of
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.statistics import rank
from modelops_abm.experiments.words import capitalised

# --------------------------------------------------------------------------------------
# The scenarios that were kept, beside this plan: what each is worth over the same futures.


THIS_PLAN = "This plan"


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
    aim
        How many futures it will be of.
    waiting
        What is said while nothing is known of it.
    """

    name: str
    comparison: Comparison | None
    place: int | None = None
    over: Comparison | None = None
    aim: int = 0
    waiting: str = "Being computed"

    @property
    def worth(self) -> PairedDifference | None:
        """Its difference of net present value from its baseline."""
        return None if self.comparison is None else self.comparison.difference("npv")

    @property
    def so_far(self) -> str:
        """That not all of its futures are run: so far, 48 of 400 futures; empty if they are."""
        n = self.aim if self.comparison is None else self.comparison.replications
        return f"so far, {formats.count_of(n, self.aim)} futures" if n < self.aim else ""


def items_in(session: Session) -> list[Item]:
    """Return what `items_of` does of a session; a plan that is not run unasked says so."""
    tray = session.tray.value
    items = items_of(session.answer.value, tray)
    return [
        item
        if item.place is None or session.may_run(tray[item.place].plan)
        else replace(item, waiting="Not run: it is large. Show it, and say yes")
        for item in items
    ]


def items_of(answer: Answer | None, tray: Tray) -> list[Item]:
    """Return this plan and the scenarios that were kept; over what may be if this plan is so."""
    return [
        _item_of(THIS_PLAN, answer, None, answer),
        *(_item_of(kept.name, _newest(kept, answer), n, answer) for n, kept in enumerate(tray)),
    ]


def _newest(kept: Kept, answer: Answer | None) -> Answer | None:
    """Return what is known of a kept plan: of the one that is shown, what all of the page shows."""
    is_shown = answer is not None and answer.plan.key == kept.plan.key
    return answer if is_shown else kept.answer


def _item_of(name: str, answer: Answer | None, place: int | None, this: Answer | None) -> Item:
    is_over = this is not None and this.over is not None
    # One that is known as set only waits for the other: side by side all are of the same kind.
    if answer is None or (is_over and answer.over is None):
        return Item(name, None, place)
    # Of another seed or precision the futures are others: it waits until those are run.
    if this is not None and (answer.seed, answer.aim) != (this.seed, this.aim):
        return Item(name, None, place)
    over = answer.over if is_over else None
    return Item(name, answer.comparison, place, over, answer.aim)


def free_name(plan: Plan, tray: Tray) -> str:
    """Return a name for a plan that no scenario in the tray has."""
    name = full_name(plan)
    while len(name) > LONGEST_NAME - 4 and ", " in name:  # whole parts, rather than half a word
        name = name.rpartition(", ")[0]
    name = name[: LONGEST_NAME - 4]
    taken = {kept.name for kept in tray}
    numbers = (f"{name} {number}" for number in range(2, len(tray) + 3))
    return next(free for free in (name, *numbers) if free not in taken)


def money_of_items(items: list[Item]) -> Money:
    """Return the unit of this plan, or else the one that suits the differences of all."""
    if items and items[0].comparison is not None:
        return money_of(items[0].comparison)
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
        Whether they are shown side by side, above.
    is_over
        Whether they are over what the organisation may be.
    """
    what = f"difference from the baseline, {money.unit}, same futures"
    if is_over:
        what = (
            f"difference from the baseline as set, {money.unit}; below it the same organisations,"
            " best by their average"
        )
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
            save_button(),
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
    best = best_of(items)
    return h.ul(".tray-items")[
        (
            _item(item, scale, money, is_best=item is best, note=_apart(items[0], item))
            for item in items
        )
    ]


def is_alike(item: Item, this: Item) -> bool:
    """Return whether a scenario is known, and of the organisation and horizon of this plan."""
    if item.comparison is None or this.comparison is None:
        return False
    return item is this or not apart(item.comparison, this.comparison)


def is_this(item: Item, this: Item) -> bool:
    """Return whether a kept scenario is the plan that is shown, which stands for it."""
    known = item.comparison is not None
    return known and item.place is not None and item.comparison is this.comparison


def _apart(this: Item, item: Item) -> str:
    """Return why a scenario is not compared with this plan; empty if it is, or is not known."""
    if item is this or item.comparison is None or this.comparison is None:
        return ""
    return apart(item.comparison, this.comparison)


def best_of(items: list[Item]) -> Item | None:
    """Return the scenario that is worth the most, if their futures decide that.

    Of another organisation or horizon than this plan's nothing is compared, and nothing before all
    have all their futures.
    """
    this = items[0]
    known = [item for item in items if is_alike(item, this)]
    if len(known) < 2 or any(item.so_far for item in known):
        return None
    sides = [item.over or item.comparison for item in known]
    values = [side.difference("npv").values for side in sides if side is not None]
    ranking = rank(range(len(known)), np.array(values))
    return known[ranking.order[0]] if ranking.is_decided else None


def apart(one: Comparison, other: Comparison) -> str:
    """Return in what two plans cannot be compared: horizon or organisation; empty if they can."""
    if one.finance.horizon_days != other.finance.horizon_days:
        return "another horizon"
    ours, theirs = (organisation_key(each.plan.scenario) for each in (one, other))
    return "" if ours == theirs else "another organisation"


def _item(item: Item, scale: Scale, money: Money, *, is_best: bool, note: str) -> h.Element:
    is_this = item.place is None
    return h.li(class_=["tray-item", {"this": is_this}], data_key=f"scenario {item.name}")[
        h.div(".tray-name")[
            h.strong[item.name] if is_this else _load_button(item),
            not is_this and _menu(item),
        ],
        *_worth(item, scale, money, is_best=is_best),
        note and h.p(".label.apart")[f"{capitalised(note)}: not compared"],
    ]


MOST_COMPARED = 4


def chosen_first(items: list[Item]) -> tuple[int, ...]:
    """Return which scenarios are compared until others are chosen, by their places among all."""
    alike = (place for place, item in enumerate(items) if is_alike(item, items[0]))
    return tuple(islice(alike, MOST_COMPARED))


def first_in_words(items: list[Item]) -> str:
    """Return that only the first are drawn; nothing if all are that can be compared.

    It goes behind the title of a chart.
    """
    alike, drawn = sum(is_alike(item, items[0]) for item in items), len(chosen_first(items))
    first = f", first {formats.count_in_words(drawn)} of {formats.count_in_words(alike)} plans"
    return first if alike > drawn else ""


def _load_button(item: Item) -> h.Element:
    return h.button(
        ".link", data_action="load", data_value=mark_of(item.name), title=f"Show {item.name}"
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
                    data_action=f"rename {mark_of(item.name)}",
                ),
            ],
            h.button(data_action="forget", data_value=mark_of(item.name))["Remove"],
        ],
    ]


def _worth(item: Item, scale: Scale, money: Money, *, is_best: bool) -> list[h.Element]:
    worth, comparison = item.worth, item.comparison
    if worth is None or comparison is None:
        return [h.p(".label")[item.waiting]]
    drawn = None if item.over is None else item.over.difference("npv")
    shown = worth if drawn is None else drawn
    low, high = (end / money.size for end in shown.futures or (0.0, 0.0))
    ends = between(low, high, digits_for(shown, money.size))
    loss = comparison.finance.loss
    words = f"{ends}; {formats.count_of(loss.count, loss.n)} lose"
    if item.over is not None:
        words = f"{in_hundred(item.over)} earn; {ends}"
    if comparison.is_of_baseline:
        words = "the baseline"
    elif not shown.values.any():
        words = "ends as the baseline does"
    if item.place is not None and item.so_far:  # of this plan the head says it
        words = f"{ends}; {item.so_far}"
    muted = item.place is not None
    return [
        h.div(".tray-mark")[
            interval_mark(Interval.of(worth, drawn), scale, muted=muted),
            h.strong(".number", title="average as set")[money.worth(worth)],
        ],
        h.p(".label.tray-range")[h.span[words], is_best and h.span(".tone-earns")["best"]],
    ]


# --------------------------------------------------------------------------------------
# The card of the scenarios that were kept.


@solara.component
def TrayCard(session: Session) -> None:
    """Show this plan and the kept ones, and on demand all of them side by side."""
    tray = session.tray.value
    compares = session.compared.value is not None
    items = items_in(session)
    money = money_of_items(items)

    def act(action: Action) -> None:
        kept = _named(session, action)
        match action.name.split():
            case ["keep"]:
                session.keep(free_name(session.plan, session.tray.value))
            case ["compare"]:
                shown = items_of(session.answer.value, session.tray.value)
                compares = session.compared.value is not None
                session.compared.set(None if compares else chosen_first(shown))
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
        ],
        reported(session, act),
        css_class="card-place",
    )


def _named(session: Session, action: Action) -> str:
    """Return the name of the kept scenario that an action is about; empty if there is none."""
    name, _, mark = action.name.partition(" ")
    mark = mark if name == "rename" else action.value  # a field has the new name as its value
    return next((kept.name for kept in session.tray.value if mark_of(kept.name) == mark), "")


def mark_of(name: str) -> str:
    """Return by what a button says which kept scenario it is about.

    Not its place, which is another's once one is removed: a second click must not remove that. Nor
    its name, which is the visitor's and may hold anything.
    """
    return f"{zlib.crc32(name.encode()):08x}"
