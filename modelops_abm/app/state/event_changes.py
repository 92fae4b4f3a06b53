"""Moving, sizing, ending, adding and taking away events: what each makes of a scenario.

Each function returns the values of the scenario that are other then, for `with_values`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from modelops_abm import formats
from modelops_abm.app.state.events import (
    MONTH_NAMES,
    SEASON,
    TEAM,
    Event,
    Pair,
    Step,
    events_of,
    pairs_of,
    steps_of,
    value_before,
)
from modelops_abm.formats import MONTH_DAYS
from modelops_abm.scenario import InputError, Problem, Scenario, with_values
from modelops_abm.scenario.requests import ALL, REGULATED
from modelops_abm.scenario.timeline import CHANGEABLE
from modelops_abm.text import all_of, printable

type Values = dict[str, Any]
type _Edited = tuple[Step | None, Step | None]
"""A step and the step that takes it back; neither if the event is gone."""

_SHARES = ("team.focus", *(name for name in CHANGEABLE if name.endswith(".maximum")))


def day_of(month: float) -> int:
    """Return the first day of a month, counted from 1.

    >>> day_of(1), day_of(7)
    (0, 183)
    """
    return math.ceil((month - 1.0) * MONTH_DAYS - 1e-6)


def moved(scenario: Scenario, key: str, day: int, steps: int = 0) -> Values:
    """Move an event to a day, with its end, a season by whole months; make it larger by steps.

    A change stays between those of the same value before and after it, and so keeps its key.
    """
    event, kind = _event(scenario, key), key.rpartition("#")[0]
    begin = event.spans[0][0]
    if kind == SEASON:
        return _moved_season(scenario, event, round((day - begin) / MONTH_DAYS), steps)
    if kind.startswith("request "):
        first = min(max(day, 0), scenario.horizon_days - 1)
        values: Values = {"day": first} if event.is_placed and first != begin else {}
        larger = {"deadline_days": _larger(event, steps)} if steps else {}
        return _request(scenario, kind, **values, **larger)
    pair = _pair(scenario, key)
    earliest, last = _room(scenario, pair)
    shift = min(max(day, earliest), last - (_end_of(pair) - begin)) - begin

    def edit(pair: Pair) -> _Edited:
        back = None if pair.back is None else _shifted(pair.back, shift)
        return _valued(_shifted(pair.step, shift), _larger(event, steps)), back

    return _edited(scenario, key, edit)


def _moved_season(scenario: Scenario, event: Event, shift: int, steps: int) -> Values:
    factors = list(scenario.usage.season)
    moving = [place for place, each in enumerate(factors) if each == event.value]
    kept = [1.0 if place in moving else each for place, each in enumerate(factors)]
    places = [(place + shift) % 12 for place in moving]
    taken = [place for place in places if kept[place] != 1.0]
    if taken:
        # It would take the factor of those months away, and nothing would bring that back.
        names, have = all_of([MONTH_NAMES[each] for each in taken]), ("has", "have")[len(taken) > 1]
        raise InputError(
            f"{names} {have} a factor of traffic already: move that one, or remove it, first"
        )
    for place in places:
        kept[place] = _larger(event, steps)
    return {SEASON: kept}


def _larger(event: Event, steps: int) -> float:
    """Return the size of an event that is so many steps larger."""
    value = event.value or 0.0
    return max(0.0, round(value + steps * step_of(event), 10)) if steps else value


def step_of(event: Event) -> float:
    """Return by how much a key makes an event larger: one person, a tenth, a tenth of its value."""
    if event.kind == TEAM:
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
    if month is None:
        return _edited(scenario, key, lambda pair: (pair.step, None))
    pair, day = _pair(scenario, key), day_of(month + 1.0)
    _, latest = _room(scenario, pair)
    if not pair.step.day < day <= latest:
        # What ends with a month is over on the first day of the next.
        first, last = (formats.month_number(each) for each in (pair.step.day, latest - 1))
        last -= day_of(last + 1.0) > latest
        message = f"must be a month from {first} to {last}, or nothing for the end"
        raise InputError(Problem(message, "", "until"))
    return _ended_on(scenario, key, day)


def drawn_to(scenario: Scenario, key: str, day: int) -> Values:
    """Let a change end before a day, or as near to it as there is room."""
    pair = _pair(scenario, key)
    _, latest = _room(scenario, pair)
    return _ended_on(scenario, key, min(max(day, pair.step.day + 1), latest))


def _ended_on(scenario: Scenario, key: str, day: int) -> Values:
    def edit(pair: Pair) -> _Edited:
        return pair.step, Step(day, day, pair.step.name, _whole(pair.step.name, pair.before))

    return _edited(scenario, key, edit)


def without(scenario: Scenario, keys: Iterable[str]) -> Values:
    """Return the values of a scenario without some of its events, for `with_values`."""
    values: Values = {}
    # The last of a kind first: what is left keeps its key.
    for key in sorted(keys, key=lambda key: int(key.rpartition("#")[2]), reverse=True):
        values |= removed(_with(scenario, values), key)
    return values


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
    months = formats.months_in(scenario.horizon_days)
    half = day_of(min(12, months // 2) + 1)
    match what:
        case "team":
            day = min(day_of(7), half)
            return _added_step(scenario, TEAM, day, lambda size: max(1, round(size * 5 / 8)))
        case "season":
            return {SEASON: [*scenario.usage.season[:-1], 1.8]}
        case "audit":
            return _added_request(scenario, "audit", half, 30.0)
        case "vendor":
            day = day_of(min(20, months * 2 // 3) + 1)
            return _added_request(scenario, "vendor's version", day, 60.0)
        case name if name in CHANGEABLE:
            return _added_step(scenario, name, half, lambda before: _example_of(name, before))
    raise InputError(f"'{printable(what)}' is no event")


def _example_of(name: str, before: float) -> float:
    more = 1.5 * before if before else 0.5
    if name == TEAM:
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


def _pair(scenario: Scenario, key: str) -> Pair:
    for other, pair in pairs_of(scenario):
        if other == key:
            return pair
    raise _unknown(key)


def _unknown(key: str) -> InputError:
    return InputError(f"there is no event '{printable(key)}'")


def _end_of(pair: Pair) -> int:
    return (pair.back or pair.step).day


def _room(scenario: Scenario, pair: Pair) -> tuple[int, int]:
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
    return int(value) if name == TEAM and float(value).is_integer() else value


def _edited(scenario: Scenario, key: str, edit: Callable[[Pair], _Edited]) -> Values:
    """Return the changes with one event edited.

    What is taken back later comes back to the value that is in force then: without a cut of the
    team, a helper for two months leaves the whole team behind.
    """
    name = _pair(scenario, key).step.name
    steps = [step for step in steps_of(scenario) if step.name != name]
    value = value_before(scenario, name)
    for other, pair in pairs_of(scenario):
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
