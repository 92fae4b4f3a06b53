"""The command ``credit``: which capability of a plan earns what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelops_abm.cli.study import (
    Asked,
    Found,
    check_is_a_plan,
    check_outcome,
    conduct,
    kept_files,
    outcome_option,
    study_options,
)
from modelops_abm.formats import plural

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(("shares", "synergies"), ("waterfall", "synergies"))


@click.command()
@outcome_option("What is shared out")
@study_options(replications=200)
def credit(asked: Asked, outcome: str) -> None:
    """Tell which capability of a plan earns what: all combinations of them, the same futures.

    Of each it answers three questions: what the plan would lose without it (if dropped), by which
    the table is ordered; its fair share (Shapley value: shares add up to what all make together);
    and what it would bring alone. A plan with five capabilities has 32 combinations.
    """
    check_outcome(outcome)
    check_is_a_plan(asked.scenario)

    def shared_out(keeping: Keeping) -> Found:
        from modelops_abm.experiments import credit as credit_of

        found = credit_of(asked.scenario, asked.replications, outcomes=(outcome,), **keeping)
        futures = f"{plural(found.replications, 'future')} of each combination"
        facts = {"outcome": outcome, "replications": found.replications}
        return Found(found, futures, facts, whole=[asked.scenario])

    words = "All combinations of the capabilities"
    conduct(asked, "credit", words, _FILES, shared_out)
