"""What the organisation of a plan is believed to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from modelops_abm.app.state.belief import OwnBelief, belief_of
from modelops_abm.app.state.draws import organisations_of
from modelops_abm.app.state.plan import History, Plan, key_of
from modelops_abm.app.state.session import Session
from modelops_abm.evidence.belief import Belief
from modelops_abm.evidence.default import default_belief
from modelops_abm.experiments.draws import draws_of
from modelops_abm.scenario import Scenario, with_values

TEAM = "team.developers"
LEVEL = "capabilities.rollback.maximum"


def believed(developers: int = 3, seed: int = 0) -> OwnBelief:
    """Return a belief of a small organisation, as if it had been told."""
    told = with_values(Scenario(), {TEAM: developers, "horizon_days": 30}, source="told")
    return OwnBelief(Belief(told, (), draws_of(told, 20, seed=seed), 20.0))


def test_a_plan_without_a_belief_has_that_of_any_organisation() -> None:
    belief = belief_of(Plan.of_preset("reference").belief)
    assert belief is default_belief()


def test_a_plan_is_laid_on_the_organisation_that_is_believed() -> None:
    before = Plan.of_preset("all_five").changed({TEAM: 11})
    after = Plan.of_preset("all_five").with_belief(own := believed())
    assert belief_of(after.belief) is own.belief
    # The organisation is the belief's; levels and length are those of the plan.
    assert after.value(TEAM) == 3
    assert after.levels == before.levels
    assert after.scenario.horizon_days == before.scenario.horizon_days
    # What the visitor has set stays set, unless the organisation was told since.
    assert before.with_belief(own).value(TEAM) == 11
    assert before.decided_with(own).value(TEAM) == 3
    planned = before.changed({LEVEL: 0.5, "horizon_days": 40})
    assert planned.decided_with(own).value(LEVEL) == 0.5
    assert planned.decided_with(own).value("horizon_days") == 40
    assert after.with_belief(None).scenario == Plan.of_preset("all_five").scenario


def test_plans_under_other_beliefs_are_other_plans() -> None:
    plan = Plan.of_preset("reference")
    one, same, other = (plan.with_belief(believed(seed=seed)) for seed in (0, 0, 1))
    assert one == same
    assert one.key == same.key
    assert one != other
    assert len({plan.key, one.key, other.key}) == 3


def test_what_is_set_to_what_is_believed_anyway_is_not_drawn_and_makes_another_plan() -> None:
    rate, believed_of_any = "drift.onsets_per_year", default_belief().scenario
    other = with_values(believed_of_any, {rate: 3.5}, source="test")
    left = Plan("test", believed_of_any)
    stated = Plan("test", other).changed({rate: left.value(rate)})
    assert key_of(stated.scenario) == key_of(left.scenario)
    assert rate in organisations_of(left, 4, 0).columns
    assert rate not in organisations_of(stated, 4, 0).columns
    assert stated.key != left.key
    # What is never drawn, or always stated, does not set plans apart.
    plan = Plan.of_preset("small_team").changed({TEAM: 8, LEVEL: 0.0})
    assert plan.key == key_of(plan.scenario)


def test_a_belief_is_the_same_whatever_the_order_of_its_columns() -> None:
    own = believed()
    columns = dict(reversed([*own.belief.draws.columns.items()]))
    turned = replace(own.belief, draws=replace(own.belief.draws, columns=columns))
    assert OwnBelief(turned) == own
    columns = {**columns, "team.focus": np.full(20, 0.5)}
    moved = replace(own.belief, draws=replace(own.belief.draws, columns=columns))
    assert OwnBelief(moved) != own


def test_deciding_with_a_belief_can_be_undone_and_stays_with_another_plan() -> None:
    session = Session()
    session.decide_with(own := believed())
    assert session.plan.belief is own
    session.take_plan("reference")
    assert session.plan.belief is own
    assert session.plan.value(TEAM) == 3
    session.undo()
    session.undo()
    assert session.plan.belief is None
    session.close()


def test_a_history_with_the_same_belief_again_has_no_further_step() -> None:
    history = History(Plan.of_preset("reference").with_belief(believed()))
    assert history.then(Plan.of_preset("reference").with_belief(believed())) is history
