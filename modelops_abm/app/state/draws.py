"""A plan laid on what its organisation may be: the draws of which every future has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm.app.state.belief import belief_of
from modelops_abm.evidence.belief import SIZES
from modelops_abm.evidence.benchmarks import published_evidence
from modelops_abm.experiments.draws import Draws, draws_of, joint_draws
from modelops_abm.scenario.sources import changed_names

if TYPE_CHECKING:
    from modelops_abm.app.state.plan import Plan


def stated_in(plan: Plan) -> tuple[str, ...]:
    """Return what a plan states of its organisation, so that it is not drawn.

    That is what it has otherwise than the organisation of its belief. Where nothing was told, the
    sizes that the page shows count as well: of organisations of any size nothing can be learned.
    """
    belief = belief_of(plan.belief)
    names = {*changed_names(belief.scenario, plan.scenario), *plan.changes}
    return tuple(sorted(names | (SIZES if plan.belief is None else frozenset())))


def answered_in(plan: Plan) -> tuple[str, ...]:
    """Return what was answered of a plan's organisation; published figures are no answers."""
    published = list(published_evidence())
    evidence = belief_of(plan.belief).evidence
    return tuple(each.about for each in evidence if each not in published)


def organisations_of(plan: Plan, count: int, seed: int) -> Draws:
    """Return so many organisations that a plan's may be: draws of its belief.

    For a portfolio that the belief was not fitted with, they are drawn from what is known of each
    value.

    Parameters
    ----------
    plan
        The plan.
    count
        How many.
    seed
        Which of them.

    Examples
    --------
    >>> from modelops_abm.app.state.plan import Plan
    >>> plan = Plan.of_preset("reference").changed({"drift.severity": 0.3})
    >>> "drift.severity" in organisations_of(plan, 4, 0).columns
    False
    """
    belief, scenario = belief_of(plan.belief), plan.scenario
    if scenario.imported == belief.scenario.imported:
        table = belief.rest(scenario, stated_in(plan))
        if not table.columns.empty:
            return joint_draws(scenario, table, count, seed=seed)
    return draws_of(scenario, count, seed=seed)
