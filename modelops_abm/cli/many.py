"""Many runs of one scenario: averages, and how well they are known."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.summary import estimate_in_words, print_estimates, varies
from modelops_abm.formats import money_interval, number, plural, span
from modelops_abm.scenario import Scenario
from modelops_abm.terminal import console, load_ensemble, load_simulator, progress, say
from modelops_abm.verdict import INTERVAL
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelops_abm.experiments import Estimate
    from modelops_abm.runs.results import Ensemble


class Wanted(NamedTuple):
    """What is to be run, how often, and where it is kept."""

    scenario: Scenario
    seed: int
    replications: int
    engine: Literal["ensemble", "mesa"]
    output: Path | None


def simulate_many(wanted: Wanted, *, as_json: bool, quiet: bool) -> None:
    """Run a scenario many times; print mean, spread and 95 % half-width of every outcome."""
    ensemble = _run(wanted, show=not quiet)
    if quiet:
        return
    estimates = _estimates(ensemble)
    if as_json:
        click.echo(json.dumps(_as_json(wanted, estimates), indent=2, allow_nan=False))
    else:
        _print(wanted, estimates)


def _run(wanted: Wanted, *, show: bool) -> Ensemble:
    """Run and keep, with progress on standard error."""
    if wanted.output is not None:
        from modelops_abm.runs.output import check_place
        from modelops_abm.runs.results import FILES_OF_ENSEMBLE

        check_place(wanted.output, "simulation", FILES_OF_ENSEMBLE)
    with progress(wanted=show) as bar:
        (load_simulator if wanted.engine == "mesa" else load_ensemble)(bar)
        task = bar.add_task(f"Simulating {number(wanted.replications)} futures")
        ensemble = _replicate(
            wanted, lambda done, total: bar.update(task, completed=done, total=total)
        )
        if wanted.output is not None:
            bar.add_task("Saving", total=None)
            ensemble.save(wanted.output)
    return ensemble


def _replicate(wanted: Wanted, report: Callable[[int, int], None]) -> Ensemble:
    from modelops_abm.runs import replicate

    return replicate(
        wanted.scenario,
        wanted.replications,
        seed=wanted.seed,
        engine=wanted.engine,
        progress=report,
    )


def _estimates(ensemble: Ensemble) -> dict[str, Estimate]:
    from modelops_abm.experiments import estimate

    return {str(name): estimate(column.to_numpy()) for name, column in ensemble.summaries().items()}


def _as_json(wanted: Wanted, estimates: Mapping[str, Estimate]) -> dict[str, object]:
    return {
        "scenario": wanted.scenario.model_dump(mode="json", exclude_none=True),
        "seed": wanted.seed,
        "replications": wanted.replications,
        "engine": wanted.engine,
        "version": __version__,
        "summary": {name: asdict(estimate) for name, estimate in estimates.items()},
    }


def _print(wanted: Wanted, estimates: Mapping[str, Estimate]) -> None:
    target, npv = console(), estimates["npv"]
    luck = f"seed {wanted.seed}, {plural(wanted.replications, 'replication')}"
    luck = f"{luck}, {wanted.engine} engine"
    print_what_ran(wanted.scenario, luck, whole=[wanted.scenario])
    print_estimates(target, estimates)
    value = estimate_in_words(npv, "$")[0]
    interval = (
        f"; {INTERVAL} of the average {money_interval(npv.low or 0.0, npv.high or 0.0)}"
        if varies(npv)
        else ""
    )
    say(
        target,
        f"Net present value {value} over {span(wanted.scenario.horizon_days)}, the average of"
        f" {number(wanted.replications)} futures{interval}. Intervals are luck only: how wrong the"
        " assumptions may be is not in them.",
    )
    if wanted.output is not None:
        say(target, f"Saved in {wanted.output}.")
