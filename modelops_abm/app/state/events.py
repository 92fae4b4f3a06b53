"""What happens to an organisation on a day, as events that a visitor moves, sizes and takes away.

An event is read out of the scenario and written back into it: `changes` of values, kinds of
`requests` and the `season` are its only truth, so that files, links, undo and engines know nothing
of events. A value that changes and later changes back is one event with an end.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from modelops_abm import formats
from modelops_abm.charts.timeline import name_in_words
from modelops_abm.experiments.words import capitalised
from modelops_abm.formats import MONTH_DAYS
from modelops_abm.scenario import Distribution, InputError, Problem, Scenario, with_values
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.requests import ALL, REGULATED
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.text import all_of, printable

type LaneName = Literal["team", "traffic", "incidents", "requests", "capabilities"]
type Values = dict[str, Any]

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASON = "usage.season"
_LANES: Mapping[str, LaneName] = {
    "team": "team",
    "usage": "traffic",
    "incidents": "incidents",
    "drift": "incidents",
    "capabilities": "capabilities",
}
"""Of a value that changes, by its section; work and ideas stand with the team."""
_CALLED = {
    "team.developers": "Team",
    "usage.demand_factor": "Traffic",
    "incidents.pipeline_per_year": "Pipeline issues",
}
_SHARES = ("team.focus", *(name for name in CHANGEABLE if name.endswith(".maximum")))
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


def without(scenario: Scenario, keys: Iterable[str]) -> Values:
    """Return the values of a scenario without some of its events, for `with_values`."""
    values: Values = {}
    # The last of a kind first: what is left keeps its key.
    for key in sorted(keys, key=lambda key: int(key.rpartition("#")[2]), reverse=True):
        values |= removed(_with(scenario, values), key)
    return values


# --------------------------------------------------------------------------------------
# Reading events.


def month_of(day: float) -> int:
    """Return the month that is over on a day: 6 for the end of the sixth."""
    return round(day / MONTH_DAYS)


def day_of(month: float) -> int:
    """Return the day on which so many months are over."""
    return round(month * MONTH_DAYS)


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


class _Pair(NamedTuple):
    """A step, the step that takes it back if there is one, and the value before."""

    step: Step
    back: Step | None
    before: float


def _pairs(scenario: Scenario) -> Iterator[tuple[str, _Pair]]:
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
            yield f"{name}#{number}", _Pair(step, back, value)
            value = value if back else step.value
            place, number = place + (2 if back else 1), number + 1


def _of_changes(scenario: Scenario) -> Iterator[Event]:
    for key, (step, back, before) in _pairs(scenario):
        end = back.day if back else scenario.horizon_days
        until = f"months {month_of(step.day)} to {month_of(end)}"
        yield Event(
            key,
            _LANES.get(step.name.partition(".")[0], "team"),
            change_in_words(step.name, before, step.value),
            until if back else f"from month {month_of(step.day)}",
            ((step.day, end),),
            step.value,
            before,
            is_open=back is None,
        )


def change_in_words(name: str, before: float, after: float) -> str:
    """Return what a change does: Team 8 to 5, Traffic × 1.8."""
    called = _CALLED.get(name) or capitalised(name_in_words(name))
    if name in _AFTER:
        return f"{called} × {_number(after)}"
    rate = " a year" if name.endswith("_per_year") and "payroll" not in name else ""
    called = called.removesuffix(" per year") if rate else called
    return f"{called} {_number(before)} to {_number(after)}{rate}"


def _number(value: float) -> str:
    return f"{value:,.6g}"


def _of_requests(scenario: Scenario) -> Iterator[Event]:
    for kind in scenario.requests:
        day = kind.day_from(scenario.start_date)
        is_placed = kind.day is not None
        begin, end = (day, round(day + kind.deadline_days)) if is_placed else (0, 0)
        who = "all models" if kind.who == ALL else f"{kind.who} models"
        deadline = f"{_number(kind.deadline_days)} days"
        often = f"{_number(kind.per_year or 0.0)} a model and year, {deadline} each"
        yield Event(
            f"request {kind.name}#0",
            "requests",
            capitalised(f"{kind.name}, {who}"),
            f"month {month_of(day)}, {deadline}" if is_placed else often,
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
        yield Event(
            f"{SEASON}#{number}",
            "traffic",
            f"{names if len(members) < 3 else whole}: traffic × {_number(factor)}",
            f"each year, in month {all_of([str(month_of(begin)) for begin, _ in spans])}",
            spans,
            factor,
            1.0,
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


# --------------------------------------------------------------------------------------
# Changing events: each function returns the values of the scenario that are other then.


def moved(scenario: Scenario, key: str, day: int) -> Values:
    """Move an event to a day, with its end; a season by whole months."""
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    last = scenario.horizon_days - 1
    if kind == SEASON:
        shift = month_of(day - event.spans[0][0])
        factors = list(scenario.usage.season)
        moving = [place for place, each in enumerate(factors) if each == event.value]
        kept = [1.0 if place in moving else each for place, each in enumerate(factors)]
        for place in moving:
            kept[(place + shift) % 12] = factors[place]
        return {SEASON: kept}
    if kind.startswith("request "):
        return _request(scenario, kind, day=min(max(day, 0), last)) if event.is_placed else {}
    (begin, end), ends = event.spans[0], not event.is_open
    shift = min(max(day, 0), last - (end - begin if ends else 0)) - begin
    return _steps(scenario, key, lambda step: _at(step, step.day + max(shift, -begin)))


def sized(scenario: Scenario, key: str, steps: int) -> Values:
    """Make an event larger or smaller by so many steps."""
    event = _event(scenario, key)
    if event.value is None:
        return {}
    step = step_of(event)
    return resized(scenario, key, max(0.0, round(event.value + steps * step, 10)))


def step_of(event: Event) -> float:
    """Return by how much a key makes an event larger: one person, a tenth, a tenth of its value."""
    if event.kind in ("team.developers",):
        return 1.0
    if event.kind in (SEASON, "usage.demand_factor") or event.kind.startswith("capabilities"):
        return 0.1
    if event.kind.startswith("request "):
        return 5.0
    scale = max(abs(event.value or 0.0), abs(event.before or 0.0), 1e-9)
    return float(10.0 ** math.floor(math.log10(scale)))


def resized(scenario: Scenario, key: str, value: float) -> Values:
    """Give an event another size: the new value, the factor, the days until the deadline."""
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    if kind == SEASON:
        season = scenario.usage.season
        return {SEASON: [value if each == event.value else each for each in season]}
    if kind.startswith("request "):
        return _request(scenario, kind, deadline_days=value)
    pair = dict(_pairs(scenario))[key]
    whole = int(value) if kind == "team.developers" and value == int(value) else value
    return _steps(
        scenario, key, lambda step: step._replace(value=whole) if step == pair.step else step
    )


def ended(scenario: Scenario, key: str, month: float | None) -> Values:
    """Let a change end with a month, or never."""
    step, back, before = dict(_pairs(scenario))[key]
    others = [each for each in steps_of(scenario) if each not in (step, back)]
    if month is None:
        return _changes([*others, step])
    day = day_of(month)
    if not step.day < day < scenario.horizon_days:
        first, last = month_of(step.day) + 1, month_of(scenario.horizon_days - 1)
        message = f"must be a month from {first} to {last}, or nothing for the end"
        raise InputError(Problem(message, "", "until"))
    after = int(before) if step.name == "team.developers" else before
    return _changes([*others, step, Step(day, day, step.name, after)])


def removed(scenario: Scenario, key: str) -> Values:
    """Take an event away."""
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    if kind == SEASON:
        return {SEASON: [1.0 if each == event.value else each for each in scenario.usage.season]}
    if kind.startswith("request "):
        name = kind.removeprefix("request ")
        return {"requests": [each.model_dump() for each in scenario.requests if each.name != name]}
    pair = dict(_pairs(scenario))[key]
    return _changes([each for each in steps_of(scenario) if each not in (pair.step, pair.back)])


def renewed_request(scenario: Scenario, key: str, **values: Any) -> Values:
    """Change whom a request concerns, or what its answer takes."""
    _event(scenario, key)
    return _request(scenario, key.rpartition("#")[0], **values)


EXAMPLES: Mapping[str, str] = {
    "team": "Team shrinks",
    "season": "Busy December",
    "audit": "Audit",
    "vendor": "Vendor ends a version",
}
"""Ready examples, by what `added` calls them."""


def added(scenario: Scenario, what: str) -> Values:
    """Add an example, or a change of a value of `CHANGEABLE` in the middle of the run."""
    half = day_of(min(12, month_of(scenario.horizon_days) // 2))
    match what:
        case "team":
            sizes = [step.value for step in steps_of(scenario) if step.name == "team.developers"]
            size = sizes[-1] if sizes else scenario.team.developers
            day = min(day_of(6), half)
            return _added_step(scenario, "team.developers", day, max(1, round(size * 5 / 8)))
        case "season":
            return {SEASON: [*scenario.usage.season[:-1], 1.8]}
        case "audit":
            return _added_request(scenario, "audit", half, 30.0)
        case "vendor":
            day = day_of(min(20, month_of(scenario.horizon_days) * 2 // 3))
            return _added_request(scenario, "vendor's version", day, 60.0)
        case name if name in CHANGEABLE:
            before = value_before(scenario, name)
            more = 1.5 * before if before else 0.5
            if name in _SHARES and more > 1.0:
                more = 0.5 * before
            return _added_step(scenario, name, half, float(f"{more:.2g}"))
    raise InputError(f"'{printable(what)}' is no event")


def example_in_words(scenario: Scenario, what: str) -> str:
    """Return what an example would be in a scenario."""
    known = {event.key for event in events_of(scenario)}
    for event in events_of(_with(scenario, added(scenario, what))):
        if event.key not in known:
            return f"{event.words}, {event.when}"
    return "is there already"


def _added_step(scenario: Scenario, name: str, day: int, value: float) -> Values:
    # Not on a day that has one: it would take its place.
    days = {step.day for step in steps_of(scenario) if step.name == name}
    while day in days:
        day += 30
    day = min(day, scenario.horizon_days - 1)
    return _changes([*steps_of(scenario), Step(day, day, name, value)])


def _added_request(scenario: Scenario, name: str, day: int, deadline_days: float) -> Values:
    taken, number, own = {kind.name for kind in scenario.requests}, 2, name
    while own in taken:
        own, number = f"{name} {number}", number + 1
    who = REGULATED if name == "audit" and _has_regulated(scenario) else ALL
    kind = {"name": own, "day": day, "who": who, "deadline_days": deadline_days}
    return {"requests": [*(each.model_dump() for each in scenario.requests), kind]}


def _has_regulated(scenario: Scenario) -> bool:
    models = scenario.imported.models if scenario.imported else ()
    return any(row.regulated for row in models) or any(
        kind.regulated for kind in scenario.archetypes
    )


def _with(scenario: Scenario, values: Values) -> Scenario:
    return with_values(scenario, values, source="an event") if values else scenario


def _event(scenario: Scenario, key: str) -> Event:
    for event in events_of(scenario):
        if event.key == key:
            return event
    raise InputError(f"there is no event '{printable(key)}'")


def _at(step: Step, day: int) -> Step:
    return step._replace(when=day, day=day)


def _steps(scenario: Scenario, key: str, change: Callable[[Step], Step]) -> Values:
    """Return the changes with the steps of one event changed."""
    pair = dict(_pairs(scenario))[key]
    return _changes(
        [change(step) if step in (pair.step, pair.back) else step for step in steps_of(scenario)]
    )


def _changes(steps: Iterable[Step]) -> Values:
    """Return the list of changes, one entry a day."""
    entries: dict[int, dict[str, Any]] = {}
    for step in sorted(steps, key=lambda step: step.day):
        entries.setdefault(step.day, {"day": step.when})[step.name] = step.value
    return {"changes": list(entries.values())}


def _request(scenario: Scenario, kind: str, **values: Any) -> Values:
    name = kind.removeprefix("request ")
    return {
        "requests": [
            {**each.model_dump(), **(values if each.name == name else {})}
            for each in scenario.requests
        ]
    }
