"""What Watch tells in words: values, people, builds that fail."""

from __future__ import annotations

import re
from collections import deque

import pytest

from modelops_abm.app.watch.feed import MOST_TOLD, Names, Told, feed_card, tell, told
from modelops_abm.app.watch.observe import picture_of
from modelops_abm.app.watch.organisation import DrawingOptions, organisation_card
from modelops_abm.app.watch.page import change_marks
from modelops_abm.app.watch.paired_run import PairedRun, RunChoice
from modelops_abm.app.watch.snapshot import Picture
from modelops_abm.core.events import NOBODY, LogKind, LogRecord, RetirementReason, TaskClass
from modelops_abm.scenario import Scenario, with_values

VALUES = {
    "horizon_days": 200,
    "portfolio.success_share": 0.1,
    "portfolio.initial_builds": 6,
    "changes": [
        {"day": 20, "team.developers": 6},
        {"day": 21, "usage.demand_factor": 1.5},
        {"day": 60, "team.developers": 7},
    ],
}


@pytest.fixture(scope="module")
def picture() -> Picture:
    plan = with_values(Scenario(), VALUES, source="test")
    pair = PairedRun(RunChoice(plan, seed=0, replication=0))
    while pair.running:
        pair.step()
    return picture_of(pair, None)


def record(kind: LogKind, developer: int = NOBODY, time: float = 5.0) -> LogRecord:
    return LogRecord(time, kind, NOBODY, developer, NOBODY, 0.0)


def test_it_tells_of_values_and_people_and_builds(picture: Picture) -> None:
    words = [(each.day, each.words) for each in picture.feed]
    assert (20, "2 developers leave") in words
    assert (21, "Traffic: now 1.5") in words
    assert (60, "developer 7 joins") in words
    failed = [text for _, text in words if "the build fails, after" in text]
    assert failed
    assert len(failed) == picture.plan.failed_builds
    assert [day for day, _ in words] == sorted(day for day, _ in words)


def test_failed_builds_and_the_team_are_seen(picture: Picture) -> None:
    options = DrawingOptions("plan", "Plan", 984, None, best_first=True, fast=False)
    shown = str(organisation_card(picture.plan, options, None))
    assert "7 developers" in shown
    assert re.search(rf"\b{picture.plan.failed_builds} failed\b", shown)


def test_what_happens_at_once_is_told_once() -> None:
    together = [record(LogKind.DEVELOPER_LEFT, number) for number in (3, 4, 5)]
    alone = [record(LogKind.DEVELOPER_JOINED, 3, 9.0), record(LogKind.ISSUE_STRUCK)]
    assert told([*together, *alone], Names(str)) == [
        Told(5, "3 developers leave", "issue"),
        Told(9, "developer 4 joins", "online"),
    ]


def test_the_card_shows_the_latest_first() -> None:
    feed = [Told(day, f"event {day}", "plan") for day in range(MOST_TOLD)]
    shown = str(feed_card(feed))
    assert shown.index(f"event {MOST_TOLD - 1}") < shown.index(f"event {MOST_TOLD - 2}")
    assert "event 0<" not in shown


def test_changes_are_marked_on_the_timeline() -> None:
    marks = change_marks(with_values(Scenario(), VALUES, source="test"))
    assert [mark["words"] for mark in marks if mark["words"]] == [
        "A day 20, team 8 to 6",
        "B day 21, traffic 1 to 1.5",
        "C day 60, team 6 to 7",
    ]
    assert [mark["letter"] for mark in marks if mark["letter"]] == ["A–B", "C"]
    assert change_marks(Scenario()) == []


def test_a_failed_source_is_seen_until_it_works_again() -> None:
    values = {
        "horizon_days": 90,
        "incidents.shared_sources": 2,
        "incidents.shared_per_year": 12.0,
        "team.developers": 4,
    }
    pair = PairedRun(RunChoice(with_values(Scenario(), values, source="test"), 0, 0))
    seen = []
    while pair.running:
        pair.step()
        now = picture_of(pair, None).now
        down = [source for source in pair.plan.sources if source.is_down]
        assert len(now) == len(down)
        seen += [each.words for each in now]
    words = " ".join(each.words for each in pair.feed)
    assert any("is down: " in each and "of its" in each for each in seen)
    assert "fails and takes" in words
    assert "works again after" in words
    assert "is down" in str(feed_card((), [Told(3, seen[0], "issue")]))


def test_requests_are_seen_until_they_are_answered() -> None:
    kinds = [
        {"name": "audit", "day": 5, "deadline_days": 20.0},
        {"name": "papers", "per_year": 3.0, "deadline_days": 10.0},
    ]
    values = {"horizon_days": 60, "team.developers": 3, "requests": kinds}
    pair = PairedRun(RunChoice(with_values(Scenario(), values, source="test"), 0, 0))
    seen = []
    while pair.running:
        pair.step()
        now = picture_of(pair, None).now
        models = pair.plan.ml_models
        opened = [one for each in models for one in each.requests.values() if one.task is not None]
        assert len(now) == len(opened)
        seen += [each.words for each in now]
    assert any(each.startswith("audit: ") and each.endswith("due on day 25") for each in seen)
    assert any("late since day" in each for each in seen)
    words = " ".join(each.words for each in pair.feed)
    assert "must not serve" in words
    assert ": answered for " in words
    many = [Told(1, f"open {place}", "previous") for place in range(9)]
    assert "and 4 more" in str(feed_card((), many))


def test_steps_of_capacity_that_follow_each_other_are_told_together() -> None:
    steps = [LogRecord(time, LogKind.CAPACITY_ADDED, 2, NOBODY, NOBODY, 1250.0) for time in (5, 9)]
    live = LogRecord(7.0, LogKind.WENT_LIVE, 4, NOBODY, NOBODY, 0.0)
    names = Names(lambda number: f"Model {number + 1}")
    feed: deque[Told] = deque(maxlen=MOST_TOLD)
    tell(feed, told([steps[0], live], names))
    tell(feed, told(steps[1:], names))
    assert [each.words for each in feed] == [
        "Model 3: capacity grows to 1,250 predictions a day",
        "Model 5 goes live",
        "Model 3: capacity grows to 1,250 predictions a day",
    ]
    tell(feed, told(steps[1:], names))
    assert len(feed) == 3
    assert (feed[-1].day, feed[-1].words) == (9, "capacity is added 2 times since day 9")


def test_models_that_go_and_capabilities_in_place_are_told() -> None:
    gone = LogRecord(5.0, LogKind.RETIRED, 0, NOBODY, RetirementReason.ABANDONED, 0.0)
    full = LogRecord(6.0, LogKind.CAPABILITY_REACHED, 1, NOBODY, NOBODY, 0.5)
    found = told([gone, full], Names(lambda number: f"Model {number + 1}"))
    assert [each.words for each in found] == [
        "Model 1 is retired, abandoned by its users",
        "Monitoring has reached 50 %",
    ]


def test_requests_that_come_at_once_are_told_once() -> None:
    records = [LogRecord(5.0, LogKind.REQUEST_RECEIVED, model, NOBODY, 0, 0.0) for model in (1, 2)]
    names = Names(str, lambda _: "audit", lambda _: 20.0)
    assert told(records, names) == [Told(5, "audit: 2 models, due on day 25", "previous")]


def test_whoever_works_is_drawn_whatever_the_work_is() -> None:
    """Beside steps of capacity and answers, which change no state, and repairs of sources."""
    kinds = [{"name": "papers", "per_year": 6.0, "deadline_days": 5.0}]
    values = {
        "horizon_days": 100,
        "requests": kinds,
        "incidents.shared_sources": 2,
        "incidents.shared_per_year": 12.0,
        "capacity.review_days": 20.0,
    }
    pair = PairedRun(RunChoice(with_values(Scenario(), values, source="test"), 0, 0))
    options = DrawingOptions("plan", "Plan", 984, None, best_first=True, fast=False)
    seen = set()
    while pair.running:
        pair.step()
        view = picture_of(pair, None).plan
        card = str(organisation_card(view, options, None))
        persons = {int(key) for key in re.findall(r'data-key="d(\d+)"', card)}
        idle = set(view.developers_at(TaskClass.IDLE))
        assert persons == {each.number for each in view.developers} - idle
        seen |= set(re.findall(r'title="Developer \d+ ([a-z ]+)', card))
    assert {words.strip() for words in seen} == {
        "adds capacity to",
        "answers a request about",
        "repairs a shared source",
    }
