"""The command ``sweep``: a scenario with many values of some inputs."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelops_abm.cli.study import (
    Asked,
    Found,
    check_outcome,
    conduct,
    inputs_of,
    kept_files,
    outcome_option,
    study_options,
)
from modelops_abm.formats import plural
from modelops_abm.scenario import InputError
from modelops_abm.text import printable

if TYPE_CHECKING:
    from modelops_abm.experiments.point_tables import PointTable
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.sweep import Design
    from modelops_abm.runs import Engine


class PointsOrFile(click.ParamType[int | Path]):
    """A number of points, or a file with a table of them."""

    name = "N|FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Path:
        """Return the number or the file, or fail with what would be right."""
        text = str(value)
        if text.isascii() and text.isdigit() and int(text[:10]) > 0:
            return int(text[:10])
        if not Path(text).suffix:
            self.fail(f"'{printable(text)}' is neither a number above 0 nor a file", param, ctx)
        return Path(text)


def _table(points: int | Path | None, varied: tuple[str, ...]) -> PointTable | None:
    """Return the table that ``--points`` names; None if the points come from a design."""
    if not isinstance(points, Path):
        if not varied:
            raise click.UsageError(
                "Missing option '--vary' NAME=VALUES, or a table of points: --points FILE."
            )
        return None
    source = click.get_current_context().get_parameter_source("design")
    if varied or source is not click.core.ParameterSource.DEFAULT:
        raise InputError("a table of points says all: give --points FILE without --vary, --design")
    from modelops_abm.experiments.point_tables import read_points

    return read_points(points)


_FILES = kept_files(("replications", "points"), ("effects", "heat-map"))


@click.command()
@click.option(
    "--vary",
    "varied",
    metavar="NAME=VALUES",
    multiple=True,
    help="What is varied: team.developers=4..12, model.market_size=log:50..5000 in equal ratios, or"
    " capabilities.automation.maximum=0,0.5,1; may be repeated.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "latin", "sobol"]),
    default="grid",
    show_default=True,
    help="Every combination, a Latin hypercube, or a Sobol sequence.",
)
@click.option(
    "--points",
    type=PointsOrFile(),
    metavar="N|FILE",
    help="Values of each range in a grid (5, or all whole numbers up to 20); points in all of the"
    " other designs (64). Or a table of points of your own instead of --vary, .csv or .parquet: a"
    " column for each name, a row for each point.",
)
@outcome_option("What the table is about")
@click.option(
    "--engine",
    type=click.Choice(["ensemble", "mesa"]),
    default="ensemble",
    show_default=True,
    help="The compiled one, or the agents themselves, which takes hundreds of times longer.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    metavar="N",
    help="Run in so many processes, at most one for each core; by default in threads.",
)
@study_options(replications=100)
def sweep(
    asked: Asked,
    varied: tuple[str, ...],
    design: Design,
    points: int | Path | None,
    outcome: str,
    engine: Engine,
    processes: int | None,
) -> None:
    """Run a scenario with many values of some inputs, all over the same futures."""
    check_outcome(outcome)
    if processes is not None and asked.cluster is not None:
        raise InputError("either --processes or --cluster decides where it runs, not both")
    table = _table(points, varied)
    inputs = inputs_of(varied) if table is None else table.inputs

    def swept(keeping: Keeping) -> Found:
        from modelops_abm.experiments.sweep import Sweep, points_of, run_sweep
        from modelops_abm.experiments.workers import worker_processes
        from modelops_abm.runs.resources import cores

        if processes is not None and processes > cores():
            click.echo(f"As many processes as there are cores: {cores()}.", err=True)
        if table is None:
            count = points if isinstance(points, int) else None
            chosen = points_of(design, inputs, count, seed=asked.seed)
            planned = Sweep(asked.scenario, inputs, chosen)
        else:
            planned = Sweep(asked.scenario, inputs, table.points, table.places)
        with nullcontext() if processes is None else worker_processes(processes) as executor:
            # Processes of its own, or the cluster that may be there.
            keeping["executor"] = keeping["executor"] if executor is None else executor
            result = run_sweep(planned, asked.replications, **keeping).about(outcome)
        facts = {
            "inputs": [entry.text for entry in inputs],
            "design": design if table is None else "table",
            "points": len(result.points),
            "replications": result.replications,
        }
        futures = f"{plural(result.replications, 'future')} of each point, {result.engine} engine"
        return Found(result, futures, facts)

    conduct(asked, "sweep", "Sweeping", _FILES, swept, engine=engine)
