"""All that a scenario states, found by name or meaning, to be set on the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from modelops_abm import formats
from modelops_abm.app.decide.measures import measure_of, options_of, shown
from modelops_abm.app.decide.rail_rows import changed_assumptions
from modelops_abm.app.state.answer import PRECISIONS, half_width_wished
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.widgets.controls import Field
from modelops_abm.parameters import Distribution, Quantity, catalogue
from modelops_abm.parameters.fields import value_at
from modelops_abm.parameters.sources import LABELS

PRECISION = "precision"
"""Name of the field for how well the average should be known."""
MOST_FOUND = 8
"""Entries that are shown at once."""
_ELSEWHERE = ("list", "portfolio")
"""Kinds of value that only a file can state."""
SETTABLE: Mapping[str, Quantity] = {
    quantity.name: quantity
    for quantity in catalogue()
    if quantity.kind not in _ELSEWHERE and quantity.name not in LABELS
}
"""What can be set on the page, by name."""


def found(query: str) -> list[Quantity]:
    """Return what can be set whose name or meaning holds every word of a query, best first."""
    words = query.lower().replace("_", " ").split()
    if not words:
        return []
    ranked = [
        (rank, place, quantity)
        for place, quantity in enumerate(SETTABLE.values())
        if (rank := _rank(quantity, words)) is not None
    ]
    return [quantity for _, _, quantity in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(quantity: Quantity, words: Sequence[str]) -> int | None:
    """Return 0 if the name begins with the words, 1 if it has them all, 2 if its meaning has."""
    name = quantity.name.lower().replace("_", " ").replace(".", " ")
    if name.startswith(" ".join(words)):
        return 0
    texts = (name, f"{name} {quantity.meaning.lower()}")
    return next(
        (rank for rank, text in enumerate(texts, 1) if all(word in text for word in words)), None
    )


def setting_rows(
    quantities: Iterable[Quantity], plan: Plan, problems: Mapping[str, str]
) -> list[Field]:
    """Return rows in which values of the catalogue can be set."""
    return [_row(quantity, plan, problems) for quantity in quantities]


def precision_row(plan: Plan, chosen: str) -> Field:
    """Return the row in which one chooses how well the average should be known."""
    options = [
        (
            name,
            f"{name.capitalize()}, ±{formats.money(half_width_wished(plan.scenario, precision))}",
        )
        for name, precision in PRECISIONS.items()
    ]
    most = formats.number(PRECISIONS[chosen].futures)
    return {
        "name": PRECISION,
        "label": "Precision of the average",
        "text": chosen,
        "options": options,
        "detail": f"More futures are run until then, {most} at most.",
    }


def changed_rows(
    plan: Plan, problems: Mapping[str, str], elsewhere: Collection[str] = ()
) -> list[Field]:
    """Return rows of the assumptions that were changed.

    Parameters
    ----------
    plan, problems
        The plan, and what was wrong with the last entry.
    elsewhere
        Names of the values that are shown elsewhere.
    """
    names = dict.fromkeys(_leaf(name) for name in changed_assumptions(plan))
    left = [SETTABLE[name] for name in names if name not in elsewhere]
    return setting_rows(left, plan, problems)


def _leaf(name: str) -> str:
    """Return the entry of the catalogue that a value is, or is a part of."""
    return name if name in SETTABLE else name.rpartition(".")[0]


def _row(quantity: Quantity, plan: Plan, problems: Mapping[str, str]) -> Field:
    value, base = plan.value(quantity.name), value_at(plan.base, quantity.name)
    row: Field = {
        "name": quantity.name,
        "label": quantity.meaning.partition(". ")[0].rstrip("."),
        "text": shown(quantity, value),
        "detail": _detail(quantity, value),
        "explains": quantity.name,
        "was": "" if value == base else _in_words(quantity, base),
        "problem": problems.get(quantity.name, ""),
    }
    if quantity.is_number:
        measure = measure_of(quantity)
        row |= {"before": measure.before, "after": "", "hint": measure.allowed(quantity)}
    elif options := options_of(quantity):
        row["options"] = options
    return row


def _in_words(quantity: Quantity, value: object) -> str:
    if not quantity.is_number:
        return shown(quantity, value)
    measure = measure_of(quantity)
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    return f"{measure.before}{measure.text(number)}"


def _detail(quantity: Quantity, value: object) -> str:
    """Return the dotted name, and what is allowed."""
    if not quantity.is_number:
        return quantity.name
    mean = "mean " if isinstance(value, Distribution) else ""
    return f"{quantity.name}: {mean}{measure_of(quantity).allowed(quantity)}"
