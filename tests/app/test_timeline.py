"""Events of the timeline: read out of a scenario, written back, and weighed in the same futures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from modelops_abm.app.decide.sentences import headline
from modelops_abm.app.decide.timeline import (
    effects_of,
    event_list,
    take_change,
    take_event_action,
    timeline_verdict,
)
from modelops_abm.app.decide.timeline_picture import picture, plan_and_baseline
from modelops_abm.app.state import event_changes
from modelops_abm.app.state.effects import LOOKS, MOST_WEIGHED, EventEffects, event_effects
from modelops_abm.app.state.events import SEASON, events_of
from modelops_abm.app.state.link import Linked, query_of, read_query
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import EventChange
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import notation_of
from modelops_abm.experiments import Comparison, PairedDifference, compare
from modelops_abm.formats import money, month_number, month_of
from modelops_abm.scenario import InputError, Scenario

SMALL: dict[str, Any] = {
    "portfolio.initial_models": 3,
    "portfolio.ideas_per_year": 2,
    "team.developers": 4,
    "horizon_days": 365,
}
TEAM, RATE = "team.developers", "incidents.pipeline_per_year"
CHANGES: list[dict[str, Any]] = [
    {"day": 92, TEAM: 2},
    {"day": 122, RATE: 30.0},
    {"day": 244, RATE: 10.0, TEAM: 5},
]
AUDIT: dict[str, Any] = {"name": "audit", "day": 182, "deadline_days": 20.0}
VALUES = {
    RATE: 10.0,
    "changes": CHANGES,
    "requests": [AUDIT],
    "usage.season": [1.0] * 10 + [1.5, 1.5],
}
PLAN = Plan.of_preset("all_five").changed(SMALL)
EVENTFUL = PLAN.changed(VALUES)


def changed(values: event_changes.Values, plan: Plan = EVENTFUL) -> Scenario:
    return plan.changed(values).scenario


def spans(scenario: Scenario) -> dict[str, tuple[tuple[int, int], ...]]:
    return {event.key: event.spans for event in events_of(scenario)}


def test_a_change_that_is_taken_back_is_one_event_with_an_end() -> None:
    found = {event.key: event for event in events_of(EVENTFUL.scenario)}
    assert found[f"{RATE}#0"].spans == ((122, 244),)
    assert [found[f"{TEAM}#{place}"].words for place in (0, 1)] == ["Team 4 to 2", "Team 2 to 5"]
    assert found["request audit#0"].spans == ((182, 202),)
    assert len(found) == 5


def test_a_season_comes_each_year_in_its_calendar_months() -> None:
    scenario = changed({"horizon_days": 1095})
    (season,) = [event for event in events_of(scenario) if event.kind == SEASON]
    assert len(season.spans) == 6
    assert season.words == "November and December: traffic × 1.5"


@pytest.mark.parametrize("key", sorted(spans(EVENTFUL.scenario)))
def test_an_event_is_moved_sized_and_taken_away_alone(key: str) -> None:
    scenario, before = EVENTFUL.scenario, spans(EVENTFUL.scenario)
    moved = changed(event_changes.moved(scenario, key, before[key][0][0] - 30))
    assert spans(moved)[key][0][0] < before[key][0][0]
    others = {name: span for name, span in before.items() if name != key}
    if not key.startswith(TEAM):  # the first of the team ends where the second begins
        assert {name: spans(moved)[name] for name in others} == others
    larger = changed(event_changes.moved(scenario, key, before[key][0][0], 1))
    size = {event.key: event.value for event in events_of(larger)}[key]
    assert size is not None
    assert spans(larger).keys() == before.keys()
    assert [span[0][0] for span in spans(larger).values()] == [
        span[0][0] for span in before.values()
    ]
    assert size > ({event.key: event.value for event in events_of(scenario)}[key] or 0.0)
    assert len(events_of(changed(event_changes.removed(scenario, key)))) < len(before)


def test_without_its_events_a_plan_is_as_it_was() -> None:
    bare = EVENTFUL.changed(event_changes.without(EVENTFUL.scenario, spans(EVENTFUL.scenario)))
    assert bare.key == PLAN.changed({RATE: 10.0}).key


def test_an_event_stays_within_the_run_and_its_end_after_its_beginning() -> None:
    scenario, rate = EVENTFUL.scenario, f"{RATE}#0"
    for day, span in ((10_000, (242, 364)), (-9, (0, 122))):
        assert spans(changed(event_changes.moved(scenario, rate, day)))[rate] == (span,)
    forever = changed(event_changes.ended(scenario, rate, None))
    assert spans(forever)[rate] == ((122, 365),)
    with pytest.raises(InputError, match="until: must be a month from 5 to 11"):
        event_changes.ended(scenario, rate, 12)
    assert spans(changed(event_changes.ended(scenario, rate, 11)))[rate] == ((122, 335),)
    # By its handle it goes as far as there is room.
    for day, end in ((200, 200), (10_000, 364), (1, 123)):
        drawn = event_changes.drawn_to(scenario, rate, day)
        assert spans(changed(drawn))[rate] == ((122, end),)


def test_a_change_stays_between_those_of_its_value() -> None:
    scenario = EVENTFUL.scenario
    assert spans(changed(event_changes.moved(scenario, f"{TEAM}#0", 300)))[f"{TEAM}#0"][0][0] == 243
    assert spans(changed(event_changes.moved(scenario, f"{TEAM}#1", 10)))[f"{TEAM}#1"][0][0] == 93
    with pytest.raises(InputError, match="from 4 to 7"):
        event_changes.ended(scenario, f"{TEAM}#0", 9)
    with pytest.raises(InputError, match="there is no event 'request audit#0'"):
        event_changes.ended(scenario, "request audit#0", 9)


def test_what_is_taken_back_comes_back_to_what_is_in_force_then() -> None:
    steps = [{"day": 91, TEAM: 2}, {"day": 182, TEAM: 3}, {"day": 243, TEAM: 2}]
    plan = PLAN.changed({"changes": steps})
    bare = changed(event_changes.removed(plan.scenario, f"{TEAM}#0"), plan)
    assert [event.words for event in events_of(bare)] == ["Team 4 to 3"]
    assert spans(bare) == {f"{TEAM}#0": ((182, 243),)}
    other = changed(event_changes.resized(plan.scenario, f"{TEAM}#0", 1), plan)
    assert [event.words for event in events_of(other)] == ["Team 4 to 1", "Team 1 to 3"]
    for_good = changed(event_changes.ended(plan.scenario, f"{TEAM}#1", None), plan)
    assert [event.is_open for event in events_of(for_good)] == [True, True]


def test_a_date_stays_until_its_event_is_moved() -> None:
    plan = PLAN.changed({"changes": [{"day": "2026-06-15", TEAM: 2}, {"day": 243, TEAM: 5}]})
    ((begin, _),) = spans(plan.scenario)[f"{TEAM}#0"]
    assert begin == 165
    stays = [
        event_changes.moved(plan.scenario, f"{TEAM}#0", begin, -1),
        event_changes.moved(plan.scenario, f"{TEAM}#1", 274),
    ]
    for values in stays:
        assert changed(values, plan).changes[0].day == date(2026, 6, 15)
    assert changed(event_changes.moved(plan.scenario, f"{TEAM}#0", 152), plan).changes[0].day == 152


def test_a_season_is_moved_and_sized_at_once_beside_another() -> None:
    season = [1.0, 1.0, 1.2, 1.0, 1.0, 1.5] + [1.0] * 6
    plan = PLAN.changed({"usage.season": season})
    ((key, span),) = [item for item in spans(plan.scenario).items() if item[1][0][0] > 100]
    moved = changed(event_changes.moved(plan.scenario, key, span[0][0] + 30, -4), plan)
    assert moved.usage.season == (1.0, 1.0, 1.2, 1.0, 1.0, 1.0, 1.1, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_a_season_does_not_take_the_place_of_another() -> None:
    plan = PLAN.changed({"usage.season": [1.0] * 10 + [1.5, 1.8]})
    keys = {event.value: event for event in events_of(plan.scenario)}
    session = Session(plan)
    with pytest.raises(InputError, match="November has a factor of traffic already"):
        take_change(session, EventChange(keys[1.8].key, keys[1.8].spans[0][0] - 30))
    assert session.plan == plan
    take_change(session, EventChange(keys[1.8].key, keys[1.8].spans[0][0] - 60))
    assert session.plan.scenario.usage.season[9:] == (1.8, 1.5, 1.0)
    session.close()


def test_a_month_is_the_one_that_a_day_lies_in_in_words_fields_and_payback() -> None:
    changes = [
        {"day": event_changes.day_of(7), TEAM: 2},
        {"day": event_changes.day_of(10), TEAM: 4},
    ]
    plan = PLAN.changed({"changes": changes, "usage.season": [1.0] * 11 + [1.8]})
    team, season = events_of(plan.scenario)
    assert month_of(team.spans[0][0]) == "month 7"
    assert month_of(team.spans[0][1] - 1) == "month 9"
    assert (team.when, season.when) == ("months 7 to 9", "each year, in month 12")
    stays = [
        event_changes.ended(plan.scenario, team.key, 9),
        event_changes.moved(plan.scenario, team.key, event_changes.day_of(7)),
        event_changes.moved(plan.scenario, season.key, event_changes.day_of(12)),
    ]
    for values in stays:
        assert changed(values, plan) == plan.scenario
    for month in range(1, 61):
        first = event_changes.day_of(month)
        assert (month_number(first), month_number(first - 1)) == (month, month - 1 or 1)


def test_effort_of_a_request_keeps_its_spread_and_its_bar_ends_with_the_run() -> None:
    effort = {"family": "lognormal", "mean": 5.0, "cv": 1.1}
    plan = PLAN.changed({"requests": [{**AUDIT, "day": 350, "effort": effort}]})
    assert spans(plan.scenario)["request audit#0"] == ((350, 365),)
    values = event_changes.renewed_request(plan.scenario, "request audit#0", effort=8.0)
    (kind,) = changed(values, plan).requests
    assert (kind.effort.mean, kind.effort.cv) == (8.0, 1.1)


def test_an_example_departs_from_what_is_in_force_and_is_the_event_that_opens() -> None:
    session = Session(EVENTFUL)
    take_event_action(session, Action("add event", "team"))
    assert session.event.value == f"{TEAM}#1"
    assert [e.words for e in events_of(session.plan.scenario) if e.kind == TEAM] == [
        "Team 4 to 2",
        "Team 2 to 1",
        "Team 1 to 5",
    ]
    session.close()
    odd = PLAN.changed({TEAM: 5})
    (event,) = events_of(changed(event_changes.added(odd.scenario, TEAM), odd))
    assert event.words == "Team 5 to 8"
    short = PLAN.changed({"horizon_days": 180}).scenario
    assert event_changes.example_in_words(short, "season") == "not within the run"
    assert "December: traffic × 1.8" in event_changes.example_in_words(EVENTFUL.scenario, "season")


@pytest.mark.parametrize("typed", ["nan", "inf", "1e300", "seven"])
def test_what_is_no_usable_number_is_told(typed: str) -> None:
    session = Session(EVENTFUL)
    session.event.set("request audit#0")
    for field in ("month", "size", "effort"):
        with pytest.raises(InputError, match="is no number"):
            take_event_action(session, Action(f"set event {field}", typed))
    assert session.plan == EVENTFUL
    session.close()


def test_an_old_place_is_shown_only_where_no_event_of_its_kind_came_or_went() -> None:
    left = EVENTFUL.changed(event_changes.removed(EVENTFUL.scenario, f"{TEAM}#0"))
    places = {
        event["key"]: event["ghost"] for event in picture(left, EVENTFUL, None, None, "")["events"]
    }
    assert places[f"{TEAM}#0"] is None
    assert places[f"{RATE}#0"] == 122


def test_what_does_not_exist_at_the_end_has_no_words_there() -> None:
    assert [end["words"] for end in plan_and_baseline(np.nan, 97.0, 1)] == ["Baseline 97.0"]


def test_the_band_of_net_value_a_month_is_around_its_line(comparison: Comparison) -> None:
    drawn = picture(Plan("test", comparison.plan.scenario), None, comparison, None, "")
    chart = next(each for each in drawn["charts"] if each["title"].startswith("Net value a month"))
    (band,), (line,) = chart["bands"], [each for each in chart["lines"] if each["name"] == "plan"]
    low, high = (np.array([point[end] for point in band["points"]]) for end in (1, 2))
    places = [point[0] for point in band["points"]]
    means = np.interp(places, *np.transpose(line["points"]))
    assert (low < high).all()
    assert low.mean() < means.mean() < high.mean()
    assert chart["low"] <= low.min()
    assert high.max() <= chart["high"]


def test_payroll_is_that_of_the_last_day() -> None:
    plan = EVENTFUL.changed({"changes": [*CHANGES, {"day": 300, "team.payroll_per_year": 1e5}]})
    lane = picture(plan, None, None, None, "")["lanes"][0]
    assert lane["note"] == f"payroll {money(5e5)} a year"


@pytest.mark.parametrize("what", [*event_changes.EXAMPLES, RATE, "capabilities.lineage.maximum"])
def test_examples_are_events_of_any_scenario_and_of_its_link(what: str) -> None:
    plan = PLAN.changed(event_changes.added(PLAN.scenario, what))
    (event,) = events_of(plan.scenario)
    assert 0 < event.spans[0][0] < plan.scenario.horizon_days
    assert read_query(query_of(Linked(plan)) or "").plan.key == plan.key
    twice = plan.changed(event_changes.added(plan.scenario, what))
    assert len(events_of(twice.scenario)) == (1 if what == "season" else 2)


def test_an_effect_is_with_all_minus_without_one_in_the_same_futures() -> None:
    found = next(event_effects(EVENTFUL, seed=3))
    key = f"{TEAM}#0"
    bare = changed(event_changes.without(EVENTFUL.scenario, [key]))
    worth = [
        compare(scenario, replications=LOOKS[0], seed=3).difference("npv").values
        for scenario in (EVENTFUL.scenario, bare)
    ]
    np.testing.assert_array_equal(found.each[key].values, worth[0] - worth[1])
    assert set(found.each) == set(spans(EVENTFUL.scenario))
    assert list(event_effects(PLAN, seed=3)) == []
    # Another payroll costs plan and baseline the same: what is left of it is rounding.
    payroll = PLAN.changed({"changes": [{"day": 92, "team.payroll_per_year": 200_001.3}]})
    assert not next(event_effects(payroll, seed=3)).each["team.payroll_per_year#0"].values.any()


def test_without_its_events_a_plan_is_worth_what_it_is_less_what_they_do() -> None:
    """While what they do is known from fewer futures than the plan is answered in."""
    first, last = event_effects(EVENTFUL, seed=3)
    answer = last.changed
    assert answer is not None
    assert first.together is not None
    worth, effect = (each.estimate.mean for each in (answer.difference("npv"), first.together))
    assert worth is not None
    assert effect is not None
    said = str(timeline_verdict(EVENTFUL, answer, first))
    assert f", not {notation_of(answer).in_dollars(worth - effect)}." in said
    number = notation_of(answer).in_dollars(worth)
    assert number.lstrip("+\N{MINUS SIGN}") in headline(answer).text  # one plan, one number
    assert number in said
    drawn, *_ = picture(EVENTFUL, None, answer, first, "")["charts"]
    ends = {line["name"]: line["points"][-1][1] for line in drawn["lines"]}
    assert number in {end["words"] for end in drawn["ends"]}
    assert (ends["plan"] - ends["without"]) * 1e6 == pytest.approx(effect, rel=0.02, abs=200.0)


def test_of_many_events_the_first_are_weighed_one_by_one() -> None:
    steps = [{"day": 7 * week, TEAM: 2 + week % 3} for week in range(1, 2 * MOST_WEIGHED)]
    plan = EVENTFUL.changed({"changes": steps})
    keys = [event.key for event in events_of(plan.scenario)]
    assert len(keys) > MOST_WEIGHED
    told = PairedDifference(np.array([1e5, 2e5, 3e5]))
    known = EventEffects(plan, 0, dict.fromkeys(keys[:MOST_WEIGHED], told), told)
    html = str(event_list(plan, known, ""))
    assert f"the first {MOST_WEIGHED} are told one by one" in html
    assert "…" not in html
    assert "…" in str(event_list(plan, None, ""))
    lost = PairedDifference(np.array([-1e5, -1.1e5, -1.2e5]))
    known = replace(known, each={**known.each, keys[1]: lost})
    assert "Event 2 costs most: <strong>Team" in str(timeline_verdict(plan, None, known))


def test_effects_are_shown_of_the_same_plan_and_futures_alone() -> None:
    session = Session(EVENTFUL)
    known = EventEffects(EVENTFUL, session.seed.value)
    session.effects.set(known)
    assert effects_of(session, None) is known
    session.seed.set(session.seed.value + 1)
    assert effects_of(session, None) is None
    session.seed.set(known.seed)
    session.take(PLAN)
    assert effects_of(session, None) is None
    session.close()


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
    level = "capabilities.lineage.maximum"
    take_event_action(session, Action("add event", level))
    take_event_action(session, Action("set event size", "50"))
    (raised,) = (event for event in events_of(session.plan.scenario) if event.kind == level)
    assert (raised.value, raised.words[-5:]) == (0.5, " 50\u202f%")
    shown = str(event_list(session.plan, None, raised.key))
    assert 'value="50"' in shown, "as it is typed"
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
    assert (ghost["ghost"], ghost["said"]) == (61, "Team 4 to 2 in month 4, was 3")
    assert [lane["name"] for lane in drawn["lanes"]] == [
        "team",
        "traffic",
        "incidents",
        "requests",
        "capabilities",
    ]
