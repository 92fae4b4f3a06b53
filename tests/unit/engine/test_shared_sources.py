"""Sources that models share (ODD 7.6): times by hand, ties included."""

from __future__ import annotations

import math
from typing import Any

import pytest

from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.randomness import DecisionPoint, Origin, draw_key, entity_key, uniform
from modelops_abm.core.statechart import Cause, Serving, State
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.hazards import threshold
from modelops_abm.rules.population import shared_source
from modelops_abm.scenario import InputError
from tests.docking.docking import dock
from tests.verification.organisations import constant, daily, quiet, run

SEED = 7
PLAIN: dict[str, Any] = {
    "horizon_days": 60,
    "team.developers": 1,
    "incidents.shared_sources": 1,
    "incidents.shared_per_year": 36.5,
    "efforts.shared_repair": constant(2.0),
}


def rows(*kinds: dict[str, Any]) -> dict[str, Any]:
    models = [{"id": f"model {number}", **kind} for number, kind in enumerate(kinds)]
    return {"imported": {"source": "test", "models": models}}


LIVE: dict[str, Any] = {"deployed_at": "2026-01-01", "last_retrained_at": "2026-01-01"}


def lived(*kinds: dict[str, Any], **changes: Any) -> ModelOpsModel:
    """Run an organisation in both engines, which must agree."""
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    scenario = quiet({**PLAIN, **rows(*kinds), **dotted})
    dock(scenario, SEED)
    return run(scenario, seed=SEED)


def unit_exponentials(source: int, count: int) -> list[float]:
    entity = entity_key(SEED, 0, Origin.SHARED_SOURCE.value, source)
    return [threshold(entity, Cause.SHARED.value, number) for number in range(count)]


def first_failure(rate_per_day: float = 0.1) -> float:
    return unit_exponentials(0, 1)[0] / rate_per_day


def of(model: ModelOpsModel, *kinds: LogKind) -> list[LogRecord]:
    return [record for record in model.event_log if record.kind in kinds]


SHARED = (LogKind.SOURCE_FAILED, LogKind.SOURCE_RESTORED, LogKind.ISSUE_STRUCK,
          LogKind.ISSUE_RESOLVED)  # fmt: skip


def test_a_failure_takes_all_models_down_and_one_repair_brings_them_back() -> None:
    model = lived(LIVE, LIVE, LIVE)
    at = first_failure()
    first = [(r.time, LogKind(r.kind), r.model, r.detail) for r in of(model, *SHARED)][:8]
    assert first == [
        (pytest.approx(at), LogKind.SOURCE_FAILED, 0, 3.0),
        *((pytest.approx(at), LogKind.ISSUE_STRUCK, number, 0.0) for number in range(3)),
        (pytest.approx(at + 2.0), LogKind.SOURCE_RESTORED, 0, pytest.approx(2.0)),
        *(
            (pytest.approx(at + 2.0), LogKind.ISSUE_RESOLVED, number, pytest.approx(2.0))
            for number in range(3)
        ),
    ]
    failures = model.totals["source_failures"]
    work = [r for r in of(model, LogKind.WORK_STARTED) if r.cause == TaskClass.REPAIR]
    assert len(work) == failures
    assert {record.model for record in work} == {-1}


def test_failures_are_a_renewal_process_of_calendar_time() -> None:
    """The clock of the exposure stands while the source is down, and runs over the days."""
    model = lived(LIVE)
    expected, time = [], 0.0
    for exposure in unit_exponentials(0, 8):
        time += exposure / 0.1
        expected.append(time)
        time += 2.0
    found = [record.time for record in of(model, LogKind.SOURCE_FAILED)]
    assert len(found) >= 3
    assert found == pytest.approx(expected[: len(found)])
    spells = [record.time for record in of(model, LogKind.SOURCE_RESTORED)]
    down = sum(60.0 - start for start in found) - sum(60.0 - end for end in spells)
    assert model.totals["state_days_shared"] == pytest.approx(down)
    assert model.totals["unserved_days_shared"] == pytest.approx(down)
    assert model.totals["production_days"] - model.totals["served_days"] == pytest.approx(down)


def test_who_reads_which_source_is_drawn_evenly_by_the_model() -> None:
    for number in range(50):
        entity = entity_key(SEED, 0, Origin.INITIAL_MODEL.value, number)
        drawn = uniform(draw_key(entity, DecisionPoint.SHARED_SOURCE, 0))
        assert shared_source(entity, 4, math.nan) == int(4 * drawn)
        assert shared_source(entity, 1, math.nan) == 0
        assert shared_source(entity, 0, math.nan) == -1


def test_a_source_that_nobody_reads_is_repaired_too() -> None:
    model = lived({"stage": "retired"})
    assert {record.detail for record in of(model, LogKind.SOURCE_FAILED)} == {0.0}
    assert not of(model, LogKind.ISSUE_STRUCK)
    restored = len(of(model, LogKind.SOURCE_RESTORED))
    assert restored >= 1
    assert model.developers[0].ledger_days[TaskClass.REPAIR] == pytest.approx(
        2.0 * restored + (60.0 - of(model, LogKind.SOURCE_FAILED)[-1].time)
        * (len(of(model, LogKind.SOURCE_FAILED)) > restored)
    )  # fmt: skip


def test_savings_of_automation_and_lineage_multiply_and_failures_are_fewer() -> None:
    model = lived(
        LIVE,
        capabilities__automation__start_level=0.5,
        capabilities__lineage__start_level=1.0,
    )
    failed = of(model, LogKind.SOURCE_FAILED)[0].time
    assert failed == pytest.approx(first_failure(0.1 * (1 - 0.5 * 0.5)))
    work = next(r for r in of(model, LogKind.WORK_STARTED) if r.cause == TaskClass.REPAIR)
    assert work.detail == pytest.approx(2.0 * (1 - 0.3 * 0.5) * (1 - 0.3))


def test_the_rate_is_that_of_the_day() -> None:
    """Automation is full from day 1 on: from then the exposure gathers at half the rate."""
    model = lived(
        LIVE,
        team__developers=2,
        capabilities__automation__maximum=1.0,
        capabilities__automation__effort_days=0.5,
        capabilities__automation__effort_per_model_days=0.0,
        capabilities__automation__effort_saving=0.0,
    )
    exposure = unit_exponentials(0, 1)[0]
    assert exposure > 0.1
    assert of(model, LogKind.SOURCE_FAILED)[0].time == pytest.approx(1.0 + (exposure - 0.1) / 0.05)


def test_a_retraining_is_interrupted_and_goes_on_after_the_source() -> None:
    """One developer, taken off the retraining at no time: repair comes when he is free."""
    at = first_failure()
    model = lived(
        {**LIVE, "retraining_interval_days": max(1.0, at - 1.0)},
        team__developers=2,
        efforts__retraining=constant(5.0),
        horizon_days=int(at) + 20,
    )
    stop = next(r for r in of(model, LogKind.WORK_INTERRUPTED) if r.cause == TaskClass.RETRAIN)
    assert stop.time == pytest.approx(at)
    began = [record.time for record in of(model, LogKind.RETRAINING_BEGAN)]
    assert began[1] == pytest.approx(at + 2.0)


def test_the_older_version_reads_the_same_source() -> None:
    """Nobody serves: neither by rollback, nor if the older version served a retraining."""
    at = first_failure()
    model = lived(
        {**LIVE, "retraining_interval_days": max(1.0, at - 1.0)},
        LIVE,
        team__developers=3,
        efforts__retraining=constant(5.0),
        retraining__serves_while_retraining=False,
        capabilities__rollback__start_level=1.0,
        capabilities__rollback__retraining_coverage=1.0,
        capabilities__rollback__switch_days=0.5,
        horizon_days=int(at) + 2,
    )
    served = [record.time for record in of(model, LogKind.PREVIOUS_SERVES)]
    assert served == pytest.approx([max(1.0, at - 1.0) + 0.5])
    assert {entry.serving for entry in model.ml_models} == {Serving.NONE}


def test_who_comes_back_or_goes_live_meanwhile_goes_offline_for_the_source() -> None:
    """Both ways are told: online for no time, and then offline."""
    at = first_failure()
    days = at + 1.0
    model = lived(
        {"stage": "idea", "build_effort_days": days / 2.0, "deployment_effort_days": days / 2.0},
        team__developers=2,
        efforts__shared_repair=constant(4.0),
        horizon_days=int(at) + 6,
    )
    live = of(model, LogKind.WENT_LIVE)[0].time
    assert at < live < at + 4.0
    told = [(LogKind(r.kind), r.time) for r in model.event_log if r.model == 0 and r.time == live]
    assert [kind for kind, _ in told][-2:] == [LogKind.WENT_LIVE, LogKind.ISSUE_STRUCK]
    resolved = of(model, LogKind.ISSUE_RESOLVED)[0]
    assert resolved.time == pytest.approx(at + 4.0)
    assert resolved.detail == pytest.approx(at + 4.0 - live)
    # Work on the source had begun before it went offline: it waited for nobody.
    assert model.totals["restore_waiting_days"] == 0.0
    assert model.totals["restore_working_days"] == pytest.approx(at + 4.0 - live)


def test_time_to_restore_waits_until_work_first_starts() -> None:
    """The one developer repairs another source first."""
    model = lived(*[LIVE] * 12, incidents__shared_sources=2, horizon_days=200)
    waited = worked = 0.0
    failed: dict[int, float] = {}
    down: dict[int, list[int]] = {}
    free = 0.0
    for record in of(model, LogKind.SOURCE_FAILED, LogKind.SOURCE_RESTORED):
        if record.kind == LogKind.SOURCE_FAILED:
            failed[record.model] = record.time
            down[record.model] = [e.number for e in model.ml_models if e.source == record.model]
        else:
            began = max(free, failed[record.model])
            assert record.time == pytest.approx(began + 2.0)
            waited += len(down[record.model]) * (began - failed[record.model])
            worked += len(down[record.model]) * 2.0
            free = record.time
    assert waited > 0.0
    assert model.totals["restore_waiting_days"] == pytest.approx(waited)
    assert model.totals["restore_working_days"] == pytest.approx(worked)


def test_no_other_issue_strikes_a_model_without_its_source() -> None:
    model = lived(
        LIVE,
        LIVE,
        team__developers=5,
        incidents__pipeline_per_year=365.0,
        efforts__pipeline_repair=constant(0.1),
        efforts__shared_repair=constant(10.0),
    )
    down = False
    for record in of(model, LogKind.SOURCE_FAILED, LogKind.SOURCE_RESTORED, LogKind.ISSUE_STRUCK):
        if record.kind == LogKind.ISSUE_STRUCK:
            assert (record.cause == Cause.SHARED) == down
        else:
            down = record.kind == LogKind.SOURCE_FAILED


def test_a_drift_that_is_detected_meanwhile_waits() -> None:
    model = lived(
        *[LIVE] * 6,
        drift__onsets_per_year=60.0,
        drift__severity=constant(0.9),
        team__developers=30,
        efforts__shared_repair=constant(8.0),
    )
    detected = {r.model: r.time for r in of(model, LogKind.DRIFT_DETECTED)}
    assert detected
    spells = zip(of(model, LogKind.SOURCE_FAILED), of(model, LogKind.SOURCE_RESTORED), strict=False)
    waiting = 0
    for failed, restored in spells:
        acted = [
            record
            for record in of(model, LogKind.DRIFT_FOUND, LogKind.RETRAINING_BEGAN)
            if failed.time < record.time < restored.time
        ]
        assert not acted
        waiting += sum(failed.time < time < restored.time for time in detected.values())
    assert waiting


def test_a_model_that_retires_meanwhile_leaves_the_repair_to_others() -> None:
    at = first_failure()
    leaves = int(at) + 1
    model = lived(
        {**LIVE, "retired_at": f"2026-01-{leaves + 1:02d}"},
        LIVE,
        horizon_days=leaves + 6,
    )
    assert model.ml_models[0].state is State.RETIRED
    resolved = of(model, LogKind.ISSUE_RESOLVED)
    assert [record.model for record in resolved] == [1]
    assert daily(model, "models_offline_shared")[leaves - 1] == 2.0
    assert daily(model, "models_offline_shared")[leaves] == 1.0


@pytest.mark.parametrize("streams", [0, 2])
def test_whoever_repairs_a_source_that_no_model_reads_may_leave(streams: int) -> None:
    """Neither its task nor that of a capability is taken for a model's retraining."""
    at = int(first_failure()) + 1
    model = lived(
        capabilities__automation__maximum=1.0,
        capabilities__automation__streams=streams,
        capabilities__automation__shared_reduction=0.0,
        changes=[{"day": at, "team.developers": 0}, {"day": at + 3, "team.developers": 3}],
        team__developers=3,
    )
    left = [record.time for record in of(model, LogKind.WORK_INTERRUPTED)]
    assert left == [at] * (1 + max(1, streams))
    assert of(model, LogKind.SOURCE_RESTORED)[0].time > at + 3
    assert not of(model, LogKind.RETRAINING_STOPPED)


def test_without_sources_nothing_is_drawn_or_told() -> None:
    plain = quiet({**PLAIN, **rows(LIVE), "incidents.shared_sources": 0})
    model = run(plain, seed=SEED)
    assert model.totals["source_failures"] == 0.0
    assert model.sources == []


def test_a_row_says_which_source_it_reads_and_only_these_go_down_with_it() -> None:
    """Twelve of 24 models read the first source, none the second, and the others no source."""
    kinds = [{**LIVE, "shared_source": 1 if number < 12 else 0} for number in range(24)]
    model = lived(*kinds, incidents__shared_sources=2, horizon_days=200)
    assert [each.source for each in model.ml_models] == [0] * 12 + [-1] * 12
    failed = of(model, LogKind.SOURCE_FAILED)
    assert {record.detail for record in failed if record.model == 0} == {12.0}
    assert {record.detail for record in failed if record.model == 1} == {0.0}
    struck = {record.model for record in of(model, LogKind.ISSUE_STRUCK)}
    assert struck == set(range(12))


def test_a_row_that_says_nothing_draws_its_source_as_without_the_others() -> None:
    drawn = lived(*[LIVE] * 8, incidents__shared_sources=3)
    stated = lived({**LIVE, "shared_source": 3}, *[LIVE] * 7, incidents__shared_sources=3)
    sources = [each.source for each in drawn.ml_models]
    assert [each.source for each in stated.ml_models] == [2, *sources[1:]]


def test_a_source_that_the_scenario_has_not_is_refused() -> None:
    problem = r"models\[model 0\].shared_source is 2; must be from 0 to 1, the shared sources"
    with pytest.raises(InputError, match=problem):
        quiet({**PLAIN, **rows({**LIVE, "shared_source": 2})})
