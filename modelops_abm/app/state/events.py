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
_TEAM = "team.developers"
_LANES: Mapping[str, LaneName] = {
    "team": "team",
    "usage": "traffic",
    "incidents": "incidents",
    "drift": "incidents",
    "capabilities": "capabilities",
}
"""Of a value that changes, by its section; work and ideas stand with the team."""
_CALLED = {
    _TEAM: "Team",
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


def months_over(day: float) -> int:
    """Return how many months are over on a day: 6 at the end of the sixth, as an axis counts."""
    return round(day / MONTH_DAYS)


def day_of(month: float) -> int:
    """Return the day on which so many months are over, rounded as the browser does.

    >>> day_of(6)
    183
    """
    return math.floor(month * MONTH_DAYS + 0.5)


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


type _Edited = tuple[Step | None, Step | None]
"""A step and the step that takes it back; neither if the event is gone."""


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
        until = f"months {months_over(step.day)} to {months_over(end)}"
        yield Event(
            key,
            _LANES.get(step.name.partition(".")[0], "team"),
            change_in_words(step.name, before, step.value),
            until if back else f"from month {months_over(step.day)}",
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
        begin, end = day, min(scenario.horizon_days, round(day + kind.deadline_days))
        who = "all models" if kind.who == ALL else f"{kind.who} models"
        deadline = f"{_number(kind.deadline_days)} days"
        often = f"{_number(kind.per_year or 0.0)} a model and year, {deadline} each"
        yield Event(
            f"request {kind.name}#0",
            "requests",
            capitalised(f"{kind.name}, {who}"),
            f"month {months_over(day)}, {deadline}" if is_placed else often,
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
            f"each year, in month {all_of([str(months_over(begin)) for begin, _ in spans])}",
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


def moved(scenario: Scenario, key: str, day: int, steps: int = 0) -> Values:
    """Move an event to a day, with its end, a season by whole months; make it larger by steps.

    A change stays between those of the same value before and after it, and so keeps its key.
    """
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    begin = event.spans[0][0]
    if kind == SEASON:
        shift = months_over(day - begin)
        factors = list(scenario.usage.season)
        moving = [place for place, each in enumerate(factors) if each == event.value]
        kept = [1.0 if place in moving else each for place, each in enumerate(factors)]
        for place in moving:
            kept[(place + shift) % 12] = _larger(event, steps)
        return {SEASON: kept}
    if kind.startswith("request "):
        first = min(max(day, 0), scenario.horizon_days - 1)
        values: Values = {"day": first} if event.is_placed and first != begin else {}
        larger = {"deadline_days": _larger(event, steps)} if steps else {}
        return _request(scenario, kind, **values, **larger)
    pair = _pair(scenario, key)
    earliest, last = _room(scenario, pair)
    shift = min(max(day, earliest), last - (_end_of(pair) - begin)) - begin

    def edit(pair: _Pair) -> _Edited:
        back = None if pair.back is None else _shifted(pair.back, shift)
        return _valued(_shifted(pair.step, shift), _larger(event, steps)), back

    return _edited(scenario, key, edit)


def _larger(event: Event, steps: int) -> float:
    """Return the size of an event that is so many steps larger."""
    value = event.value or 0.0
    return max(0.0, round(value + steps * step_of(event), 10)) if steps else value


def step_of(event: Event) -> float:
    """Return by how much a key makes an event larger: one person, a tenth, a tenth of its value."""
    if event.kind == _TEAM:
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
    return _edited(scenario, key, lambda pair: (_valued(pair.step, value), pair.back))


def ended(scenario: Scenario, key: str, month: float | None) -> Values:
    """Let a change end with a month, or never."""
    pair = _pair(scenario, key)
    step, before = pair.step, pair.before
    if month is None:
        return _edited(scenario, key, lambda pair: (pair.step, None))
    day, (_, latest) = day_of(month), _room(scenario, pair)
    if not step.day < day <= latest:
        first, last = months_over(step.day), months_over(latest)
        first, last = first + (day_of(first) <= step.day), last - (day_of(last) > latest)
        message = f"must be a month from {first} to {last}, or nothing for the end"
        raise InputError(Problem(message, "", "until"))
    back = Step(day, day, step.name, _whole(step.name, before))
    return _edited(scenario, key, lambda pair: (pair.step, back))


def removed(scenario: Scenario, key: str) -> Values:
    """Take an event away."""
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    if kind == SEASON:
        return {SEASON: [1.0 if each == event.value else each for each in scenario.usage.season]}
    if kind.startswith("request "):
        name = kind.removeprefix("request ")
        return {"requests": [each.model_dump() for each in scenario.requests if each.name != name]}
    return _edited(scenario, key, lambda _pair: (None, None))


def renewed_request(scenario: Scenario, key: str, **values: Any) -> Values:
    """Change whom a request concerns, or what its answer takes."""
    _event(scenario, key)
    kind = key.rpartition("#")[0]
    if "effort" in values:
        efforts = {f"request {each.name}": each.effort.model_dump() for each in scenario.requests}
        # A bare number would take the family and the spread of the default with it.
        values["effort"] = {**efforts.get(kind, {}), "mean": values["effort"]}
    return _request(scenario, kind, **values)


EXAMPLES: Mapping[str, str] = {
    "team": "Team shrinks",
    "season": "Busy December",
    "audit": "Audit",
    "vendor": "Vendor ends a version",
}
"""Ready examples, by what `added` calls them."""


def added(scenario: Scenario, what: str) -> Values:
    """Add an example, or a change of a value of `CHANGEABLE` in the middle of the run."""
    half = day_of(min(12, months_over(scenario.horizon_days) // 2))
    match what:
        case "team":
            day = min(day_of(6), half)
            return _added_step(scenario, _TEAM, day, lambda size: max(1, round(size * 5 / 8)))
        case "season":
            return {SEASON: [*scenario.usage.season[:-1], 1.8]}
        case "audit":
            return _added_request(scenario, "audit", half, 30.0)
        case "vendor":
            day = day_of(min(20, months_over(scenario.horizon_days) * 2 // 3))
            return _added_request(scenario, "vendor's version", day, 60.0)
        case name if name in CHANGEABLE:
            return _added_step(scenario, name, half, lambda before: _example_of(name, before))
    raise InputError(f"'{printable(what)}' is no event")


def _example_of(name: str, before: float) -> float:
    more = 1.5 * before if before else 0.5
    if name == _TEAM:
        return max(before + 1, round(more))
    if name in _SHARES and more > 1.0:
        more = 0.5 * before
    return float(f"{more:.2g}")


def example_in_words(scenario: Scenario, what: str) -> str:
    """Return what an example would be in a scenario."""
    try:
        after = _with(scenario, added(scenario, what))
    except InputError:
        return "does not fit into the scenario"
    event = first_new(scenario, after)
    if event is not None:
        return f"{event.words}, {event.when}"
    same = after.usage.season == scenario.usage.season
    return "is there already" if same else "not within the run"


def first_new(before: Scenario, after: Scenario) -> Event | None:
    """Return the first event that was not there before; keys of later ones may be others now."""
    there = events_of(before)
    known = {(event.kind, event.words, event.spans[0][0]) for event in there}
    new = [e for e in events_of(after) if (e.kind, e.words, e.spans[0][0]) not in known]
    # A month that is given a factor leaves the months that it had one with: those are not new.
    factors = {event.value for event in there if event.kind == SEASON}
    own = [event for event in new if event.kind != SEASON or event.value not in factors]
    return next(iter(own or new), None)


def _added_step(scenario: Scenario, name: str, day: int, size: Callable[[float], float]) -> Values:
    steps, last = steps_of(scenario), scenario.horizon_days - 1
    # Not on a day that has one: it would take its place.
    days = {step.day for step in steps if step.name == name}
    places = (*range(min(day, last), last + 1, 30), *range(last, -1, -1))
    own = next((place for place in places if place not in days), last)
    earlier = [step.value for step in steps if step.name == name and step.day < own]
    before = earlier[-1] if earlier else value_before(scenario, name)
    return _changes([*steps, Step(own, own, name, _whole(name, size(before)))])


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
    raise _unknown(key)


def _pair(scenario: Scenario, key: str) -> _Pair:
    for other, pair in _pairs(scenario):
        if other == key:
            return pair
    raise _unknown(key)


def _unknown(key: str) -> InputError:
    return InputError(f"there is no event '{printable(key)}'")


def _end_of(pair: _Pair) -> int:
    return (pair.back or pair.step).day


def _room(scenario: Scenario, pair: _Pair) -> tuple[int, int]:
    """Return the first and the last day between the changes of its value before and after it."""
    others = [
        step.day
        for step in steps_of(scenario)
        if step.name == pair.step.name and step not in (pair.step, pair.back)
    ]
    first = max((day + 1 for day in others if day < pair.step.day), default=0)
    end = _end_of(pair)
    last = min((day - 1 for day in others if day > end), default=scenario.horizon_days - 1)
    return first, last


def _shifted(step: Step, days: int) -> Step:
    # Where it stays, a date stays a date.
    return step._replace(when=step.day + days, day=step.day + days) if days else step


def _valued(step: Step, value: float) -> Step:
    return step if step.value == value else step._replace(value=_whole(step.name, value))


def _whole(name: str, value: float) -> float:
    """Return a value as the scenario states it: people are whole."""
    return int(value) if name == _TEAM and float(value).is_integer() else value


def _edited(scenario: Scenario, key: str, edit: Callable[[_Pair], _Edited]) -> Values:
    """Return the changes with one event edited.

    What is taken back later comes back to the value that is in force then: without a cut of the
    team, a helper for two months leaves the whole team behind.
    """
    name = _pair(scenario, key).step.name
    steps = [step for step in steps_of(scenario) if step.name != name]
    value = value_before(scenario, name)
    for other, pair in _pairs(scenario):
        if pair.step.name != name:
            continue
        step, back = edit(pair) if other == key else (pair.step, pair.back)
        if step is None:
            continue
        steps.append(step)
        if back is None:
            value = step.value
        else:
            steps.append(_valued(back, value))
    return _changes(steps)


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
