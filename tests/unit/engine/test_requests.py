"""Requests with a deadline in small cases worked out by hand, in both engines at once."""

from __future__ import annotations

from typing import Any

import pytest

from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.randomness import (
    DecisionPoint,
    Origin,
    draw_key,
    entity_key,
    index_of_identifier,
    key_for_request,
)
from modelops_abm.rules.sampling import unit_exponential
from tests.docking.clockwork import constant, day, live, punctual
from tests.docking.docking import Docked, dock

ASKED = LogKind.REQUEST_RECEIVED
ANSWERED = LogKind.REQUEST_ANSWERED
MISSED = LogKind.DEADLINE_MISSED
BANNED = LogKind.BAN_BEGAN
BACK = LogKind.BAN_ENDED
BAN = (ASKED, ANSWERED, MISSED, BANNED, BACK)


def asked(name: str = "audit", *, effort: float, **values: Any) -> dict[str, Any]:
    """A kind of request for all, on day 2 unless something else is said; its effort is constant."""
    comes = {} if "per_year" in values else {"day": 2}
    return {"name": name, **comes, "effort": constant(effort), **values}


def lived(
    *requests: dict[str, Any],
    rows: list[dict[str, Any]] | None = None,
    seed: int = 0,
    **values: Any,
) -> tuple[Docked, dict[str, float]]:
    """Run both engines with one model and one developer, unless something else is said."""
    known = {name.replace("__", "."): value for name, value in values.items()}
    known = {"team.developers": 1, "horizon_days": 30, "requests": list(requests), **known}
    docked = dock(punctual(known, rows or list(live("model", 1))), seed)
    return docked, dict(zip(outcomes.TOTALS, docked.replication.totals.tolist(), strict=True))


def story(docked: Docked, *kinds: LogKind) -> list[tuple[float, LogKind]]:
    """Return time and kind of some records."""
    return [(r.time, LogKind(r.kind)) for r in docked.log if r.kind in kinds]


def first(docked: Docked, kind: LogKind) -> LogRecord:
    """Return the first record of a kind."""
    return next(record for record in docked.log if record.kind == kind)


def counts(totals: dict[str, float]) -> tuple[float, ...]:
    """Return requests received, in time, late, withdrawn and open."""
    names = ("received", "in_time", "late", "withdrawn", "open")
    return tuple(totals[f"requests_{name}"] for name in names)


def test_an_answer_in_time_changes_no_state() -> None:
    docked, totals = lived(asked(effort=3.0, deadline_days=10.0))
    assert story(docked, *BAN) == [(2.0, ASKED), (5.0, ANSWERED)]
    assert first(docked, ANSWERED).detail == 3.0
    assert counts(totals) == (1.0, 1.0, 0.0, 0.0, 0.0)
    assert totals["developer_days_respond"] == 3.0
    assert totals["served_days"] == 30.0


def test_done_exactly_at_the_deadline_is_late() -> None:
    docked, totals = lived(asked(effort=3.0, deadline_days=3.0))
    assert story(docked, *BAN) == [
        (2.0, ASKED),
        (5.0, MISSED),
        (5.0, BANNED),
        (5.0, ANSWERED),
        (5.0, BACK),
    ]
    assert counts(totals) == (1.0, 0.0, 1.0, 0.0, 0.0)
    assert totals["state_days_compliance"] == 0.0
    assert first(docked, LogKind.WORK_COMPLETED).cause == TaskClass.REPAIR


def test_late_work_in_hand_goes_on_as_repair_and_nobody_serves() -> None:
    docked, totals = lived(
        asked(effort=5.0, deadline_days=3.0), capabilities__rollback__start_level=1.0
    )
    assert story(docked, BANNED, BACK, LogKind.PREVIOUS_SERVES) == [(5.0, BANNED), (7.0, BACK)]
    assert (totals["developer_days_respond"], totals["developer_days_repair"]) == (3.0, 2.0)
    assert totals["unserved_days_compliance"] == totals["state_days_compliance"] == 2.0
    # Work on it had begun before the deadline, so nothing was waited for.
    assert totals["restorations"] == 1.0
    assert (totals["restore_waiting_days"], totals["restore_working_days"]) == (0.0, 2.0)
    assert story(docked, LogKind.WORK_INTERRUPTED) == []


def test_time_to_restore_counts_from_the_deadline() -> None:
    """One developer, two models: the second waits from day 2 to day 7, past its deadline on 4."""
    docked, totals = lived(
        asked(effort=5.0, deadline_days=2.0), rows=list(live("model", 2)), team__focus=1.0
    )
    assert story(docked, BANNED, BACK) == [
        (4.0, BANNED),
        (4.0, BANNED),
        (7.0, BACK),
        (12.0, BACK),
    ]
    # The first was begun before: 0 + 3 days; the second on day 7: 3 + 5 days.
    assert totals["restore_waiting_days"] == 3.0
    assert totals["restore_working_days"] == 8.0
    assert [r.detail for r in docked.log if r.kind == BACK] == [3.0, 8.0]


def test_a_ban_waits_while_the_model_is_offline() -> None:
    """An issue comes first; when it is resolved the ban begins, and counts from its deadline."""
    values = {"incidents__pipeline_per_year": 400.0, "efforts__pipeline_repair": constant(20.0)}
    docked, totals = lived(asked(effort=1.0, deadline_days=2.0), horizon_days=24, seed=3, **values)
    struck = first(docked, LogKind.ISSUE_STRUCK).time
    assert struck < 2.0
    resolved = struck + 20.0
    begun, ended = first(docked, BANNED), first(docked, BACK)
    assert (begun.time, begun.detail) == (resolved, 4.0)
    assert ended.time == pytest.approx(resolved + 1.0)
    assert first(docked, MISSED).time == 4.0
    assert totals["restorations"] == 2.0
    assert totals["restore_waiting_days"] == pytest.approx(resolved - 4.0)
    assert totals["restore_working_days"] == pytest.approx(20.0 + 1.0)
    assert totals["state_days_compliance"] == pytest.approx(1.0)


def test_the_previous_version_serves_until_a_waiting_ban_takes_effect() -> None:
    # No pipeline issues, at whose rate the previous version would break.
    values = {"incidents__compliance_per_year": 400.0, "efforts__compliance_repair": constant(20.0)}
    docked, totals = lived(
        asked(effort=1.0, deadline_days=2.0),
        horizon_days=23,
        seed=3,
        capabilities__rollback__start_level=1.0,
        capabilities__rollback__compliance_coverage=1.0,
        capabilities__rollback__switch_days=0.0,
        **values,
    )
    struck = first(docked, LogKind.ISSUE_STRUCK).time
    assert first(docked, LogKind.PREVIOUS_SERVES).time == struck
    assert first(docked, BANNED).time == struck + 20.0
    assert totals["state_days_compliance"] > 20.5
    assert totals["unserved_days_compliance"] == pytest.approx(1.0)


def test_an_answer_before_the_return_leaves_no_ban() -> None:
    values = {"incidents__pipeline_per_year": 400.0, "efforts__pipeline_repair": constant(20.0)}
    docked, _ = lived(
        asked(effort=1.0, deadline_days=0.5), horizon_days=23, seed=3, team__developers=2, **values
    )
    assert story(docked, MISSED, ANSWERED, BANNED) == [(2.5, MISSED), (3.0, ANSWERED)]


def test_two_kinds_of_request_one_after_the_other() -> None:
    docked, totals = lived(
        asked("first", day=0, effort=2.0, deadline_days=1.0),
        asked("second", day=0, effort=4.0, deadline_days=3.0),
    )
    assert story(docked, BANNED, BACK) == [
        (1.0, BANNED),
        (2.0, BACK),
        (3.0, BANNED),
        (6.0, BACK),
    ]
    assert counts(totals) == (2.0, 0.0, 2.0, 0.0, 0.0)
    assert totals["restore_working_days"] == 4.0


def test_two_bans_at_once_end_together() -> None:
    docked, totals = lived(
        asked("first", day=0, effort=2.0, deadline_days=1.0),
        asked("second", day=0, effort=4.0, deadline_days=1.5),
    )
    assert story(docked, MISSED, BANNED, ANSWERED, BACK) == [
        (1.0, MISSED),
        (1.0, BANNED),
        (1.5, MISSED),
        (2.0, ANSWERED),
        (6.0, ANSWERED),
        (6.0, BACK),
    ]
    # From the earliest deadline; work on the answer that ended it began on day 2.
    assert totals["restorations"] == 1.0
    assert (totals["restore_waiting_days"], totals["restore_working_days"]) == (1.0, 4.0)


def test_a_ban_interrupts_a_retraining_which_goes_on_afterwards() -> None:
    docked, _ = lived(
        asked(effort=4.0, deadline_days=2.0),
        rows=list(live("model", 1, retraining_interval_days=3.0)),
        team__developers=2,
        horizon_days=12,
    )
    kinds = (LogKind.RETRAINING_BEGAN, LogKind.RETRAINED, LogKind.WORK_INTERRUPTED, BANNED, BACK)
    assert story(docked, *kinds) == [
        (3.0, LogKind.RETRAINING_BEGAN),
        (4.0, LogKind.WORK_INTERRUPTED),
        (4.0, BANNED),
        (6.0, BACK),
        (6.0, LogKind.RETRAINING_BEGAN),
        (10.0, LogKind.RETRAINED),
    ]


@pytest.mark.parametrize(("deadline", "late"), [(10.0, 0.0), (1.0, 1.0)])
def test_retirement_withdraws_requests(deadline: float, late: float) -> None:
    docked, totals = lived(
        asked(effort=5.0, deadline_days=deadline), rows=list(live("model", 1, retired_at=day(4)))
    )
    assert story(docked, ANSWERED, BACK) == []
    assert counts(totals) == (1.0, 0.0, late, 1.0 - late, 0.0)
    worked = totals["developer_days_respond"] + totals["developer_days_repair"]
    assert worked == 2.0


def test_open_at_the_horizon_is_neither_in_time_nor_late() -> None:
    _, totals = lived(asked(effort=50.0, deadline_days=40.0))
    assert counts(totals) == (1.0, 0.0, 0.0, 0.0, 1.0)


def test_random_requests_come_after_keyed_exposure_without_the_time_one_is_open() -> None:
    docked, _ = lived(
        asked(effort=2.0, deadline_days=400.0, per_year=20.0), horizon_days=365, team__developers=3
    )
    index = index_of_identifier("model 0")
    entity = entity_key(0, 0, Origin.CLIENT_MODEL.value, index)
    point = key_for_request(DecisionPoint.REQUEST_ARRIVAL, "audit")
    since, number = 0.0, 0
    for time, kind in story(docked, ASKED, ANSWERED):
        if kind is ASKED:
            exposure = unit_exponential(draw_key(entity, point, number))
            assert time == since + exposure * 365.0 / 20.0
            number += 1
        else:
            since = time
    assert number > 5


def test_who_is_asked() -> None:
    kinds = [{"name": "scoring", "share": 0.5, "regulated": True}, {"name": "other", "share": 0.5}]
    rows = [
        *live("scoring", 2, archetype="scoring"),
        *live("other", 2, archetype="other"),
        *live("regulated", 1, archetype="other", regulated=True),
    ]
    for who, expected in (("all", 5), ("regulated", 3), ("scoring", 2)):
        docked, totals = lived(
            asked(effort=0.5, deadline_days=9.0, who=who), rows=rows, archetypes=kinds
        )
        assert totals["requests_received"] == expected
        models = [r.model for r in docked.log if r.kind == ASKED]
        assert models == sorted(models)


def test_lineage_saves_effort_on_answers() -> None:
    docked, _ = lived(
        asked(effort=4.0, deadline_days=9.0, lineage_saving=0.25),
        capabilities__lineage__start_level=1.0,
    )
    assert first(docked, ANSWERED).detail == 3.0


def test_models_that_are_not_in_production_are_not_asked() -> None:
    rows = [*live("model", 1), {"id": "idea", "stage": "idea"}]
    _, totals = lived(asked(effort=0.5, deadline_days=9.0, day=0), rows=rows, team__developers=2)
    assert totals["requests_received"] == 1.0


def test_an_issue_cannot_strike_a_banned_model() -> None:
    docked, _ = lived(
        asked(effort=9.0, deadline_days=1.0, day=0),
        incidents__pipeline_per_year=300.0,
        efforts__pipeline_repair=constant(0.0),
        horizon_days=12,
    )
    begun, ended = first(docked, BANNED).time, first(docked, BACK).time
    struck = [r.time for r in docked.log if r.kind == LogKind.ISSUE_STRUCK]
    assert [time for time in struck if time < begun or time > ended]
    assert not [time for time in struck if begun < time < ended]


def test_the_order_of_ties_is_model_then_repair_then_kind() -> None:
    docked, _ = lived(
        asked("second", effort=1.0, deadline_days=0.5),
        asked("first", effort=1.0, deadline_days=0.5),
        rows=list(live("model", 2)),
    )
    done = [(r.model, r.cause) for r in docked.log if r.kind == ANSWERED]
    assert done == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_no_rate_means_no_request() -> None:
    _, totals = lived(asked(effort=1.0, deadline_days=1.0, per_year=0.0))
    assert counts(totals) == (0.0, 0.0, 0.0, 0.0, 0.0)
