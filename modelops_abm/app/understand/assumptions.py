"""What is assumed: every number of a scenario with default, range, source and confidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.rail_rows import MAIN_ASSUMPTIONS, SETTABLE, found
from modelops_abm.app.drawing.interval_mark import confidence_badge
from modelops_abm.app.measures import measure_of, shown, unit_of
from modelops_abm.app.understand.provenance import traced
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.scenario import Distribution, Quantity, Scenario
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.quantity import Confidence
from modelops_abm.text import range_in_words

_ON_RAIL = {entry.name for entry in MAIN_ASSUMPTIONS}
_MANY_TIMES = 30.0
"""A range whose end is so many times its start is drawn by its logarithm."""
_BAR, _MARGIN, _DOT = 72.0, 5.0, 3.5
_COLUMNS = ("what", "default", "unit", "bar", "range", "from", "confidence")
_CLASSES = {"Default": "number", "Source": "from"}
_HEADINGS = (
    "Assumption",
    "Default",
    "Unit",
    "Plausible range",
    "Its ends",
    "Source",
    "Confidence",
)
_SPOKEN = {"Unit", "Its ends"}
"""Headings that only those hear who cannot see what stands below."""

ASSUMPTIONS: tuple[Quantity, ...] = tuple(SETTABLE.values())
"""Everything that is assumed, in the catalogue's order."""
MAIN: tuple[Quantity, ...] = tuple(
    quantity
    for quantity in ASSUMPTIONS
    if quantity.name in _ON_RAIL
    or (quantity.confidence and quantity.confidence != Confidence.JUDGEMENT)
)
"""Those that Decide always shows, and those that are better supported than by judgement."""


def assumptions(scenario: Scenario, query: str) -> h.Fragment:
    """Return the main assumptions and then all of them, or those that a search finds.

    Parameters
    ----------
    scenario
        The plan's, whose own values are shown beside the defaults.
    query
        Words to search for; empty for all.
    """
    if not query.strip():
        return h.fragment[
            _table(scenario, MAIN, "The main assumptions"),
            h.h3["All assumptions"],
            (_group(scenario, name, entries) for name, entries in _groups().items()),
        ]
    entries = found(query)
    if not entries:
        return h.fragment[h.p(".nothing", role="status")["Nothing is assumed in these words."]]
    return h.fragment[_table(scenario, entries, "What was found")]


def _groups() -> dict[str, list[Quantity]]:
    """Return all assumptions by the section that they are in."""
    groups: dict[str, list[Quantity]] = {}
    for quantity in ASSUMPTIONS:
        groups.setdefault(quantity.name.rpartition(".")[0] or "run", []).append(quantity)
    return groups


def _group(scenario: Scenario, name: str, entries: Sequence[Quantity]) -> h.Element:
    title = name.replace(".", ": ").replace("_", " ")
    return h.details(".fold", data_key=name)[
        h.summary[
            h.span(".fold-name")[f"{title[0].upper()}{title[1:]}"],
            h.span(".label")[traced(f"count:assumptions:{name}", str(len(entries)))],
        ],
        _table(scenario, entries, title),
    ]


def _table(scenario: Scenario, entries: Iterable[Quantity], caption: str) -> h.Element:
    return scroll_region(
        caption,
        h.table(".assumptions")[
            h.caption(".spoken")[caption],
            h.colgroup[(h.col(class_=name) for name in _COLUMNS)],
            h.thead[h.tr[map(_heading, _HEADINGS)]],
            h.tbody[(_row(scenario, quantity) for quantity in entries)],
        ],
        ".scrolls",
    )


def _heading(heading: str) -> h.Element:
    return h.th(class_=_CLASSES.get(heading), scope="col")[
        h.span(".spoken")[heading] if heading in _SPOKEN else heading
    ]


def _row(scenario: Scenario, quantity: Quantity) -> h.Element:
    name, value = quantity.name, value_at(scenario, quantity.name)
    return h.tr(data_key=name)[
        h.th(scope="row")[
            _named(quantity),
            h.span(".source-below", data_from=f"source:{name}")[quantity.source],
        ],
        h.td(".number")[h.strong[traced(f"default:{name}", _text(quantity, quantity.default))]],
        h.td(".unit")[
            unit_of(quantity),
            value != quantity.default
            and h.span(".here")["here ", traced(f"scenario:{name}", _text(quantity, value))],
        ],
        h.td(".bar")[_bar(quantity)],
        h.td(".range")[_range(quantity)],
        h.td(".from", data_from=f"source:{name}")[quantity.source],
        h.td[confidence_badge(quantity.confidence) if quantity.confidence else ""],
    ]


def _named(quantity: Quantity) -> h.Fragment:
    """Return what an assumption is called, and its meaning."""
    name, meaning = quantity.name, traced(f"meaning:{quantity.name}", quantity.meaning)
    button = h.button(
        ".link", data_action="explain", data_value=name, title="Explain and change it"
    )
    return h.fragment[button[name_in_words(name)], h.span(".meaning")[meaning]]


def _text(quantity: Quantity, value: object) -> str:
    """Return a value: a number without its unit, of a distribution its mean; or words."""
    if not quantity.is_number:
        return shown(quantity, value).replace("_", " ")
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    # A third of an amount is told in cents.
    return measure_of(quantity).text(number if abs(number) < 100.0 else round(number, 2))


def _range(quantity: Quantity) -> h.Node:
    """Return the plausible range, or else what is allowed."""
    if quantity.plausible is None:
        per_unit = measure_of(quantity).per_unit
        allowed = range_in_words({name: end * per_unit for name, end in quantity.bounds.items()})
        if not allowed:
            return ", ".join(word.replace("_", " ") for word in quantity.choices)
        return h.fragment["allowed ", traced(f"bounds:{quantity.name}", allowed)]
    # With three digits, as far as ranges are known at all.
    low, high = (measure_of(quantity).text(float(f"{end:.3g}")) for end in quantity.plausible)
    name = quantity.name
    return h.fragment[
        traced(f"plausible:{name}:0", low), " to ", traced(f"plausible:{name}:1", high)
    ]


def _bar(quantity: Quantity) -> h.Element | None:
    """Return the plausible range as a line, with a dot where the default lies in it."""
    if quantity.plausible is None:
        return None
    default = quantity.default
    value = default.mean if isinstance(default, Distribution) else float(default)
    place = _MARGIN + (_BAR - 2.0 * _MARGIN) * _share(value, *quantity.plausible)
    return h.svg(viewBox=f"0 0 {_BAR:g} 12", width=f"{_BAR:g}", height="12", aria_hidden="true")[
        h.path(".track", d=f"M{_MARGIN:g} 6H{_BAR - _MARGIN:g}"),
        h.circle(cx=f"{place:.1f}", cy="6", r=f"{_DOT:g}"),
    ]


def _share(value: float, low: float, high: float) -> float:
    """Return how far from low to high a value lies, by logarithms over a long range."""
    # Over such a range the dot would stick to the left end.
    if low > 0.0 and high / low >= _MANY_TIMES and value > 0.0:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return min(1.0, max(0.0, (value - low) / (high - low)))


def how_many() -> h.Fragment:
    """Return in words how many assumptions there are, and how many are judgement."""
    numbers = [quantity for quantity in ASSUMPTIONS if quantity.confidence]
    judged = sum(quantity.confidence == Confidence.JUDGEMENT for quantity in numbers)
    return h.fragment[
        "Every default can be changed. The dot shows where it lies in its plausible range. Of ",
        traced("count:numbers", formats.number(len(numbers))),
        " numbers ",
        traced("count:judgement", formats.number(judged)),
        " are judgement: we found no source for their size.",
    ]
