"""The command ``stories``: what happens to an organisation, and what a plan is worth to it then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_abm.cli.options import Replications, belief_option, believed, seed_option
from modelops_abm.cli.study import (
    Asked,
    Found,
    cluster_option,
    conduct,
    json_option,
    kept_files,
    kept_option,
)
from modelops_abm.cli.template import check_absent
from modelops_abm.formats import plural
from modelops_abm.scenario import Scenario, baseline_of, save_scenario
from modelops_abm.scenario.presets import preset
from modelops_abm.text import visible

if TYPE_CHECKING:
    from modelops_abm.experiments.running import Keeping

_FILES = kept_files(("stories",), ())


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--write",
    metavar="FILE",
    help="Write the scenario of one story to a file, to start from, and run nothing.",
)
@click.option(
    "--replications",
    type=Replications(),
    default=200,
    show_default=True,
    help="How many futures of each.",
)
@belief_option
@seed_option
@cluster_option
@kept_option
@json_option
def stories(
    names: tuple[str, ...],
    write: str | None,
    replications: int,
    belief_file: str | None,
    seed: int,
    cluster: str | None,
    output: Path | None,
    wants_json: bool,
) -> None:
    """Tell what happens if half the team leaves, demand doubles, builds fail, and so on.

    Each story, or those that are named, is run over the same futures with and without what
    happens, both without and with the plan: what it changes, and what the plan is worth then.
    """
    from modelops_abm.experiments import stories as experiment

    chosen = [experiment.story(name) for name in names]
    if write is not None:
        if len(chosen) != 1:
            raise click.UsageError("--write writes one story: name it.")
        check_absent([write])
        save_scenario(chosen[0].scenario, write)
        click.echo(visible(f"Wrote {Path(write)}. Run it: modelops-abm compare {write}"))
        return

    plans: dict[str, Scenario] = {}
    over = None
    if belief_file is not None:
        presets = sorted({each.plan for each in chosen or experiment.STORIES.values()})
        each_over = {name: believed(belief_file, None, name, (), None, None) for name in presets}
        plans = {name: each.scenario for name, each in each_over.items()}
        # Plans decide nothing that is drawn, so that any of them has the draws of all.
        over = next(iter(each_over.values()))

    def told(keeping: Keeping) -> Found:
        found = experiment.tell(chosen, replications, plans=plans, **keeping)
        futures = f"{plural(found.replications, 'future')} of each"
        return Found(found, futures, {"replications": found.replications})

    organisation = preset("reference") if over is None else baseline_of(over.scenario)
    asked = Asked(organisation, replications, seed, output, wants_json, cluster, over)
    conduct(asked, "stories", "Stories", _FILES, told)
