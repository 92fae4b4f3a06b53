"""What happens to an organisation on a day, as events that are read out of a scenario.

Its `changes` of values, kinds of `requests` and the `season` are their only truth, so that files,
links, undo and engines know nothing of events. A value that changes and later changes back is one
event with an end. `event_changes` moves, sizes, adds and takes events away. Months are counted as
everywhere: that in which a day lies, from 1 (`formats.month_of`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from modelops_abm import formats
from modelops_abm.app.measures import is_money, is_share, measure_of
from modelops_abm.experiments.words import capitalised
from modelops_abm.scenario import Distribution, Scenario, catalogue
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.requests import ALL
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.text import all_of

type LaneName = Literal["team", "traffic", "incidents", "requests", "capabilities"]

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASON = "usage.season"
TEAM = "team.developers"
_LANES: Mapping[str, LaneName] = {
    "team": "team",
    "usage": "traffic",
    "incidents": "incidents",
    "drift": "incidents",
    "capabilities": "capabilities",
}
"""Of a value that changes, by its section; work and ideas stand with the team."""
_QUANTITIES = {quantity.name: quantity for quantity in catalogue()}
_AFTER = {"usage.demand_factor": "×"}


@dataclass(frozen=True)
class Event:
    """Something that happens on a day.

    Attributes
    ----------
    key
        What it is, and the how many-th of its kind; stays when it moves.
    lane
        Where it is drawn.
    words, when
        What it is, and when.
    spans
        First day and the day after its last, each time it happens.
    value, before
        Its size, and what it was before; None if it has none.
    is_placed
        Whether it has a day of its own, which can be moved; requests at random have none.
    is_open
        Whether it lasts to the end of the run.
    """

    key: str
    lane: LaneName
    words: str
    when: str
    spans: tuple[tuple[int, int], ...]
    value: float | None = None
    before: float | None = None
    is_placed: bool = True
    is_open: bool = False

    @property
    def kind(self) -> str:
        """What its key names: a value, a request, or the season."""
        return self.key.rpartition("#")[0]

    @property
    def is_change(self) -> bool:
        """Whether it is a value that changes, which alone may end before the run does."""
        return self.kind in CHANGEABLE

    @property
    def stated_in(self) -> str:
        """The value of a scenario that states it."""
        if self.is_change:
            return "changes"
        return SEASON if self.kind == SEASON else "requests"

    @property
    def month(self) -> int:
        """Month of its first day."""
        return self.months[0]

    @property
    def months(self) -> list[int]:
        """Month of the first day of each time that it happens."""
        return [self.month_from(begin, end) for begin, end in self.spans]

    def month_from(self, begin: int, end: int) -> int:
        """Return the month of a first day; of a season that of the middle of its days."""
        # Calendar months begin a few days before or after those of the same length.
        return formats.month_number((begin + end) / 2 if self.kind == SEASON else begin)

    @property
    def last_month(self) -> int:
        """Month of its last day."""
        return formats.month_number(self.spans[0][1] - 1)


class Step(NamedTuple):
    """A new value of a name from a day on; `when` is the day as the scenario states it."""

    when: int | date
    day: int
    name: str
    value: float


def events_of(scenario: Scenario) -> tuple[Event, ...]:
    """Return what happens in a scenario, in the order of the days.

    >>> changes = [{"day": 183, "team.developers": 5}, {"day": 365, "team.developers": 8}]
    >>> [event.words for event in events_of(Scenario.model_validate({"changes": changes}))]
    ['Team 8 to 5']
    """
    found = [*_of_changes(scenario), *_of_requests(scenario), *_of_season(scenario)]
    return tuple(sorted(found, key=lambda event: (event.spans[0][0], event.key)))


def events_in(scenario: Scenario, name: str) -> list[Event]:
    """Return the events that a value of the scenario states: changes, requests, or the season."""
    return [event for event in events_of(scenario) if event.stated_in == name]


# --------------------------------------------------------------------------------------
# Reading events.


def steps_of(scenario: Scenario) -> list[Step]:
    """Return every new value in the order in which it comes into force."""
    start = scenario.start_date
    steps = [
        Step(change.day, change.day_from(start), name, value)
        for change in scenario.changes
        for name, value in change.values.items()
    ]
    return sorted(steps, key=lambda step: step.day)


def value_before(scenario: Scenario, name: str) -> float:
    """Return the value that a run begins with."""
    value = value_at(scenario, name)
    return float(value.mean if isinstance(value, Distribution) else value)


class Pair(NamedTuple):
    """A step, the step that takes it back if there is one, and the value before."""

    step: Step
    back: Step | None
    before: float


def pairs_of(scenario: Scenario) -> Iterator[tuple[str, Pair]]:
    """Yield what happens to each value, with its key."""
    by_name: dict[str, list[Step]] = defaultdict(list)
    for step in steps_of(scenario):
        by_name[step.name].append(step)
    for name, steps in by_name.items():
        value, place, number = value_before(scenario, name), 0, 0
        while place < len(steps):
            step = steps[place]
            after = steps[place + 1] if place + 1 < len(steps) else None
            back = after if after is not None and after.value == value else None
            yield f"{name}#{number}", Pair(step, back, value)
            value = value if back else step.value
            place, number = place + (2 if back else 1), number + 1


def _of_changes(scenario: Scenario) -> Iterator[Event]:
    for key, (step, back, before) in pairs_of(scenario):
        event = Event(
            key,
            _LANES.get(step.name.partition(".")[0], "team"),
            change_in_words(step.name, before, step.value),
            "",
            ((step.day, back.day if back else scenario.horizon_days),),
            step.value,
            before,
            is_open=back is None,
        )
        until = f"months {event.month} to {event.last_month}"
        yield replace(event, when=until if back else f"from month {event.month}")


def change_in_words(name: str, before: float, after: float) -> str:
    """Return what a change does: Team 8 to 5, Traffic × 1.8."""
    called, quantity = name_in_words(name), _QUANTITIES[name]
    if name in _AFTER:
        return f"{called} × {_number(after)}"
    measure = measure_of(quantity)
    unit = f"{formats.NARROW_SPACE}%" if is_share(quantity) else ""
    if name.endswith("_per_year") and not is_money(quantity):
        unit = " a year"
    return f"{called} {measure.number(before)} to {measure.number(after)}{unit}"


def _number(value: float) -> str:
    return f"{value:,.6g}"


def _of_requests(scenario: Scenario) -> Iterator[Event]:
    for kind in scenario.requests:
        day = kind.day_from(scenario.start_date)
        is_placed = kind.day is not None
        begin, end = day, min(scenario.horizon_days, round(day + kind.deadline_days))
        who = "all models" if kind.who == ALL else f"{kind.who} models"
        deadline = f"{_number(kind.deadline_days)} days"
        often = f"{_number(kind.per_year or 0.0)} a model and year, {deadline} each"
        yield Event(
            f"request {kind.name}#0",
            "requests",
            capitalised(f"{kind.name}, {who}"),
            f"{formats.month_of(day)}, {deadline}" if is_placed else often,
            ((begin, end),) if is_placed else ((0, scenario.horizon_days),),
            kind.deadline_days,
            is_placed=is_placed,
        )


def _of_season(scenario: Scenario) -> Iterator[Event]:
    """Yield an event for all months of one factor, which come each year."""
    season = scenario.usage.season
    factors = sorted({factor for factor in season if factor != 1.0})
    for number, factor in enumerate(factors):
        members = [place for place, each in enumerate(season) if each == factor]
        spans = tuple(_months_of(scenario, members))
        if not spans:
            continue
        names = all_of([MONTH_NAMES[place] for place in members])
        whole = f"Season of {formats.plural(len(members), 'month')}"
        words = f"{names if len(members) < 3 else whole}: traffic × {_number(factor)}"
        event = Event(f"{SEASON}#{number}", "traffic", words, "", spans, factor, 1.0)
        yield replace(
            event, when=f"each year, in month {all_of([str(month) for month in event.months])}"
        )


def _months_of(scenario: Scenario, members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the days of calendar months within the run."""
    start = scenario.start_date
    for place in range(scenario.horizon_days // 28 + 2):
        year, month = divmod(start.month - 1 + place, 12)
        if month not in members:
            continue
        first = (date(start.year + year, month + 1, 1) - start).days
        after, later = divmod(month + 1, 12)
        last = (date(start.year + year + after, later + 1, 1) - start).days
        begin, end = max(0, first), min(scenario.horizon_days, last)
        if begin < end:
            yield begin, end
