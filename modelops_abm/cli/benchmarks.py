"""The command ``benchmarks``: an organisation beside what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelops_abm.cli.study import Asked, Found, conduct, kept_files, study_options
from modelops_abm.formats import plural

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(("benchmarks",), ("benchmarks",))


@click.command()
@study_options(replications=200, days=False)
def benchmarks(asked: Asked) -> None:
    """Set an organisation as it is beside published figures: ours, theirs, inside or outside.

    It runs for two years without the plan and without changes to come. Every figure is shown with
    its population and year; docs/benchmarks.md says where each is from and what differs.
    """

    def beside(keeping: Keeping) -> Found:
        from modelops_abm.evidence.measures import as_it_is
        from modelops_abm.evidence.model_card import benchmarks_of

        found = benchmarks_of(asked.scenario, asked.replications, **keeping)
        futures = plural(found.replications, "future")
        facts = {"replications": found.replications}
        return Found(found, futures, facts, scenario=as_it_is(asked.scenario))

    conduct(asked, "benchmarks", "As it is", _FILES, beside)
