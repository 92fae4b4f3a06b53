"""Lives of the models as read from the event log, against the run's own accounts."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from modelops_abm.charts.lives import (
    TRIGGER_OF_KIND,
    counts,
    model_row,
    services,
    spells,
    unnoticed_drifts,
)
from modelops_abm.charts.runs import state_flows
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State
from modelops_abm.runs.results import Run


def test_a_life_has_no_gap_and_no_overlap(any_run: Run) -> None:
    for row in any_run.models.itertuples():
        life = spells(any_run, row.number)
        ends = any_run.scenario.horizon_days if pd.isna(row.retired_at) else row.retired_at
        if row.stage == "retired" and pd.isna(row.retired_at):
            assert not life
            continue
        assert life[0].start == row.arrived_at
        assert life[-1].end == ends
        assert all(before.end == after.start for before, after in pairwise(life))
        assert all(spell.end > spell.start for spell in life)
        assert State.RETIRED not in {spell.state for spell in life}


def test_spells_add_up_to_the_time_accounted_for_each_state(any_run: Run) -> None:
    days = dict.fromkeys(PRODUCTION_STATES, 0.0)
    for number in range(len(any_run.models)):
        for spell in spells(any_run, number):
            if spell.state in days:
                days[spell.state] += spell.end - spell.start
    for state, flow in state_flows(any_run).items():
        assert days[state] == pytest.approx(flow.sum(), abs=1e-6)


def test_service_adds_up_to_the_time_served(any_run: Run) -> None:
    served = 0.0
    for number in range(len(any_run.models)):
        versions = services(any_run, number)
        assert all(before.version != after.version for before, after in pairwise(versions))
        served += sum(
            end - start for version, start, end in versions if version is not Serving.NONE
        )
    assert served == pytest.approx(any_run.daily["served_days"].sum(), abs=1e-6)


def test_rollback_is_in_the_plan_only(plan: Run, baseline: Run) -> None:
    def versions(run: Run) -> set[Serving]:
        numbers = run.models["number"]
        return {service.version for number in numbers for service in services(run, number)}

    assert versions(baseline) == {Serving.CURRENT, Serving.NONE}
    assert versions(plan) == {Serving.CURRENT, Serving.NONE, Serving.PREVIOUS}


def test_transitions_are_the_records_of_the_log(any_run: Run) -> None:
    passed = counts(any_run)
    for kind, trigger in TRIGGER_OF_KIND.items():
        made = sum(times for (_, each), times in passed.items() if each is trigger)
        assert made == (any_run.events["kind"] == kind).sum()


def test_hidden_drifts_add_up_to_the_time_undetected(any_run: Run) -> None:
    hidden = sum(
        end - start
        for number in range(len(any_run.models))
        for start, end in unnoticed_drifts(any_run, number)
    )
    assert hidden == pytest.approx(any_run.totals["drift_days_undetected"], abs=1e-6)


def test_an_unknown_model_is_an_error_that_says_which_there_are(nothing: Run, plan: Run) -> None:
    with pytest.raises(KeyError, match="no model number 0; it has 0"):
        model_row(nothing, 0)
    with pytest.raises(KeyError, match="no model number 9999"):
        spells(plan, 9999)
