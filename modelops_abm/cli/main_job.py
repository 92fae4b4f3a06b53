"""The main job: what five capabilities are worth to the reference organisation.

Hundreds of futures, each without and with the capabilities under common random numbers. The answer
is the average difference and how well it is known, at the values as set and over organisations that
fit what is published; one pair of runs is kept as an example.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from modelops_abm import formats
from modelops_abm.cli import STOPPED
from modelops_abm.cli.entry import ended
from modelops_abm.ctrl_c import interruptible
from modelops_abm.scenario.presets import preset
from modelops_abm.terminal import console, load_ensemble, print_table, progress, say

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
        The exit code, as of the command line: 0; 1 if the folder cannot be written to or something
        is in the way; 130 after Ctrl-C.
    """
    try:
        return ended(lambda: _run(output_directory))
    except KeyboardInterrupt as stopped:
        say(console(error=True), str(stopped) or "Stopped; no result is half-written.")
        return STOPPED


def _run(folder: Path) -> int:
    _check(folder)
    example, as_set, published = _simulate()
    with suppress(BrokenPipeError):  # who reads no further finds all of it in the folder
        _print(as_set, published)
    _save(example, as_set, published, folder)
    return 0


def _simulate() -> tuple[Pair, Comparison, Comparison]:
    """Compare as set and over what is published; run the first future again to keep it whole."""
    with progress() as bar:
        load_ensemble(bar)
        from modelops_abm.evidence.belief import SIZES
        from modelops_abm.evidence.default import default_belief
        from modelops_abm.experiments import compare, joint_draws

        task = bar.add_task(f"{REPLICATIONS} futures without and with ModelOps")
        _, table = default_belief().of_plan(preset(PLAN), SIZES)
        published = compare(
            preset(PLAN),
            REPLICATIONS,
            baseline=preset(BASELINE),
            draws=joint_draws(preset(PLAN), table, REPLICATIONS, seed=SEED),
            seed=SEED,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        assert published.over is not None
        as_set = published.over.as_set
        baseline, plan = as_set.baseline.scenario, as_set.plan.scenario
        bar.add_task("One of them in full", total=2 * plan.horizon_days)
        return Pair(_example(baseline, bar), _example(plan, bar)), as_set, published


def _example(scenario: Scenario, bar: Progress) -> Run:
    """Run replication 0, every day of which is kept."""
    from modelops_abm.runs import simulate

    return simulate(
        scenario, seed=SEED, progress=lambda _done, _total: bar.advance(bar.task_ids[-1])
    )


def _print(as_set: Comparison, published: Comparison) -> None:
    from modelops_abm.experiments.words import ALL_FIVE, CAUTION
    from modelops_abm.runs.summary import FIRST_FIGURES

    target = console()
    say(target, as_set.verdict(ALL_FIVE).text)
    say(target, _second_line(as_set))
    over = published.over_in_words("the plan")
    say(target, f"Over organisations of this size that fit what is published, {over}")
    target.print()
    figures = as_set.key_figures(FIRST_FIGURES, ("Average per future", "without", "with"))
    print_table(target, figures)
    say(target, f"{_may_happen(as_set)} {CAUTION}")


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


def _save(example: Pair, as_set: Comparison, published: Comparison, folder: Path) -> None:
    """Save an example of each, the pictures and the figures; say where they are."""
    from modelops_abm.charts import files_of_pictures
    from modelops_abm.experiments.spread import unknown_as_json
    from modelops_abm.runs.output import ResultFolder, write_results

    over = {**published.finance_as_json(), **unknown_as_json(published.unknown)}
    found = {**as_set.to_json(), "over_what_is_published": over}
    figures = json.dumps(found, indent=2, allow_nan=False) + "\n"
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
