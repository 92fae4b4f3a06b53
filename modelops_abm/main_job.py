"""The main job: what five capabilities are worth to the reference organisation.

Hundreds of futures, each without and with the capabilities under common random numbers. The answer
is the average difference and how well it is known; one pair of runs is kept as an example.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelops_abm import formats
from modelops_abm.ctrl_c import interruptible
from modelops_abm.scenario import InputError
from modelops_abm.scenario.presets import preset
from modelops_abm.streams import degrade_gracefully
from modelops_abm.terminal import (
    console,
    load_ensemble,
    print_table,
    progress,
    say,
)

if TYPE_CHECKING:
    from rich.progress import Progress

    from modelops_abm.experiments import Comparison
    from modelops_abm.runs.results import Run
    from modelops_abm.scenario import Scenario

BASELINE, PLAN = "reference", "all_five"
SEED, REPLICATIONS = 0, 400
_FIGURES, _PICTURES = "comparison.json", "pictures"


class Pair(NamedTuple):
    """Two runs under common random numbers."""

    baseline: Run
    plan: Run


@interruptible
def run(*, output_directory: Path) -> int:
    """Run the reference organisation with and without ModelOps, and say what it is worth.

    Parameters
    ----------
    output_directory
        Where results and pictures go.

    Returns
    -------
    int
        The exit code: 0, 1 if the folder cannot be written to or something is in the way, 130 after
        Ctrl-C.
    """
    degrade_gracefully()
    try:
        _check(output_directory)
        example, comparison = _simulate()
        _print(comparison)
        _save(example, comparison, output_directory)
    except InputError as error:
        console(error=True).print(f"Error: {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt as stopped:
        say(console(error=True), str(stopped) or "Stopped; no result is half-written.")
        return 130
    sys.stdout.flush()
    return 0


def _simulate() -> tuple[Pair, Comparison]:
    """Compare over all futures, and run the first of them again to keep it whole."""
    with progress() as bar:
        load_ensemble(bar)
        from modelops_abm.experiments import compare

        task = bar.add_task(f"{REPLICATIONS} futures without and with ModelOps")
        comparison = compare(
            preset(PLAN),
            REPLICATIONS,
            baseline=preset(BASELINE),
            seed=SEED,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        days = 2 * comparison.plan.scenario.horizon_days
        bar.add_task("One of them in full", total=days)
        baseline, plan = comparison.baseline.scenario, comparison.plan.scenario
        return Pair(_example(baseline, bar), _example(plan, bar)), comparison


def _example(scenario: Scenario, bar: Progress) -> Run:
    """Run replication 0, every day of which is kept."""
    from modelops_abm.runs import simulate

    return simulate(
        scenario, seed=SEED, progress=lambda _done, _total: bar.advance(bar.task_ids[-1])
    )


def _print(comparison: Comparison) -> None:
    from modelops_abm.experiments.words import ALL_FIVE, CAUTION
    from modelops_abm.runs.summary import FIRST_FIGURES

    target = console()
    say(target, comparison.verdict(ALL_FIVE).text)
    say(target, _second_line(comparison))
    target.print()
    print_table(
        target, comparison.key_figures(FIRST_FIGURES, ("Average per future", "without", "with"))
    )
    say(target, f"{_may_happen(comparison)} {CAUTION}")


def _second_line(comparison: Comparison) -> str:
    from modelops_abm.experiments.words import ALL_FIVE, INTERVAL, Difference

    npv = Difference.of("npv", comparison.finance.npv)
    return (
        f"That is the average of {formats.number(comparison.replications)} futures, each without"
        f" and with them under common random numbers; {INTERVAL} of the average"
        f" {npv.interval}. {comparison.payback(ALL_FIVE)}"
    )


def _may_happen(comparison: Comparison) -> str:
    """Return what one future may bring, and the chance of a loss."""
    from modelops_abm.experiments.words import chance

    spread = formats.money_interval(*comparison.percentiles)
    count, interval = chance(comparison.finance.loss)
    return (
        f"One future alone is a matter of chance: in nine of ten the difference is"
        f" {spread}, and {count} ({interval}) end below the baseline."
    )


def _check(folder: Path) -> None:
    """Check, before anything runs, that nothing is in the way."""
    from modelops_abm.charts import names_of_pictures
    from modelops_abm.runs.output import check_place
    from modelops_abm.runs.results import files_of_run

    pictures = [f"{_PICTURES}/{name}" for name in names_of_pictures(comparisons=True)]
    check_place(folder, "main job", [_FIGURES, *pictures])
    for name in (BASELINE, PLAN):
        check_place(folder / name, "simulation", files_of_run(csv=False, model_days=False))


def _save(example: Pair, comparison: Comparison, folder: Path) -> None:
    """Save an example of each, the pictures and the figures; say where they are."""
    from modelops_abm.charts import files_of_pictures
    from modelops_abm.runs.output import ResultFolder, write_results

    figures = json.dumps(comparison.to_json(), indent=2, allow_nan=False) + "\n"
    pictures = files_of_pictures(example.plan, example.baseline)
    write_results(
        ResultFolder(
            folder,
            "main job",
            {
                _FIGURES: lambda path: path.write_text(figures, encoding="utf-8"),
                **{f"{_PICTURES}/{name}": write for name, write in pictures.items()},
            },
        ),
        ResultFolder(folder / BASELINE, "simulation", example.baseline.files()),
        ResultFolder(folder / PLAN, "simulation", example.plan.files()),
    )
    say(
        console(),
        f"Saved in {folder}: {_FIGURES} with these figures, {BASELINE} and {PLAN} with the"
        " days and events of one future of each, and pictures of that pair.",
    )
