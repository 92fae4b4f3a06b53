"""One organisation as Watch shows it: its life cycle as boxes, with every model where it is.

The boxes and the arrows between them are drawn anew only with another width. Tokens carry keys, so
that the browser moves one that is elsewhere the next day instead of drawing it anew. Below the
card of an organisation is that of the plan's capabilities, stocks that the developers' work raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import htpy as h
from markupsafe import Markup as Safe

from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.drawing.diagrams import arrow_head, css_place
from modelops_abm.app.watch.geometry import HEIGHT, Places, places
from modelops_abm.app.watch.snapshot import Organisation, Stock
from modelops_abm.app.watch.tokens import (
    BUILDERS_SHOWN,
    Placed,
    backlog,
    place_tokens,
)
from modelops_abm.app.watch.words import counted
from modelops_abm.charts.figure import Box
from modelops_abm.core.events import TaskClass
from modelops_abm.core.statechart import PRODUCTION_STATES, State
from modelops_abm.formats import NARROW_SPACE, money, number, plural, share
from modelops_abm.scenario.capabilities import label_of

_ARROWS_Y = 72
_LOOP_REACH = 39
_ROOM_FOR_WORDS = 120.0


@dataclass(frozen=True, slots=True)
class DrawingOptions:
    """How an organisation is drawn.

    Attributes
    ----------
    name, title
        ``plan`` or ``baseline``, and its heading.
    width
        Inside its padding, in pixels.
    chosen
        Number of the model that is followed.
    best_first
        Whether the backlog is ordered by return, or by arrival.
    fast
        Whether days go by too quickly for moves to be seen.
    day
        Of which it is.
    """

    name: str
    title: str
    width: int
    chosen: int | None
    best_first: bool
    fast: bool
    day: int = 0


def organisation_card(
    organisation: Organisation, setting: DrawingOptions, difference: float | None
) -> h.Element:
    """Return the card of an organisation.

    Parameters
    ----------
    organisation
        What is shown.
    setting
        How.
    difference
        Net present value so far less that of the baseline, in $; None in the baseline.
    """
    # The tokens are placed first: how many find no place is said in the boxes below them.
    where = places(setting.width)
    placed = place_tokens(organisation, where, setting.chosen)
    ideas, unseen = backlog(organisation, where.backlog)
    return h.section(
        ".card.organisation",
        data_organisation=setting.name,
        data_day=str(setting.day),
        aria_label=setting.title,
    )[
        _head(organisation, setting, difference),
        h.div(".scroll")[
            h.div(
                class_=_classes(setting, where),
                style=f"height:{HEIGHT}px;min-width:{where.retired.right:.0f}px",
            )[
                _boxes(organisation, setting, where, placed, unseen),
                h.svg(".ways", width=f"{where.retired.right:.0f}", height=str(HEIGHT))[
                    _ways(where), ideas
                ],
                _words(placed),
                placed.markup(),
            ]
        ],
    ]


def _classes(setting: DrawingOptions, where: Places) -> str:
    flags = {"fast": setting.fast, "narrow": where.narrow}
    return " ".join(["stage", *(name for name, on in flags.items() if on)])


def _head(
    organisation: Organisation, setting: DrawingOptions, difference: float | None
) -> h.Element:
    idle = len(organisation.developers_at(TaskClass.IDLE))
    team = plural(len(organisation.developers), "developer")
    change = None
    if difference is not None:
        tone = ".earns" if difference >= 0.0 else ".costs"
        change = h.span(tone)[f" {money(difference, signed=True)}"]
    return h.header[
        h.h2(class_=f"of-{setting.name}")[setting.title],
        h.span(".idle")[
            (h.i(".person.still") for _ in range(min(idle, 8))),
            f"{number(idle)} of {team} idle" if idle else team,
        ],
        h.span(".organisation-figures")[
            _figure("Net value so far", money(organisation.npv), change),
            _figure("Value today", money(organisation.value_today)),
            _figure("Served today", share(organisation.served_today, 0)),
        ],
    ]


def _figure(words: str, value: str, change: h.Element | None = None) -> h.Element:
    return h.span[f"{words} ", h.strong[value], change]


def _boxes(
    organisation: Organisation,
    setting: DrawingOptions,
    where: Places,
    placed: Placed,
    unseen: int,
) -> h.Fragment:
    place = organisation.priorities
    in_production = organisation.of_state(*PRODUCTION_STATES)
    online = len(organisation.of_state(State.ONLINE))
    order = _order(setting, where)
    return h.fragment[
        _box(
            where.backlog,
            "Ideas" if where.narrow else "Idea backlog",
            count=len(organisation.of_state(State.IDEA)),
            note=f"+{number(unseen)} more" if unseen else order,
        ),
        _box(
            where.build,
            "Build",
            rank=place[TaskClass.BUILD],
            note=_making(organisation, State.BUILD, short=where.narrow),
            more=placed.more.get("build", 0),
        ),
        _box(
            where.deployment,
            "Deploy",
            rank=place[TaskClass.DEPLOY],
            note=_making(organisation, State.DEPLOYMENT, short=where.narrow),
            more=placed.more.get("deployment", 0),
        ),
        h.div(".box.production", style=css_place(where.production))[
            h.h3["In production"],
            h.span(".count")[plural(len(in_production), "model"), _more(placed, "online")],
            h.span(".state-online")[f"{number(online)} online"],
        ],
        _box(where.repair, "Repair", rank=place[TaskClass.REPAIR]),
        _box(where.retraining, "Retraining", rank=place[TaskClass.RETRAIN]),
        _box(
            where.retired,
            "Retired",
            large=len(organisation.retired),
            note=_failed(organisation, short=where.retired.width < _ROOM_FOR_WORDS),
        ),
        _capability_work(organisation, where.capabilities),
    ]


def _box(
    box: Box,
    title: str,
    *,
    rank: int | None = None,
    count: int | None = None,
    large: int | None = None,
    note: str = "",
    more: int = 0,
) -> h.Element:
    words = f"{note}, +{number(more)} more" if note and more else note
    return h.div(".box", style=css_place(box))[
        h.h3[title],
        None if rank is None else h.span(".rank")[f"#{rank}"],
        None if count is None else h.span(".total")[number(count)],
        None if large is None else h.span(".large")[number(large)],
        h.span(".note")[words or f"+{number(more)} more"] if words or more else None,
    ]


def _more(placed: Placed, name: str) -> str:
    more = placed.more.get(name, 0)
    return f", +{number(more)} not drawn" if more else ""


def _order(setting: DrawingOptions, where: Places) -> str:
    if not setting.best_first:
        return "by arrival"
    return "best first" if where.narrow else "best return first"


def _making(organisation: Organisation, state: State, *, short: bool) -> str:
    """Return how many models of a stage wait, and how many are at work."""
    models = organisation.of_state(state)
    at_work = sum(model.developer is not None for model in models)
    if not models:  # nothing to build for want of ideas, or for want of people: that differs
        spare = organisation.developers_at(TaskClass.IDLE)
        return "none" if state is State.DEPLOYMENT or spare else "no spare developer"
    waiting = len(models) - at_work
    if not waiting:
        return f"{number(at_work)} at work"
    if short:
        return f"{number(at_work)}/{number(len(models))} at work"
    return f"{counted(waiting, 'wait')}, {number(at_work)} at work"


def _failed(organisation: Organisation, *, short: bool) -> str:
    """Return how many of the retired are failed builds; nothing if none is."""
    failed = organisation.failed_builds
    if not failed:
        return ""
    return f"{number(failed)} failed" if short else plural(failed, "failed build")


def _capability_work(organisation: Organisation, box: Box) -> h.Element:
    invested = [stock for stock in organisation.stocks if stock.invested]
    return h.div(".box.capability-work", style=css_place(box))[
        h.h3["Capability work"],
        h.span(".rank")[f"#{organisation.priorities[TaskClass.CAPABILITY]}"],
        [_stock_row(stock) for stock in invested]
        or h.p[
            "No investment: "
            f"the {plural(len(organisation.developers), 'developer')} repair, retrain and build."
        ],
    ]


def _stock_row(stock: Stock) -> h.Element:
    level, maximum = 100.0 * stock.level, 100.0 * stock.maximum
    return h.div(".stock-row", data_key=stock.name)[
        h.span[
            label_of(stock.name),
            stock.builders > BUILDERS_SHOWN and f" ×{number(stock.builders)}",
        ],
        h.span(".bar")[h.i(style=f"width:{level / maximum:.1%}")],
        h.span(".number")[f"{number(level)} of {number(maximum)}{NARROW_SPACE}%"],
    ]


def _words(placed: Placed) -> list[h.Element]:
    # In an order that never changes: words that are moved in the document would fade in anew.
    return [
        h.span(
            ".task-words",
            data_key=words.place,
            style=f"left:{words.left:.0f}px;top:{words.top:.0f}px;width:{words.width:.0f}px",
        )[h.b(title=words.first)[words.first], h.span[words.second]]
        for words in sorted(placed.words, key=lambda words: words.place)
    ]


@lru_cache(maxsize=64)
def _ways(where: Places) -> Safe:
    """Return the arrows between the boxes."""
    row = (where.backlog, where.build, where.deployment, where.production, where.retired)
    across = [
        h.path(".way", d=f"M{before.right + 4:.0f} {_ARROWS_Y}H{after.left - 5:.0f}",
               marker_end="url(#way)")
        for before, after in pairwise(row)
    ]  # fmt: skip
    loops = [
        _loop(where.repair, "issue", "issue, drift"),
        _loop(where.retraining, "retraining", "due"),
    ]
    interrupted = where.retraining.left - 2, where.repair.right + 4
    middle = where.repair.top + where.repair.height / 2
    struck = h.path(
        ".way.issue",
        d=f"M{interrupted[0]:.0f} {middle:.0f}H{interrupted[1]:.0f}",
        marker_end="url(#way-issue)",
    )[h.title["An issue interrupts a retraining"]]
    heads = [
        arrow_head("way", "head"),
        *(arrow_head(f"way-{name}", f"head {name}") for name in ("issue", "retraining")),
    ]
    return Safe(str(h.fragment[h.defs[heads], across, loops, struck]))


def _loop(box: Box, name: str, words: str) -> h.Fragment:
    middle = box.left + box.width / 2
    left, right = middle - _LOOP_REACH, middle + _LOOP_REACH
    bottom, top = box.top - 3, box.top - 29
    head = f"url(#way-{name})"
    return h.fragment[
        h.path(class_=f"way {name}", d=f"M{left:.0f} {top}V{bottom}", marker_end=head),
        h.path(class_=f"way {name}", d=f"M{right:.0f} {bottom}V{top}", marker_end=head),
        h.text(x=f"{middle:.0f}", y=f"{top + 18}", text_anchor="middle")[words],
    ]


# --------------------------------------------------------------------------------------
# The plan's capabilities as stocks that the developers' work raises.


_PITCH, _WIDTH, _TOP, _TALL = 72, 30, 24, 68
_MOST_PERSONS = 3


def stocks_card(stocks: Sequence[Stock]) -> h.Element:
    """Return the card with a bar for each capability."""
    said = "; ".join(f"{stock.name} {_level(stock)}" for stock in stocks)
    return h.section(".card.stocks")[
        h.header[
            h.h2["Capability stocks"],
            h.span(".label")["% built, of % chosen; who builds"],
            save_button(),
        ],
        h.svg(
            viewBox=f"0 0 {_PITCH * len(stocks)} {_TOP + _TALL + 40}",
            role="img",
            aria_label=f"Percent built of percent chosen: {said}",
        )[(_bar_of(stock, _PITCH * (place + 0.5)) for place, stock in enumerate(stocks))],
    ]


def _bar_of(stock: Stock, middle: float) -> h.Fragment:
    left, bottom = middle - _WIDTH / 2, _TOP + _TALL
    level, wanted = _TALL * stock.level, bottom - _TALL * stock.maximum
    return h.fragment[
        _persons(stock.builders, middle),
        h.rect(".whole", x=f"{left:g}", y=f"{_TOP}", width=f"{_WIDTH}", height=f"{_TALL}", rx="5"),
        h.path(".full", d=_filling(left, bottom, level)) if level >= 0.5 else None,
        h.path(".wanted", d=f"M{left - 5:g} {wanted:.1f}h{_WIDTH + 10}"),
        h.text(".name", x=f"{middle:g}", y=f"{bottom + 17}", text_anchor="middle")[
            label_of(stock.name)
        ],
        h.text(x=f"{middle:g}", y=f"{bottom + 33}", text_anchor="middle")[_level(stock)],
    ]


def _filling(left: float, bottom: float, level: float) -> str:
    """Return a bar with round lower corners, as its frame has them."""
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
