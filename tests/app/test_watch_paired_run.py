"""What is watched is what was computed: every future of an ensemble, to the bit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from modelops_abm import compare, preset, replicate, simulate
from modelops_abm.app.watch.observe import followed_in, picture_of, spells_of, thinned
from modelops_abm.app.watch.paired_run import STRIP_BINS, PairedRun, RunChoice, watched
from modelops_abm.app.watch.recording import Recording
from modelops_abm.app.watch.snapshot import Life, Picture
from modelops_abm.charts.lives import services, spells
from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.scenario import baseline_of

DAYS = 150


def shortened(name: str, days: int = DAYS) -> Scenario:
    return with_values(preset(name), {"horizon_days": days}, source="test")


def finished(choice: RunChoice) -> PairedRun:
    paired = PairedRun(choice)
    while paired.running:
        paired.step()
    return paired


@pytest.mark.parametrize("future", [0, 3])
@pytest.mark.parametrize("name", ["all_five", "regulated_bank"])
def test_a_watched_future_is_the_ensembles_to_the_bit(name: str, future: int) -> None:
    plan = shortened(name)
    paired = finished(RunChoice(plan, seed=7, replication=future))
    for scenario, run in ((plan, paired.plan), (baseline_of(plan), paired.baseline)):
        ensemble = replicate(scenario, future + 1, seed=7)
        summary = ensemble.summaries().iloc[future]
        for outcome, value in run.summary().items():
            if value is None:
                assert math.isnan(summary[outcome])
            else:
                assert summary[outcome] == value, outcome
        totals = simulate(scenario, seed=7, replication=future, engine="ensemble").totals
        assert dict(totals) == dict(run.totals)


def test_the_lanes_differ_by_what_decide_says_of_that_future() -> None:
    plan = shortened("all_five")
    differences = compare(plan, 3, seed=1).difference("npv").values
    for future in range(3):
        picture = picture_of(finished(RunChoice(plan, seed=1, replication=future)), None)
        assert picture.plan.npv - picture.baseline.npv == differences[future]


def test_remembering_changes_nothing() -> None:
    plan = shortened("reference")
    paired = finished(RunChoice(plan, seed=0, replication=0))
    run = simulate(plan, seed=0, model_days=True)
    assert run.model_days is not None
    days = run.model_days[run.model_days["model"] == 4]
    entry = watched(paired.plan)[4]
    assert entry.first_day == days["day"].iloc[0]
    assert list(entry.users_by_day) == pytest.approx(list(days["users"]), rel=1e-6)
    assert list(entry.value_by_day) == pytest.approx(list(days["value_today"]), rel=1e-6)


@pytest.mark.parametrize("name", ["no_preemption", "all_five", "strict_deck"])
def test_spells_are_those_of_the_event_log(name: str) -> None:
    plan = shortened(name)
    paired, run = finished(RunChoice(plan, seed=0, replication=0)), simulate(plan, seed=0)
    for entry in watched(paired.plan)[::5]:
        followed = followed_in(paired, entry.number)
        assert followed is not None
        ours = followed.plan.spells
        told = [spell for spell in spells(run, entry.number) if spell.state in PRODUCTION_STATES]
        assert joined((spell.state, spell.start, spell.end) for spell in ours) == joined(
            (spell.state, spell.start, spell.end) for spell in told
        )
        assert joined((spell.serving, spell.start, spell.end) for spell in ours) == joined(
            (service.version, service.start, service.end) for service in services(run, entry.number)
        )


def joined(times: Iterable[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """Return times in a row with neighbours of one kind made one, and none without length."""
    result: list[tuple[int, float, float]] = []
    for kind, start, end in times:
        if result and result[-1][0] == kind and result[-1][2] == start:
            result[-1] = (kind, result[-1][1], end)
        elif end > start:
            result.append((kind, start, end))
    return result


def test_a_rollback_is_a_spell_of_the_previous_version() -> None:
    story = [
        LogRecord(2.0, LogKind.ISSUE_STRUCK, 0, -1, 0, 0.0),
        LogRecord(2.5, LogKind.PREVIOUS_SERVES, 0, -1, 0, 0.0),
        LogRecord(4.0, LogKind.ISSUE_RESOLVED, 0, -1, 0, 2.0),
    ]
    offline = (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
    serving = [(spell.start, spell.serving) for spell in spells_of(story, -10.0, 5.0, offline)]
    assert serving == [
        (0.0, Serving.CURRENT),
        (2.0, Serving.NONE),
        (2.5, Serving.PREVIOUS),
        (4.0, Serving.CURRENT),
    ]


def test_a_previous_version_that_breaks_serves_no_longer() -> None:
    story = [
        LogRecord(2.0, LogKind.ISSUE_STRUCK, 0, -1, 0, 0.0),
        LogRecord(2.5, LogKind.PREVIOUS_SERVES, 0, -1, 0, 0.0),
        LogRecord(3.0, LogKind.PREVIOUS_BROKE, 0, -1, 0, 0.0),
        LogRecord(4.0, LogKind.ISSUE_RESOLVED, 0, -1, 0, 2.0),
    ]
    offline = (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
    serving = [(spell.start, spell.serving) for spell in spells_of(story, -10.0, 5.0, offline)]
    assert serving[2:] == [
        (2.5, Serving.PREVIOUS),
        (3.0, Serving.NONE),
        (4.0, Serving.CURRENT),
    ]


def test_every_model_is_in_a_picture_once_and_every_developer() -> None:
    paired = PairedRun(RunChoice(shortened("all_five"), seed=2, replication=1))
    for _ in range(90):
        paired.step()
        organisation = picture_of(paired, None).plan
        numbers = [model.number for model in organisation.models] + [
            number for number, _ in organisation.retired
        ]
        assert sorted(numbers) == list(range(len(paired.plan.ml_models)))
        assert [entry.number for entry in organisation.developers] == list(range(8))


def test_work_says_who_does_it_and_how_long_it_takes() -> None:
    paired = PairedRun(RunChoice(shortened("reference"), seed=3, replication=0))
    for _ in range(60):
        paired.step()
    before = {
        model.number: model.work
        for model in picture_of(paired, None).plan.models
        if model.work is not None and model.work.developer is not None
    }
    paired.step()
    seen = 0
    for model in picture_of(paired, None).plan.models:
        work, earlier = model.work, before.get(model.number)
        if work is None or earlier is None or work.task_class is not earlier.task_class:
            continue
        if work.developer != earlier.developer or earlier.days_left is None:
            continue
        if earlier.days_left > 1.0 and work.days_left is not None:
            assert work.days_left == pytest.approx(earlier.days_left - 1.0)
            assert earlier.progress < work.progress <= 1.0
            seen += 1
    assert seen >= 3


def test_builds_at_the_start_are_begun_already() -> None:
    organisation = picture_of(
        PairedRun(RunChoice(shortened("reference"), seed=0, replication=0)), None
    ).plan
    builds = [model.work for model in organisation.of_state(State.BUILD)]
    assert len(builds) == 4
    assert all(work is not None and 0.0 < work.progress < 1.0 for work in builds)


def test_priorities_are_the_scenarios() -> None:
    plan = with_values(
        shortened("reference"),
        {"team.priority_order": ["retrain", "repair", "deploy", "capability", "build"]},
        source="test",
    )
    organisation = picture_of(PairedRun(RunChoice(plan, 0, 0)), None).plan
    assert organisation.priorities[TaskClass.RETRAIN] == 1
    assert organisation.priorities[TaskClass.DEPLOY] == 3


def test_the_strip_counts_what_the_event_log_tells() -> None:
    paired = finished(RunChoice(shortened("reference"), seed=0, replication=0))
    kinds = [record.kind for record in paired.plan.event_log]
    assert sum(paired.strip["issue"]) == kinds.count(LogKind.ISSUE_STRUCK)
    assert sum(paired.strip["retraining"]) == kinds.count(LogKind.RETRAINING_BEGAN)
    assert all(len(counts) == STRIP_BINS for counts in paired.strip.values())


def test_thinning_keeps_ends_lows_and_highs() -> None:
    values = [float(place % 97) for place in range(1000)]
    values[501] = -5.0
    values[777] = 500.0
    points = thinned(values, first_day=10)
    assert len(points) <= 200
    assert (511, -5.0) in points
    assert (787, 500.0) in points
    assert points[-1] == (1009, values[-1])
    assert list(points) == sorted(points)


def test_an_unknown_model_is_followed_by_nobody() -> None:
    paired = PairedRun(RunChoice(shortened("reference"), seed=0, replication=0))
    assert picture_of(paired, 10_000).followed is None
    followed = picture_of(paired, None).followed
    assert followed is not None
    assert followed.plan.state is State.ONLINE


@pytest.mark.parametrize("name", ["all_five", "strict_deck"])
def test_a_day_that_is_kept_is_as_it_was(name: str) -> None:
    choice = RunChoice(shortened(name), seed=1, replication=0)
    recording, paired = Recording(choice), PairedRun(choice)
    seen = {}
    while paired.running:
        if paired.day % 23 == 0:
            numbers = range(0, len(paired.plan.ml_models), 3)
            seen[paired.day] = [picture_of(paired, number) for number in numbers]
        paired.step()
        recording.step()
    assert recording.is_whole
    assert len(seen) > 5
    for day, pictures in seen.items():
        for number, picture in zip(range(0, 10_000, 3), pictures, strict=False):
            kept = recording.picture(day, number)
            assert replace(kept, followed=None, difference=()) == replace(picture, followed=None)
            for ours, theirs in _lives(kept, picture):
                assert (ours.now is None) == (theirs.now is None)
                assert replace(ours, now=None) == replace(theirs, now=None)


def _lives(one: Picture, other: Picture) -> list[tuple[Life, Life]]:
    assert (one.followed is None) == (other.followed is None)
    if one.followed is None or other.followed is None:
        return []
    return [
        (one.followed.plan, other.followed.plan),
        (one.followed.baseline, other.followed.baseline),
    ]
