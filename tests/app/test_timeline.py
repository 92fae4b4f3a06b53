"""Events of the timeline: read out of a scenario, written back, and weighed in the same futures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelops_abm.app.decide.timeline import event_list, take_change, take_event_action
from modelops_abm.app.decide.timeline_picture import picture
from modelops_abm.app.state import events
from modelops_abm.app.state.effects import LOOKS, event_effects
from modelops_abm.app.state.events import events_of
from modelops_abm.app.state.link import Linked, query_of, read_query
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import EventChange
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments import compare
from modelops_abm.scenario import InputError, Scenario

SMALL: dict[str, Any] = {
    "portfolio.initial_models": 3,
    "portfolio.ideas_per_year": 2,
    "team.developers": 4,
    "horizon_days": 365,
}
TEAM, RATE = "team.developers", "incidents.pipeline_per_year"
CHANGES = [
    {"day": 91, TEAM: 2},
    {"day": 122, RATE: 30.0},
    {"day": 243, RATE: 10.0, TEAM: 5},
]
AUDIT = {"name": "audit", "day": 182, "deadline_days": 20.0}
VALUES = {
    RATE: 10.0,
    "changes": CHANGES,
    "requests": [AUDIT],
    "usage.season": [1.0] * 10 + [1.5, 1.5],
}
PLAN = Plan.of_preset("all_five").changed(SMALL)
EVENTFUL = PLAN.changed(VALUES)


def changed(values: events.Values, plan: Plan = EVENTFUL) -> Scenario:
    return plan.changed(values).scenario


def spans(scenario: Scenario) -> dict[str, tuple[tuple[int, int], ...]]:
    return {event.key: event.spans for event in events_of(scenario)}


def test_a_change_that_is_taken_back_is_one_event_with_an_end() -> None:
    found = {event.key: event for event in events_of(EVENTFUL.scenario)}
    assert found[f"{RATE}#0"].spans == ((122, 243),)
    assert [found[f"{TEAM}#{place}"].words for place in (0, 1)] == ["Team 4 to 2", "Team 2 to 5"]
    assert found["request audit#0"].spans == ((182, 202),)
    assert len(found) == 5


def test_a_season_comes_each_year_in_its_calendar_months() -> None:
    scenario = changed({"horizon_days": 1095})
    (season,) = [event for event in events_of(scenario) if event.kind == events.SEASON]
    assert len(season.spans) == 6
    assert season.words == "November and December: traffic × 1.5"


@pytest.mark.parametrize("key", sorted(spans(EVENTFUL.scenario)))
def test_an_event_is_moved_sized_and_taken_away_alone(key: str) -> None:
    scenario, before = EVENTFUL.scenario, spans(EVENTFUL.scenario)
    moved = changed(events.moved(scenario, key, before[key][0][0] - 30))
    assert spans(moved)[key][0][0] < before[key][0][0]
    others = {name: span for name, span in before.items() if name != key}
    if not key.startswith(TEAM):  # the first of the team ends where the second begins
        assert {name: spans(moved)[name] for name in others} == others
    larger = changed(events.sized(scenario, key, 1))
    size = {event.key: event.value for event in events_of(larger)}[key]
    assert size is not None
    assert size > ({event.key: event.value for event in events_of(scenario)}[key] or 0.0)
    assert len(events_of(changed(events.removed(scenario, key)))) < len(before)


def test_without_its_events_a_plan_is_as_it_was() -> None:
    bare = EVENTFUL.changed(events.without(EVENTFUL.scenario, spans(EVENTFUL.scenario)))
    assert bare.key == PLAN.changed({RATE: 10.0}).key


def test_an_event_stays_within_the_run_and_its_end_after_its_beginning() -> None:
    scenario = EVENTFUL.scenario
    assert spans(changed(events.moved(scenario, f"{RATE}#0", 10_000)))[f"{RATE}#0"] == ((243, 364),)
    assert spans(changed(events.moved(scenario, f"{RATE}#0", -9)))[f"{RATE}#0"] == ((0, 121),)
    forever = changed(events.ended(scenario, f"{RATE}#0", None))
    assert spans(forever)[f"{RATE}#0"] == ((122, 365),)
    with pytest.raises(InputError, match="until: must be a month from 5 to 12"):
        events.ended(scenario, f"{RATE}#0", 2)


@pytest.mark.parametrize("what", [*events.EXAMPLES, RATE, "capabilities.lineage.maximum"])
def test_examples_are_events_of_any_scenario_and_of_its_link(what: str) -> None:
    plan = PLAN.changed(events.added(PLAN.scenario, what))
    (event,) = events_of(plan.scenario)
    assert 0 < event.spans[0][0] < plan.scenario.horizon_days
    assert read_query(query_of(Linked(plan)) or "").plan.key == plan.key
    twice = plan.changed(events.added(plan.scenario, what))
    assert len(events_of(twice.scenario)) == (1 if what == "season" else 2)


def test_an_effect_is_with_all_minus_without_one_in_the_same_futures() -> None:
    found = next(event_effects(EVENTFUL, seed=3))
    key = f"{TEAM}#0"
    bare = changed(events.without(EVENTFUL.scenario, [key]))
    worth = [
        compare(scenario, replications=LOOKS[0], seed=3).difference("npv").values
        for scenario in (EVENTFUL.scenario, bare)
    ]
    np.testing.assert_array_equal(found.each[key].values, worth[0] - worth[1])
    assert set(found.each) == set(spans(EVENTFUL.scenario))
    assert list(event_effects(PLAN, seed=3)) == []


def test_what_is_done_with_an_event_is_one_step_of_undo() -> None:
    session = Session(EVENTFUL)
    take_change(session, EventChange(f"{TEAM}#0", 152, -1))
    assert spans(session.plan.scenario)[f"{TEAM}#0"] == ((152, 365),)
    assert session.plan.scenario.changes[1].values[TEAM] == 1
    session.undo()
    assert session.plan == EVENTFUL
    take_event_action(session, Action("event", f"{RATE}#0"))
    take_event_action(session, Action("set event size", "25"))
    assert [event.value for event in events_of(session.plan.scenario)][1] == 25.0
    with pytest.raises(InputError, match="0,125"):
        take_event_action(session, Action("set event month", "0,125"))
    take_event_action(session, Action("add event", "audit"))
    assert session.event.value == "request audit 2#0"
    take_event_action(session, Action("remove event", session.event.value))
    assert not session.history.value.undone
    session.close()


def test_list_and_picture_hold_every_event() -> None:
    before = PLAN.changed({**VALUES, "changes": [{**CHANGES[0], "day": 61}, *CHANGES[1:]]})
    html = str(event_list(EVENTFUL, None, f"{TEAM}#0"))

    drawn = picture(EVENTFUL, before, None, None, "")
    for event in events_of(EVENTFUL.scenario):
        assert event.words in html
    assert [each["key"] for each in drawn["events"]] == list(spans(EVENTFUL.scenario))
    ghost = next(each for each in drawn["events"] if each["key"] == f"{TEAM}#0")
    assert (ghost["ghost"], ghost["said"]) == (61, "Team 4 to 2 in month 3, was 2")
    assert [lane["name"] for lane in drawn["lanes"]] == [
        "team",
        "traffic",
        "incidents",
        "requests",
        "capabilities",
    ]
