"""The rows of the rail: which values stand there and how, and what a visitor enters in them.

Sliders for the capabilities and the team, numbers to type for the main assumptions, and a search
that finds any other value of the scenario. A row is plain data for `widgets.Controls`; what comes
back from the browser can be forged, and is checked by `take_entry`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from modelops_abm import formats
from modelops_abm.app.measures import Measure, is_share, measure_of, options_of, read, shown
from modelops_abm.app.state.answer import PRECISIONS, Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.controls import Entry, Field, Slider
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.plans import STOPS, level_of, raised, start_of
from modelops_abm.experiments.words import level_word
from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    CapabilityName,
    Distribution,
    InputError,
    Problem,
    Quantity,
    catalogue,
    describe,
)
from modelops_abm.scenario.capabilities import BY_SIZE, label_of
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words, name_within
from modelops_abm.scenario.sources import LABELS
from modelops_abm.text import printable

# --------------------------------------------------------------------------------------
# What stands on the rail, and how each number is written there.


PERCENT = Measure(after=f"{formats.NARROW_SPACE}%", per_unit=100.0)
_MONTHS = Measure(per_unit=1.0 / formats.MONTH_DAYS)
_PLAIN = Measure()
DEVELOPERS = "team.developers"
_LEVEL_PAGE, _DEVELOPERS_PAGE = 25.0, 5.0
_WIDEST_TEAM = 20
_QUANTITIES = {quantity.name: quantity for quantity in catalogue()}
_ONLY_IN_FILES = ("list", "portfolio")
"""Kinds of value that only a file can state."""
SETTABLE: Mapping[str, Quantity] = {
    name: quantity
    for name, quantity in _QUANTITIES.items()
    if quantity.kind not in _ONLY_IN_FILES and name not in LABELS
}
"""What can be set on the page, by name."""
PRECISION = "precision"
"""Name of the field for how well the average should be known."""
MOST_FOUND = 8
"""Hits of a search that are shown at once."""


class Assumption(NamedTuple):
    """An assumption that is always in sight, and how it stands there."""

    name: str
    measure: Measure


MAIN_ASSUMPTIONS = (
    Assumption("model.value_per_prediction", Measure("$")),
    Assumption("incidents.pipeline_per_year", Measure("", " a year")),
    Assumption("drift.onsets_per_year", Measure("", " a year")),
    Assumption("model.yearly_power_loss", Measure("", f"{formats.NARROW_SPACE}% a year", 100.0)),
    Assumption("portfolio.ideas_per_year", Measure("", " a year")),
)
"""In the order in which they are shown."""


def maximum_of(capability: str) -> str:
    """Return the dotted name of the level that a capability is raised to."""
    return f"capabilities.{capability}.maximum"


def measure_on_rail(name: str) -> Measure | None:
    """Return how a value stands on the rail; None if it is not there."""
    return _MEASURES.get(name)


def number_in_words(quantity: Quantity, value: float) -> str:
    """Return a number with its unit, as it is read: 50 %, $0.50, 8 times the demand.

    >>> number_in_words(SETTABLE["retraining.interval_days"], 31.0)
    '31 days'
    """
    measure = _IN_WORDS.get(quantity.name) or measure_of(quantity)
    # A third of something has more digits than anybody reads.
    words = measure.words(float(f"{value:.4g}") if abs(value) < _WHOLE_FROM else round(value))
    words = words.removesuffix(" multiple").replace(" multiple of ", " times ")
    return re.sub(r"^(1 [a-z-]+)s\b", r"\1", words)


_WHOLE_FROM = 1000.0
_IN_WORDS: Mapping[str, Measure] = {
    **{entry.name: entry.measure for entry in MAIN_ASSUMPTIONS},
    "finance.discount_rate": Measure("", f"{formats.NARROW_SPACE}% a year", 100.0),
}
_MEASURES: Mapping[str, Measure] = {
    **{maximum_of(name): PERCENT for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.start_day": _MONTHS for name in CAPABILITY_NAMES},
    **{f"capabilities.{name}.streams": _PLAIN for name in CAPABILITY_NAMES},
    DEVELOPERS: _PLAIN,
    **{entry.name: entry.measure for entry in MAIN_ASSUMPTIONS},
}

SLIDERS = (*map(maximum_of, CAPABILITY_NAMES), DEVELOPERS)
"""Names of the values that have a slider."""
LEVERS = frozenset(_MEASURES).difference(entry.name for entry in MAIN_ASSUMPTIONS) | {
    "horizon_days"
}
"""Names of the values that make the plan; all others are assumptions."""


def quantity_of(name: str) -> Quantity:
    """Return the entry of the catalogue with a name."""
    return _QUANTITIES[name]


# --------------------------------------------------------------------------------------
# Sliders: the level of each capability, and the team.


def slider_rows(
    plan: Plan, before: Plan | None, answer: Answer | None, problems: Mapping[str, str]
) -> list[Slider]:
    """Return the rows with sliders.

    Parameters
    ----------
    plan, before
        The plan, and the one before its last change.
    answer
        Says when a capability is in place.
    problems
        What was wrong with the last entry, by name.
    """
    levels = [_level_row(plan, before, answer, problems, name) for name in CAPABILITY_NAMES]
    return [*levels, _team_row(plan, before, problems)]


def _level_row(
    plan: Plan,
    before: Plan | None,
    answer: Answer | None,
    problems: Mapping[str, str],
    capability: CapabilityName,
) -> Slider:
    name = maximum_of(capability)
    level, old = plan.value(name), before.value(name) if before else plan.value(name)
    return {
        **_field(name, label_of(capability), plan, problems),
        "explains": capability,
        "position": round(100.0 * level, 6),  # 0.29 is not to be 28.999999999999996
        "lowest": 0.0,
        "highest": 100.0,
        "page": _LEVEL_PAGE,
        "stops": [100.0 * stop for stop in STOPS],
        "ghost": None if old == level else 100.0 * old,  # where it stood, as a dashed thumb
        "was": "" if old == level else PERCENT.words(old),
        "words": "level",
        "notes": "",
        "pace": pace(plan, answer, capability),
        "more": _start_and_pace(plan, problems, capability),
    }


def _start_and_pace(
    plan: Plan, problems: Mapping[str, str], capability: CapabilityName
) -> list[Field]:
    prefix = f"capabilities.{capability}"
    name = f"{prefix}.streams"
    streams = _field(name, name_within(name), plan, problems)
    if plan.value(name) == BY_SIZE:
        # As many as it comes to in this plan; 0 brings that back once another number is entered.
        number = str(plan.scenario.streams_of(capability))
        streams |= {"text": number, "after": " by size", "hint": f"{streams['hint']}, 0 by size"}
    return [
        _field(f"{prefix}.start_day", "Months until work on it starts", plan, problems),
        streams,
    ]


def _team_row(plan: Plan, before: Plan | None, problems: Mapping[str, str]) -> Slider:
    size, old = plan.value(DEVELOPERS), before.value(DEVELOPERS) if before else None
    is_changed = old is not None and old != size
    return {
        **_field(DEVELOPERS, name_in_words(DEVELOPERS), plan, problems),
        "explains": DEVELOPERS,
        "position": float(size),
        "lowest": 1.0,
        "highest": float(largest_team(plan)),
        "page": _DEVELOPERS_PAGE,
        "stops": [],
        "ghost": float(old) if is_changed and old is not None else None,
        "was": str(old) if is_changed else "",
        "words": "team",
        "notes": "payroll",
        "pace": "",
        "more": [],
    }


def largest_team(plan: Plan) -> int:
    """Return how many developers the slider goes up to."""
    return max(_WIDEST_TEAM, 2 * plan.base.team.developers, plan.value(DEVELOPERS))


def slider_texts(plan: Plan) -> dict[str, list[str]]:
    """Return the texts of the sliders for every whole position, from their lowest on."""
    sizes = range(1, largest_team(plan) + 1)
    payroll = plan.scenario.team.payroll_per_year
    return {
        # All of them at once: while a slider is dragged the browser says the words without asking.
        "level": [level_in_words(position / 100.0) for position in range(101)],
        "team": [formats.plural(size, "developer") for size in sizes],
        "payroll": [f"{formats.money(size * payroll)} a year" for size in sizes],
    }


def level_in_words(level: float) -> str:
    """Return a level in a word, or the two words that it lies between."""
    above = next(place for place, stop in enumerate(STOPS) if stop >= level)
    if STOPS[above] == level:
        return level_word(level).capitalize()
    return f"Between {level_word(STOPS[above - 1])} and {level_word(STOPS[above])}"


def pace(plan: Plan, answer: Answer | None, capability: CapabilityName) -> str:
    """Return when a capability is in place, as far as it is known."""
    scenario = plan.scenario
    if level_of(scenario, capability) <= start_of(scenario, capability):
        return "nothing to build" if start_of(scenario, capability) == 0.0 else "in place already"
    # The answer may still be that of the plan before, in which nothing was raised.
    if answer is None or level_of(answer.plan.scenario, capability) <= start_of(
        answer.plan.scenario, capability
    ):
        return "start and pace"
    day = day_in_place(answer.comparison, capability)
    if math.isinf(day):
        return f"not in place by month {formats.months_in(answer.plan.scenario.horizon_days)}"
    return f"in place by {formats.month_of(day)}"


def day_all_in_place(comparison: Comparison) -> float:
    """Return the day by which everything that a plan raises is in place, as `day_in_place`."""
    names = raised(comparison.plan.scenario)
    return max((day_in_place(comparison, name) for name in names), default=0.0)


def day_in_place(comparison: Comparison, capability: CapabilityName) -> float:
    """Return the day by which half of the futures have a capability at its level; inf if never.

    Levels never fall, so half of the futures have reached it once the median has. The day is the
    last of its week.
    """
    median = comparison.plan.bands[f"level_{capability}"]["50.0%"]
    goal = level_of(comparison.plan.scenario, capability)
    # A level is a sum of days of work, and may end a rounding error below its goal.
    reached = median.index[median.to_numpy() >= goal * (1.0 - 1e-9)]
    return float(reached[0]) if len(reached) else math.inf


# --------------------------------------------------------------------------------------
# Numbers to type: the main assumptions, those that were changed, and any that a search finds.


def assumption_rows(plan: Plan, problems: Mapping[str, str]) -> list[Field]:
    """Return the rows of the main assumptions."""
    return [
        {
            **_field(entry.name, name_in_words(entry.name), plan, problems),
            "explains": entry.name,
            "was": _before_changes(entry, plan),
        }
        for entry in MAIN_ASSUMPTIONS
    ]


def _before_changes(entry: Assumption, plan: Plan) -> str:
    """Return an assumption as it is in the base, in words; nothing if it is so in the plan."""
    base = value_at(plan.base, entry.name)
    if base == plan.value(entry.name):
        return ""
    return entry.measure.words(getattr(base, "mean", base))


def _field(name: str, label: str, plan: Plan, problems: Mapping[str, str]) -> Field:
    measure, value = _MEASURES[name], plan.value(name)
    return {
        "name": name,
        "label": label,
        "text": measure.entry(getattr(value, "mean", value)),
        "before": measure.before,
        "after": measure.after,
        "hint": measure.allowed(_QUANTITIES[name]),
        "problem": problems.get(name, ""),
    }


def unlike_default(plan: Plan) -> list[str]:
    """Return the names of the assumptions that are not the default, whoever has set them."""
    stated = describe(plan.scenario)
    return [
        each.quantity.name
        for each in stated
        if not each.is_default and each.quantity.name not in LEVERS | LABELS
    ]


def changed_assumptions(plan: Plan) -> list[str]:
    """Return the names of the assumptions that the visitor has changed."""
    return [name for name in plan.changes if name not in LEVERS]


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


def precision_row(chosen: str) -> Field:
    """Return the row in which one chooses how well the average should be known."""
    options = [
        (name, f"{name.capitalize()}, {formats.plural(futures, 'future')}")
        for name, futures in PRECISIONS.items()
    ]
    return {
        "name": PRECISION,
        "label": "Precision of the average",
        "text": chosen,
        "options": options,
        "detail": "The same for every plan; four times as many halve the interval.",
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
    # A part of a distribution, such as its spread, is shown with the whole.
    names = dict.fromkeys(
        name if name in SETTABLE else name.rpartition(".")[0] for name in changed_assumptions(plan)
    )
    left = [SETTABLE[name] for name in names if name not in elsewhere]
    return setting_rows(left, plan, problems)


def _row(quantity: Quantity, plan: Plan, problems: Mapping[str, str]) -> Field:
    value, base = plan.value(quantity.name), value_at(plan.base, quantity.name)
    row: Field = {
        "name": quantity.name,
        "label": name_in_words(quantity.name),
        "text": shown(quantity, value),
        "detail": _detail(quantity, value),
        "explains": quantity.name,
        "was": "" if value == base else _in_words(quantity, base),
        "problem": problems.get(quantity.name, ""),
    }
    if quantity.is_number:
        measure = measure_of(quantity)
        after = f"{formats.NARROW_SPACE}%" if is_share(quantity) else ""
        row |= {"before": measure.before, "after": after, "hint": measure.allowed(quantity)}
    elif options := options_of(quantity):
        row["options"] = options
    return row


def _in_words(quantity: Quantity, value: object) -> str:
    if not quantity.is_number:
        return shown(quantity, value)
    measure = measure_of(quantity)
    number = value.mean if isinstance(value, Distribution) else float(str(value))
    return (
        measure.words(number) if is_share(quantity) else f"{measure.before}{measure.text(number)}"
    )


def _detail(quantity: Quantity, value: object) -> str:
    """Return the meaning, and what is allowed."""
    meaning = quantity.meaning.partition(". ")[0].rstrip(".")
    if not quantity.is_number:
        return meaning
    mean = "mean " if isinstance(value, Distribution) else ""
    return f"{meaning}; {mean}{measure_of(quantity).allowed(quantity)}"


# --------------------------------------------------------------------------------------
# What a visitor enters on the rail, checked and taken over into the plan.


type Problems = dict[str, str]
"""What is wrong with what was entered, by name of the value."""


def take_entry(session: Session, entry: Entry) -> Problems:
    """Change the plan by what was entered; if that is not allowed keep it and return why."""
    if entry.name == PRECISION and entry.text in PRECISIONS:
        session.precision.set(entry.text)
        return {}
    try:
        session.take(session.plan.changed({entry.name: value_of(entry)}))
    except InputError as error:
        return {entry.name: " ".join(_sentence(problem) for problem in error.problems)}
    return {}


def value_of(entry: Entry) -> Any:
    """Return the value that was entered.

    Raises
    ------
    InputError
        If it is no value, or there is no such field.
    """
    # A slider sends its position, which is in the unit of the field beside it.
    is_slid = entry.is_position and entry.name in SLIDERS
    if entry.name not in SETTABLE or (entry.is_position and not is_slid):
        raise InputError(Problem("no such field", field=printable(entry.name)))
    quantity, measure = quantity_of(entry.name), measure_on_rail(entry.name)
    if measure is None:
        return read(quantity, entry.text)
    return measure.read(entry.text, quantity)


def _sentence(problem: Problem) -> str:
    words = problem.message if problem.value == "" else f"{problem.value}: {problem.message}"
    return f"{words[0].upper()}{words[1:]}."
